"""Fixtures: one application on SQLite or PostgreSQL, emptied between tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from flask import Flask, has_request_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import Connection, event, insert, make_url, select, text

from app import create_app, samples
from app.config import Config
from app.database import WRITES
from app.extensions import db
from app.models import Base
from tests.guards import lift_guards

# A busy machine is no failure: speed is measured in benchmarks/.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

SECRET = "only for tests, at least 32 characters"


def fresh_database(folder: Path, worker: str) -> str:
    """Return the address of an empty database: TEST_DATABASE_URL's server, or SQLite."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server:
        return f"sqlite:///{folder / f'{worker}.db'}"
    url = make_url(server)
    name = f"vanthu_test_{os.getpid()}_{worker}"
    plain = url.set(drivername="postgresql", database=url.database or "postgres")
    address = plain.render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.set(database=name).render_as_string(hide_password=False)


def make_config(folder: Path, database_url: str, **settings: Any) -> Config:
    """Return the configuration tests run with."""
    return Config.model_validate(
        {
            "VANTHU_ENV": "test",
            "data_dir": folder,
            "database_url": database_url,
            "jobs_url": f"sqlite:///{folder / 'jobs.db'}",
            "secret_key": SECRET,
            "base_url": "http://localhost",
            "smtp_url": "smtp://127.0.0.1:1",
            # All tests come from one address; tests/app/views/test_limits.py switches them on.
            "rate_limit_factor": 0,
            **settings,
        }
    )


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, its schema made by the migrations, its department loaded."""
    folder = tmp_path_factory.mktemp("vanthu")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    app = create_app(make_config(folder, fresh_database(folder, worker)))
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _only_in_a_transaction)
        upgrade()
        samples.load_department()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    from app import rendering

    rendering.stop()


def _only_in_a_transaction(connection: Connection, _: object, statement: str, *__: object) -> None:
    """Refuse a write of a request outside `transaction()`.

    On SQLite it would begin as a reader and end as «database is locked» the moment somebody
    else writes in between, which no test alone on its database ever sees.
    """
    writes = statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))
    if writes and has_request_context() and not connection.get_execution_options().get(WRITES):
        raise AssertionError(f"outside a transaction: {statement}")


@pytest.fixture(scope="session")
def department_rows(app: Flask) -> list[tuple[Any, list[dict[str, Any]]]]:
    """What every test starts with, as plain rows."""
    with app.app_context():
        return [
            (table, [dict(r._mapping) for r in db.session.execute(select(table))])
            for table in Base.metadata.sorted_tables
        ]


@pytest.fixture(autouse=True)
def clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put the database back to the department alone after a test that used it."""
    if "app" not in request.fixturenames:
        yield
        return
    app: Flask = request.getfixturevalue("app")
    rows = request.getfixturevalue("department_rows")
    yield
    with app.app_context():
        db.session.rollback()
        put_back = lift_guards()
        for table in reversed(Base.metadata.sorted_tables):
            db.session.execute(table.delete())
        for table, kept in rows:
            if kept:
                db.session.execute(insert(table), kept)
        for statement in put_back:
            db.session.execute(text(statement))
        db.session.commit()


@pytest.fixture
def client(app: Flask, department_rows: object) -> FlaskClient:
    """A browser without JavaScript."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def context(app: Flask, department_rows: object) -> Iterator[Flask]:
    """An application context, for tests of services."""
    with app.app_context():
        yield app
        db.session.remove()

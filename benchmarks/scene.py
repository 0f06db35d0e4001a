"""An application with the sample department in a folder of its own, on SQLite or PostgreSQL."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url, select

from app import clock, create_app, rendering, samples
from app.config import Config
from app.extensions import db
from app.models import SignIn, User
from app.security import keys
from app.transaction import transaction


@contextmanager
def application(database_url: str = "") -> Iterator[Flask]:
    """Give an application, its schema made by the migrations, its department loaded."""
    with tempfile.TemporaryDirectory(prefix="vanthu-bench-") as name:
        folder = Path(name)
        settings: dict[str, Any] = {
            "VANTHU_ENV": "test",
            "data_dir": folder,
            "database_url": database_url or f"sqlite:///{folder / 'vanthu.db'}",
            "jobs_url": f"sqlite:///{folder / 'jobs.db'}",
            "secret_key": secrets.token_urlsafe(48),
            "base_url": "http://127.0.0.1",
            "smtp_url": "smtp://127.0.0.1:1",
            "log_level": "ERROR",
        }
        app = create_app(Config.model_validate(settings))
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            upgrade()
            samples.load_department()
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        rendering.stop()


@contextmanager
def stage(database_url: str = "") -> Iterator[Flask]:
    """Give an application inside its context, for services.

    Not for pages: requests would share what is kept once a request.
    """
    with application(database_url) as app, app.app_context():
        yield app
        db.session.remove()


@contextmanager
def postgresql(purpose: str = "main") -> Iterator[str]:
    """Give the address of an empty database on BENCH_DATABASE_URL's server, or "" without one."""
    server = os.environ.get("BENCH_DATABASE_URL", "")
    if not server:
        yield ""
        return
    url = make_url(server).set(drivername="postgresql")
    name = f"vanthu_bench_{os.getpid()}_{purpose}"
    with psycopg.connect(address(url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield address(url.set(database=name))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def address(url: Any) -> str:
    """Return a URL with its password, for drivers."""
    return str(url.render_as_string(hide_password=False))


def user(username: str) -> User:
    """Return a person of the sample department."""
    return db.session.scalars(select(User).where(User.username == username)).one()


def signed_in(*, username: str = "", email: str = "") -> dict[str, str]:
    """Begin a session of a person or of a verified e-mail; return its cookie."""
    token = secrets.token_urlsafe(32)
    with transaction():
        db.session.add(
            SignIn(
                token_hash=keys.token_hash(token),
                user=user(username) if username else None,
                email=email,
                is_complete=True,
                created_at=clock.now(),
                seen_at=clock.now(),
            )
        )
    return {"vanthu_staff" if username else "vanthu_portal": token}

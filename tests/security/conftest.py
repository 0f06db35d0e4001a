"""A world of its own for the tests of access: built once, left as it was by every request."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from app import create_app, samples
from app.extensions import db
from tests.conftest import fresh_database, make_config
from tests.security import actors, scene
from tests.security.actors import People


@dataclass
class World:
    """The application, who is at its door, and what they may reach for."""

    app: Flask
    people: People
    targets: dict[str, dict[str, str]]
    shared: dict[str, str]


@contextmanager
def built(folder: Path, name: str) -> Iterator[World]:
    """Build a world in a database of its own."""
    app = create_app(make_config(folder, fresh_database(folder, name)))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        upgrade()
        samples.load_department()
        actors.hire()
        targets, shared = scene.build(app.config["VANTHU"].mailbox_dir)
        db.session.remove()
    people = actors.arrive(app)
    for who, sessions in actors.elsewhere(app).items():
        targets[who] |= sessions
    yield World(app, people, targets, shared)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with built(tmp_path_factory.mktemp("security"), f"security_{worker}") as found:
        yield found


@contextmanager
def nothing_is_kept() -> Iterator[None]:
    """Let requests do all they do but commit: the end of each rolls back what it wrote."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db.session, "commit", db.session.flush)
        yield

"""Changes of the schema are acts like others: `vanthu db upgrade` and `downgrade` leave a row."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import flask_migrate
from flask.cli import with_appcontext
from flask_migrate.cli import db as group
from sqlalchemy import inspect, text

from app.extensions import db
from app.models import AuditEvent
from app.security.actors import console
from app.services import audit
from app.transaction import transaction

_NOTED = "is_noted"


def upgrade() -> None:
    """Bring the schema to where the code is."""
    _noted(flask_migrate.upgrade)()


def note_changes() -> None:
    """Let the commands of Flask-Migrate that change the schema leave a row; once per process."""
    for name in ("upgrade", "downgrade", "stamp"):
        command = group.commands[name]
        if command.callback is not None and not hasattr(command.callback, _NOTED):
            command.callback = with_appcontext(_noted(command.callback))


def _noted(change: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(change)
    def run(*args: Any, **named: Any) -> None:
        before = _version()
        change(*args, **named)
        after = _version()
        # Gone below the table itself, nothing is left that could keep the row.
        if before == after or not inspect(db.engine).has_table(AuditEvent.__tablename__):
            return
        with transaction():
            audit.record("schema_changed", console(), "schema", {"from": before, "to": after})

    setattr(run, _NOTED, True)
    return run


def _version() -> str:
    if not inspect(db.engine).has_table("alembic_version"):
        return ""
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        return ",".join(sorted(found))

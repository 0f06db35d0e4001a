"""How Alembic reaches the application's database and tables."""

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from app.models.base import Base, Moment, is_of_models


def _render(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    # A migration must not depend on code of ours that changes later.
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_render,
        include_object=is_of_models,
        compare_type=True,
        # SQLite rolls DDL back like everybody else once it is told where to begin.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _online() -> None:
    """Upgrade over the application's own engine."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Altering a table copies and drops it, which rows that point to it would forbid.
            # Only outside a transaction does the switch have an effect.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        _run(connection)
        if engine.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"the migration would leave {len(broken)} rows without parents")
        connection.commit()
        if engine.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


_online()

"""Past the triggers of append-only tables, as somebody who owns the database gets."""

from sqlalchemy import text

from app.extensions import db


def lift_guards() -> list[str]:
    """Let rows of append-only tables be touched; return the statements that end it.

    As somebody would who owns the database: PostgreSQL's owner may have triggers ignored.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET session_replication_role = replica"))
        return ["SET session_replication_role = DEFAULT"]
    guards = db.session.execute(
        text(
            "SELECT name, tbl_name, sql FROM sqlite_master"
            " WHERE type = 'trigger' AND name LIKE 'append_only%'"
        )
    ).all()
    # Every statement about triggers makes SQLite read its schema again: only where rows are.
    held = {
        table
        for table in {table for _, table, _ in guards}
        if db.session.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first()
    }
    for name, table, _ in guards:
        if table in held:
            db.session.execute(text(f"DROP TRIGGER {name}"))
    return [sql for _, table, sql in guards if table in held]


def tamper(statement: str) -> None:
    """Run a statement that the triggers would refuse, and put them back."""
    put_back = lift_guards()
    for each in (statement, *put_back):
        db.session.execute(text(each))
    db.session.commit()

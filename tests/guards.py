"""Past the triggers of append-only tables, as somebody who owns the database gets."""

from sqlalchemy import select, text

from app.extensions import db
from app.models import AuditEvent, DossierEvent


def lift_guards() -> list[str]:
    """Let rows of append-only tables be touched; return the statements that end it.

    As somebody would who owns the database: PostgreSQL's owner may have triggers ignored.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET session_replication_role = replica"))
        return ["SET session_replication_role = DEFAULT"]
    if not any(db.session.scalars(select(t).limit(1)).first() for t in (AuditEvent, DossierEvent)):
        return []
    guards = db.session.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'append%'")
    ).all()
    for name, _ in guards:
        db.session.execute(text(f"DROP TRIGGER {name}"))
    return [sql for _, sql in guards]


def tamper(statement: str) -> None:
    """Run a statement that the triggers would refuse, and put them back."""
    put_back = lift_guards()
    for each in (statement, *put_back):
        db.session.execute(text(each))
    db.session.commit()

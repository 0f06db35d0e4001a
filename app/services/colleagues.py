"""Officers as people choose one: who may take over a dossier."""

import re

from sqlalchemy import exists, select
from sqlalchemy.orm import selectinload

from app.extensions import db
from app.models import Grant, User
from workflows import Choice, Role, Text

_USERNAME = re.compile(r"\(([^()]+)\)$")


def named(choice: str) -> User | None:
    """Return the officer behind a choice; a history keeps the choice as people read it."""
    found = _USERNAME.search(choice)
    query = select(User).where(User.username == found[1]) if found else None
    return db.session.scalars(query).first() if query is not None else None


def choices() -> tuple[Choice, ...]:
    """Return the officers who work here now."""
    return tuple(Choice(label(u), Text(label(u))) for u in officers())


def label(user: User) -> str:
    """Return how one officer is told from another of the same name."""
    return f"{user.full_name} ({user.username})"


def officers(*, with_rights: bool = False) -> list[User]:
    """Return active people with a right of an officer, by name; `with_rights` read at once."""
    is_officer = exists().where(
        Grant.user_id == User.id,
        Grant.role == Role.OFFICER,
        Grant.approved_at.is_not(None),
        Grant.ended_at.is_(None),
    )
    query = select(User).where(User.is_active, is_officer).order_by(User.folded)
    if with_rights:
        query = query.options(selectinload(User.grants))
    return list(db.session.scalars(query))


def successor_of(user: User) -> User | None:
    """Return who took over from somebody who left."""
    return db.session.get(User, user.successor_id) if user.successor_id else None

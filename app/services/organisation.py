"""The department and its people, as letters and pages need them."""

from sqlalchemy import select

from app.extensions import db
from app.models import Department, User


class NoDepartment(Exception):
    """Nobody has entered the department yet: `vanthu department load FILE`."""


def department() -> Department:
    """Return the department; raise NoDepartment before there is one."""
    found = db.session.scalars(select(Department)).first()
    if found is None:
        raise NoDepartment
    return found


def signers() -> list[User]:
    """Return active leaders, the head first."""
    users = db.session.scalars(select(User).where(User.is_active).order_by(User.id)).all()
    return sorted((u for u in users if "signer" in u.roles), key=lambda u: u.capacity != "")

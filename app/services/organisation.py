"""The department and its people, as letters and pages need them."""

from sqlalchemy import exists, select

from app.extensions import db
from app.models import Department, Grant, User
from workflows import Role


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
    is_signer = exists().where(
        Grant.user_id == User.id,
        Grant.role == Role.SIGNER,
        Grant.approved_at.is_not(None),
        Grant.ended_at.is_(None),
    )
    query = select(User).where(User.is_active, is_signer).order_by(User.id)
    return sorted(db.session.scalars(query), key=lambda u: u.capacity != "")

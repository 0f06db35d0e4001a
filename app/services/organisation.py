"""The department and its people, as letters and pages need them."""

from sqlalchemy import select

from app.extensions import db
from app.models import Department, User


def department() -> Department:
    """Return the department; there is one."""
    return db.session.scalars(select(Department)).one()


def signers() -> list[User]:
    """Return active leaders, the head first."""
    users = db.session.scalars(select(User).where(User.is_active).order_by(User.id)).all()
    return sorted((u for u in users if "signer" in u.roles), key=lambda u: u.capacity != "")

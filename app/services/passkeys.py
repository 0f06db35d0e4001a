"""Passkeys (WebAuthn): a key pair on the person's device that answers to this address only."""

from sqlalchemy import func, select

from app.extensions import db
from app.models import Passkey, User


def count(user: User) -> int:
    """Return how many passkeys a person has."""
    return db.session.execute(select(func.count()).where(Passkey.user_id == user.id)).scalar_one()


def check(user: User, purpose: str, answer: str) -> bool:
    return False


def remove(user: User, passkey_id: int) -> bool:
    return False

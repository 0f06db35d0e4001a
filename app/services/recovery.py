"""Recovery codes: ten on paper for the day the phone is gone; each opens the desk once."""

import re
import secrets

from sqlalchemy import delete, func, select

from app import clock
from app.extensions import db
from app.models import RecoveryCode, User
from app.security import passwords
from app.security.actors import staff as actor_of
from app.services import audit, tries

HOW_MANY = 10
# 50 random bits in letters and digits that nobody mistakes for another.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LETTERS = 10


def make(user: User) -> list[str]:
    """Return ten new codes, to be shown once; the ones before are dead.

    Fewer than 112 bits are hashed like a password (ASVS 6.5.2). A code begins with its number,
    so that only one hash is computed for a try.
    """
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = []
    for number in range(1, HOW_MANY + 1):
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
        db.session.add(
            RecoveryCode(
                user_id=user.id,
                number=number,
                code_hash=passwords.hash_password(letters),
                created_at=clock.now(),
            )
        )
        codes.append(f"{number:02d}-{letters[:5]}-{letters[5:]}")
    audit.record("recovery_made", actor_of(user), f"user:{user.username}")
    return codes


def left(user: User) -> int:
    """Return how many codes were not used yet."""
    return db.session.execute(
        select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.spent_at.is_(None))
    ).scalar_one()


def spend(user: User, typed: str) -> bool:
    """Tell whether a code is right and spend it. Raises Locked; the caller commits also a no."""
    tries.hold(user)
    found = re.fullmatch(r"(\d{2})([a-z0-9]{10})", re.sub(r"[\s\-–]", "", typed[:40].lower()))
    code = None
    if found:
        code = db.session.scalars(
            select(RecoveryCode).where(
                RecoveryCode.user_id == user.id,
                RecoveryCode.number == int(found[1]),
                RecoveryCode.spent_at.is_(None),
            )
        ).first()
    if found is None or code is None or not passwords.verify(code.code_hash, found[2]):
        tries.wrong(user)
        return False
    code.spent_at = clock.now()
    tries.right(user)
    return True

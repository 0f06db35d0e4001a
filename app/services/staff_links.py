"""How somebody of the staff gets a password: a link used once, never a word of an administrator."""

import secrets
from datetime import timedelta

from flask import current_app
from sqlalchemy import or_, select, update

from app import clock
from app.database import changed_rows
from app.errors import Invalid, Refused
from app.extensions import db
from app.models import PastPassword, SignIn, StaffLink, User
from app.security import keys, passwords, sessions
from app.services import factors, mails, own_password
from workflows import Text

_PURPOSE = "staff"
GONE = Text(
    "Liên kết này đã dùng hoặc hết hạn. Ông/Bà đề nghị quản trị gửi liên kết mới.",
    "This link was used or is too old. Ask an administrator for a new one.",
)


def send(user: User) -> StaffLink:
    """Mail a new link; those before it, the password and every session are dead at once."""
    revoke(user)
    user.password_hash = passwords.hash_password(secrets.token_urlsafe(32))
    sessions.end_all(user)
    nonce, now = keys.nonce(), clock.now()
    hours = current_app.config["VANTHU"].staff_link_hours
    link = StaffLink(
        user=user,
        nonce=nonce,
        token_hash=keys.token_hash(keys.derived_token(_PURPOSE, nonce)),
        created_at=now,
        expires_at=now + timedelta(hours=hours),
    )
    db.session.add(link)
    db.session.flush()
    mails.queue(
        "staff_link" if is_newcomer(user) else "staff_reset",
        user.email,
        once=f"staff_link:{link.id}",
        context={
            "name": user.full_name,
            "username": user.username,
            "hours": hours,
            "by_sms": factors.sends_sms(),
            "is_bare": not factors.enrolled(user),
        },
        secret=f"{_PURPOSE}:{nonce}",
        expires_at=link.expires_at,
    )
    return link


def is_newcomer(user: User) -> bool:
    """Tell whether somebody has never chosen a password here nor signed in."""
    chosen = select(PastPassword.id).where(PastPassword.user_id == user.id)
    entered = select(SignIn.id).where(SignIn.user_id == user.id)
    return not db.session.scalar(select(or_(chosen.exists(), entered.exists())))


def revoke(user: User) -> None:
    """End every link of a person that was not used."""
    db.session.execute(
        update(StaffLink)
        .where(StaffLink.user_id == user.id, StaffLink.spent_at.is_(None))
        .values(spent_at=clock.now())
    )


def find(token: str) -> StaffLink | None:
    """Return a link that still opens, of somebody who still works here."""
    link = db.session.scalars(
        select(StaffLink).where(
            StaffLink.token_hash == keys.token_hash(token[:200]),
            StaffLink.spent_at.is_(None),
            StaffLink.expires_at > clock.now(),
        )
    ).first()
    return link if link is not None and link.user.is_active else None


def choose(token: str, password: str, again: str) -> User:
    """Spend a link on a password. Raises Refused for a dead link, Invalid for a poor password."""
    link = find(token)
    if link is None:
        raise Refused(GONE)
    problem = own_password.objection(link.user, password)
    if problem is not None:
        raise Invalid({"password": problem})
    if password != again:
        raise Invalid(
            {"again": Text("Hai lần nhập chưa giống nhau.", "The two entries are not the same.")}
        )
    spent = db.session.execute(
        update(StaffLink)
        .where(StaffLink.id == link.id, StaffLink.spent_at.is_(None))
        .values(spent_at=clock.now())
    )
    if changed_rows(spent) != 1:
        raise Refused(GONE)
    own_password.assign(link.user, password, must_change=False)
    sessions.end_all(link.user)
    return link.user

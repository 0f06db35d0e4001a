"""Rights looked through person by person, and accounts that nobody uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import selectinload

from app import clock
from app.errors import Refused
from app.extensions import db
from app.models import Grant, SignIn, User
from app.security.actors import SYSTEM, staff, staff_roles
from app.services import audit, mails, people, rights
from workflows import Role, Text

PAGE = 25
_MONTH = timedelta(days=30.4375)


@dataclass(frozen=True, slots=True)
class Page:
    """Some people, and the cursor of the next page ("" when there is none)."""

    rows: Sequence[User]
    next: str = ""


def due_before() -> datetime:
    """Return the moment since which every right must have been confirmed."""
    months: int = current_app.config["VANTHU"].rights_review_months
    return clock.now() - _MONTH * months


def is_overdue(user: User) -> bool:
    """Tell whether a right of somebody was not confirmed in time."""
    before = due_before()
    return any(g.is_in_force and (g.confirmed_at or g.granted_at) < before for g in user.grants)


def overdue() -> int:
    """Count the people whose rights wait for a review."""
    return db.session.scalar(select(func.count()).select_from(User).where(_is_overdue())) or 0


def page(*, after: str = "") -> Page:
    """Return people with rights, a page at a time."""
    holds = exists().where(
        Grant.user_id == User.id, Grant.approved_at.is_not(None), Grant.ended_at.is_(None)
    )
    query = select(User).where(User.left_at.is_(None), holds).order_by(User.id).limit(PAGE + 1)
    if after.isdecimal() and len(after) < 10:
        query = query.where(User.id > int(after))
    query = query.options(selectinload(User.grants).joinedload(Grant.confirmed_by))
    found = list(db.session.scalars(query))
    more = len(found) > PAGE
    return Page(found[:PAGE], str(found[PAGE - 1].id) if more else "")


def everybody() -> list[User]:
    """Return all people, for the list on paper."""
    query = select(User).order_by(User.folded)
    query = query.options(selectinload(User.grants).joinedload(Grant.confirmed_by))
    return list(db.session.scalars(query))


def confirm(by: User, whom: User) -> None:
    """Say that somebody still needs every right they have; never one's own."""
    rights.check_reviews(by, whom)
    now = clock.now()
    held = [g for g in whom.grants if g.is_in_force]
    if not held:
        raise Refused(Text("Người này không có quyền nào.", "This person has no right."))
    for grant in held:
        grant.confirmed_at, grant.confirmed_by = now, by
    audit.record(
        "rights_confirmed", staff(by), f"user:{whom.username}", {"rights": rights.words(whom)}
    )


def _is_overdue() -> ColumnElement[bool]:
    return exists().where(
        Grant.user_id == User.id,
        Grant.approved_at.is_not(None),
        Grant.ended_at.is_(None),
        func.coalesce(Grant.confirmed_at, Grant.granted_at) < due_before(),
    )


def suspend_idle() -> int:
    """Suspend accounts nobody used (TCVN 14423); never the last administrator."""
    days = current_app.config["VANTHU"].idle_account_days
    before = clock.now() - timedelta(days=days)
    seen = exists().where(SignIn.user_id == User.id, SignIn.seen_at >= before)
    started = func.coalesce(User.active_since, User.created_at)
    idle = db.session.scalars(
        select(User)
        .where(User.is_active, started < before, ~seen)
        .order_by(User.id)
        .with_for_update(of=User, skip_locked=True)
    ).all()
    done = [u for u in idle if _suspend(u, days)]
    for admin in rights.administrators() if done else ():
        once = f"idle:{admin.id}:{clock.now():%Y%m%d%H%M%S%f}"
        names = [f"{u.full_name} ({u.username})" for u in done]
        context = {"name": admin.full_name, "names": names, "days": days}
        mails.queue("idle_suspended_list", admin.email, once=once, context=context)
    return len(done)


def _suspend(user: User, days: int) -> bool:
    if Role.ADMIN in staff_roles(user):
        try:
            rights.keep_an_administrator(user)
        except Refused:
            return False
    reason = Text("{n} ngày không sử dụng.", "Not used for {n} days.").fill(n=days)
    people.close(user, str(reason))
    row = audit.record("person_suspended", SYSTEM, f"user:{user.username}", {"reason": str(reason)})
    context = {"name": user.full_name, "days": days}
    mails.queue("idle_suspended", user.email, once=f"idle:{row.id}", context=context)
    db.session.flush()
    return True

"""The password of a member of staff: when it is due, what it may be, how it is changed."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations

from flask import current_app
from sqlalchemy import select

from app import clock, formats
from app.extensions import db
from app.models import PastPassword, User
from app.security import passwords, sessions
from app.security.actors import SYSTEM
from app.security.actors import staff as actor_of
from app.services import accounts, audit, mails, organisation, sign_ins, staff
from workflows import Text

_WRONG = Text("Mật khẩu hiện tại không đúng.", "The current password is not right.")
_MISSING = Text("Nhập mật khẩu hiện tại.", "Enter the current password.")
_AGAIN = Text(
    "Hai lần nhập mật khẩu mới chưa giống nhau.", "The new password was typed in two ways."
)
_USED = Text(
    "Mật khẩu này đã dùng gần đây. Ông/Bà chọn mật khẩu chưa từng dùng ở đây.",
    "This password was used lately. Please choose one you have not used here.",
)


def due_on(user: User) -> date | None:
    """Return the day by which the password is changed; None where it does not grow old."""
    months = passwords.policy().months
    changed = clock.local(user.password_changed_at).date()
    return accounts.months_after(changed, months) if months else None


def must_change(user: User) -> bool:
    """Tell whether a person may do nothing before the password is changed."""
    due = due_on(user)
    return user.must_change_password or (due is not None and due <= clock.today())


def remind_of(user: User) -> date | None:
    """Return the day by which the password is changed once it comes near."""
    due = due_on(user)
    days = timedelta(days=current_app.config["VANTHU"].password_reminder_days)
    return due if due is not None and due - days <= clock.today() else None


def suspect(user: User, typed: str) -> None:
    """Have a right password changed that is among the leaked ones."""
    if passwords.is_leaked(typed):
        user.must_change_password = True


def about(user: User) -> frozenset[str]:
    """Return what anybody may know of a person, for `passwords.weakness`.

    Of the body and the unit only words in a row: «phòng» alone is in many good passwords.
    """
    office = organisation.department()
    names = (office.name, office.full_name, office.place, user.unit.name)
    house = {user.unit.symbol, *(run for name in names for run in _runs(name))}
    return frozenset({user.username, user.full_name, user.email, user.phone, *house})


def _runs(name: str) -> Iterator[str]:
    """Yield two and more words that follow one another, written as one."""
    words = formats.fold(name).split()
    for first, last in combinations(range(len(words) + 1), 2):
        joined = "".join(words[first:last])
        if last - first > 1 and len(joined) > 4:
            yield joined


def change(user: User, *, current: str, new: str, again: str, client: str) -> Mapping[str, Text]:
    """Change the password of who is at this desk; return field → sentence when it was refused.

    A wrong current password counts like one at sign-in: the caller commits also then. Raises
    Locked. None at all is no guess.
    """
    if not current:
        return {"current": _MISSING}
    if staff.check_password(user.username, current, client=client) is None:
        # Nothing is said about the new one: «used lately» would confirm guesses of the old.
        sign_ins.note(user, "wrong_password")
        audit.record("password_refused", actor_of(user))
        return {"current": _WRONG}
    problem = objection(user, new)
    if problem is not None:
        return {"new": problem}
    if new != again:
        return {"again": _AGAIN}
    assign(user, new, must_change=False)
    sessions.end_all(user, sessions.Ended.PASSWORD, but=sessions.staff_session())
    sessions.rotate(sessions.STAFF)
    return {}


def objection(user: User, new: str) -> Text | None:
    """Say why somebody may not choose this password; None when they may."""
    problem = passwords.weakness(new, about=about(user))
    return _USED if problem is None and _was_used(user, new) else problem


def _was_used(user: User, password: str) -> bool:
    kept = [user.password_hash, *(past.password_hash for past in _past(user))]
    return any(passwords.verify(h, password) for h in kept[: passwords.policy().remembered])


def _past(user: User) -> list[PastPassword]:
    query = select(PastPassword).where(PastPassword.user_id == user.id)
    return list(db.session.scalars(query.order_by(PastPassword.id.desc())))


def assign(user: User, password: str, *, must_change: bool) -> None:
    """Set a password, keep the hash before, write to its owner; sessions are the caller's.

    `must_change`: somebody else chose it, so that it serves for one sign-in.
    """
    for old in _past(user)[passwords.policy().remembered - 1 :]:
        db.session.delete(old)
    db.session.add(PastPassword(user_id=user.id, password_hash=user.password_hash))
    user.password_hash = passwords.hash_password(password)
    user.password_changed_at = clock.now()
    user.must_change_password = must_change
    actor = SYSTEM if must_change else actor_of(user)
    event = audit.record("password_changed", actor, f"user:{user.username}")
    db.session.flush()
    mails.queue(
        "password_changed",
        user.email,
        once=f"password:{event.id}",
        context={
            "name": user.full_name,
            "at": formats.moment(user.password_changed_at),
            "by_owner": not must_change,
        },
    )

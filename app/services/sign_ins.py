"""The history of sign-ins, and the mail about a device that was never seen (rule O3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from app import clock, formats
from app.extensions import db
from app.models import SignIn, SignInAttempt, User
from app.security import keys, origin, sessions
from app.security.actors import staff as actor_of
from app.services import audit, mails
from workflows import Text

PAGE = 20
_SIGNED_IN = "signed_in"
OUTCOMES: Mapping[str, Text] = {
    _SIGNED_IN: Text("Đăng nhập thành công", "Signed in"),
    "wrong_password": Text("Sai mật khẩu", "Wrong password"),
    "wrong_code": Text("Sai mã xác thực", "Wrong one-time code"),
    "locked": Text("Bị chặn vì nhập sai 5 lần", "Refused after five wrong tries"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Some tries, the newest first, and the number the next page begins below."""

    rows: Sequence[SignInAttempt]
    next: int = 0


def open_desk(user: User) -> None:
    """Begin the session of somebody who proved both factors; write if the device is new."""
    is_new = _is_new_device(user)
    session = sessions.begin(sessions.STAFF, user=user, complete=True)
    note(user, _SIGNED_IN, session)
    if is_new:
        audit.record("new_device", actor_of(user))
        mails.queue(
            "new_device",
            user.email,
            once=f"new_device:{session.id}",
            # The address is personal data: in the outbox it is only named.
            secret=f"place:{session.id}",
            context={
                "name": user.full_name,
                "at": formats.moment(session.created_at),
                "device": origin.device_name(session.user_agent),
            },
        )


def _is_new_device(user: User) -> bool:
    """Tell whether somebody comes by a browser they never came by.

    Not at the very first time: whoever sets up the second factor has nothing to compare with.
    """
    before = select(SignIn.id).where(SignIn.user_id == user.id, SignIn.is_complete).limit(1)
    seen = or_(
        SignIn.device == keys.token_hash(sessions.device_cookie()),
        and_(SignIn.network == origin.network(), SignIn.user_agent == origin.user_agent()),
    )
    return (
        db.session.scalars(before).first() is not None
        and db.session.scalars(before.where(seen)).first() is None
    )


def note(user: User | None, outcome: str, session: SignIn | None = None) -> None:
    """Write one row for a try; nobody's when the name is unknown, and then without the name."""
    if outcome not in OUTCOMES:
        raise KeyError(outcome)
    db.session.add(
        SignInAttempt(
            user_id=user.id if user else None,
            at=clock.now(),
            outcome=outcome,
            sign_in=session,
            user_agent=origin.user_agent(),
            place=origin.sealed_address(),
        )
    )


def history(user: User, *, below: int = 0) -> Page:
    """Return the tries at the name of a person, the newest first."""
    query = select(SignInAttempt).where(SignInAttempt.user_id == user.id)
    if below:
        query = query.where(SignInAttempt.id < below)
    found = db.session.scalars(query.order_by(SignInAttempt.id.desc()).limit(PAGE + 1)).all()
    return Page(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else 0)

"""One-time codes of staff by SMS or e-mail (rule O3): bound to session and purpose, spent once."""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select, update

from app import clock
from app.errors import Locked
from app.extensions import db
from app.models import FactorCode, OutgoingMail, SignIn, User
from app.security import keys, sessions
from app.security.actors import staff as actor_of
from app.services import audit, mails, tries
from app.services.codes import LIFETIME, RESEND_AFTER
from workflows import Text

SIGN_IN = "sign_in"
_WAIT = Text(
    "Mã vừa được gửi. Vui lòng chờ 30 giây trước khi yêu cầu mã khác.",
    "A code was sent a moment ago. Please wait 30 seconds before asking for another.",
)
# Each SMS costs money: neither a person nor a number gets more, whatever was proved meanwhile.
_MAX_PER_HOUR = 10


def send(user: User, channel: str, purpose: str, what: Text, *, recipient: str = "") -> FactorCode:
    """Send a new code to this session; the one before is dead. Raises Locked.

    `what` says what the code is for, in the message itself: whoever is asked on the phone for
    a code to sign a letter should know that it signs one.
    """
    tries.hold(user)
    session = session_here()
    recipient = recipient or (user.phone if channel == "sms" else user.email)
    _refuse_too_many(user, channel, purpose, recipient)
    kill(session, channel, purpose)
    now = clock.now()
    code = FactorCode(
        user_id=user.id,
        sign_in_id=session.id,
        channel=channel,
        purpose=purpose,
        recipient=recipient,
        nonce=keys.nonce(),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    db.session.add(code)
    mails.queue(
        "code",
        recipient,
        channel=channel,
        once=_once(code.nonce),
        secret=f"code:{code.nonce}",
        expires_at=code.expires_at,
        context=_context(what),
    )
    audit.record("code_sent", actor_of(user), details={"factor": channel, "purpose": purpose})
    return code


def _context(what: Text) -> Mapping[str, Any]:
    return {"minutes": int(LIFETIME.total_seconds() // 60), "what": str(what)}


def _once(nonce: str) -> str:
    return f"factor:{nonce}"


def session_here() -> SignIn:
    """Return the session a code belongs to, complete or not."""
    session = sessions.at_the_door()
    if session is None:
        raise RuntimeError("a code without the session that asks for it")
    return session


def _refuse_too_many(user: User, channel: str, purpose: str, recipient: str) -> None:
    now = clock.now()
    mine = [FactorCode.user_id == user.id, FactorCode.channel == channel]
    just_now = db.session.scalars(
        select(FactorCode.id).where(
            *mine,
            FactorCode.purpose == purpose,
            FactorCode.spent_at.is_(None),
            FactorCode.created_at > now - RESEND_AFTER,
        )
    ).first()
    if just_now is not None:
        raise Locked(_WAIT)
    sent = db.session.execute(
        select(func.count()).where(
            or_(FactorCode.user_id == user.id, FactorCode.recipient == recipient),
            FactorCode.channel == channel,
            FactorCode.created_at > now - timedelta(hours=1),
        )
    ).scalar_one()
    if sent >= _MAX_PER_HOUR:
        raise Locked(
            Text(
                "Đã gửi quá nhiều mã. Vui lòng thử lại sau một giờ, hoặc dùng cách khác.",
                "Too many codes were sent. Please try again in an hour, or use another way.",
            )
        )


def kill(session: SignIn, channel: str, purpose: str) -> None:
    """End the codes of a session that were not used; what has not left yet stays here."""
    waiting = [
        FactorCode.sign_in_id == session.id,
        FactorCode.channel == channel,
        FactorCode.purpose == purpose,
        FactorCode.spent_at.is_(None),
    ]
    nonces = db.session.scalars(select(FactorCode.nonce).where(*waiting)).all()
    if not nonces:
        return
    db.session.execute(update(FactorCode).where(*waiting).values(spent_at=clock.now()))
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.once.in_([_once(n) for n in nonces]), OutgoingMail.state == "pending")
        .values(state="expired")
    )


def live(channel: str, purpose: str) -> FactorCode | None:
    """Return the code this session waits for, if one that still works was sent."""
    return db.session.scalars(
        select(FactorCode)
        .where(
            FactorCode.sign_in_id == session_here().id,
            FactorCode.channel == channel,
            FactorCode.purpose == purpose,
            FactorCode.spent_at.is_(None),
            FactorCode.expires_at > clock.now(),
        )
        .order_by(FactorCode.id.desc())
        .limit(1)
    ).first()


def spend(user: User, channel: str, purpose: str, typed: str) -> FactorCode | None:
    """Return the code if it is right, and spend it. Raises Locked.

    The caller commits also when the answer is no, so that wrong tries count.
    """
    tries.hold(user)
    code = live(channel, purpose)
    digits = "".join(c for c in typed[:20] if c.isascii() and c.isdigit())
    expected = keys.derived_code("code", code.nonce) if code else "------"
    if code is None or not hmac.compare_digest(digits, expected):
        tries.wrong(user)
        return None
    code.spent_at = clock.now()
    tries.right(user)
    return code

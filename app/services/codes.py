"""One-time codes by e-mail: sent once, spent once, five wrong ones lock for five minutes (O3)."""

import hmac
from datetime import timedelta

from sqlalchemy import func, select, update

from app import clock
from app.database import insert_into
from app.errors import Locked
from app.extensions import db
from app.models import EmailCode, EmailLock
from app.security import keys
from app.services import mails
from workflows import Text

LIFETIME = timedelta(minutes=10)
RESEND_AFTER = timedelta(seconds=30)
_MAX_FAILURES = 5
_LOCK = timedelta(minutes=5)
# Five tries, five minutes, for ever, would still be 1,440 guesses a day.
_MAX_PER_HOUR = 10
# An office behind one address has many people, but not a hundred who register in one hour.
_MAX_ADDRESSES_PER_HOUR = 30


def send(email: str, purpose: str, *, client: str = "") -> bool:
    """Send a new code; the one before is dead. Raises Locked.

    False: one that still works is on its way, a double click needs no second. `client` is
    who asks (security.sessions.client).
    """
    now = clock.now()
    _refuse_flood(client)
    _refuse_while_locked(_lock_row(email, purpose))
    recent = db.session.execute(
        select(EmailCode.created_at, EmailCode.spent_at)
        .where(
            EmailCode.email == email,
            EmailCode.purpose == purpose,
            EmailCode.created_at > now - timedelta(hours=1),
        )
        .order_by(EmailCode.id.desc())
    ).all()
    if recent and recent[0].spent_at is None and now - recent[0].created_at < RESEND_AFTER:
        return False
    if len(recent) >= _MAX_PER_HOUR:
        raise Locked(
            Text(
                "Đã gửi quá nhiều mã tới địa chỉ này. Vui lòng thử lại sau một giờ.",
                "Too many codes were sent to this address. Please try again in an hour.",
            )
        )
    db.session.execute(
        update(EmailCode)
        .where(
            EmailCode.email == email,
            EmailCode.purpose == purpose,
            EmailCode.spent_at.is_(None),
        )
        .values(spent_at=now)
    )
    code = EmailCode(
        email=email,
        purpose=purpose,
        nonce=keys.nonce(),
        client=client,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    db.session.add(code)
    db.session.flush()
    mails.queue(
        "code",
        email,
        once=f"code:{code.nonce}",
        secret=f"code:{code.nonce}",
        expires_at=code.expires_at,
        context={"minutes": int(LIFETIME.total_seconds() // 60), "purpose": purpose},
    )
    return True


def _refuse_flood(client: str) -> None:
    """Refuse to write to ever more addresses for one client: our relay is no mail bomb."""
    if not client:
        return
    addresses = db.session.execute(
        select(func.count(EmailCode.email.distinct())).where(
            EmailCode.client == client, EmailCode.created_at > clock.now() - timedelta(hours=1)
        )
    ).scalar_one()
    if addresses >= _MAX_ADDRESSES_PER_HOUR:
        raise Locked(
            Text(
                "Mạng của Ông/Bà đã yêu cầu mã cho quá nhiều địa chỉ. Vui lòng thử lại sau một"
                " giờ.",
                "Your network asked for codes for too many addresses. Please try again in an hour.",
            )
        )


def spend(email: str, purpose: str, typed: str) -> bool:
    """Tell whether the code is right and spend it. Raises Locked.

    The caller commits also when the answer is no, so that wrong tries count.
    """
    lock = _lock_row(email, purpose)
    _refuse_while_locked(lock)
    now = clock.now()
    code = db.session.scalars(
        select(EmailCode)
        .where(
            EmailCode.email == email,
            EmailCode.purpose == purpose,
            EmailCode.spent_at.is_(None),
            EmailCode.expires_at > now,
        )
        .order_by(EmailCode.id.desc())
        .limit(1)
    ).first()
    digits = "".join(c for c in typed if c.isascii() and c.isdigit())
    expected = keys.derived_code("code", code.nonce) if code else "------"
    if code is not None and hmac.compare_digest(digits, expected):
        code.spent_at = now
        lock.failures, lock.locked_until = 0, None
        return True
    lock.failures += 1
    if lock.failures >= _MAX_FAILURES:
        lock.failures, lock.locked_until = 0, now + _LOCK
        if code is not None:
            code.spent_at = now  # guessing must start over with a new code
    return False


def _lock_row(email: str, purpose: str) -> EmailLock:
    db.session.execute(
        insert_into(db.engine, EmailLock)
        .values(email=email, purpose=purpose, failures=0)
        .on_conflict_do_nothing(index_elements=[EmailLock.email, EmailLock.purpose])
    )
    # Locked, so that parallel guesses are counted one by one.
    return db.session.scalars(
        select(EmailLock)
        .where(EmailLock.email == email, EmailLock.purpose == purpose)
        .with_for_update()
    ).one()


def refuse_while_locked(name: str, purpose: str) -> None:
    """Raise Locked while too many wrong tries are remembered."""
    _refuse_while_locked(_lock_row(name, purpose))


def count_wrong(name: str, purpose: str) -> None:
    """Remember a wrong try; five lock for five minutes."""
    lock = _lock_row(name, purpose)
    lock.failures += 1
    if lock.failures >= _MAX_FAILURES:
        lock.failures, lock.locked_until = 0, clock.now() + _LOCK


def _refuse_while_locked(row: EmailLock) -> None:
    if row.locked_until and row.locked_until > clock.now():
        raise locked(row.locked_until - clock.now())


def locked(remaining: timedelta) -> Locked:
    """Return the refusal that says how long to wait."""
    minutes = max(1, -(-int(remaining.total_seconds()) // 60))
    return Locked(
        Text(
            "Đã nhập sai 5 lần. Vui lòng thử lại sau {n} phút.",
            "Five wrong tries. Please try again in {n} min.",
        ).fill(n=minutes)
    )

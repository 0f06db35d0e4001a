"""Sign-in of staff: password, then a one-time code of an authenticator app."""

from datetime import timedelta

from sqlalchemy import select, update

from app import clock
from app.database import changed_rows
from app.errors import Refused
from app.extensions import db
from app.models import User
from app.security import keys, passwords, two_factor
from app.services.codes import count_wrong, locked, refuse_while_locked
from workflows import Text

_MAX_FAILURES = 5
_LOCK = timedelta(minutes=5)
_WRONG = Text(
    "Tên đăng nhập hoặc mật khẩu không đúng.", "The user name or the password is not right."
)
WRONG_CODE = Text(
    "Mã không đúng hoặc đã dùng. Nhập mã đang hiển thị trong ứng dụng xác thực.",
    "The code is wrong or was used. Enter the one your authenticator shows now.",
)


def check_password(username: str, password: str, *, client: str = "") -> User | None:
    """Return the person whose password this is, or None; unknown and wrong look the same.

    Wrong tries are counted by name and by who tries, known name or not: a stranger can lock
    himself out of a name, but not its owner, who still has the one-time code in front of him.
    Raises Locked. The caller commits also when the answer is no.
    """
    user = find(username)
    who = f"{_normal(username)} {client}"
    refuse_while_locked(who, "staff")
    is_right = passwords.verify(user.password_hash if user else None, password)
    if user is None or not user.is_active or not is_right:
        count_wrong(who, "staff")
        return None
    return user


def wrong_password() -> Refused:
    """Return the one refusal of a sign-in."""
    return Refused(_WRONG)


def enrol(user: User) -> str:
    """Return the authenticator secret of somebody who has none confirmed yet."""
    if user.totp_secret is None:
        user.totp_secret = keys.encrypt(two_factor.new_secret())
    return keys.decrypt(user.totp_secret)


def is_enrolled(user: User) -> bool:
    """Tell whether the authenticator was confirmed with a first code."""
    return user.totp_last_step > 0


def check_code(user: User, code: str) -> bool:
    """Tell whether the code is right and spend its time step. Raises Locked.

    The step is spent by a conditional update, so that one code opens one session.
    """
    if user.locked_until and user.locked_until > clock.now():
        raise locked(user.locked_until - clock.now())
    if user.totp_secret is None:
        return False
    digits = "".join(c for c in code if c.isascii() and c.isdigit())
    step = two_factor.matching_step(keys.decrypt(user.totp_secret), digits, clock.now())
    if step is not None:
        spent = db.session.execute(
            update(User)
            .where(User.id == user.id, User.totp_last_step < step)
            .values(totp_last_step=step, failures=0, locked_until=None)
        )
        if changed_rows(spent) == 1:
            return True
    _count_failure(user)
    return False


def _count_failure(user: User) -> None:
    db.session.execute(update(User).where(User.id == user.id).values(failures=User.failures + 1))
    db.session.refresh(user)
    if user.failures >= _MAX_FAILURES:
        user.failures, user.locked_until = 0, clock.now() + _LOCK


def find(username: str) -> User | None:
    """Return the person of a name, written as people write it."""
    return db.session.scalars(select(User).where(User.username == _normal(username))).first()


def _normal(username: str) -> str:
    return username.strip().lower()[:100]

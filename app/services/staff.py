"""Sign-in of staff: password, then a one-time code of an authenticator app."""

from sqlalchemy import select, update

from app import clock
from app.database import changed_rows
from app.errors import Refused
from app.extensions import db
from app.models import User
from app.security import keys, passwords, two_factor
from app.services import tries
from app.services.codes import count_wrong, refuse_while_locked
from workflows import Text

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
    if passwords.is_outdated(user.password_hash):
        # Costs rise with the years; only now is the password here to be hashed anew.
        user.password_hash = passwords.hash_password(password)
    return user


def wrong_password() -> Refused:
    """Return the one refusal of a sign-in."""
    return Refused(_WRONG)


def enrol(user: User) -> None:
    """Make a new authenticator secret for somebody who has none confirmed yet.

    A new one each time: whoever saw the last one with a password alone knows nothing of it.
    """
    user.totp_secret = keys.encrypt(two_factor.new_secret())


def secret_of(user: User) -> str:
    """Return the authenticator secret that waits for its first code; "" for none."""
    if user.totp_secret is None or is_enrolled(user):
        return ""
    return keys.decrypt(user.totp_secret)


def is_enrolled(user: User) -> bool:
    """Tell whether the authenticator was confirmed with a first code."""
    return user.totp_last_step > 0


def check_code(user: User, code: str) -> bool:
    """Tell whether the code of the authenticator is right and spend its time step. Raises Locked.

    The step is spent by a conditional update, so that one code opens one session.
    The caller commits also when the answer is no.
    """
    tries.hold(user)
    if user.totp_secret is None:
        return False
    digits = "".join(c for c in code if c.isascii() and c.isdigit())
    step = two_factor.matching_step(keys.decrypt(user.totp_secret), digits, clock.now())
    if step is not None:
        spent = db.session.execute(
            update(User)
            .where(User.id == user.id, User.totp_last_step < step)
            .values(totp_last_step=step)
        )
        if changed_rows(spent) == 1:
            tries.right(user)
            return True
    tries.wrong(user)
    return False


def find(username: str) -> User | None:
    """Return the person of a name, written as people write it."""
    return db.session.scalars(select(User).where(User.username == _normal(username))).first()


def _normal(username: str) -> str:
    return username.strip().lower()[:100]

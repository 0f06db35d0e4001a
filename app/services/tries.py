"""Wrong codes of a person, whatever the factor: five lock for five minutes (rule O3), and
a hundred in a row until an administrator resets them.

Five tries, five minutes, for ever, would still be 1,440 guesses a day; the cap leaves
a guesser 0.03 % in all. The counters are columns, so they outlive processes and restarts.
"""

from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.errors import Locked
from app.extensions import db
from app.models import User
from app.security.actors import staff as actor_of
from app.services import audit
from app.services.codes import locked
from workflows import Text

MAX_FAILURES = 5
LOCK = timedelta(minutes=5)
CAP = 100


def one_at_a_time(user: User) -> None:
    """Lock the row of a person to the end of the transaction and read it anew."""
    db.session.scalars(
        select(User)
        .where(User.id == user.id)
        .with_for_update(of=User, key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def hold(user: User) -> None:
    """Judge tries of one person one after another. Raises Locked.

    Of a hundred guesses sent at the same moment, the sixth already meets the lock.
    """
    one_at_a_time(user)
    if user.wrong_in_a_row >= CAP:
        raise Locked(
            Text(
                "Đã nhập sai mã 100 lần liên tiếp nên xác thực hai lớp bị khóa. Ông/Bà đề nghị"
                " quản trị viên hệ thống của cơ quan đặt lại.",
                "A hundred wrong codes in a row have locked the second step. Please ask the"
                " system administrator of your department to reset it.",
            )
        )
    if user.locked_until and user.locked_until > clock.now():
        raise locked(user.locked_until - clock.now())


def wrong(user: User) -> None:
    """Count a wrong code; the caller holds the person and commits."""
    user.failures += 1
    user.wrong_in_a_row += 1
    if user.failures >= MAX_FAILURES:
        user.failures, user.locked_until = 0, clock.now() + LOCK
    if user.wrong_in_a_row == CAP:
        audit.record("factor_locked", actor_of(user), f"user:{user.username}")


def right(user: User) -> None:
    """Forget the wrong ones; the caller holds the person."""
    user.failures, user.locked_until, user.wrong_in_a_row = 0, None, 0

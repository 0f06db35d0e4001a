"""The one-time code once more before what binds or leaves the house (rule O1).

A proof belongs to one session and one purpose, and is worth a few minutes.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from flask import current_app
from sqlalchemy import select

from app import clock
from app.database import insert_into
from app.errors import CodeNeeded
from app.extensions import db
from app.models import Proof, User
from app.security import sessions
from app.security.actors import staff as actor_of
from app.services import audit, factors, sent_codes
from app.services.factors import Factor
from workflows import Text


class Purpose(StrEnum):
    """What a code is asked for again."""

    SIGN = "sign"
    ISSUE = "issue"
    EXPORT = "export"
    # Name, birth date, ID number, address of a person.
    SENSITIVE = "sensitive"
    RIGHTS = "rights"
    # Data that have been kept long enough, for good.
    ERASE = "erase"
    # The person's own second factors.
    FACTORS = "factors"


LABELS: Mapping[Purpose, Text] = {
    Purpose.SIGN: Text("ký văn bản", "signing"),
    Purpose.ISSUE: Text("cấp số và phát hành văn bản", "numbering and issuing a letter"),
    Purpose.EXPORT: Text("kết xuất dữ liệu", "exporting data"),
    Purpose.SENSITIVE: Text("sửa thông tin nhạy cảm", "changing sensitive data"),
    Purpose.RIGHTS: Text("thay đổi quyền của người dùng", "changing somebody's rights"),
    Purpose.ERASE: Text("xóa dữ liệu hết hạn lưu giữ", "erasing data past their time"),
    Purpose.FACTORS: Text("thay đổi xác thực hai lớp", "changing your second factors"),
}


def lifetime() -> timedelta:
    """Return how long a proof counts."""
    return timedelta(minutes=current_app.config["VANTHU"].step_up_minutes)


def is_fresh(purpose: Purpose) -> bool:
    """Tell whether this session gave a code for this purpose a moment ago."""
    session = sessions.staff_session()
    return (
        session is not None
        and db.session.scalars(
            select(Proof.id).where(
                Proof.sign_in_id == session.id,
                Proof.purpose == purpose,
                Proof.at > clock.now() - lifetime(),
            )
        ).first()
        is not None
    )


def offered(user: User, purpose: Purpose) -> list[Factor]:
    """Return how a person may prove themselves again.

    A recovery code is for the day a factor is lost: it opens the desk and the page where
    factors are replaced, but neither signs nor exports.
    """
    return [
        factor
        for factor in factors.offered(user)
        if factor is not Factor.RECOVERY or purpose is Purpose.FACTORS
    ]


def prove(purpose: Purpose, typed: str, factor: Factor = Factor.TOTP) -> None:
    """Take a code for a purpose. Raises CodeNeeded for a wrong one, Locked after five.

    The caller commits also when the answer is no, so that wrong tries count.
    """
    user = sessions.current_user()
    is_right = (
        user is not None
        and factor in offered(user, purpose)
        and factors.check(user, factor, purpose, typed)
    )
    if user is None or not is_right:
        if user is not None:
            audit.record("code_refused", actor_of(user), details={"purpose": purpose})
        raise CodeNeeded(purpose, factors.WRONG[factor])
    grant(purpose)
    audit.record("confirmed", actor_of(user), details={"purpose": purpose, "factor": factor})


def send(purpose: Purpose, factor: Factor) -> None:
    """Send a code for a purpose to this session. Raises Locked."""
    user = sessions.current_user()
    if user is not None and factor in offered(user, purpose) and factor in factors.SENT:
        sent_codes.send(user, factor, purpose, LABELS[purpose])


def grant(purpose: Purpose) -> None:
    """Remember that this session has just proved itself for a purpose."""
    session = sessions.staff_session()
    if session is None:
        return
    now = clock.now()
    db.session.execute(
        insert_into(db.engine, Proof)
        .values(sign_in_id=session.id, purpose=purpose, at=now)
        .on_conflict_do_update(index_elements=[Proof.sign_in_id, Proof.purpose], set_={"at": now})
    )

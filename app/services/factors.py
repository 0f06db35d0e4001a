"""The second factors of a person: which they have, whether what was given is right, changes."""

from collections.abc import Mapping
from enum import StrEnum

from flask import current_app
from sqlalchemy import delete

from app import clock
from app.errors import Refused
from app.extensions import db
from app.models import Passkey, RecoveryCode, User
from app.security import keys
from app.security.actors import Actor
from app.security.actors import staff as actor_of
from app.services import audit, mails, passkeys, recovery, sent_codes, staff, tries
from workflows import FieldError, Text, validators


class Factor(StrEnum):
    """A way to pass the second step, the strongest first."""

    PASSKEY = "passkey"
    TOTP = "totp"
    SMS = "sms"
    MAIL = "mail"
    RECOVERY = "recovery"


_ADDED = Text("thêm {way}", "added: {way}")
_REMOVED = Text("gỡ {way}", "removed: {way}")
_CODES_MADE = Text("tạo bộ mã khôi phục mới", "made new recovery codes")
_RESET = Text("đặt lại toàn bộ (do quản trị viên)", "all reset (by an administrator)")
LABELS: Mapping[Factor, Text] = {
    Factor.PASSKEY: Text("khóa truy cập (passkey)", "passkey"),
    Factor.TOTP: Text("ứng dụng xác thực", "authenticator app"),
    Factor.SMS: Text("mã qua tin nhắn SMS", "code by SMS"),
    Factor.MAIL: Text("mã qua thư điện tử", "code by e-mail"),
    Factor.RECOVERY: Text("mã khôi phục", "recovery code"),
}
WRONG: Mapping[Factor, Text] = {
    Factor.PASSKEY: Text(
        "Không xác nhận được khóa truy cập. Ông/Bà thử lại hoặc dùng cách khác.",
        "The passkey was not confirmed. Please try again or use another way.",
    ),
    Factor.TOTP: staff.WRONG_CODE,
    Factor.SMS: Text(
        "Mã không đúng, đã dùng hoặc đã hết hiệu lực. Kiểm tra tin nhắn mới nhất hoặc gửi mã mới.",
        "The code is wrong, was used or has expired. Check the newest message or ask for a new"
        " code.",
    ),
    Factor.MAIL: Text(
        "Mã không đúng, đã dùng hoặc đã hết hiệu lực. Kiểm tra thư mới nhất hoặc gửi mã mới.",
        "The code is wrong, was used or has expired. Check the newest mail or ask for a new code.",
    ),
    Factor.RECOVERY: Text(
        "Mã khôi phục không đúng hoặc đã dùng. Nhập nguyên một mã, ví dụ: 03-abcde-fghjk.",
        "The recovery code is wrong or was used. Enter one whole code, such as 03-abcde-fghjk.",
    ),
}
_SIX_DIGITS = Text("Nhập mã xác thực gồm 6 chữ số.", "Enter the one-time code, which has 6 digits.")
# Nothing was given: that is no guess, and counts as none.
MISSING: Mapping[Factor, Text] = {
    Factor.PASSKEY: WRONG[Factor.PASSKEY],
    Factor.TOTP: _SIX_DIGITS,
    Factor.SMS: _SIX_DIGITS,
    Factor.MAIL: _SIX_DIGITS,
    Factor.RECOVERY: Text(
        "Nhập nguyên một mã khôi phục, ví dụ: 03-abcde-fghjk.",
        "Enter one whole recovery code, such as 03-abcde-fghjk.",
    ),
}
SENT = (Factor.SMS, Factor.MAIL)
# What stays when a phone is lost, or reaches a mailbox that a password opens, is none of them.
_STRONG = (Factor.PASSKEY, Factor.TOTP, Factor.SMS)


def sends_sms() -> bool:
    """Tell whether this installation has a gateway."""
    return bool(current_app.config["VANTHU"].sms_with != "off")


def has_mobile(user: User) -> bool:
    """Tell whether the number on record takes SMS (rule O2)."""
    try:
        validators.mobile(user.phone)
    except FieldError:
        return False
    return True


def enrolled(user: User) -> list[Factor]:
    """Return the factors a person has proved, the strongest first."""
    has = {
        Factor.PASSKEY: passkeys.count(user) > 0,
        Factor.TOTP: staff.is_enrolled(user),
        Factor.SMS: sends_sms() and user.phone_confirmed_at is not None and has_mobile(user),
    }
    return [factor for factor in _STRONG if has[factor]]


def offered(user: User) -> list[Factor]:
    """Return every way to pass the second step, the one they chose first.

    Without an enrolled factor there is none: an e-mail code or a paper alone opens nothing.
    """
    own = enrolled(user)
    if not own:
        return []
    # ASVS 6.3.6: e-mail is no factor, for the mailbox falls with the same stolen password.
    # Departments whose people have neither phone nor key at hand switch it on knowingly.
    if current_app.config["VANTHU"].staff_email_codes:
        own.append(Factor.MAIL)
    if recovery.left(user):
        own.append(Factor.RECOVERY)
    return sorted(own, key=lambda factor: factor != user.preferred_factor)


def check(user: User, factor: Factor, purpose: str, typed: str) -> bool:
    """Tell whether what was given is right, and spend it. Raises Locked.

    The caller commits also when the answer is no, so that wrong tries count.
    """
    if factor not in offered(user):
        return False
    match factor:
        case Factor.PASSKEY:
            return passkeys.check(user, purpose, typed)
        case Factor.TOTP:
            return staff.check_code(user, typed)
        case Factor.RECOVERY:
            if not recovery.spend(user, typed):
                return False
            _tell_recovery_used(user)
            return True
        case _:
            return sent_codes.spend(user, factor, purpose, typed) is not None


def _tell_recovery_used(user: User) -> None:
    left = recovery.left(user)
    audit.record("recovery_used", actor_of(user), f"user:{user.username}", {"left": left})
    _mail(user, "recovery_used", left=left)


def _mail(user: User, name: str, **context: object) -> None:
    context["at"] = clock.now()
    mails.queue(name, user.email, once=f"{name}:{keys.nonce()}", context=context)


def announce_added(user: User, factor: Factor) -> None:
    """Note and tell by mail that a factor was added."""
    audit.record("factor_added", actor_of(user), f"user:{user.username}", {"factor": factor})
    _mail(user, "factor_changed", what=_ADDED.fill(way=LABELS[factor]))


def make_recovery(user: User) -> list[str]:
    """Return new recovery codes, to be shown once, and tell their owner by mail."""
    _mail(user, "factor_changed", what=_CODES_MADE)
    return recovery.make(user)


def confirm_phone(user: User, number: str) -> None:
    """Keep a number that a code has proved, as a factor."""
    user.phone = number
    user.phone_confirmed_at = clock.now()
    announce_added(user, Factor.SMS)


def prefer(user: User, factor: Factor) -> None:
    """Ask for a factor first from now on."""
    if factor in enrolled(user):
        user.preferred_factor = factor
        audit.record(
            "factor_preferred", actor_of(user), f"user:{user.username}", {"factor": factor}
        )


def remove(user: User, factor: Factor, *, passkey_id: int = 0) -> None:
    """Take a factor away; raises Refused for the last one."""
    tries.one_at_a_time(user)  # or two windows would each take one of the last two
    own = enrolled(user)
    if factor not in own:
        return
    is_whole = factor is not Factor.PASSKEY or passkeys.count(user) == 1
    if is_whole and own == [factor]:
        raise Refused(
            Text(
                "Đây là cách xác thực cuối cùng nên chưa gỡ được. Ông/Bà thêm cách khác trước.",
                "This is your last second factor. Please add another one first.",
            )
        )
    match factor:
        case Factor.TOTP:
            user.totp_secret, user.totp_last_step = None, 0
        case Factor.SMS:
            user.phone_confirmed_at = None
        case _ if not passkeys.remove(user, passkey_id):
            return
    if is_whole and user.preferred_factor == factor:
        user.preferred_factor = ""
    audit.record("factor_removed", actor_of(user), f"user:{user.username}", {"factor": factor})
    _mail(user, "factor_changed", what=_REMOVED.fill(way=LABELS[factor]))


def reset(user: User, actor: Actor) -> None:
    """Forget every factor and every wrong try: the next sign-in begins like the first one."""
    user.totp_secret, user.totp_last_step = None, 0
    user.phone_confirmed_at, user.preferred_factor = None, ""
    user.failures, user.locked_until, user.wrong_in_a_row = 0, None, 0
    for table in (Passkey, RecoveryCode):
        db.session.execute(delete(table).where(table.user_id == user.id))
    audit.record("factors_reset", actor, f"user:{user.username}")
    _mail(user, "factor_changed", what=_RESET)

"""Password hashing (argon2id), and the rules a password of the staff must meet."""

import secrets
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from app.security import guessing
from workflows import Text

# OWASP's second recommendation: 19 MiB, 2 passes; half the cost of the library's default
# at no weaker standing. Two at a time, so that a rush of sign-ins cannot eat the memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SLOTS = BoundedSemaphore(2)

LONGEST = 200
"""Longer ones are not passwords but attempts to keep the hashing busy."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is asked of a password, and for how long it serves."""

    least: int
    needs_classes: bool
    # 0: it serves until somebody else may know it.
    months: int
    # So many earlier ones, the present one among them, do not come back.
    remembered: int


# `so-y-te`: rule A3 of the health authorities (seeds 000 and 002, QĐ 326/QĐ-BYT Art. 8).
# `nist`: SP 800-63B-4, which asks for length and forbids classes of characters and rotation.
# Both lengths may be set, down to 8: a password of ours never stands without a second factor.
# The shortest one, and whether classes of characters and rotation are asked for.
_PROFILES = {"so-y-te": (8, True), "nist": (15, False)}

_CLASSES: Mapping[Text, Callable[[str], bool]] = {
    Text("chữ in hoa", "an upper case letter"): str.isupper,
    Text("chữ thường", "a lower case letter"): str.islower,
    Text("chữ số", "a digit"): str.isdigit,
    Text("ký tự đặc biệt (ví dụ: # - ? !)", "a special character (such as # - ? !)"): (
        lambda c: not c.isalnum() and not c.isspace()
    ),
}


def policy() -> Policy:
    """Return the rules of this installation."""
    config = current_app.config["VANTHU"]
    least, has_classes = _PROFILES[config.password_profile]
    return Policy(
        least=config.password_min or least,
        needs_classes=has_classes,
        months=config.password_months if has_classes else 0,
        remembered=config.password_history,
    )


def _normal(password: str) -> str:
    # One keyboard sends «ế» as one character, another as three: both are the same password.
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """Return an argon2id hash."""
    with _SLOTS:
        return _HASHER.hash(_normal(password))


# Verified against when the user does not exist, so that both answers take the same time.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))


def verify(stored: str | None, password: str) -> bool:
    """Tell whether the password matches, in the same time for an unknown user."""
    with _SLOTS:
        try:
            _HASHER.verify(stored or _NOBODY, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Tell whether a hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(stored)


def weakness(password: str, *, about: Collection[str] = ()) -> Text | None:
    """Say what to change about a new password, by the policy of this installation.

    `about` is what anybody may know of the person: names, e-mail, unit, body.
    """
    password = _normal(password)
    rules = policy()
    if len(password) < rules.least:
        return Text(
            "Mật khẩu cần ít nhất {n} ký tự; mật khẩu vừa nhập có {m} ký tự.",
            "A password needs at least {n} characters; this one has {m}.",
        ).fill(n=rules.least, m=len(password))
    if len(password) > LONGEST:
        return Text(
            "Mật khẩu có nhiều nhất {n} ký tự; Ông/Bà rút ngắn lại.",
            "A password has at most {n} characters; please shorten it.",
        ).fill(n=LONGEST)
    missing = [name for name, test in _CLASSES.items() if not any(map(test, password))]
    if rules.needs_classes and missing:
        return Text(
            f"Mật khẩu còn thiếu: {', '.join(missing)}.",
            f"The password still lacks {', '.join(m.en for m in missing)}.",
        )
    return guessing.weakness(password, about)


def is_leaked(password: str) -> bool:
    """Tell whether a password is known to the lists of leaked ones."""
    return guessing.is_known(_normal(password))


def random_password() -> str:
    """Return a 14-character first password of all four classes, without look-alikes.

    For accounts of other systems: rule A3 holds there whatever our own policy is.
    """
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789#%+=@"
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(14))
        if all(any(map(test, password)) for test in _CLASSES.values()):
            return password

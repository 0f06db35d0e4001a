"""Password hashing (argon2id) and the rules a password must meet."""

import secrets
import string
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from workflows import Text

# OWASP's second recommendation: 19 MiB, 2 passes; half the cost of the library's default
# at no weaker standing. Two at a time, so that a rush of sign-ins cannot eat the memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SLOTS = BoundedSemaphore(2)
_CLASSES = (string.ascii_uppercase, string.ascii_lowercase, string.digits)


def hash_password(password: str) -> str:
    """Return an argon2id hash."""
    with _SLOTS:
        return _HASHER.hash(password)


# Verified against when the user does not exist, so that both answers take the same time.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))


def verify(stored: str | None, password: str) -> bool:
    """Tell whether the password matches, in the same time for an unknown user."""
    with _SLOTS:
        try:
            _HASHER.verify(stored or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def weakness(password: str) -> Text | None:
    """Say what a password lacks by the rules of the health authorities (rule A3)."""
    special = [c for c in password if not c.isalnum() and not c.isspace()]
    has_all = all(any(c in chars for c in password) for chars in _CLASSES)
    if len(password) >= 8 and has_all and special:
        return None
    return Text(
        "Mật khẩu cần ít nhất 8 ký tự, gồm chữ in hoa, chữ thường, chữ số và ký tự đặc biệt.",
        "A password needs at least 8 characters with upper and lower case letters, a digit and"
        " a special character.",
    )


def random_password() -> str:
    """Return a 14-character first password that meets the rules, without look-alikes."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789#%+=@"
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(14))
        if weakness(password) is None:
            return password

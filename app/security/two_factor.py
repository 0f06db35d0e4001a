"""Time-based one-time codes; pure, the moment is a parameter."""

from datetime import datetime

import pyotp
from pyotp import OTPVerificationError

ISSUER = "Văn Thư"


def new_secret() -> str:
    """Return a fresh 160-bit secret."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, username: str) -> str:
    """Return the otpauth:// address an authenticator app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def matching_step(secret: str, code: str, moment: datetime) -> int | None:
    """Return the time step a code belongs to (one step of clock drift each way), or None.

    The caller must spend the step: the same code verifies again within its window.
    """
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=moment, valid_window=1)
    except OTPVerificationError:
        return None

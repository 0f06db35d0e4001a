"""Everything derived from the one key outside the database."""

import base64
import hashlib
import hmac
import secrets
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


@cache
def _subkey(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(
        secret.encode()
    )


def _key(purpose: str) -> bytes:
    return _subkey(str(current_app.config["SECRET_KEY"]), purpose)


def nonce() -> str:
    """Return 128 random bits for a row whose code or token is derived on demand."""
    return secrets.token_urlsafe(16)


def derived_token(purpose: str, nonce: str) -> str:
    """Return the 256-bit token that belongs to a nonce."""
    mac = hmac.digest(_key(f"token:{purpose}"), nonce.encode(), "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def derived_code(purpose: str, nonce: str) -> str:
    """Return the six digits that belong to a nonce."""
    mac = hmac.digest(_key(f"code:{purpose}"), nonce.encode(), "sha256")
    return f"{int.from_bytes(mac[:8], 'big') % 1_000_000:06d}"


def token_hash(token: str) -> str:
    """Return what may be stored of a token of 128 bits or more."""
    return hashlib.sha256(token.encode()).hexdigest()


def encrypt(clear: str) -> str:
    """Return text that only this installation can read."""
    return Fernet(base64.urlsafe_b64encode(_key("encrypt"))).encrypt(clear.encode()).decode()


def decrypt(sealed: str) -> str:
    """Return the clear text; raise ValueError when the key is another one."""
    try:
        return Fernet(base64.urlsafe_b64encode(_key("encrypt"))).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError("sealed with another key") from None

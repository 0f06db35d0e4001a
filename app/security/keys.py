"""Everything derived from the one key outside the database."""

import base64
import hashlib
import hmac
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

_MARK = b"VTS1"


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


def mac(purpose: str, text: str) -> str:
    """Return a seal over text that needs the key to be made."""
    return hmac.digest(_key(f"mac:{purpose}"), text.encode(), "sha256").hex()


def signing_key(purpose: str) -> Ed25519PrivateKey:
    """Return the key that signs for this installation; its public half proves it elsewhere."""
    return Ed25519PrivateKey.from_private_bytes(_key(f"sign:{purpose}"))


def blind(purpose: str, text: str) -> str:
    """Return what an encrypted value is looked up by: the same for the same text, says nothing."""
    return mac(f"blind:{purpose}", text)[:32]


# --- at rest: the keys of DATA_KEYS, the newest first; without any, one derived from SECRET_KEY ---


@cache
def _data_keys(secret: str, named: tuple[str, ...]) -> tuple[bytes, ...]:
    made = tuple(_subkey(key, "data") for key in named)
    return (*made, _subkey(secret, "encrypt"))


def _ring() -> tuple[bytes, ...]:
    named = current_app.config["VANTHU"].data_keys
    return _data_keys(str(current_app.config["SECRET_KEY"]), named)


@cache
def _fernets(ring: tuple[bytes, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in ring])


def encrypt(clear: str) -> str:
    """Return text that only this installation can read."""
    return _fernets(_ring()).encrypt(clear.encode()).decode()


def decrypt(sealed: str) -> str:
    """Return the clear text; raise ValueError when the key is another one."""
    try:
        return _fernets(_ring()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError("sealed with another key") from None


def renew(sealed: str) -> str:
    """Return the same text sealed with the newest key; raise ValueError for an unknown one."""
    try:
        return _fernets(_ring()).rotate(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError("sealed with another key") from None


def seal(content: bytes) -> bytes:
    """Return bytes that only this installation can read: mark, key, nonce, AES-256-GCM."""
    key, nonce = _ring()[0], secrets.token_bytes(12)
    head = _MARK + _key_id(key)
    return head + nonce + AESGCM(key).encrypt(nonce, content, head)


def unseal(sealed: bytes) -> bytes:
    """Return the content; raise ValueError when the key is another one or a byte was changed."""
    head, nonce = sealed[:12], sealed[12:24]
    key = next((k for k in _ring() if head == _MARK + _key_id(k)), None)
    if key is None:
        raise ValueError("sealed with another key")
    try:
        return AESGCM(key).decrypt(nonce, sealed[24:], head)
    except InvalidTag:
        raise ValueError("sealed bytes were changed") from None


def is_sealed(content: bytes) -> bool:
    """Tell whether bytes are what `seal` makes."""
    return content.startswith(_MARK)


def is_newest(sealed: bytes) -> bool:
    """Tell whether bytes are sealed with the newest key."""
    return sealed[:12] == _MARK + _key_id(_ring()[0])


# --- the same as text, for columns: 16 characters say which key, so that a database can count ---

_HEAD = 16
_TEXT_MARK = base64.urlsafe_b64encode(_MARK).decode()[:5]


def seal_text(clear: str) -> str:
    """Return text that only this installation can read, the key named in its first characters."""
    return base64.urlsafe_b64encode(seal(clear.encode())).decode()


def unseal_text(sealed: str) -> str:
    """Return the clear text; raise ValueError when the key is another one or it was changed."""
    return unseal(base64.urlsafe_b64decode(sealed)).decode()


def is_sealed_text(text: str) -> bool:
    """Tell whether text is what `seal_text` makes."""
    return len(text) > _HEAD and text.startswith(_TEXT_MARK)


def is_newest_text(sealed: str) -> bool:
    """Tell whether text is sealed with the newest key."""
    newest = base64.urlsafe_b64encode(_MARK + _key_id(_ring()[0])).decode()
    return sealed.startswith(newest)


def is_encrypted_newest(sealed: str) -> bool:
    """Tell whether what `encrypt` made was made with the newest key."""
    try:
        _fernets(_ring()[:1]).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"id" + key).digest()[:8]

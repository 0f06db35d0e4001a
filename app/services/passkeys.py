"""Passkeys (WebAuthn): a key pair on the person's device that answers to this address only."""

import json
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

import webauthn
from flask import current_app
from sqlalchemy import func, select
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor

from app import clock
from app.extensions import db
from app.models import FactorCode, Passkey, User
from app.security import keys
from app.security.two_factor import ISSUER
from app.services import sent_codes, tries
from app.services.codes import LIFETIME

CHANNEL = "passkey"
ADDING = "passkey"
_LONGEST_ANSWER = 20_000
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
T = TypeVar("T")


def _place() -> tuple[str, list[str]]:
    """Return the name keys are bound to, and the origins that may ask for them.

    A browser binds no key to an address of digits: a development machine is "localhost".
    """
    config = current_app.config["VANTHU"]
    parts = urlsplit(config.base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if parts.hostname not in _LOOPBACK or config.is_production:
        return parts.hostname or "", [origin]
    port = f":{parts.port}" if parts.port else ""
    return "localhost", [origin, f"{parts.scheme}://localhost{port}"]


def of(user: User) -> Sequence[Passkey]:
    """Return a person's passkeys, the oldest first."""
    return db.session.scalars(
        select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)
    ).all()


def count(user: User) -> int:
    """Return how many passkeys a person has."""
    return db.session.execute(select(func.count()).where(Passkey.user_id == user.id)).scalar_one()


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(p.credential_id))
        for p in of(user)
    ]


def _challenge(user: User, purpose: str) -> bytes:
    """Write down a new challenge of this session; the one before is dead. Raises Locked."""
    tries.hold(user)
    session = sent_codes.session_here()
    sent_codes.kill(session, CHANNEL, purpose)
    now = clock.now()
    code = FactorCode(
        user_id=user.id,
        sign_in_id=session.id,
        channel=CHANNEL,
        purpose=purpose,
        nonce=keys.nonce(),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    db.session.add(code)
    return _bytes_of(code)


def _bytes_of(code: FactorCode) -> bytes:
    return webauthn.base64url_to_bytes(keys.derived_token("passkey", code.nonce))


def ask(user: User, purpose: str) -> str:
    """Return, as JSON for the browser, what a passkey is asked to sign. Raises Locked."""
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=_place()[0],
            challenge=_challenge(user, purpose),
            allow_credentials=_descriptors(user),
        )
    )


def check(user: User, purpose: str, answer: str) -> bool:
    """Tell whether a passkey of this person signed the challenge. Raises Locked.

    A challenge is spent by the first answer, right or wrong; a counter that goes back is
    a copied key and is refused.
    """
    tries.hold(user)
    code = sent_codes.live(CHANNEL, purpose)
    key = _named_in(user, answer)
    if code is None or key is None:
        tries.wrong(user)
        return False
    code.spent_at = clock.now()
    rp_id, origins = _place()
    verified = _verified(
        lambda: webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_bytes_of(code),
            expected_rp_id=rp_id,
            expected_origin=origins,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    )
    if verified is None:
        tries.wrong(user)
        return False
    key.sign_count, key.used_at = verified.new_sign_count, clock.now()
    tries.right(user)
    return True


def _verified(verify: Callable[[], T]) -> T | None:
    try:
        return verify()
    except (WebAuthnException, ValueError, TypeError, LookupError):
        # Whatever a stranger sends: the library names its own refusals only.
        return None


def _named_in(user: User, answer: str) -> Passkey | None:
    if len(answer) > _LONGEST_ANSWER:
        return None
    try:
        name = json.loads(answer)["id"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return db.session.scalars(
        select(Passkey).where(Passkey.user_id == user.id, Passkey.credential_id == str(name))
    ).first()


def begin(user: User) -> str:
    """Return, as JSON for the browser, what a new passkey is made from."""
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=_place()[0],
            rp_name=ISSUER,
            user_name=user.username,
            # Not the row's number: it stays on the device, and says nothing there.
            user_id=keys.blind("passkey", str(user.id)).encode(),
            user_display_name=user.full_name,
            challenge=_challenge(user, ADDING),
            exclude_credentials=_descriptors(user),
        )
    )


def add(user: User, answer: str, name: str) -> bool:
    """Keep a new passkey; False when the answer does not fit the challenge."""
    code = sent_codes.live(CHANNEL, ADDING)
    if code is None or len(answer) > _LONGEST_ANSWER:
        return False
    code.spent_at = clock.now()
    rp_id, origins = _place()
    verified = _verified(
        lambda: webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_bytes_of(code),
            expected_rp_id=rp_id,
            expected_origin=origins,
        )
    )
    if verified is None:
        return False
    credential_id = bytes_to_base64url(verified.credential_id)
    known = select(Passkey.id).where(Passkey.credential_id == credential_id)
    if db.session.scalars(known).first() is not None:
        return False
    db.session.add(
        Passkey(
            user_id=user.id,
            credential_id=credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=name,
            created_at=clock.now(),
        )
    )
    db.session.flush()
    return True


def remove(user: User, passkey_id: int) -> bool:
    """Take one passkey away; False when it is not this person's."""
    key = db.session.scalars(
        select(Passkey).where(Passkey.user_id == user.id, Passkey.id == passkey_id)
    ).first()
    if key is not None:
        db.session.delete(key)
        db.session.flush()
    return key is not None

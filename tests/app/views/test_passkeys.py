"""Passkeys: added, used at both steps, and every answer that must not open anything."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Passkey
from tests.app.views.desk_walk import at_desk
from tests.app.views.second_steps import after_password
from tests.helpers import mails, user

ORIGIN = "http://localhost"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Device:
    """A software authenticator: one ES256 key, a counter, present and never attested."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential: bytes = b"credential of a test"
    counter: int = 0

    def _data(self, attested: bytes = b"") -> bytes:
        self.counter += 1
        flags = 0x41 if attested else 0x01
        rp = hashlib.sha256(b"localhost").digest()
        return rp + bytes([flags]) + self.counter.to_bytes(4, "big") + attested

    def _client(self, kind: str, options: Mapping[str, Any], origin: str) -> bytes:
        content = {"type": kind, "challenge": options["challenge"], "origin": origin}
        return json.dumps(content).encode()

    def _whole(self, response: Mapping[str, str]) -> str:
        name = b64(self.credential)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": response,
             "clientExtensionResults": {}}
        )  # fmt: skip

    def create(self, options: Mapping[str, Any]) -> str:
        point = self.key.public_key().public_numbers()
        x, y = (n.to_bytes(32, "big") for n in (point.x, point.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        size = len(self.credential).to_bytes(2, "big")
        data = self._data(bytes(16) + size + self.credential + public)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options, ORIGIN)
        return self._whole({"clientDataJSON": b64(client), "attestationObject": b64(attestation)})

    def get(self, options: Mapping[str, Any], origin: str = ORIGIN) -> str:
        client = self._client("webauthn.get", options, origin)
        data = self._data()
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._whole(
            {
                "clientDataJSON": b64(client),
                "authenticatorData": b64(data),
                "signature": b64(signature),
            }
        )


def with_passkey(app: Flask, username: str) -> Device:
    """Add a passkey through the real pages."""
    browser, device = at_desk(app, username), Device()
    options = browser.post("/desk/factors/passkey/options").get_json()
    done = browser.post(
        "/desk/factors/passkey", data={"name": "Khóa thử", "answer": device.create(options)}
    )
    assert done.status_code == 303, done.text
    return device


def asked(browser: FlaskClient) -> Any:
    return browser.post("/desk/code/passkey").get_json()


def answered(browser: FlaskClient, answer: str) -> int:
    return browser.post("/desk/code", data={"by": "passkey", "code": answer}).status_code


def test_a_passkey_opens_the_desk_and_confirms_an_act(app: Flask) -> None:
    device = with_passkey(app, "giang")
    with app.app_context():
        assert [m.recipient for m in mails("factor_changed")] == [user("giang").email]
    browser = after_password(app, "giang")
    assert answered(browser, device.get(asked(browser))) == 303
    assert "Khóa thử" in browser.get("/desk/factors").text

    options = browser.post("/desk/confirm/passkey?purpose=export").get_json()
    form = {"purpose": "export", "next": "/desk/tracking.xlsx", "otp_by": "passkey"}
    done = browser.post("/desk/confirm", data=form | {"otp": device.get(options)})
    assert done.status_code == 303


def test_an_answer_is_spent_once(app: Flask) -> None:
    device = with_passkey(app, "an")
    browser = after_password(app, "an")
    answer = device.get(asked(browser))
    assert answered(browser, answer) == 303

    assert answered(after_password(app, "an"), answer) == 422


def test_an_answer_is_bound_to_its_login(app: Flask) -> None:
    device = with_passkey(app, "an")
    owner, thief = after_password(app, "an"), after_password(app, "an")
    asked(thief)

    assert answered(thief, device.get(asked(owner))) == 422


def test_an_answer_given_to_a_lookalike_site_is_refused(app: Flask) -> None:
    device = with_passkey(app, "an")
    browser = after_password(app, "an")

    assert (
        answered(browser, device.get(asked(browser), origin="https://vanthu.evil.example")) == 422
    )


def test_a_copied_key_is_noticed_by_its_counter(app: Flask) -> None:
    device = with_passkey(app, "an")
    browser = after_password(app, "an")
    assert answered(browser, device.get(asked(browser))) == 303
    device.counter = 0

    browser = after_password(app, "an")
    assert answered(browser, device.get(asked(browser))) == 422


def test_somebody_elses_passkey_opens_nothing(app: Flask) -> None:
    device = with_passkey(app, "binh")
    with_passkey_of_an = Device(credential=b"another credential")
    browser = at_desk(app, "an")
    options = browser.post("/desk/factors/passkey/options").get_json()
    browser.post("/desk/factors/passkey", data={"answer": with_passkey_of_an.create(options)})
    browser = after_password(app, "an")

    assert answered(browser, device.get(asked(browser))) == 422


@pytest.mark.parametrize("answer", ["", "x", "[]", "{}", '{"id": 1}', "[" * 5000, "1" * 30_000])
def test_nonsense_is_a_wrong_try(app: Flask, answer: str) -> None:
    with_passkey(app, "an")
    browser = after_password(app, "an")
    asked(browser)

    assert answered(browser, answer) == 422


def test_a_known_credential_with_nonsense_beside_it(app: Flask) -> None:
    device = with_passkey(app, "an")
    for response in ({}, {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}):
        browser = after_password(app, "an")
        asked(browser)
        assert answered(browser, device._whole(response)) == 422


def test_one_of_two_passkeys_is_removed_by_its_owner_only(app: Flask) -> None:
    with_passkey(app, "an")
    with app.app_context():
        row = db.session.query(Passkey).one()
        number = row.id
    form = {"factor": "passkey", "passkey": str(number)}
    other = at_desk(app, "binh")
    other.post("/desk/factors/remove", data=form)
    with app.app_context():
        assert db.session.query(Passkey).count() == 1

    at_desk(app, "an").post("/desk/factors/remove", data=form)
    with app.app_context():
        assert db.session.query(Passkey).count() == 0

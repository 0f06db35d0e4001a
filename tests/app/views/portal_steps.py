"""What tests of the portal do as an applicant, through the real pages and without JavaScript."""

import io
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import workflows
from app import samples
from app.extensions import db
from app.security.actors import staff
from app.services import dossiers
from app.transaction import transaction
from tests.helpers import user, verify_email
from workflows import FieldType

KIND = "account_issuance"
EMAIL = "anbinh@example.vn"
SUPPLIED = {"reason": "Bản chụp mờ.", "missing": "Bản chụp rõ mặt sau", "note": "Nội bộ: xem kỹ"}


def answers(**changed: str) -> dict[str, str]:
    """Return a right answer for each field that is typed or chosen."""
    typed = {f.name: f.sample for f in workflows.get(KIND).fields if f.type is not FieldType.FILE}
    return typed | changed


def scan(name: str = "giấy chứng nhận.jpg") -> dict[str, Any]:
    """Return the one file the form cannot do without."""
    return {"licence_scan": (io.BytesIO(samples.licence_scan()), name)}


def begin(client: FlaskClient, email: str = EMAIL) -> str:
    """Verify an e-mail, begin a draft and return its key."""
    verify_email(client, email)
    return key_of(client.post(f"/apply/{KIND}/begin"))


def key_of(answer: TestResponse) -> str:
    """Return the key in the address a page led to."""
    assert answer.status_code == 303, answer.text
    parts = answer.location.split("/")
    return parts[parts.index("dossiers") + 1]


def save(client: FlaskClient, key: str, step: str = "next", **data: Any) -> TestResponse:
    """Send the form."""
    return client.post(f"/dossiers/{key}/form", data={"step": step, **data})


def submit(client: FlaskClient, email: str = EMAIL, **changed: str) -> str:
    """Go all the way from the e-mail to the receipt and return the key."""
    key = begin(client, email)
    assert save(client, key, **answers(**changed), **scan()).location.endswith("/review")
    answer = client.post(f"/dossiers/{key}/actions/submit")
    assert answer.location.endswith(f"/dossiers/{key}/receipt"), answer.text
    return key


def walk(app: Flask, key: str, *steps: tuple[str, str]) -> None:
    """Let staff take steps: (user name, action)."""
    with app.app_context():
        for name, action in steps:
            with transaction():
                dossiers.act(key, action, staff(user(name)), supplied=SUPPLIED)
        db.session.remove()


GRANT = (("an", "claim"), ("an", "propose_grant"), ("chi", "approve"), ("giang", "issue"))
REFUSAL = (("an", "claim"), ("an", "propose_refusal"), ("chi", "approve"), ("giang", "issue"))
ASK = (("an", "claim"), ("an", "ask_supplement"))

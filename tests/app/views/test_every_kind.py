"""Every request type, from its form to the letter in the outbox, through the real pages."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import workflows
from app import samples
from app.extensions import db
from app.models import Dossier, Letter, OutgoingMail
from app.services import outbox
from letters import LetterData
from tests.app.services.test_dossiers import GRANT, filed, walked
from tests.app.views.desk_walk import act, at_desk, state_of
from tests.app.views.portal_steps import key_of
from tests.helpers import verify_email
from workflows import FieldType, Role

KINDS = sorted(w.kind for w in workflows.filed_by(Role.APPLICANT))
EMAIL = "nguoinop@example.vn"
SAME = {"facility_name": "Nhà thuốc An Bình", "licence_no": "2101/ĐKKDD-LSO"}


def form_of(kind: str) -> dict[str, Any]:
    """Return what a person types, chooses and attaches, by the samples of the fields."""
    typed: dict[str, Any] = {}
    for field in workflows.get(kind).fields:
        if field.type is not FieldType.FILE:
            typed[field.name] = field.sample
        elif field.required:
            typed[field.name] = (io.BytesIO(samples.licence_scan()), f"{field.name}.jpg")
    return typed | SAME


@pytest.fixture
def submitted(app: Flask, client: FlaskClient, request: pytest.FixtureRequest) -> str:
    """File a request of a kind through the portal; return the code of the dossier."""
    kind: str = request.param
    if ("account" in kind and kind != "account_issuance") or kind == "password_reset":
        with app.app_context():  # these are about an account that was granted before
            walked(filed(EMAIL), *GRANT)
            db.session.remove()
    verify_email(client, EMAIL)
    page = client.get(f"/apply/{kind}")
    assert page.status_code == 200
    assert workflows.get(kind).title in page.text
    key = key_of(client.post(f"/apply/{kind}/begin"))
    assert client.get(f"/dossiers/{key}/form").status_code == 200
    sent = client.post(f"/dossiers/{key}/form", data={"step": "next", **form_of(kind)})
    assert sent.status_code == 303, sent.text
    assert client.get(f"/dossiers/{key}/review").status_code == 200
    assert client.post(f"/dossiers/{key}/actions/submit").location.endswith("/receipt")
    with app.app_context():
        return str(db.session.scalars(select(Dossier.code).where(Dossier.key == key)).one())


def kind_of(app: Flask, key: str) -> str:
    """Return the request type of a dossier."""
    with app.app_context():
        return db.session.scalars(select(Dossier.kind).where(Dossier.key == key)).one()


def last_letter(app: Flask, code: str) -> LetterData:
    """Return the letter of the last mail, rendered as the worker would."""
    with app.app_context():
        mail = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
        assert mail is not None
        assert mail.recipient == EMAIL
        assert mail.letter_id is not None
        letter = outbox.ensure_pdf(mail.letter_id)
        assert isinstance(letter, Letter)
        assert letter.pdf_sha256
        data = LetterData.from_json(letter.data)
        assert data.facts["dossier_code"] == code
        return data


@pytest.mark.parametrize("submitted", KINDS, indirect=True)
def test_it_is_granted_with_its_letter(app: Flask, submitted: str) -> None:
    for name, action in GRANT:
        answer = act(at_desk(app, name), submitted, action, assigned_code="20A01")
        assert answer.status_code == 303, answer.text

    assert state_of(app, submitted) == "granted"
    data = last_letter(app, submitted)
    assert (data.number or 0) >= 1
    with app.app_context():
        subject = db.session.scalars(select(Dossier.subject).where(Dossier.code == submitted)).one()
    assert data.addressees == (subject,)


@pytest.mark.parametrize("submitted", KINDS, indirect=True)
def test_it_is_refused_with_the_reason(app: Flask, submitted: str) -> None:
    for name, action in (
        ("an", "claim"),
        ("an", "propose_refusal"),
        ("dung", "approve"),
        ("giang", "issue"),
    ):
        assert act(at_desk(app, name), submitted, action).status_code == 303

    assert state_of(app, submitted) == "refused"
    assert "hết hiệu lực" in str(last_letter(app, submitted).facts["reason"])


@pytest.mark.parametrize("submitted", KINDS, indirect=True)
def test_it_is_supplemented(app: Flask, client: FlaskClient, submitted: str) -> None:
    officer = at_desk(app, "an")
    for action in ("claim", "ask_supplement"):
        assert act(officer, submitted, action).status_code == 303
    assert last_letter(app, submitted).facts["missing"] == ("Bản chụp rõ",)

    with app.app_context():
        key = db.session.scalars(select(Dossier.key).where(Dossier.code == submitted)).one()
    assert "Bản chụp rõ" in client.get(f"/dossiers/{key}/form").text
    changed = form_of(kind_of(app, key)) | {"custodian_phone": "0911222333"}
    assert client.post(f"/dossiers/{key}/form", data={"step": "next", **changed}).status_code == 303
    assert client.post(f"/dossiers/{key}/actions/supplement").status_code == 303
    assert state_of(app, submitted) == "in_review"

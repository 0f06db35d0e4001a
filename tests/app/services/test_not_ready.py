"""A letter with something wrong in it is neither signed nor numbered, and the page says what."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import samples
from app.errors import NotReady
from app.extensions import db
from app.models import BookEntry, Dossier, Letter
from app.security.actors import staff
from app.services import dossiers
from app.transaction import transaction
from letters import LetterData, fonts
from tests.helpers import dossier, mails, sign_in, user

PASSWORD = "Mật khẩu: Hoa@2026x"
SAYS = {"note": "", "missing": "Bản chụp rõ", "assigned_code": "20A01"}


def filed() -> str:
    return samples.submit_sample("Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")


def step(key: str, name: str, action: str, reason: str = "Giấy tờ đã hết hiệu lực.") -> None:
    with transaction():
        dossiers.act(key, action, staff(user(name)), supplied={"reason": reason, **SAYS})


def refused(key: str, name: str, action: str, reason: str = "") -> str:
    before = _everything(key)
    with pytest.raises(NotReady) as error:
        step(key, name, action, reason)
    assert _everything(key) == before
    return error.value.message + error.value.message.en


def _everything(key: str) -> tuple[object, ...]:
    found: Dossier = dossier(key)
    letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    return (
        (found.state, found.version, len(found.events)),
        [(x.kind, x.state, x.data, x.signer_id, x.signed_at) for x in letters],
        [(e.number, e.letter_id) for e in db.session.scalars(select(BookEntry))],
        [m.name for m in mails()],
    )


def spoil(key: str, **changes: object) -> None:
    """Change the waiting letter behind the back of all services."""
    with transaction():
        letter = db.session.scalars(
            select(Letter).where(
                Letter.dossier_id == dossier(key).id, Letter.state.in_(("draft", "signed"))
            )
        ).one()
        data = LetterData.from_json(letter.data)
        letter.data = replace(data, facts={**data.facts, **changes}).to_json()


def test_a_draft_with_a_password_is_not_proposed(context: Flask) -> None:
    key = filed()
    step(key, "an", "claim")

    said = refused(key, "an", "propose_refusal", PASSWORD)

    assert "giống mật khẩu" in said
    assert "looks like a password" in said
    assert "Hoa@2026x" not in said
    step(key, "an", "propose_refusal")
    assert dossier(key).state == "pending_refusal"


def test_a_blank_that_the_officer_left_is_not_proposed(context: Flask) -> None:
    key = filed()
    step(key, "an", "claim")

    assert "chưa điền" in refused(key, "an", "propose_refusal", "Giấy tờ số … ngày … đã hết hạn.")


def test_a_draft_that_lost_a_fact_is_not_signed(context: Flask) -> None:
    key = filed()
    step(key, "an", "claim")
    step(key, "an", "propose_grant")
    spoil(key, licence_no="")

    assert "[ ]" in refused(key, "chi", "approve")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"account_username": ""}, "chưa điền"),
        ({"facility_name": PASSWORD}, "giống mật khẩu"),
        ({"letter_reference": "09/SYT-NVD"}, "không khớp"),
    ],
)
def test_a_signed_letter_that_was_spoiled_takes_no_number(
    context: Flask, facts: dict[str, str], says: str
) -> None:
    key = filed()
    for name, action in (("an", "claim"), ("an", "propose_grant"), ("chi", "approve")):
        step(key, name, action)
    spoil(key, **facts)

    assert says in refused(key, "giang", "issue")


def test_a_letter_without_its_typeface_takes_no_number(
    context: Flask, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = filed()
    for name, action in (("an", "claim"), ("an", "propose_grant"), ("chi", "approve")):
        step(key, name, action)
    monkeypatch.setattr(fonts, "FILES", (*fonts.FILES, "Tinos-Absent.ttf"))

    assert "Tinos-Absent.ttf" in refused(key, "giang", "issue")
    monkeypatch.undo()
    step(key, "giang", "issue")
    assert dossier(key).state == "granted"


def test_the_page_of_the_dossier_says_what_is_wrong(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        key = filed()
        step(key, "an", "claim")
        code = dossier(key).code
    sign_in(client, "an")

    answer = client.post(
        f"/desk/dossiers/{code}/actions/propose_refusal", data={"reason": PASSWORD, **SAYS}
    )

    assert answer.status_code == 409
    assert "Văn bản có nội dung giống mật khẩu" in answer.text
    assert f"/desk/dossiers/{code}/actions/propose_refusal" in answer.text
    with app.app_context():
        assert dossier(key).state == "in_review"

"""A draft to many bodies: sent with its mark and urgency, answered, reminded, summarised."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.formats import day
from app.models import Attachment, Dossier, Letter
from app.services import outbox, routines
from letters import LetterData, Urgency
from tests.app.views.circulars import begun, pages, proposed, scan, upload, walked, written
from tests.app.views.desk_walk import act, at_desk, state_of

KIND = "consultation"
SENT = "chi approve, giang issue"
BODIES = [{"name": f"Phòng Y tế số {i}", "email": f"phong{i}@example.vn"} for i in range(1, 8)]
AGREE = {"answer": "agree", "answered_by": "Lý Văn Ba, Trưởng phòng"}
AMEND = {"answer": "amend", "comment": "Làm rõ Điều 3.", "answered_by": "Vi Thị Tư, Phó phòng"}


@pytest.fixture
def sent(app: Flask) -> str:
    """Send a draft to seven bodies; return the code of the dossier."""
    return _sent(app)


def _sent(app: Flask, **answers: str) -> str:
    officer = at_desk(app, "an")
    key = begun(officer, KIND, urgency="flash", deadline=_in_days(10), **answers)
    assert upload(officer, key, KIND, BODIES).status_code == 303
    code = proposed(officer, key)
    walked(app, code, SENT)
    return code


def _in_days(n: int) -> str:
    return day(clock.today() + timedelta(days=n))


def _letters(app: Flask) -> list[LetterData]:
    with app.app_context():
        issued = db.session.scalars(
            select(Letter).where(Letter.state == "issued").order_by(Letter.id)
        )
        return [LetterData.from_json(x.data) for x in issued]


def _answer(app: Flask, page: str, **typed: str) -> int:
    client: FlaskClient = app.test_client()
    return client.post(page, data=typed).status_code


def test_it_is_sent_with_deadline_urgency_and_the_draft(app: Flask, sent: str) -> None:
    assert state_of(app, sent) == "collecting"
    [letter] = _letters(app)
    assert letter.urgency is Urgency.FLASH
    assert letter.addressees == tuple(b["name"] for b in BODIES)
    assert letter.facts["deadline"] == _in_days(10)
    told = written(app, "consulted")
    assert [m.recipient for m in told] == [b["email"] for b in BODIES]
    assert _in_days(10) in told[0].subject
    page = app.test_client().get(next(iter(pages(app, sent).values()))).text
    assert _in_days(10) in page
    with app.app_context():
        letter_id = db.session.scalars(select(Letter.id)).one()
        assert outbox.ensure_pdf(letter_id).pdf_sha256


def test_answers_are_checked_kept_and_may_be_changed(app: Flask, sent: str) -> None:
    page, other, *_ = pages(app, sent).values()
    client = app.test_client()

    refused = client.post(page, data={"answer": "amend", "answered_by": "Lý Văn Ba"})
    assert refused.status_code == 422
    assert "Ghi nội dung góp ý" in refused.text
    assert "Lý Văn Ba" in refused.text

    assert client.post(page, data=AMEND | {"answer_file": scan("gop-y.jpg")}).status_code == 303
    assert "Làm rõ Điều 3." in client.get(page).text
    assert client.post(page, data=AMEND | {"comment": "Bỏ Điều 3."}).status_code == 303
    assert client.post(other, data=AGREE).status_code == 303

    desk = at_desk(app, "an").get(f"/desk/dossiers/{sent}/recipients").text
    assert "Bỏ Điều 3." in desk
    assert "Làm rõ Điều 3." not in desk
    assert "gop-y.jpg" in desk
    with app.app_context():
        assert len(db.session.scalars(select(Attachment)).all()) == 1


def test_the_summary_goes_to_all_with_a_table_of_the_answers(app: Flask, sent: str) -> None:
    officer = at_desk(app, "an")
    early = act(officer, sent, "summarise")
    assert early.status_code == 409
    assert "Còn 7 đơn vị chưa góp ý" in early.text
    for page, typed in zip(pages(app, sent).values(), [AGREE] * 4 + [AMEND] * 3, strict=True):
        assert _answer(app, page, **typed) == 303

    walked(
        app,
        sent,
        "an summarise, an propose_grant, dung approve, giang issue",
        conclusion="Tiếp thu và hoàn thiện.",
    )

    assert state_of(app, sent) == "granted"
    request, summary = _letters(app)
    assert summary.urgency is None
    assert summary.facts["request_reference"] == request.reference
    assert (summary.facts["agree"], summary.facts["amend"]) == ("04", "03")
    assert len(summary.facts["answers"]) == 7
    assert summary.facts["content"] == "Tiếp thu và hoàn thiện."
    assert len(written(app, "summarised")) == 7
    page = next(iter(pages(app, sent).values()))
    assert _answer(app, page, **AMEND) == 409, "closed"
    assert "đã kết thúc" in app.test_client().get(page).text


def test_who_is_silent_is_reminded_before_the_deadline_by_itself(
    app: Flask, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _answer(app, next(iter(pages(app, sent).values())), **AGREE) == 303
    with app.app_context():
        routines.run()
    assert written(app, "reminded") == []

    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    for _ in range(2):
        with app.app_context():
            routines.run()
    assert len(written(app, "reminded")) == 6


def test_the_deadline_is_extended_and_all_are_told(app: Flask, sent: str) -> None:
    officer = at_desk(app, "an")
    earlier = act(officer, sent, "extend", deadline=_in_days(9))
    assert earlier.status_code == 422
    assert "Chọn ngày sau hạn đang có" in earlier.text

    assert act(officer, sent, "extend", deadline=_in_days(20)).status_code == 303
    assert len(written(app, "extended")) == 7
    with app.app_context():
        assert (
            db.session.scalars(select(Dossier)).one().answers["deadline"]
            == (clock.today() + timedelta(days=20)).isoformat()
        )


def test_a_leader_sends_it_back_and_the_officer_revises(app: Flask) -> None:
    officer = at_desk(app, "an")
    key = begun(officer, KIND, deadline=_in_days(10))
    upload(officer, key, KIND, BODIES)
    code = proposed(officer, key)
    walked(app, code, "chi send_back")

    assert state_of(app, code) == "revising"
    form = officer.get(f"/desk/drafts/{key}/form")
    assert form.status_code == 200
    assert proposed(officer, key) == code
    walked(app, code, SENT)
    assert len(_letters(app)) == 1

    walked(app, code, "an cancel")
    assert state_of(app, code) == "cancelled"
    assert len(written(app, "cancelled")) == 7
    page = next(iter(pages(app, code).values()))
    assert _answer(app, page, **AGREE) == 409


@pytest.mark.parametrize("who", ["binh", "chi", "giang", "quantri"])
def test_a_draft_is_its_officers_own(app: Flask, who: str) -> None:
    officer = at_desk(app, "an")
    key = begun(officer, KIND)
    other = at_desk(app, who)
    for page in ("form", "list", "list/0", "list/template.xlsx", "review"):
        assert other.get(f"/desk/drafts/{key}/{page}").status_code in (403, 404)
    for page in ("form", "save", "list/upload", "list/pick", "list/remove", "propose"):
        assert other.post(f"/desk/drafts/{key}/{page}").status_code in (403, 404)


@pytest.mark.parametrize("kind", ["consultation", "bulk_grant"])
def test_the_portal_does_not_offer_what_officers_file(client: FlaskClient, kind: str) -> None:
    assert f"/apply/{kind}" not in client.get("/").text
    assert client.get(f"/apply/{kind}").status_code == 404
    assert client.get(f"/apply/{kind}/qr.svg").status_code == 404
    assert (
        client.post("/apply/start", data={"kind": kind, "email": "x@example.vn"}).status_code == 404
    )

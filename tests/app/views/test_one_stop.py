"""The one-stop papers through the real pages: refused intake, apology, control slip."""

import io
from datetime import timedelta

import pypdf
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, formats
from app.extensions import db
from app.models import Dossier, Letter
from app.services import calendar, outbox
from tests.app.views.desk_walk import act, at_desk, state_of
from tests.app.views.portal_steps import EMAIL, KIND, submit
from tests.helpers import dossier, mails


@pytest.fixture
def key(client: FlaskClient) -> str:
    """File a request as an applicant, who stays signed in."""
    return submit(client)


def code_of(app: Flask, key: str) -> str:
    with app.app_context():
        return str(db.session.scalars(select(Dossier.code).where(Dossier.key == key)).one())


def new_day(app: Flask, key: str) -> tuple[str, str, str]:
    """Return the promise, and a day three working days later as people read and type it."""
    with app.app_context():
        due = dossier(key).due_on
        assert due is not None
        later = calendar.office().due(due, 3)
        return formats.day(due), formats.day(later), later.isoformat()


def pdf_text(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def make_letters(app: Flask) -> None:
    """Let the worker make what was issued."""
    with app.app_context():
        for id_ in db.session.scalars(select(Letter.id).where(Letter.state == "issued")):
            outbox.ensure_pdf(id_)
        db.session.remove()


def test_a_refused_intake_is_told_with_its_reason(
    app: Flask, client: FlaskClient, key: str
) -> None:
    code, officer = code_of(app, key), at_desk(app, "an")
    page = officer.get(f"/desk/dossiers/{code}").text
    assert "Từ chối tiếp nhận" in page
    assert "địa chỉ thư điện tử được mở lại" in page
    assert act(officer, code, "refuse_intake", reason=" ").status_code == 422
    assert state_of(app, code) == "submitted"

    assert act(officer, code, "refuse_intake").status_code == 303

    assert state_of(app, code) == "intake_refused"
    make_letters(app)
    page = client.get(f"/dossiers/{key}").text
    assert "Đã từ chối tiếp nhận hồ sơ" in page
    assert "Lãnh đạo duyệt" not in page
    with app.app_context():
        [mail] = mails("intake_refused")
        assert mail.letter is not None
        slip = mail.letter.key
    text = pdf_text(client.get(f"/dossiers/{key}/letters/{slip}.pdf").data)
    assert "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ" in text
    assert "Giấy chứng nhận đã hết hiệu lực." in text
    assert client.post(f"/apply/{KIND}/begin").location.endswith("/form")


@pytest.mark.parametrize("who", ["chi", "giang"])
def test_only_an_officer_refuses_at_the_counter(app: Flask, key: str, who: str) -> None:
    code = code_of(app, key)

    assert act(at_desk(app, who), code, "refuse_intake").status_code == 403
    assert state_of(app, code) == "submitted"


def test_an_apology_shows_both_days_to_the_applicant(
    app: Flask, client: FlaskClient, key: str
) -> None:
    code, officer = code_of(app, key), at_desk(app, "an")
    before, after, typed = new_day(app, key)
    act(officer, code, "claim")
    assert "Xin lỗi và hẹn lại ngày trả" in officer.get(f"/desk/dossiers/{code}").text
    wrong = act(officer, code, "extend", new_due_on=before)
    assert wrong.status_code == 422
    assert f"Chọn ngày sau ngày {before}." in wrong.text

    assert act(officer, code, "extend", new_due_on=typed, reason="Cần xác minh.").status_code == 303

    make_letters(app)
    page = client.get(f"/dossiers/{key}").text
    assert f"<del>{before}</del>" in page
    assert "Hẹn trả mới" in page
    assert after in page
    assert "Đã xin lỗi và hẹn lại ngày trả kết quả" in page
    assert "Cần xác minh." in page
    with app.app_context():
        [mail] = mails("apologised")
        assert (mail.recipient, mail.letter is not None) == (EMAIL, True)
        slip = mail.letter.key if mail.letter else ""
    text = pdf_text(client.get(f"/dossiers/{key}/letters/{slip}.pdf").data)
    assert before in text
    assert after in text
    page = officer.get(f"/desk/dossiers/{code}").text
    assert f"Ngày hẹn trả trước đó: {before}" in page
    assert "chỉ cho hẹn lại một lần" in page
    assert act(officer, code, "extend", new_due_on="2099-12-31").status_code == 409
    assert new_day(app, key)[0] == after
    for name in ("chi", "giang"):
        assert act(at_desk(app, name), code, "extend", new_due_on="2099-12-31").status_code == 403


def test_the_outgoing_register_names_the_books_of_the_slips(app: Flask, key: str) -> None:
    code, officer = code_of(app, key), at_desk(app, "an")
    act(officer, code, "refuse_intake")

    page = officer.get("/desk/register?form=intake_refusal").text

    assert "Phiếu từ chối tiếp nhận" in page
    assert "01/TCHS" in page


def test_the_control_slip_is_for_staff(app: Flask, client: FlaskClient, key: str) -> None:
    code, officer = code_of(app, key), at_desk(app, "an")
    act(officer, code, "claim")
    address = f"/desk/dossiers/{code}/control-slip.pdf"
    assert address in officer.get(f"/desk/dossiers/{code}").text

    for name in ("an", "chi", "giang"):
        answer = at_desk(app, name).get(address)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = pdf_text(answer.data)
    assert code in text
    assert "Số:" not in text
    with app.app_context():
        for event in dossier(key).events:
            assert formats.short_moment(event.at) in text
    assert at_desk(app, "quantri").get(address).status_code == 403
    assert client.get(address).status_code == 303
    assert officer.get("/desk/dossiers/H37-1/control-slip.pdf").status_code == 404


def test_stopped_dossiers_have_a_notice_to_read(app: Flask, client: FlaskClient, key: str) -> None:
    client.post(f"/dossiers/{key}/actions/withdraw")

    make_letters(app)
    page = client.get(f"/dossiers/{key}").text

    assert "Dừng giải quyết hồ sơ: cấp tài khoản" in page
    with app.app_context():
        [mail] = mails("withdrawn")
        assert mail.letter is not None
        notice = mail.letter.key
    text = pdf_text(client.get(f"/dossiers/{key}/letters/{notice}.pdf").data)
    assert "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ" in text
    assert "đề nghị rút hồ sơ" in text


def test_an_apology_reaches_who_was_late(app: Flask, client: FlaskClient, key: str) -> None:
    code = code_of(app, key)
    act(at_desk(app, "an"), code, "claim")
    with time_machine.travel(clock.now() + timedelta(days=40)):
        officer = at_desk(app, "an")
        with app.app_context():
            day = calendar.office().due(clock.today(), 2).isoformat()
        assert "Quá hạn" in officer.get(f"/desk/dossiers/{code}").text
        assert act(officer, code, "extend", new_due_on=day).status_code == 303
        with app.app_context():
            assert mails("apologised")[0].recipient == EMAIL

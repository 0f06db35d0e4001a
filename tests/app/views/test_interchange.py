"""An issued letter leaves as edXML with its very PDF in it, and others come in that way."""

import io

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from app import storage
from app.extensions import db
from app.models import IncomingLetter, Letter
from app.services import outbox
from letters import edxml
from tests.app.views.desk_walk import at_desk
from tests.app.views.test_desk_letters import issued


def test_the_file_carries_number_date_and_the_stored_pdf(app: Flask) -> None:
    code = issued(app)
    clerk = at_desk(app, "giang")
    with app.app_context():
        letter = db.session.scalars(
            select(Letter).where(Letter.form == "dispatch", Letter.state == "issued")
        ).one()
        address = f"/desk/letters/{letter.key}.edxml"
        assert address in clerk.get(f"/desk/dossiers/{code}").text
        assert clerk.get(address).status_code == 202
        sha256 = outbox.ensure_pdf(letter.id).pdf_sha256
        assert sha256
        pdf = storage.get(sha256)

    answer = clerk.get(address)
    assert answer.status_code == 200
    assert ".edxml" in answer.headers["Content-Disposition"]
    message = edxml.parse(answer.data)
    assert message.sender.code == "H37.12"
    assert message.to[0].name == "Nhà thuốc An Bình"
    assert message.files[0].content == pdf
    assert f"{int(message.number):02d}/{message.symbol}" in clerk.get(f"/desk/dossiers/{code}").text


def test_outsiders_and_administrators_get_none(app: Flask) -> None:
    code = issued(app)
    with app.app_context():
        key = db.session.scalars(select(Letter.key).where(Letter.form == "dispatch")).first()
    assert code
    address = f"/desk/letters/{key}.edxml"
    assert app.test_client().get(address).status_code == 303
    assert at_desk(app, "quantri").get(address).status_code == 403


def test_what_another_department_sends_is_entered_with_its_pdf(app: Flask) -> None:
    issued(app)
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.form == "dispatch")).one()
        outbox.ensure_pdf(letter.id)
        key = letter.key
    clerk = at_desk(app, "giang")
    content = clerk.get(f"/desk/letters/{key}.edxml").data

    entered = clerk.post("/desk/incoming/edxml", data={"edxml": (io.BytesIO(content), "a.edxml")})
    assert entered.status_code == 303
    page = clerk.get(entered.location).text
    assert "Sở Y tế tỉnh Lạng Sơn" in page
    with app.app_context():
        [incoming] = db.session.scalars(select(IncomingLetter))
        assert incoming.number == 1
        # Unsigned, so it was written anew: the same pages without the files it enclosed.
        with pikepdf.open(io.BytesIO(storage.get(incoming.scan_sha256))) as scan:
            assert len(scan.pages) == 1
            assert dict(scan.attachments) == {}
    again = clerk.post("/desk/incoming/edxml", data={"edxml": (io.BytesIO(content), "a.edxml")})
    assert again.status_code == 409
    assert "đã vào sổ" in again.text


@pytest.mark.parametrize("content", [b"", b"<edXML>", b"%PDF-1.7", b"<!DOCTYPE a><edXML/>"])
def test_a_file_that_is_none_is_refused_with_a_sentence(app: Flask, content: bytes) -> None:
    clerk = at_desk(app, "giang")
    answer = clerk.post("/desk/incoming/edxml", data={"edxml": (io.BytesIO(content), "a.edxml")})
    assert answer.status_code == 409
    assert "edXML" in answer.text
    with app.app_context():
        assert db.session.scalars(select(IncomingLetter)).all() == []


def test_only_the_clerk_enters_dispatches(app: Flask) -> None:
    for name in ("an", "chi", "quantri"):
        assert at_desk(app, name).post("/desk/incoming/edxml").status_code == 403

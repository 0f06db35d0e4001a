"""Letters, files and the outgoing register on the desk."""

import io

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Attachment, BookEntry, Letter, NumberBook
from app.services import book_pages, outbox
from letters import LetterError
from tests.app.views.desk_walk import Queries, act, at_desk, filed


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def proposed(app: Flask) -> str:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    act(officer, code, "propose_grant")
    return code


def issued(app: Flask) -> str:
    code = proposed(app)
    act(at_desk(app, "chi"), code, "approve")
    act(at_desk(app, "giang"), code, "issue")
    return code


def test_a_leader_sees_the_very_letter_with_the_own_name(app: Flask) -> None:
    code = proposed(app)

    deputy, head = (
        at_desk(app, n).get(f"/desk/dossiers/{code}/letter.pdf") for n in ("chi", "dung")
    )

    assert deputy.content_type == "application/pdf"
    assert "inline" in deputy.headers["Content-Disposition"]
    assert "Vi Thị Kim Chi" in text_of(deputy.data)
    assert "KT. GIÁM ĐỐC" in text_of(deputy.data)
    assert "Hoàng Quốc Dũng" in text_of(head.data)
    assert "KT." not in text_of(head.data)


def test_a_letter_that_cannot_be_made_is_said_and_nothing_breaks(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = proposed(app)

    def fail(*_: object) -> bytes:
        raise LetterError("the renderer is away")

    monkeypatch.setattr("app.services.letters.preview_pdf", fail)
    answer = at_desk(app, "chi").get(f"/desk/dossiers/{code}/letter.pdf")

    assert answer.status_code == 500
    assert "Chưa tạo được văn bản" in answer.text


def test_an_issued_letter_is_shown_as_soon_as_it_is_made(app: Flask) -> None:
    code = issued(app)
    client = at_desk(app, "giang")
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "account_grant")).one()
        key, letter_id = letter.key, letter.id

    waiting = client.get(f"/desk/letters/{key}.pdf")
    assert waiting.status_code == 202
    assert 'http-equiv="refresh"' in waiting.text
    with app.app_context():
        outbox.ensure_pdf(letter_id)
    made = client.get(f"/desk/letters/{key}.pdf")

    assert made.status_code == 200
    assert f"H37.12-{clock.local(clock.now()):%y%m%d}" in text_of(made.data)
    assert code in text_of(made.data)
    assert "01/SYT-NVD" in text_of(made.data)


def test_a_file_is_shown_by_its_type_in_a_sandbox(app: Flask) -> None:
    filed(app)
    with app.app_context():
        number = db.session.scalars(select(Attachment.id)).one()

    led = at_desk(app, "an").get(f"/desk/attachments/{number}")
    answer = app.test_client().get(led.location)

    assert answer.content_type == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert app.test_client().get(f"/desk/attachments/{number}").status_code == 303


def test_the_register_lists_each_book_with_its_letters(app: Flask) -> None:
    code = issued(app)
    client = at_desk(app, "giang")

    page = client.get("/desk/register").text

    assert "01/SYT-NVD" in page
    assert "Nhà thuốc An Bình" in page
    assert "Vi Thị Kim Chi" in page
    assert code in page
    receipts = client.get(f"/desk/register?year={clock.today().year}&book=receipt").text
    assert "01/TNHS" in receipts
    assert "01/SYT-NVD" not in receipts


def test_the_register_pages_by_number_and_asks_no_more_for_more(app: Flask) -> None:
    issued(app)
    client = at_desk(app, "giang")
    with Queries(app) as few:
        client.get("/desk/register")
    with app.app_context():
        book = db.session.scalars(select(NumberBook).where(NumberBook.name == "dispatch")).one()
        today = clock.today()
        db.session.add_all(
            BookEntry(book=book, number=n, symbol="SYT-NVD", issued_on=today, state="void")
            for n in range(2, 61)
        )
        book.last_number = 60
        db.session.commit()

    with Queries(app) as many:
        page = client.get("/desk/register").text

    assert few.count == many.count <= 12
    assert "60/SYT-NVD" in page
    assert "35/SYT-NVD" not in page
    with app.app_context():
        book = db.session.scalars(select(NumberBook).where(NumberBook.name == "dispatch")).one()
        first = book_pages.page(book)
        second = book_pages.page(book, after=first.next)
        last = book_pages.page(book, after=second.next)
        assert [p.rows[0].number for p in (first, second, last)] == [60, 35, 10]
        assert (first.previous, last.next) == (0, 0)
        back = book_pages.page(book, before=last.previous)
        assert [e.number for e in back.rows] == [e.number for e in second.rows]


@pytest.mark.parametrize(
    "query",
    [
        "year=x",
        "year=1800",
        "form=nothing",
        "after=x",
        "before=-1",
        "year=99999999999999999999",
        "after=99999999999999999999",
    ],
)
def test_a_made_up_register_is_empty_or_the_present_one(app: Flask, query: str) -> None:
    assert at_desk(app, "an").get(f"/desk/register?{query}").status_code == 200

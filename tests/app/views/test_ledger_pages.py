"""The books through the real pages: the clerk's acts, both registers, corrections, files."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock
from app.extensions import db
from app.models import BookEntry, Dossier, IncomingLetter
from app.services import book_proof
from tests.app.views.desk_walk import Queries, act, at_desk, filed
from tests.app.views.test_desk_letters import issued
from tests.helpers import verify_email

SAID = {
    "form": "dispatch", "symbol": "SYT-VP", "subject": "Cử viên chức tập huấn",
    "addressee": "Bệnh viện Đa khoa tỉnh", "reason": "Văn bản ký giấy",
}  # fmt: skip
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n"
)


def reserved(client: FlaskClient) -> str:
    answer = client.post("/desk/register/new/reserve", data=SAID)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def arrived(client: FlaskClient, **said: object) -> TestResponse:
    today = f"{clock.today():%d/%m/%Y}"
    typed = {
        "received_on": today, "sender": "Bộ Y tế", "reference": "136/BYT-KCB",
        "issued_on": today, "form": "Công văn", "subject": "Hướng dẫn cấp tài khoản",
    }  # fmt: skip
    return client.post("/desk/incoming/new", data=typed | said, content_type="multipart/form-data")


def sound(app: Flask) -> bool:
    with app.app_context():
        return not [p for r in book_proof.verify() for p in r.problems]


def test_a_number_is_reserved_issued_on_paper_and_voided(app: Flask) -> None:
    client = at_desk(app, "giang")
    page = reserved(client)

    shown = client.get(page).text
    assert "01/SYT-VP" in shown
    assert "Giữ số: Văn bản ký giấy" in shown
    empty = client.post(f"{page}/paper", data={})
    assert (empty.status_code, "Nhập: Người ký" in empty.text) == (422, True)
    today = f"{clock.today():%d/%m/%Y}"
    paper = SAID | {"issued_on": today, "signer_name": "Vi Thị Kim Chi", "copies": "3"}
    assert client.post(f"{page}/paper", data=paper).status_code == 303
    again = client.post(f"{page}/paper", data=paper)
    assert (again.status_code, "vừa được xử lý" in again.text) == (409, True)
    assert client.post(f"{page}/void", data={"reason": "Ghi nhầm"}).status_code == 303

    shown = client.get(page).text
    assert "Đã hủy: Ghi nhầm" in shown
    assert "actions" not in re.findall(r"<form[^>]+action=\"([^\"]+)", shown)
    assert client.post(f"{page}/explode").status_code == 404
    assert client.post("/desk/register/new/explode").status_code == 404
    assert sound(app)


@pytest.mark.parametrize("name", ["an", "chi", "quantri"])
def test_others_read_the_books_and_change_nothing(app: Flask, name: str) -> None:
    page = reserved(at_desk(app, "giang"))
    client = at_desk(app, name)

    for address in ("/desk/register/new/reserve", "/desk/register/new/outside",
                    "/desk/incoming/new"):  # fmt: skip
        assert client.get(address).status_code == 403
        assert client.post(address, data=SAID).status_code == 403
    assert client.post(f"{page}/void", data={"reason": "Ghi nhầm"}).status_code == 403
    assert client.post("/desk/register/2020/close").status_code == 403
    if name == "quantri":
        for address in ("/desk/register", page, "/desk/incoming", "/desk/register/files/csv"):
            assert client.get(address).status_code == 403
    else:
        shown = client.get(page)
        assert (shown.status_code, "/void" in shown.text) == (200, False)
        assert "/new/" not in client.get("/desk/register").text


def test_numbers_used_outside_become_lines(app: Flask) -> None:
    client = at_desk(app, "giang")
    typed = SAID | {"last": "3", "issued_on": f"{clock.today():%d/%m/%Y}", "reason": "Mất điện"}

    wrong = client.post("/desk/register/new/outside", data=typed | {"last": "0"})
    assert (wrong.status_code, "Số tiếp theo của sổ là 1" in wrong.text) == (422, True)
    assert client.post("/desk/register/new/outside", data=typed).status_code == 303

    page = client.get("/desk/register").text
    assert page.count("Cấp ngoài hệ thống: Mất điện") == 3
    assert sound(app)


def test_a_running_year_does_not_close(app: Flask) -> None:
    client = at_desk(app, "giang")
    reserved(client)

    answer = client.post(f"/desk/register/{clock.today().year}/close", follow_redirects=True)

    assert "chưa hết" in answer.text


def test_the_register_is_searched_and_asks_no_more_for_more(app: Flask) -> None:
    issued(app)
    client = at_desk(app, "giang")
    for _ in range(3):
        reserved(client)
    client.get("/desk/register?q=vien+chuc")

    with Queries(app) as queries:
        found = client.get("/desk/register?q=vien+chuc&state=reserved").text
    # Two are the rights of who looks; PostgreSQL looks for words in more steps.
    assert queries.count <= 13, queries.statements
    assert re.findall(r">(\d\d/SYT-\w+)<", found) == ["04/SYT-VP", "03/SYT-VP", "02/SYT-VP"]
    assert "Không tìm thấy" in client.get("/desk/register?q=không+có+gì").text
    assert "ngày/tháng/năm" in client.get("/desk/register?since=hôm+qua").text
    for query in ("q=%22'*()", "since=01/01/2020&until=01/01/2019", "state=x&form=y", "q=1%2F%25"):
        assert client.get(f"/desk/register?{query}").status_code == 200, query


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_the_register_is_a_file(app: Flask, kind: str) -> None:
    issued(app)
    client = at_desk(app, "giang")
    year = clock.today().year

    answer = client.get(f"/desk/register/files/{kind}?year={year}&book=dispatch")

    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.startswith({"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "pdf": b"%PDF"}[kind])
    assert client.get(f"/desk/register/files/exe?year={year}").status_code == 404
    assert client.get(f"/desk/register/files/{kind}?year=1999").status_code == 404


def test_a_long_book_is_no_page_of_its_own(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = at_desk(app, "giang")
    for _ in range(3):
        reserved(client)
    monkeypatch.setattr("app.views.desk_register.MOST_ROWS", {"xlsx": 2, "pdf": 2})
    year = clock.today().year

    answer = client.get(f"/desk/register/files/pdf?year={year}")
    one = client.get(f"/desk/register/files/pdf?year={year}&q=2")

    assert (answer.status_code, "vanthu books export" in answer.text) == (409, True)
    assert one.status_code == 200


def test_a_dispatch_arrives_with_its_scan(app: Flask) -> None:
    client = at_desk(app, "giang")

    bad = arrived(client, scan=(io.BytesIO(b"MZ"), "virus.pdf"))
    assert (bad.status_code, "không đọc được" in bad.text) == (422, True)
    entered = arrived(client, scan=(io.BytesIO(PDF), "Công văn.pdf"))
    assert entered.status_code == 303, entered.text
    twice = arrived(client)
    assert (twice.status_code, "số đến 1" in twice.text) == (409, True)
    assert arrived(client, reference="137/BYT").status_code == 303

    page = client.get(str(entered.location)).text
    assert "Công văn.pdf" in page
    scan = client.get(f"{entered.location}/scan", follow_redirects=True)
    assert (scan.data[:5], scan.content_type) == (b"%PDF-", "application/pdf")
    assert "default-src 'none'" in scan.headers["Content-Security-Policy"]
    listed = client.get("/desk/incoming").text
    assert listed.index("137/BYT") < listed.index("136/BYT-KCB")
    found = client.get("/desk/incoming?q=136+byt").text
    assert "136/BYT-KCB" in found
    assert "137/BYT" not in found
    assert client.get("/desk/incoming/999/scan").status_code == 404
    assert sound(app)


def test_a_recalled_and_replaced_letter_says_so_everywhere(app: Flask) -> None:
    code, _second = issued(app), issued_again(app)
    officer = at_desk(app, "an")
    with app.app_context():
        first, second = db.session.scalars(
            select(BookEntry.id).where(BookEntry.form == "dispatch").order_by(BookEntry.number)
        ).all()
        key, email = db.session.execute(
            select(Dossier.key, Dossier.email).where(Dossier.code == code)
        ).one()
    page = f"/desk/register/{first}"

    why = {"reason": "Sai tên cơ sở"}
    wrong = officer.post(f"{page}/replace", data=why | {"number": "77/SYT-NVD"})
    assert wrong.status_code == 422
    done = officer.post(f"{page}/replace", data=why | {"number": "02/SYT-NVD"})
    assert done.status_code == 303
    done = officer.post(f"{page}/recall", data=why | {"decided_by": "Vi Thị Kim Chi"})
    assert done.status_code == 303

    for address in (page, f"/desk/dossiers/{code}"):
        shown = officer.get(address).text
        assert f'href="/desk/register/{second}">02/SYT-NVD' in shown
        assert "Văn bản đã thu hồi" in shown
        assert "Vi Thị Kim Chi quyết định" in shown
    assert (
        f'href="/desk/register/{first}">01/SYT-NVD' in officer.get(f"/desk/register/{second}").text
    )
    register = officer.get("/desk/register").text
    assert "Được thay bằng số 02/SYT-NVD" in register
    assert "Thu hồi: Sai tên cơ sở" in register
    applicant = app.test_client()
    verify_email(applicant, email)
    told = applicant.get(f"/dossiers/{key}").text
    assert "Sở Y tế đã thu hồi văn bản này" in told
    assert "được thay bằng văn bản số 02/SYT-NVD" in told
    assert sound(app)


def issued_again(app: Flask) -> str:
    code = filed(app, "Nhà thuốc Hai", "2102/ĐKKDD-LSO")
    for name, action in (("an", "claim"), ("an", "propose_grant"), ("chi", "approve"),
                         ("giang", "issue")):  # fmt: skip
        act(at_desk(app, name), code, action)
    return code


def test_the_incoming_register_grows_without_more_queries(app: Flask) -> None:
    client = at_desk(app, "giang")
    arrived(client)
    with Queries(app) as few:
        client.get("/desk/incoming")
    for n in range(4):
        arrived(client, reference=f"{n}/BYT")
    with Queries(app) as many:
        client.get("/desk/incoming")

    assert few.count == many.count <= 12
    with app.app_context():
        numbers = db.session.scalars(select(IncomingLetter.number)).all()
    assert sorted(n for n in numbers if n) == [1, 2, 3, 4, 5]

"""The tracking book: its page, its workbook, who may see it, what it costs."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, formats, sheets
from app.extensions import db
from app.language import COOKIE
from app.models import Dossier
from app.services import tracking
from tests.app.views.desk_walk import Queries, act, at_desk, filed


def sheet_of(client: FlaskClient, **wanted: str) -> list[list[str]]:
    answer = client.get("/desk/tracking.xlsx", query_string=wanted)
    assert answer.status_code == 200
    assert answer.mimetype == sheets.CONTENT_TYPE
    assert answer.headers["Cache-Control"] == "no-store"
    return sheets.read(answer.data)


def page_of(client: FlaskClient, **wanted: str) -> str:
    answer = client.get("/desk/tracking", query_string=wanted)
    assert answer.status_code == 200
    return answer.text


def rows_of(page: str) -> list[str]:
    """Return the words of each line of the book."""
    return [
        " ".join(re.sub(r"<[^>]+>", " ", row).split())
        for row in re.findall(r"<tr>\s*(<td.*?)</tr>", page, re.DOTALL)
    ]


def many(app: Flask, n: int) -> list[str]:
    return [filed(app, f"Nhà thuốc {i:02d}", f"{2100 + i}/ĐKKDD-LSO") for i in range(n)]


def test_a_line_has_the_columns_of_the_form(app: Flask) -> None:
    code, officer = filed(app), at_desk(app, "an")
    act(officer, code, "claim")
    act(officer, code, "ask_supplement")

    [row] = rows_of(page_of(officer))

    assert row.startswith("1 ")
    today = formats.day(clock.today())
    for words in (code, "Cấp tài khoản", "Nhà thuốc An Bình", "••••••678", "Trực tuyến", today,
                  "Đã yêu cầu bổ sung"):  # fmt: skip
        assert words in row
    assert "345 678" not in row


def test_the_workbook_says_what_the_page_says(app: Flask) -> None:
    codes = many(app, 3)
    officer = at_desk(app, "an")
    act(officer, codes[0], "refuse_intake")
    act(officer, codes[1], "claim")
    act(officer, codes[1], "extend", new_due_on="2099-12-31")

    heading, *lines = sheet_of(officer)
    rows = rows_of(page_of(officer))

    assert heading[:3] == ["Số thứ tự", "Mã hồ sơ", "Tên thủ tục"]
    assert [line[1] for line in lines] == codes
    for row, line in zip(rows, lines, strict=True):
        assert [cell for cell in line if cell not in row] == []
    assert "Trước hạn" in lines[0][11]
    assert lines[0][13] == "Từ chối tiếp nhận"
    assert "Đã xin lỗi, hẹn lại (trước: " in lines[1][13]
    assert lines[1][9] == "31/12/2099"


def test_who_is_late_stands_as_late(app: Flask) -> None:
    filed(app)
    year = clock.today().year

    with time_machine.travel(clock.now() + timedelta(days=25)):
        [row] = rows_of(page_of(at_desk(app, "an"), year=str(year)))

    assert re.search(r"Quá hạn \d\d ngày", row)


def test_numbers_stay_whatever_is_filtered(app: Flask) -> None:
    many(app, 2)
    with app.app_context():
        first = db.session.scalars(select(Dossier).order_by(Dossier.id)).first()
        assert first is not None
        assert first.submitted_at is not None
        month = clock.local(first.submitted_at).month
        first.kind = "password_reset"
        db.session.commit()
    officer = at_desk(app, "giang")

    [row] = rows_of(page_of(officer, kind="account_issuance", month=str(month)))

    assert row.startswith("2 ")
    assert len(sheet_of(officer, kind="account_issuance")) == 2
    assert rows_of(page_of(officer, month=str(month % 12 + 1))) == []
    assert rows_of(page_of(officer, year="2001")) == []


def test_the_year_begins_and_ends_at_the_office(app: Flask) -> None:
    with time_machine.travel("2026-12-31T17:30:00+00:00"):  # half past midnight there
        code = filed(app)
        officer = at_desk(app, "an")

        assert code in page_of(officer, year="2027", month="1")
        assert code not in page_of(officer, year="2026")


def test_pages_go_forth_and_back_and_lose_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "PAGE", 2)
    codes = many(app, 5)
    officer = at_desk(app, "an")
    seen, page = [], page_of(officer)
    while True:
        seen += re.findall(r'class="vt-code"[^>]*>([^<]+)<', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        if not found:
            break
        page = officer.get(found[1].replace("&amp;", "&")).text
    assert seen == codes

    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    page = officer.get(back[1].replace("&amp;", "&")).text
    assert re.findall(r'class="vt-code"[^>]*>([^<]+)<', page) == codes[2:4]


def test_a_longer_book_costs_no_more_queries(app: Flask) -> None:
    officer, counts = at_desk(app, "an"), []
    for n in (1, 6):
        for i in range(n):
            filed(app, f"Nhà thuốc {n}{i}", f"{3000 + n * 10 + i}/ĐKKDD-LSO")
        page_of(officer)  # the first look is a row of its own
        with Queries(app) as queries:
            page_of(officer)
        counts.append(queries.count)

    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["an", "chi", "giang"])
def test_staff_read_the_book(app: Flask, name: str) -> None:
    code, client = filed(app), at_desk(app, name)

    assert code in page_of(client)
    assert 'href="/desk/tracking"' in client.get("/desk").text
    assert sheet_of(client)[1][1] == code


def test_an_administrator_does_not(app: Flask) -> None:
    code, client = filed(app), at_desk(app, "quantri")

    for address in ("/desk/tracking", "/desk/tracking.xlsx"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert code not in answer.text


@pytest.mark.parametrize("cursor", ["x", "-1", "0", "99999999999999999999", "7"])
def test_a_made_up_cursor_does_no_harm(app: Flask, cursor: str) -> None:
    filed(app)
    client = at_desk(app, "an")

    for name in ("after", "before", "year", "month", "kind"):
        assert client.get("/desk/tracking", query_string={name: cursor}).status_code == 200


def test_it_speaks_english(app: Flask) -> None:
    code, client = filed(app), at_desk(app, "an")
    act(client, code, "claim")
    act(client, code, "extend", new_due_on="2099-12-31")
    client.set_cookie(COOKIE, "en")

    page = page_of(client)

    assert "Tracking book" in page
    assert "Put off" in page
    assert sheet_of(client)[0][1] == "Code"

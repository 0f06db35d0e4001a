"""The review on the desk: its pages, the same lists as workbooks, who may see them."""

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, sheets
from app.extensions import db
from app.formats import fold
from app.language import COOKIE
from app.models import Facility
from app.services.code_lists import COLUMNS
from tests.app.english import VIETNAMESE, leftovers
from tests.app.services.reviewing import account, facility, prescriber
from tests.app.views.desk_walk import Queries, at_desk

LISTS = ("facilities", "prescribers", "doubles", "accounts")


@pytest.fixture
def entered(app: Flask) -> None:
    with app.app_context():
        facility("11/LSO-GPHĐ", "Nhà thuốc Ánh", kind="pharmacy", address="Số 1, Xã Bắc Sơn")
        facility("12/LSO-GPHĐ", "=HYPERLINK(A1)", kind="counter")
        prescriber("000001/LSO-GPHN", "Đàm Thị Xuân", phone="+84912000111")
        facility("21/LSO-GPHĐ", "Phòng khám Sao", "21A01", address="Xã Lộc Bình")
        facility("22/LSO-GPHĐ", "Phòng khám Sao", "22A01", address="Xã Lộc Bình")
        prescriber("000002/LSO-GPHN", "Vy Thị Hai", "KD-2", "+84912000222")
        prescriber("000003/LSO-GPHN", "Vy Thị Hai", "KD-3", "+84912000222")
        account("31/LSO-GPHĐ", "active", due_on=clock.today() - timedelta(days=3))
        account("32/LSO-GPHĐ", "granted", days_old=200)
        db.session.commit()


def page_of(client: FlaskClient, name: str, **more: str) -> str:
    answer = client.get("/desk/review", query_string={"list": name, **more})
    assert answer.status_code == 200
    return answer.text


def sheet_of(client: FlaskClient, name: str, **more: str) -> list[list[str]]:
    answer = client.get("/desk/review.xlsx", query_string={"list": name, **more})
    assert answer.status_code == 200
    assert answer.mimetype == sheets.CONTENT_TYPE
    assert f"{clock.today():%Y-%m-%d}.xlsx" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    return sheets.read(answer.data)


def shown(page: str) -> list[list[str]]:
    """Return the words of each row of the table of a page."""
    rows = re.findall(r"<tr>(<td.*?)</tr>", page, re.DOTALL)
    return [
        [w for w in re.sub(r"<[^>]+>", "\n", row).replace("&#34;", '"').split("\n") if w.strip()]
        for row in rows
    ]


@pytest.mark.usefixtures("entered")
def test_every_list_says_who_and_what_to_do(app: Flask) -> None:
    client = at_desk(app, "an")

    facilities, prescribers, doubles, accounts = (page_of(client, name) for name in LISTS)

    assert "Nhà thuốc Ánh" in facilities
    assert "Đề nghị cơ sở nộp hồ sơ đăng ký mã liên thông." in facilities
    assert "Phòng khám Sao" not in facilities
    assert "000001/LSO-GPHN" in prescribers
    assert "000002/LSO-GPHN" not in prescribers
    assert "Cùng tên, cùng xã, phường" in doubles
    assert "Cùng họ tên và số điện thoại" in doubles
    assert "Quá hạn đổi mật khẩu từ" in accounts
    assert "Chưa kích hoạt từ" in accounts
    for page in (facilities, prescribers, doubles, accounts):
        counts = re.findall(r'vt-tabs__link.*?vt-count">(\d+)<', page)
        assert counts == ["2", "1", "2", "2"]
        for name in ("Đàm Thị Xuân", "Vy Thị Hai", "912000", "Lý Văn Ba", "0987 000"):
            assert name not in page  # persons are found, not listed (rule O4)
        for address in re.findall(
            r'href="(/desk/(?:organisations|prescribers|accounts)/\d+)"', page
        ):
            assert client.get(address).status_code == 200


@pytest.mark.usefixtures("entered")
@pytest.mark.parametrize("name", ["facilities", "prescribers", "accounts"])
def test_the_workbook_has_the_rows_of_the_page(app: Flask, name: str) -> None:
    client = at_desk(app, "an")

    headings, *rows = sheet_of(client, name)
    page = shown(page_of(client, name))

    assert headings[-1] == "Việc cần làm"
    assert len(rows) == len(page)
    for cells, words in zip(rows, page, strict=True):
        assert set(filter(None, cells)) == set(words) - {"–"}


@pytest.mark.usefixtures("entered")
def test_the_workbook_of_doubles_has_a_row_for_each_holder(app: Flask) -> None:
    headings, *rows = sheet_of(at_desk(app, "an"), "doubles")

    assert headings[0] == "Nhóm"
    assert [(r[0], r[2], r[3], r[4]) for r in rows] == [
        ("1", "Phòng khám Sao", "21/LSO-GPHĐ", "21A01"),
        ("1", "Phòng khám Sao", "22/LSO-GPHĐ", "22A01"),
        ("2", "Người kê đơn", "000002/LSO-GPHN", "KD-2"),
        ("2", "Người kê đơn", "000003/LSO-GPHN", "KD-3"),
    ]


@pytest.mark.usefixtures("entered")
def test_a_name_that_looks_like_a_formula_stays_text(app: Flask) -> None:
    client = at_desk(app, "an")
    answer = client.get("/desk/review.xlsx?list=facilities")

    assert b"<f>" not in answer.data
    assert "=HYPERLINK(A1)" in [row[0] for row in sheets.read(answer.data)]


@pytest.mark.usefixtures("entered")
def test_the_kind_narrows_page_and_workbook(app: Flask) -> None:
    client = at_desk(app, "an")

    page = page_of(client, "facilities", kind="pharmacy")

    assert "Nhà thuốc Ánh" in page
    assert "HYPERLINK" not in page
    assert '<option value="pharmacy" selected>Nhà thuốc (1)</option>' in page
    assert "kind=pharmacy" in page
    assert [r[1] for r in sheet_of(client, "facilities", kind="pharmacy")[1:]] == ["11/LSO-GPHĐ"]


def test_pages_of_a_long_list_hang_together_and_the_workbook_has_all(app: Flask) -> None:
    with app.app_context():
        for n in range(60):
            facility(f"{n}/LSO-GPHĐ", f"Quầy thuốc {n:02d}")
            for copy in (1, 2):
                facility(f"{n}-{copy}/X", f"Sao {n:02d}", f"C{n:02d}{copy}X", address="Xã Bắc Sơn")
        db.session.commit()
    client = at_desk(app, "an")
    for name, count in (("facilities", 60), ("doubles", 60)):
        found, address = [], f"/desk/review?list={name}"
        while address:
            page = client.get(address).text
            found += shown(page)
            after = re.search(r'rel="next" href="([^"]+)"', page)
            address = after[1].replace("&amp;", "&") if after else ""
        assert len(found) == count
        assert len({str(row) for row in found}) == count
        before = re.search(r'rel="prev" href="([^"]+)"', page)
        assert before
        assert len(shown(client.get(before[1].replace("&amp;", "&")).text)) == 25
    assert len(sheet_of(client, "facilities")) == 61
    assert len(sheet_of(client, "doubles")) == 121


@pytest.mark.parametrize(
    "query", ["list=nothing", "list=doubles&after=-1", "list=facilities&after=99999999999999999999",
              "list=doubles&after=2147483647", "list=doubles&before=9", "kind=%27%22",
              "list=accounts&before=x"]
)  # fmt: skip
def test_a_made_up_address_is_answered(app: Flask, query: str) -> None:
    client = at_desk(app, "an")

    assert client.get(f"/desk/review?{query}").status_code == 200
    assert client.get(f"/desk/review.xlsx?{query}").status_code == 200


def test_a_page_takes_the_same_statements_however_much_is_listed(app: Flask) -> None:
    client = at_desk(app, "an")

    def measured() -> list[int]:
        taken = []
        for name in LISTS:
            page_of(client, name)
            with Queries(app) as queries:
                page_of(client, name)
            taken.append(queries.count)
        return taken

    def fill(numbers: range) -> None:
        with app.app_context():
            for n in numbers:
                facility(f"{n}/LSO-GPHĐ", f"Quầy thuốc {n}")
                prescriber(f"{n:06d}/LSO-GPHN")
                account(f"{n}/B", "granted", days_old=200)
                for copy in (1, 2):
                    facility(f"{n}-{copy}/X", f"Sao {n}", f"C{n}{copy}X", address="Xã Bắc Sơn")
            db.session.commit()

    fill(range(2))
    few = measured()
    fill(range(2, 30))

    assert measured() == few


def test_it_speaks_english(app: Flask) -> None:
    with app.app_context():
        facility("11/LSO", "Anh Duong", address="Bac Son")
        prescriber("000001/LSO-GPHN")
        facility("21/LSO", "Sao Mai", "21A01", address="Loc Binh", tax_code="0100109106")
        facility("22/LSO", "Sao Mai", "22A01", address="Loc Binh", tax_code="0100109106")
        account("31/LSO", "granted", days_old=200)
        for entered in db.session.scalars(select(Facility)):
            entered.name = fold(entered.name)
        db.session.commit()
    client = at_desk(app, "an")
    client.set_cookie(COOKIE, "en")
    rows = [["Facility", f"{n}/LSO", "Sao", "21A01"] for n in (11, 21, 99)] + [["x", "y", "z", ""]]
    file = sheets.write("List", [heading.en for heading in COLUMNS.values()], rows)

    pages = [page_of(client, name) for name in LISTS]
    pages.append(client.get("/desk/review/reconcile").text)
    for content in (file, b"hello"):
        data = {"file": (io.BytesIO(content), "a.xlsx")}
        pages.append(client.post("/desk/review/reconcile", data=data).text)

    for page in pages:
        assert '<html lang="en"' in page
        assert leftovers(app, page) == []
    for name in LISTS:
        assert not VIETNAMESE.search(str(sheet_of(client, name)))


@pytest.mark.parametrize("username", ["an", "chi", "giang"])
def test_officers_leaders_and_clerks_see_it(app: Flask, username: str) -> None:
    client = at_desk(app, username)

    assert "Rà soát mã và tài khoản" in client.get("/desk/registers").text
    for address in ("/desk/review", "/desk/review.xlsx", "/desk/review/reconcile",
                    "/desk/review/template.xlsx"):  # fmt: skip
        assert client.get(address).status_code == 200


@pytest.mark.usefixtures("entered")
def test_administrators_and_outsiders_do_not(app: Flask) -> None:
    admin, outsider = at_desk(app, "quantri"), app.test_client()

    for method, address in (("GET", "/desk/review"), ("GET", "/desk/review.xlsx"),
                            ("GET", "/desk/review/reconcile"), ("POST", "/desk/review/reconcile"),
                            ("GET", "/desk/review/template.xlsx"),
                            ("POST", "/desk/review/reconciled.xlsx")):  # fmt: skip
        refused = admin.open(address, method=method)
        assert refused.status_code == 403, address
        assert "Nhà thuốc Ánh" not in refused.text
        assert outsider.open(address, method=method).status_code == 303, address

"""A list uploaded on the desk: the result as a page and as a workbook, bad files explained."""

import io
import random
import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import sheets
from app.extensions import db
from app.models import ConnectionCode, Facility, Prescriber
from app.services.code_lists import COLUMNS
from tests.app.services.reviewing import facility, prescriber
from tests.app.views.desk_walk import Queries, at_desk

HEADINGS = [str(h) for h in COLUMNS.values()]
ROWS = [
    ["Cơ sở", "123/LSO-GPHĐ", "Phòng khám Hoa Sen", "20A01"],
    ["Người kê đơn", "009999/LSO-GPHN", "Lục Thị Hoa", "KD-009"],
    ["Cơ sở", "99/LSO-GPHĐ", "<b>Phòng khám</b> Lạ", "20Z99"],
    ["Cơ sở", "98/LSO-GPHĐ", "=1+1", "20A01"],
    ["Bệnh nhân", "1/A", "x", "y"],
]


@pytest.fixture(autouse=True)
def register(app: Flask) -> None:
    with app.app_context():
        facility("123/LSO-GPHĐ", "Phòng khám Hoa Sen", "20A01")
        prescriber("009999/LSO-GPHN", "Lục Thị Mai", "KD-009")
        db.session.commit()


def send(client: FlaskClient, content: bytes, name: str = "ds.xlsx") -> TestResponse:
    # By hand: the test client leaves its temporary file of a large upload open.
    head = f'--a-line-between\r\nContent-Disposition: form-data; name="file"; filename="{name}"'
    return client.post(
        "/desk/review/reconcile",
        data=head.encode() + b"\r\n\r\n" + content + b"\r\n--a-line-between--\r\n",
        content_type="multipart/form-data; boundary=a-line-between",
    )


def listed(*rows: list[str]) -> bytes:
    return sheets.write("Danh sách", HEADINGS, rows)


def result_of(client: FlaskClient, page: str) -> TestResponse:
    carried = re.search(r'name="lines" value="([^"]+)"', page)
    assert carried
    return client.post("/desk/review/reconciled.xlsx", data={"lines": carried[1]})


def test_the_groups_stand_with_row_numbers_and_what_to_do(app: Flask) -> None:
    client = at_desk(app, "an")

    page = send(client, listed(*ROWS)).text

    assert "Kết quả đối chiếu 5 dòng" in page
    values = re.findall(r'vt-stat__value">(\d+)<.*?vt-stat__label">([^<]+)<', page)
    assert values == [("1", "Dòng có lỗi"), ("2", "Trùng"), ("1", "Khác với sổ"), ("1", "Mới"),
                      ("0", "Khớp")]  # fmt: skip
    assert "Trùng với dòng 5 của tệp" in page
    assert "Họ tên khác trong sổ" in page
    assert "Lục Thị Mai" not in page
    assert "Ghi «Cơ sở» hoặc «Người kê đơn»." in page
    assert "&lt;b&gt;Phòng khám&lt;/b&gt; Lạ" in page
    assert "Dòng 6" in page


def test_the_result_is_taken_along_as_a_workbook(app: Flask) -> None:
    client = at_desk(app, "an")

    answer = result_of(client, send(client, listed(*ROWS)).text)
    headings, *rows = sheets.read(answer.data)

    assert answer.status_code == 200
    assert headings == ["Dòng", "Kết quả", *HEADINGS, "Cột cần xem", "Sổ đăng ký", "Việc cần làm"]
    assert [r[:2] for r in rows] == [
        ["2", "Trùng"], ["3", "Khác với sổ"], ["4", "Mới"], ["5", "Trùng"], ["6", "Dòng có lỗi"],
    ]  # fmt: skip
    assert [r[2:6] for r in rows] == ROWS
    assert all(r[-1] for r in rows)
    assert b"<f>" not in answer.data


def test_nothing_is_written_to_the_register_and_no_file_is_kept(app: Flask) -> None:
    def state() -> list[int]:
        with app.app_context():
            return [
                db.session.scalars(select(func.count()).select_from(table)).one()
                for table in (Facility, Prescriber, ConnectionCode)
            ]

    files = app.config["VANTHU"].files_dir
    before, kept = state(), sorted(files.rglob("*"))
    client = at_desk(app, "an")

    page = send(client, listed(*ROWS)).text
    result_of(client, page)

    assert state() == before
    assert sorted(files.rglob("*")) == kept


def test_the_template_can_be_sent_as_it_is(app: Flask) -> None:
    client = at_desk(app, "an")
    template = client.get("/desk/review/template.xlsx").data

    assert sheets.read(template)[0] == HEADINGS
    assert "Kết quả đối chiếu 2 dòng" in send(client, template).text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "không đọc được như một bảng tính"),
        (b"hello", "không đọc được như một bảng tính"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "lưu lại thành .xlsx"),
        (sheets.write("a", HEADINGS, []), "không có dòng dữ liệu nào"),
        (sheets.write("a", HEADINGS[:2], [["x", "y"]]), "thiếu cột «Họ tên hoặc tên cơ sở»"),
        (sheets.write("a", HEADINGS, [["x"]] * 5011), "nhiều nhất là 5000"),
        (bytes(10 * 1024 * 1024 + 1), "Tệp lớn hơn 10 MB"),
    ],
)
def test_a_bad_file_is_answered_with_a_sentence(app: Flask, content: bytes, sentence: str) -> None:
    answer = send(at_desk(app, "an"), content)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'id="file-error"' in answer.text
    assert "vt-stats" not in answer.text


def test_no_file_at_all_is_answered_with_a_sentence(app: Flask) -> None:
    client = at_desk(app, "an")

    for data in ({}, {"file": (io.BytesIO(b""), "")}, {"file": "text"}):
        answer = client.post(
            "/desk/review/reconcile", data=data, content_type="multipart/form-data"
        )
        assert answer.status_code == 422
        assert "Chọn tệp Excel" in answer.text


@pytest.mark.parametrize("lines", ["", "x", "W10.x", "[[1]]"])
def test_a_result_that_is_not_ours_is_refused(app: Flask, lines: str) -> None:
    answer = at_desk(app, "an").post("/desk/review/reconciled.xlsx", data={"lines": lines})

    assert answer.status_code == 422
    assert "chọn lại tệp" in answer.text


def test_five_thousand_rows_are_answered_in_time_and_taken_along(app: Flask) -> None:
    with app.app_context():
        for n in range(1000):
            facility(f"{n}/LSO-GPNV", f"Phòng khám số {n}", f"F{n:05d}")
        db.session.commit()
    rows = [["Cơ sở", f"{n}/LSO-GPNV", f"Phòng khám số {n}", f"F{n:05d}"] for n in range(5000)]
    client, content = at_desk(app, "an"), listed(*rows)

    started = time.perf_counter()
    with Queries(app) as queries:
        answer = send(client, content)
    took = time.perf_counter() - started
    result = result_of(client, answer.text)

    assert "Kết quả đối chiếu 5000 dòng" in answer.text
    assert "Còn 950 dòng nữa trong tệp kết quả." in answer.text
    assert "Còn 3950 dòng nữa trong tệp kết quả." in answer.text
    assert took < 3
    assert queries.count < 40
    assert len(sheets.read(result.data)) == 5001


def test_a_list_too_long_to_carry_says_so(app: Flask) -> None:
    noise = random.Random(1)
    rows = [
        ["Cơ sở", f"{n}/LSO", "".join(chr(noise.randrange(0x4E00, 0x9000)) for _ in range(190)), ""]
        for n in range(2000)
    ]

    page = send(at_desk(app, "an"), listed(*rows)).text

    assert "tách tệp thành hai" in page
    assert 'name="lines"' not in page

"""A list beside the register: columns found, rows judged, five thousand of them at once."""

import time
import unicodedata

import pytest
from flask import Flask
from sqlalchemy import insert

from app import clock
from app.errors import Refused
from app.extensions import db
from app.models import ConnectionCode, Facility
from app.services import code_lists
from app.services.code_lists import COLUMNS
from app.services.reconciliation import Verdict, reconcile
from tests.app.services.reviewing import dossier, facility, prescriber
from tests.app.views.desk_walk import Queries

HEADINGS = [str(h) for h in COLUMNS.values()]


def judged(*rows: list[str], headings: list[str] | None = None) -> list[Verdict]:
    return reconcile(code_lists.lines([headings or HEADINGS, *rows]))


def groups(*rows: list[str]) -> list[str]:
    return [v.group for v in judged(*rows)]


@pytest.fixture
def register(context: Flask) -> None:
    facility("123/LSO-GPHĐ", "Phòng khám Hoa Sen", "20A01")
    facility("124/LSO-GPHĐ", "Phòng khám Hoa Đào", "20A02")
    facility("1234/ĐKKDD-LSO", "Nhà thuốc Mẫu Sơn")
    prescriber("009999/LSO-GPHN", "Lục Thị Mai", "KD-009")
    prescriber("008888/LSO-GPHN", "Vy Văn Ba")
    db.session.commit()


@pytest.mark.usefixtures("register")
def test_rows_that_agree_match_however_they_are_typed() -> None:
    found = judged(
        ["Cơ sở", "123/LSO-GPHĐ", "Phòng khám Hoa Sen", "20A01"],
        ["CO SO", " 124 / lso-gphđ".strip(), "PHÒNG KHÁM HOA ĐÀO", "20a02"],
        ["người kê đơn", "009999/lso-gphn", "", "kd-009"],
    )

    assert [v.group for v in found] == ["matched"] * 3
    assert [v.entry and v.entry[0] for v in found] == ["facility", "facility", "prescriber"]


@pytest.mark.usefixtures("register")
def test_new_is_who_is_not_in_the_register_or_has_no_code_there() -> None:
    found = judged(
        ["Cơ sở", "999/LSO-GPHĐ", "Phòng khám Lạ", "20Z99"],
        ["Cơ sở", "01234/GCNĐKKDD-LSO", "Nhà thuốc Mẫu Sơn", "20Z98"],
        ["Người kê đơn", "008888/LSO-GPHN", "Vy Văn Ba", ""],
    )

    assert [v.group for v in found] == ["new"] * 3
    assert [str(v.found) for v in found] == [
        "Chưa có trong sổ", "Có trong sổ, chưa có mã", "Có trong sổ, chưa có mã",
    ]  # fmt: skip
    assert found[0].entry is None
    assert found[1].entry is not None
    assert "nộp hồ sơ đăng ký mã" in found[2].todo


@pytest.mark.usefixtures("register")
def test_different_is_another_code_or_name_and_no_name_of_a_person_is_told() -> None:
    other_code, no_code, other_name, person = judged(
        ["Cơ sở", "123/LSO-GPHĐ", "Phòng khám Hoa Sen", "20Z01"],
        ["Cơ sở", "124/LSO-GPHĐ", "Phòng khám Hoa Đào", ""],
        ["Cơ sở", "123/LSO-GPHĐ ".strip() + "X", "x", "20Z02"],
        ["Người kê đơn", "009999/LSO-GPHN", "Lục Thị Hoa", "KD-009"],
    )

    assert (other_code.group, str(other_code.found)) == ("different", "Sổ ghi mã 20A01")
    assert (no_code.group, no_code.column) == ("different", "code")
    assert other_name.group == "new"
    assert (person.group, person.column) == ("different", "name")
    assert "Mai" not in person.found + person.todo
    (renamed,) = judged(["Cơ sở", "123/LSO-GPHĐ", "Phòng khám Sen", "20A01"])
    assert str(renamed.found) == "Sổ ghi tên Phòng khám Hoa Sen"


@pytest.mark.usefixtures("register")
def test_duplicates_are_licences_and_codes_said_twice_and_codes_of_others() -> None:
    found = judged(
        ["Cơ sở", "123/LSO-GPHĐ", "Phòng khám Hoa Sen", "20A01"],
        ["Cơ sở", "0123/lso-gphđ", "Phòng khám khác", "20Z09"],
        ["Cơ sở", "123/LSO-GPHĐ", "Phòng khám Hoa Sen", "20A01"],
        ["Cơ sở", "77/LSO-GPHĐ", "Phòng khám Bảy", "KD-009"],
        ["Người kê đơn", "000077/LSO-GPHN", "Vy Thị Bảy", "20A02"],
        ["Người kê đơn", "000078/LSO-GPHN", "Vy Thị Tám", "KD-078"],
        ["Cơ sở", "78/LSO-GPHĐ", "Phòng khám Tám", "kd-078"],
    )

    assert [v.group for v in found] == ["duplicate", "new", *["duplicate"] * 5]
    assert str(found[0].found) == "Trùng với dòng 4 của tệp"
    assert str(found[2].found) == "Trùng với dòng 2 của tệp"
    assert str(found[3].found) == "Mã đã cấp cho người kê đơn có số 009999/LSO-GPHN"
    assert str(found[4].found) == "Mã đã cấp cho Phòng khám Hoa Đào, số 124/LSO-GPHĐ"
    assert str(found[5].found) == "Trùng với dòng 8 của tệp"
    assert str(found[6].found) == "Trùng với dòng 7 của tệp"


@pytest.mark.usefixtures("register")
def test_one_pharmacy_licence_spelled_twice_is_a_duplicate() -> None:
    assert groups(
        ["Cơ sở", "1234/ĐKKDD-LSO", "Nhà thuốc Mẫu Sơn", ""],
        ["Cơ sở", "01234/gcnđkkdd-lso", "Nhà thuốc Mẫu Sơn", ""],
    ) == ["duplicate", "duplicate"]


@pytest.mark.usefixtures("register")
def test_a_licence_of_a_prescriber_is_not_one_of_a_facility() -> None:
    assert groups(["Cơ sở", "009999/LSO-GPHN", "Lục Thị Mai", "20Z01"]) == ["new"]


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (["Bệnh nhân", "1/A", "x", ""], "subject", "Ghi «Cơ sở» hoặc «Người kê đơn»."),
        (["", "123/LSO-GPHĐ", "x", ""], "subject", "Ghi «Cơ sở» hoặc «Người kê đơn»."),
        (["Cơ sở", "", "x", "20A01"], "licence", "Ghi số giấy phép hoặc chứng chỉ."),
        (["Cơ sở", "abc", "x", "20A01"], "licence", "Nhập số giấy phép"),
        (["Cơ sở", "=1+1", "x", "20A01"], "licence", "Nhập số giấy phép"),
        (["Cơ sở", "123/LSO", "x", "20 A01"], "code", "không có khoảng trắng"),
    ],
)
def test_a_row_that_cannot_be_understood_says_where_and_why(
    context: Flask, row: list[str], column: str, sentence: str
) -> None:
    found = judged(["Cơ sở", "1/LSO", "a", "20X01"], [], row, ["Cơ sở", "2/LSO", "b", "20X02"])

    assert [v.group for v in found] == ["new", "error", "new"]
    assert (found[1].line.number, found[1].column) == (4, column)
    assert sentence in found[1].todo


@pytest.mark.parametrize(
    "headings",
    [
        ["DOI TUONG", "so giay phep / chung chi", "Họ tên, hoặc tên cơ sở", "MÃ LIÊN THÔNG"],
        ["Subject", "Licence number", "Name", "Interoperability code"],
        [unicodedata.normalize("NFD", h) for h in HEADINGS],
        ["Đối  tượng:", "Số giấy", "Tên cơ sở", "Mã"],
    ],
)
def test_headings_are_found_by_what_they_say(headings: list[str]) -> None:
    (line,) = code_lists.lines([headings, ["Cơ sở", "1/A", "An", "20A01"]])

    assert (line.number, line.subject, line.licence, line.name, line.code) == (
        2, "Cơ sở", "1/A", "An", "20A01",
    )  # fmt: skip


def test_columns_in_any_order_among_others_below_a_title_are_found() -> None:
    sheet = [["DANH SÁCH MÃ LIÊN THÔNG NĂM 2026"], [], ["STT", *HEADINGS[::-1], "Ghi chú"],
             ["1", "20A01", "An", "1/A", "Cơ sở", "x"], [], ["2", "20A02"]]  # fmt: skip

    first, second = code_lists.lines(sheet)

    assert (first.number, first.licence, first.code) == (4, "1/A", "20A01")
    assert (second.number, second.licence, second.code) == (6, "", "20A02")


@pytest.mark.parametrize(
    ("sheet", "sentence"),
    [
        ([], "không có dòng dữ liệu"),
        ([HEADINGS], "không có dòng dữ liệu"),
        ([HEADINGS, [], ["", " ".strip()]], "không có dòng dữ liệu"),
        ([HEADINGS[:3], ["a"]], "thiếu cột «Mã liên thông»; đặt tên"),
        ([["Tên", "Số đăng ký"], ["a"]],
         "«Đối tượng», «Số giấy phép/chứng chỉ», «Mã liên thông»; các cột «Số đăng ký» không"),
        ([[*HEADINGS, "Mã"], ["a"]], "Cột «Mã liên thông» có hai lần (dòng 1)"),
    ],
)  # fmt: skip
def test_columns_that_are_missing_are_named(sheet: list[list[str]], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        code_lists.lines(sheet)

    assert sentence in refused.value.message


def test_five_thousand_rows_take_seconds_and_few_statements(context: Flask) -> None:
    now = clock.now()
    by = dossier().id
    db.session.execute(
        insert(Facility),
        [
            {"id": 1000 + n, "sort": "facility", "number": f"{n}/LSO-GPHĐ",
             "name": f"Phòng khám {n}", "folded": f"phong kham {n}", "created_at": now}
            for n in range(4000)
        ],
    )  # fmt: skip
    db.session.execute(
        insert(ConnectionCode),
        [
            {"code": f"F{n:05d}", "facility_id": 1000 + n, "dossier_id": by, "created_at": now}
            for n in range(3000)
        ],
    )
    db.session.commit()
    rows = [["Cơ sở", f"{n}/LSO-GPHĐ", f"Phòng khám {n}", f"F{n:05d}"] for n in range(4990)]
    rows += [["Cơ sở", "1/LSO-GPHN", "Một", "F00001"]] * 10

    started = time.perf_counter()
    with Queries(context) as queries:
        found = judged(*rows)
    took = time.perf_counter() - started

    tally = {g: sum(v.group == g for v in found) for g in ("matched", "new", "duplicate")}
    assert tally == {"matched": 2999, "new": 1990, "duplicate": 11}
    assert len([s for s in queries.statements if s.startswith("SELECT")]) == 20
    assert took < 3

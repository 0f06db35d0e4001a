"""Workbooks: text stays text, positions stay positions, and a bomb does not go off."""

import io
import resource
import unicodedata
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from types import MappingProxyType

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from app import sheets
from app.errors import Refused

_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{}</sheetData></worksheet>"
)
_PART = "xl/worksheets/sheet1.xml"


def crafted(sheet: str, parts: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """Return a workbook with its sheet, or other parts, written by hand."""
    with zipfile.ZipFile(io.BytesIO(sheets.write("a", ["a"], [["b"]]))) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    return packed(found | {_PART: sheet} | dict(parts))


def packed(parts: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        sheets.read(content)
    assert refused.value.message.en != refused.value.message
    return str(refused.value.message)


def test_what_is_written_is_read_back() -> None:
    rows = [["0012", "Nhà thuốc Ẵng Ễ Ữu ₫", 3], ["", "", 4], ["=1+1", "http://example.vn", 5]]

    assert sheets.read(sheets.write("Danh sách", ["Số", "Tên", "n"], rows)) == [
        ["Số", "Tên", "n"],
        ["0012", "Nhà thuốc Ẵng Ễ Ữu ₫", "3"],
        ["", "", "4"],
        ["=1+1", "http://example.vn", "5"],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "=cmd|' /C calc'!A0", "http://x.vn",
                                  "0012", "1e5", "\t=1", "{=1}"])  # fmt: skip
def test_text_never_becomes_a_formula_a_link_or_a_number(text: str) -> None:
    content = sheets.write("a", [text], [[text]])

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read(_PART).decode()
        assert "<f" not in sheet
        assert "hyperlink" not in sheet
        assert sheet.count('t="s"') == 2
        assert not [n for n in archive.namelist() if "external" in n.lower()]


def test_a_written_sheet_is_ready_to_print_and_filter() -> None:
    content = sheets.write("Cơ sở: [a]/b*?" * 5, ["Tên", "Số"], [["a", 1]] * 30)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet, styles = archive.read(_PART).decode(), archive.read("xl/styles.xml").decode()
    assert 'orientation="landscape"' in sheet
    assert 'paperSize="9"' in sheet
    assert '<autoFilter ref="A1:B31"' in sheet
    assert 'ySplit="1"' in sheet
    assert "<b/>" in styles
    assert 'val="Times New Roman"' in styles
    assert 'val="Calibri"' not in styles
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        assert workbook.sheet_names == [("Cơ sở   a  b  " * 5)[:31].strip()]


def test_an_empty_list_is_a_workbook_too() -> None:
    assert sheets.read(sheets.write("a", ["Tên"], [])) == [["Tên"]]
    assert sheets.read(sheets.write("", [], [])) == []


def test_row_n_of_the_list_is_row_n_of_the_sheet() -> None:
    content = io.BytesIO()
    with Workbook(content) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(2, 1, "a")
        sheet.write(4, 3, "b")
        sheet.write_blank(9, 9, None, workbook.add_format({"bold": True}))

    assert sheets.read(content.getvalue()) == [[], [], ["", "a"], [], ["", "", "", "b"]]


def test_values_are_read_as_people_see_them() -> None:
    content = io.BytesIO()
    with Workbook(content, {"remove_timezone": True}) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        moment = workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for row, value in enumerate((84912345678, 0.1 + 0.2, 12.0, -3, 1e300, True)):
            sheet.write(row, 0, value)
        sheet.write_datetime(6, 0, datetime(2026, 11, 5), day)
        sheet.write_datetime(7, 0, datetime(2026, 11, 5, 8, 30), moment)
        sheet.write_datetime(8, 0, time(8, 30), workbook.add_format({"num_format": "hh:mm"}))
        sheet.write_formula(9, 0, '="a"&"b"', None, "ab")
        sheet.write_datetime(10, 0, date(2026, 1, 5), day)

    assert [row[0] for row in sheets.read(content.getvalue())] == [
        "84912345678", "0.3", "12", "-3", "1e+300", "TRUE", "05/11/2026", "05/11/2026 08:30",
        "08:30:00", "ab", "05/01/2026",
    ]  # fmt: skip


def test_typed_text_is_composed_and_trimmed() -> None:
    typed = unicodedata.normalize("NFD", "Nguyễn Thị Ắng")
    content = sheets.write("a", ["b"], [[f"  {typed}\u200b\r\n  Đỗ\u00a0Ở\ufeff \t"]])

    assert sheets.read(content) == [["b"], ["Nguyễn Thị Ắng Đỗ Ở"]]


def test_the_first_sheet_people_see_is_read() -> None:
    content = io.BytesIO()
    with Workbook(content) as workbook:
        hidden, shown = workbook.add_worksheet("a"), workbook.add_worksheet("b")
        hidden.write(0, 0, "hidden")
        hidden.hide()
        shown.write(0, 0, "shown")
        shown.activate()
        workbook.add_worksheet("c").write(0, 0, "third")

    assert sheets.read(content.getvalue()) == [["shown"]]


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"%PDF-1.7", b"PK\x03\x04", sheets.write("a", ["b"], [])[:900],
     packed({"xl/notes.xml": "<a/>"}), packed({"xl/workbook.xml": "hello"}),
     crafted("hello"), crafted('<!DOCTYPE a [<!ENTITY b "c">]>' + _SHEET.format("")),
     crafted(_SHEET.format('<row r="1"><c r="1A"><v>1</v></c></row>')),
     crafted(_SHEET.format(""), {"xl/sharedStrings.xml": '<sst uniqueCount="99999999999"/>'})],
)  # fmt: skip
def test_what_is_no_workbook_is_said_so(content: bytes) -> None:
    assert "không đọc được như một bảng tính" in refusal(content)


def test_an_old_and_a_protected_workbook_are_told_apart() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)

    assert "lưu lại thành .xlsx" in refusal(ole)
    assert "bỏ mật khẩu" in refusal(ole + "EncryptedPackage".encode("utf-16-le"))


def test_a_bomb_is_seen_before_it_is_opened() -> None:
    bomb = crafted(_SHEET.format("") + " " * 200_000_000)
    assert len(bomb) < 1_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert "quá lớn khi mở ra" in refusal(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_a_directory_that_lies_about_sizes_gains_nothing() -> None:
    content = bytearray(crafted(_SHEET.format("") + " " * 50_000_000))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.getinfo(_PART).file_size.to_bytes(4, "little")
    assert content.count(size) == 2
    lying = bytes(content).replace(size, (200).to_bytes(4, "little"))

    assert "không đọc được" in refusal(lying)


def test_two_cells_far_apart_do_not_take_the_memory() -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="{}"><v>1</v></c></row>'

    assert "quá lớn khi mở ra" in refusal(crafted(_SHEET.format(cells.format("XFD1048576"))))
    other = '<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert sheets.read(crafted(_SHEET.format(other))) == []


def test_a_sheet_under_another_name_is_measured_too() -> None:
    cells = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="ZZ900000"><v>1</v></c></row>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="other.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/worksheet"/></Relationships>'
    )
    content = crafted(
        _SHEET.format(""),
        {"xl/other.xml": _SHEET.format(cells), "xl/_rels/workbook.xml.rels": relations},
    )

    assert "quá lớn khi mở ra" in refusal(content)


def test_too_many_rows_or_columns_are_counted_for_people() -> None:
    rows = sheets.write("a", ["b"], [["c"]] * (sheets.MAX_ROWS + 10))
    columns = sheets.write("a", ["b"] * (sheets.MAX_COLUMNS + 1), [])

    assert "có 5011 dòng, nhiều nhất là 5000" in refusal(rows)
    assert f"có {sheets.MAX_COLUMNS + 1} cột" in refusal(columns)
    assert len(sheets.read(sheets.write("a", ["b"], [["c"]] * sheets.MAX_ROWS))) == 5001

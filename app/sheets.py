"""Workbooks: the first sheet of an uploaded one as text, and a list as a new one."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum
from python_calamine import SheetVisibleEnum as Visible
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app import formats
from app.errors import Refused
from workflows import Text

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 5000
_HEAD = 10  # rows above a list: a title, headings
MAX_COLUMNS = 100
# A workbook at both limits unpacks to some 25 MB; 289 KiB of a bomb took 647 MB.
_MAX_UNPACKED = 40_000_000
# The reader lays a sheet out from its first cell to its last, whether they hold anything or not.
_MAX_AREA = 2_000_000
_MAX_PARTS = 1000
_FOLDERS = ("xl/", "_rels/", "[Content_Types].xml")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LONGEST = 32_767  # characters in a cell, a limit of Excel
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Times New Roman", "font_size": 12},
}

_NOT_A_WORKBOOK = Text(
    "Tệp này không đọc được như một bảng tính Excel; chọn tệp .xlsx.",
    "This file cannot be read as an Excel workbook; choose an .xlsx file.",
)
_OLD = Text(
    "Tệp là bảng tính kiểu cũ (.xls); mở bằng Excel, lưu lại thành .xlsx rồi chọn tệp mới.",
    "This is an old workbook (.xls); open it in Excel, save it as .xlsx and choose the new file.",
)
_PROTECTED = Text(
    "Tệp được đặt mật khẩu; bỏ mật khẩu trong Excel rồi chọn lại.",
    "The workbook is protected by a password; remove it in Excel and choose the file again.",
)
_TOO_LARGE = Text(
    "Bảng tính quá lớn khi mở ra; chỉ giữ lại trang tính cần dùng, bỏ hình ảnh và ô trống ở xa.",
    "The workbook is too large once unpacked; keep only the sheet you need, without pictures and"
    " cells far away from the list.",
)
_TOO_MANY_ROWS = Text(
    "Bảng tính có {n} dòng, nhiều nhất là {limit}; tách thành nhiều tệp.",
    "The sheet has {n} rows and {limit} are allowed; split it into several files.",
)
_TOO_MANY_COLUMNS = Text(
    "Bảng tính có {n} cột, nhiều nhất là {limit}; bỏ các cột không cần.",
    "The sheet has {n} columns and {limit} are allowed; remove those you do not need.",
)


def read(content: bytes) -> list[list[str]]:
    """Return the first visible sheet of an .xlsx as text; raise Refused with a sentence.

    Row n of the sheet is row n of the list. Empty cells after the last of a row and empty rows
    after the last row are left out.
    """
    parts = _unpack(content)
    for part in parts.values():  # a sheet may lie anywhere
        _measure(part)
    try:
        with CalamineWorkbook.from_filelike(_pack(parts)) as workbook:
            number = next(
                n
                for n, sheet in enumerate(workbook.sheets_metadata)
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == Visible.Visible
            )
            sheet = workbook.get_sheet_by_index(number)
            height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
            if height > MAX_ROWS + _HEAD:
                raise Refused(_TOO_MANY_ROWS.fill(n=height, limit=MAX_ROWS))
            if width > MAX_COLUMNS:
                raise Refused(_TOO_MANY_COLUMNS.fill(n=width, limit=MAX_COLUMNS))
            rows = [_row(cells) for cells in sheet.to_python(skip_empty_area=False)]
    except PasswordError as error:
        raise Refused(_PROTECTED) from error
    except (CalamineError, StopIteration, ValueError, OSError) as error:
        raise Refused(_NOT_A_WORKBOOK) from error
    while rows and not rows[-1]:
        rows.pop()
    return rows


def write(title: str, headings: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """Return an .xlsx of one sheet: headings in row 1, then the rows; text stays text."""
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True, **_OPTIONS}) as workbook:
        workbook.set_properties({"title": title})
        head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        # «@» keeps «0012» when somebody edits the cell.
        text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        number = workbook.add_format({"valign": "top"})
        sheet = workbook.add_worksheet(_SHEET_NAME.sub(" ", title)[:31].strip() or None)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(last, column, value[:_LONGEST], text)
                else:
                    sheet.write_number(last, column, value, number)
        sheet.autofit(max_width=400)
        _finish(sheet, last, max(len(headings) - 1, 0))
    return content.getvalue()


def write_long(
    target: Path,
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str | int]],
    widths: Sequence[int],
) -> None:
    """Write an .xlsx of one sheet to a file, row by row: memory does not grow with the rows."""
    with Workbook(target, {"constant_memory": True, **_OPTIONS}) as workbook:
        workbook.set_properties({"title": title})
        head = workbook.add_format(
            {"bold": True, "border": 1, "text_wrap": True, "align": "center"}
        )
        text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        number = workbook.add_format({"valign": "top"})
        sheet = workbook.add_worksheet(_SHEET_NAME.sub(" ", title)[:31].strip() or None)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(last, column, value[:_LONGEST], text)
                else:
                    sheet.write_number(last, column, value, number)
        _finish(sheet, last, max(len(headings) - 1, 0))


def _finish(sheet: Worksheet, last: int, right: int) -> None:
    sheet.ignore_errors({"number_stored_as_text": f"A1:CV{last + 1}"})
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, right)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&C&P/&N")


def _unpack(content: bytes) -> dict[str, bytes]:
    """Return the parts that describe sheets; what the directory says is never trusted alone."""
    if content.startswith(_OLE):
        # [MS-OFFCRYPTO] 2.3: an encrypted workbook is a stream of this name.
        is_locked = "EncryptedPackage".encode("utf-16-le") in content
        raise Refused(_PROTECTED if is_locked else _OLD)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if any(m.flag_bits & 1 for m in members):
                raise Refused(_PROTECTED)
            if len(members) > _MAX_PARTS or sum(m.file_size for m in members) > _MAX_UNPACKED:
                raise Refused(_TOO_LARGE)
            # `read` ends at the size that was summed up, however much more is packed.
            parts = {
                m.filename: archive.read(m)
                for m in members
                if m.filename.startswith(_FOLDERS) and m.filename.endswith((".xml", ".rels"))
            }
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise Refused(_NOT_A_WORKBOOK) from error
    if "xl/workbook.xml" not in parts:
        raise Refused(_NOT_A_WORKBOOK)
    return parts


def _pack(parts: dict[str, bytes]) -> io.BytesIO:
    """Return an archive of exactly what was looked at: the reader believes another directory."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    content.seek(0)
    return content


def _measure(part: bytes) -> None:
    """Refuse a sheet whose cells lie so far apart that laying it out would take the memory."""
    height = width = row = column = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, height, width
        tag = name.rpartition(":")[2]
        if tag == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif tag == "c":
            column += 1
            if "r" in attributes:
                row, column = _position(attributes["r"])
        elif tag in ("v", "is", "f"):
            height, width = max(height, row), max(width, column)
            if height * width > _MAX_AREA:
                raise Refused(_TOO_LARGE)
        else:
            # The reader makes room for as many as are announced.
            announced = attributes.get("uniqueCount", attributes.get("count", ""))
            if announced.isdecimal() and int(announced) > len(part):
                raise Refused(_NOT_A_WORKBOOK)

    def doctype(*_: object) -> None:
        raise Refused(_NOT_A_WORKBOOK)

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError) as error:
        raise Refused(_NOT_A_WORKBOOK) from error


def _position(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter.upper()) - 64
    return int(reference[len(letters) :]), column


def _row(cells: Sequence[object]) -> list[str]:
    row = [_text(cell) for cell in cells]
    while row and not row[-1]:
        row.pop()
    return row


def _text(value: object) -> str:
    match value:
        case str():
            return _plain(value)
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
        case datetime():
            day = formats.day(value)
            return day if value.time() == time() else f"{day} {value:%H:%M}"
        case date():
            return formats.day(value)
        case _:
            return str(value)


def _plain(text: str) -> str:
    """Return text in NFC, without what nobody sees and with single spaces."""
    if not text.isprintable():
        text = "".join(c for c in text if c.isprintable() or c.isspace())
    return " ".join(unicodedata.normalize("NFC", text).split())

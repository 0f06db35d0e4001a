"""A file of a book says what the book says, in ten columns, from the first number to the last."""

import csv
import io
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import BookEntry, NumberBook
from app.services import book_export, book_pages
from app.services.book_pages import COLUMNS, Wanted
from tests.app.services.test_ledger import issued, reserve

ROWS = 450


def book() -> NumberBook:
    """Return a book of letters, reserved numbers and a subject that would be a formula."""
    issued()
    reserve(subject="=1+1")
    found = db.session.scalars(select(NumberBook).where(NumberBook.name == "dispatch")).one()
    today = clock.today()
    db.session.add_all(
        BookEntry(book=found, number=n, symbol="SYT-VP", issued_on=today, state="outside",
                  form="dispatch", subject=f"Việc thứ {n}", reason="Sổ giấy")
        for n in range(3, ROWS + 1)
    )  # fmt: skip
    found.last_number = ROWS
    db.session.commit()
    return found


def expected(found: NumberBook) -> list[list[str]]:
    rows, after = [], 0
    while page := book_pages.page(found, after=after):
        rows += [[str(c) for c in book_pages.cells(line)] for line in page.rows]
        after = page.next
        if not after:
            break
    return rows[::-1]


def test_excel_and_csv_read_back_are_the_register(context: Flask, tmp_path: Path) -> None:
    found = book()
    wanted = [[str(c) for c in COLUMNS.values()], *expected(found)]
    assert len(wanted) == ROWS + 1

    book_export.write("xlsx", found, tmp_path / "book.xlsx")
    with CalamineWorkbook.from_path(str(tmp_path / "book.xlsx")) as workbook:
        cells = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    rows = [[str(int(c)) if isinstance(c, float) else str(c) for c in row] for row in cells]
    assert rows == wanted

    book_export.write("csv", found, tmp_path / "book.csv")
    text = (tmp_path / "book.csv").read_text(encoding="utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == wanted
    assert "Công văn: =1+1" in text


def test_the_pdf_has_every_number_and_counts_its_pages(context: Flask, tmp_path: Path) -> None:
    found = book()

    pages = book_export.write_pdf(found, tmp_path / "book.pdf")

    reader = PdfReader(tmp_path / "book.pdf")
    assert len(reader.pages) == pages > 20
    texts = [page.extract_text() for page in reader.pages]
    assert "SỔ ĐĂNG KÝ VĂN BẢN ĐI NĂM" in texts[0]
    assert "Từ số 01 đến số 450" in texts[0]
    whole = "\n".join(texts)
    assert [n for n in range(3, ROWS + 1) if f"Việc thứ {n}\n" not in whole.replace(" \n", "\n")
            and f"thứ {n}" not in whole] == []  # fmt: skip
    # Drawn in two parts, counted through; the cover has no number.
    assert [t.split()[-1] for t in texts[1:]] == [str(n) for n in range(2, pages + 1)]


def test_a_file_has_what_was_looked_for(context: Flask) -> None:
    found = book()

    lines = list(book_export.every_line(found, Wanted(state="reserved")))
    assert [line.reference for line in lines] == ["02/SYT-VP"]
    assert len(list(book_export.every_line(found, Wanted(text="việc thứ")))) == ROWS - 2


def test_a_book_is_exported_by_command(context: Flask, tmp_path: Path) -> None:
    found = book()
    runner = context.test_cli_runner()
    out = tmp_path / "so.csv"

    year = str(found.year)
    done = runner.invoke(
        args=["books", "export", "--year", year, "--format", "csv", "--out", str(out)]
    )
    none = runner.invoke(
        args=["books", "export", "--year", "1999", "--format", "csv", "--out", str(out)]
    )

    assert (done.exit_code, done.output.strip()) == (0, str(out))
    assert out.read_text(encoding="utf-8-sig").count("\n") == ROWS + 1
    assert none.exit_code == 1


@pytest.mark.parametrize(
    ("wanted", "references"),
    [
        (Wanted(text="1"), ["01/SYT-NVD"]),
        (Wanted(text="2/syt"), ["02/SYT-VP"]),
        (Wanted(text="nha thuoc"), ["01/SYT-NVD"]),
        (Wanted(text="Nhà thu"), ["01/SYT-NVD"]),
        (Wanted(text="kim chi"), ["01/SYT-NVD"]),
        (Wanted(text="thứ 77"), ["77/SYT-VP"]),
        (Wanted(text="' OR * \" ("), []),
        (Wanted(text="***"), []),
        (Wanted(state="reserved", form="dispatch"), ["02/SYT-VP"]),
        (Wanted(form="decision"), []),
        (Wanted(text="99999999999999999999"), []),
    ],
)
def test_a_book_is_searched(context: Flask, wanted: Wanted, references: list[str]) -> None:
    found = book()

    assert [line.reference for line in book_pages.page(found, wanted).rows] == references


def test_a_search_is_read_page_by_page(context: Flask) -> None:
    found = book()
    wanted = Wanted(text="việc", since=clock.today(), until=clock.today())

    first = book_pages.page(found, wanted)
    second = book_pages.page(found, wanted, after=first.next)
    back = book_pages.page(found, wanted, before=second.previous)

    assert [x.number for x in first.rows] == list(range(ROWS, ROWS - 25, -1))
    assert [x.number for x in second.rows] == list(range(ROWS - 25, ROWS - 50, -1))
    assert (first.previous, [x.number for x in back.rows]) == (0, [x.number for x in first.rows])

"""A book as a file: CSV, Excel or PDF, written as it is read, whatever its length.

Rows are read by number, a thousand at a time: no cursor is held open and no list grows.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from sqlalchemy import func, select

from app import rendering, sheets
from app.extensions import db
from app.models import BookEntry, NumberBook
from app.services import organisation
from app.services.book_pages import COLUMNS, Line, Wanted, cells, line_of, lines, matching
from app.services.books import form_label
from letters.register import RegisterPart
from workflows import Text

_CHUNK = 1000
# Rows of one drawing: some thirty pages, a few seconds, far below the renderer's limits.
_DRAWN = 400
_TITLE = Text("SỔ ĐĂNG KÝ VĂN BẢN ĐI NĂM {year}", "REGISTER OF OUTGOING DOCUMENTS {year}")
# Share of the width of a landscape sheet, in Excel characters and in per cent.
_WIDTHS = (14, 11, 40, 20, 30, 14, 8, 11, 14, 24)


def every_line(book: NumberBook, wanted: Wanted | None = None) -> Iterator[Line]:
    """Yield the lines of a book, or those looked for in it, from the first number on."""
    last = 0
    while True:
        query = lines().order_by(BookEntry.number)
        if wanted:
            ids = matching(book, wanted, edge=last, is_up=True, limit=_CHUNK)
            query = query.where(BookEntry.id.in_(ids))
        else:
            query = query.where(BookEntry.book_id == book.id, BookEntry.number > last)
            query = query.limit(_CHUNK)
        found = [line_of(row) for row in db.session.execute(query)]
        yield from found
        if len(found) < _CHUNK:
            return
        last = found[-1].number


def count(book: NumberBook, wanted: Wanted | None, most: int) -> int:
    """Return how many lines a file would have, or `most` when there are more."""
    return len(matching(book, wanted, limit=most)) if wanted else min(book.last_number, most)


def write(kind: str, book: NumberBook, target: Path, wanted: Wanted | None = None) -> None:
    """Write a book to a file: csv, xlsx or pdf."""
    match kind:
        case "csv":
            with target.open("w", encoding="utf-8", newline="") as file:
                file.writelines(csv_lines(book, wanted))
        case "xlsx":
            write_xlsx(book, target, wanted)
        case _:
            write_pdf(book, target, wanted)


def title(book: NumberBook) -> Text:
    """Return what the cover says."""
    return _TITLE.fill(year=book.year)


def csv_lines(book: NumberBook, wanted: Wanted | None = None) -> Iterator[str]:
    """Yield a CSV file, some rows at a time."""
    yield "\ufeff" + _csv([[str(c) for c in COLUMNS.values()]])
    found = every_line(book, wanted)
    while part := list(islice(found, _CHUNK)):
        yield _csv([[harmless(cell) for cell in cells(line)] for line in part])


def write_xlsx(book: NumberBook, target: Path, wanted: Wanted | None = None) -> None:
    """Write an Excel file; rows go to the disk as they come."""
    rows = (cells(line) for line in every_line(book, wanted))
    sheets.write_long(target, title(book), list(COLUMNS.values()), rows, _WIDTHS)


def write_pdf(book: NumberBook, target: Path, wanted: Wanted | None = None) -> int:
    """Write a PDF in the form of Appendix IV and return its pages.

    The rendering process draws some hundred rows at a time; a part begins where the pages of
    the one before ended, and lies on the disk until all are joined.
    """
    department = organisation.department()
    first, last = db.session.execute(
        select(func.min(BookEntry.issued_on), func.max(BookEntry.issued_on)).where(
            BookEntry.book_id == book.id
        )
    ).one()
    found, pages = every_line(book, wanted), 0
    with TemporaryDirectory() as folder:
        parts: list[Path] = []
        while (rows := list(islice(found, _DRAWN))) or not parts:
            part = RegisterPart(
                parent=department.parent,
                office=department.name,
                title=str(title(book)),
                book=str(form_label(book.name)),
                period=(first.isoformat(), last.isoformat()) if first else ("", ""),
                numbers=(1, book.last_number) if book.last_number else (0, 0),
                headings=tuple(str(c) for c in COLUMNS.values()),
                rows=tuple(tuple(str(c) for c in cells(line)) for line in rows),
                pages_before=pages,
                has_cover=not parts,
            )
            path = Path(folder) / f"{len(parts):05d}.pdf"
            path.write_bytes(rendering.register(part))
            with pikepdf.open(path) as drawn:
                pages += len(drawn.pages)
            parts.append(path)
            if len(rows) < _DRAWN:
                break
        _join(parts, target)
    return pages


def _join(parts: list[Path], target: Path) -> None:
    with pikepdf.new() as whole:
        opened = [pikepdf.open(path) for path in parts]
        try:
            for part in opened:
                whole.pages.extend(part.pages)
            whole.save(target)
        finally:
            for part in opened:
                part.close()


def _csv(rows: Iterable[Sequence[str | int]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue()


def harmless(cell: str | int) -> str | int:
    """Keep what applicants typed from being a formula when a spreadsheet opens the file."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell

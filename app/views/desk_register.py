"""The outgoing register: a book at a time, searched, printed, and as a file."""

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Response, abort, render_template, request, send_file, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from app import clock, sheets
from app.errors import Refused
from app.language import say
from app.models import NumberBook
from app.security.actors import staff
from app.services import book_export, book_pages, books, ledger
from app.services.book_pages import COLUMNS, STATES, Line, Wanted
from app.views.desk import bp, me
from app.views.step_up import export
from workflows import Field, FieldError, FieldType, Text

_DAY = Field("day", Text("Ngày", "Day"), FieldType.DATE, sample="05/01/2026", required=False)
# What a page may make while somebody waits; the command makes whole years of any size.
FILES = ("xlsx", "pdf", "csv")
MOST_ROWS = {"xlsx": 20_000, "pdf": 1_000}
_TOO_MANY = Text(
    "Sổ có {n} số, tệp tải từ trang nhiều nhất {most}. Chọn khoảng ngày ngắn hơn, tải CSV, hoặc"
    " quản trị viên chạy lệnh vanthu books export cho cả năm.",
    "The book has {n} numbers and a file from this page at most {most}. Choose a shorter period,"
    " take the CSV, or let the administrator run vanthu books export for the whole year.",
)
_BAD_DAY = Text(
    "Ngày tìm kiếm ghi theo dạng ngày/tháng/năm, ví dụ: 05/01/2026.",
    "Write the days to search as day/month/year, for example 05/01/2026.",
)
_ALL = Text("– Tất cả –", "– All –")


@bp.get("/desk/register")
def register() -> ResponseReturnValue:
    """Show a book of a year, the newest number first, or what is looked for in it."""
    found = book_pages.books()
    years = sorted({b.year for b in found} | {clock.today().year}, reverse=True)
    year = request.args.get("year", years[0], type=int)
    of_year = _of_year(found, year)
    book = _chosen(of_year)
    typed, wanted, problem = _wanted()
    page = book_pages.Page([])
    if book:
        page = book_pages.page(book, wanted, after=_number("after"), before=_number("before"))
    here: dict[str, Any] = {"year": year, "book": book.name if book else None} | {
        name: value for name, value in typed.items() if value
    }
    actor = staff(me())
    return render_template(
        "desk/register/index.html",
        year=year,
        years=years,
        book=book.name if book else "",
        closed=book.closed_at is not None if book else False,
        tabs=[
            {
                "label": say(books.form_label(b.name)),
                "href": url_for(".register", year=year, book=b.name),
                "active": b is book,
                "count": b.last_number,
            }
            for b in of_year
        ],
        columns={name: say(label) for name, label in COLUMNS.items()},
        rows=[row(line) for line in page.rows],
        typed=typed,
        is_search=bool(wanted),
        problem=say(problem) if problem else "",
        states=_options(STATES),
        forms=_options(books.FORMS),
        may_keep=ledger.may_keep(actor),
        may_close=year < clock.today().year and not all(b.closed_at for b in of_year),
        files={name: url_for(".register_file", name=name, **here) for name in FILES}
        if page.rows
        else {},
        previous=url_for(".register", before=page.previous, **here) if page.previous else "",
        next=url_for(".register", after=page.next, **here) if page.next else "",
    )


@bp.get("/desk/register/files/<name>")
@export("outgoing")
def register_file(name: str) -> ResponseReturnValue:
    """Send a book, or what was looked for in it, as a file.

    CSV streams whatever its length. Excel and PDF are made before the first byte goes out, so a
    long book is refused here: it would hold a thread of the server for minutes.
    """
    year = request.args.get("year", 0, type=int)
    book = _chosen(_of_year(book_pages.books(), year))
    if book is None or name not in FILES:
        abort(404)
    _, wanted, _ = _wanted()
    kind, name = name, f"so-van-ban-di-{book.name}-{book.year}.{name}"
    if kind == "csv":
        lines = stream_with_context(book_export.csv_lines(book, wanted))
        response = Response(lines, mimetype="text/csv")
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response
    most = MOST_ROWS[kind]
    rows = book_export.count(book, wanted, most + 1)
    if rows > most:
        raise Refused(_TOO_MANY.fill(n=book.last_number, most=most))
    with TemporaryDirectory() as folder:
        target = Path(folder) / name
        book_export.write(kind, book, target, wanted)
        content = target.read_bytes()
    mime = sheets.CONTENT_TYPE if kind == "xlsx" else "application/pdf"
    return send_file(io.BytesIO(content), mimetype=mime, as_attachment=True, download_name=name)


def row(line: Line) -> dict[str, Any]:
    """Return a line for a template."""
    return {
        "href": url_for(".entry", number=line.id),
        "reference": line.reference,
        "issued_on": line.issued_on,
        "form": say(line.form),
        "subject": line.subject,
        "signer": line.signer,
        "addressee": line.addressee,
        "archive": line.archive,
        "copies": "" if line.copies is None else f"{line.copies:02d}",
        "sent_on": line.sent_on,
        "received_by": say(line.received_by),
        "notes": [say(note) for note in line.notes],
        "state": line.state,
        "is_out": line.state == "void" or line.is_recalled,
        "code": line.code,
        "dossier": url_for(".dossier", code=line.code) if line.code else "",
    }


def _of_year(found: list[NumberBook], year: int) -> list[NumberBook]:
    of_year = [b for b in found if b.year == year and b.last_number]
    return sorted(of_year, key=lambda b: (b.name != "dispatch", b.name))


def _chosen(of_year: list[NumberBook]) -> NumberBook | None:
    name = request.args.get("book", "")
    return next((b for b in of_year if b.name == name), of_year[0] if of_year else None)


def _wanted() -> tuple[dict[str, str], Wanted, Text | None]:
    """Return what was typed to search, what it means, and what was wrong with it."""
    limits = {"q": 100, "form": 40, "state": 20, "since": 20, "until": 20}
    typed = {name: " ".join(request.args.get(name, "")[:n].split()) for name, n in limits.items()}
    days: dict[str, date | None] = {}
    problem = None
    for name in ("since", "until"):
        try:
            value = _DAY.check(typed[name])
            days[name] = date.fromisoformat(value) if value else None
        except FieldError:
            days[name], problem = None, _BAD_DAY
    return (
        typed,
        Wanted(
            text=typed["q"],
            form=typed["form"] if typed["form"] in books.FORMS else "",
            state=typed["state"] if typed["state"] in STATES else "",
            since=days["since"],
            until=days["until"],
        ),
        problem,
    )


def _options(labels: Mapping[str, Text]) -> list[dict[str, str]]:
    return [{"value": "", "text": say(_ALL)}] + [
        {"value": value, "text": say(label)} for value, label in labels.items()
    ]


def _number(name: str) -> int:
    number = request.args.get(name, 0, type=int)
    return number if 0 < number < 2**31 else 0

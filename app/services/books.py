"""Numbers: gapless per book and year, taken in the transaction that binds them."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from app import clock
from app.database import insert_into
from app.errors import Refused
from app.extensions import db
from app.models import BookEntry, BookPlan, Counter, Letter, NumberBook
from letters import LetterData
from workflows import Text

INCOMING = "incoming"
_CLOSED = Text(
    "Sổ năm {year} đã khóa; số của năm đó không cấp thêm được.",
    "The books of {year} are closed; no number of that year can be taken any more.",
)


# What may take a number: the forms our letters have, and those a department writes on paper.
FORMS: Mapping[str, Text] = {
    "dispatch": Text("Công văn", "Dispatch"),
    "receipt": Text("Giấy tiếp nhận và hẹn trả", "Receipt"),
    "supplement_request": Text("Phiếu yêu cầu bổ sung", "Supplement request"),
    "intake_refusal": Text("Phiếu từ chối tiếp nhận", "Refusal of intake"),
    "apology": Text("Phiếu xin lỗi và hẹn lại", "Apology"),
    "stop_notice": Text("Thông báo dừng giải quyết", "Notice of ending"),
    "control_slip": Text("Phiếu kiểm soát", "Control slip"),
    "decision": Text("Quyết định", "Decision"),
    "notice": Text("Thông báo", "Notice"),
    "report": Text("Báo cáo", "Report"),
    "plan": Text("Kế hoạch", "Plan"),
    "submission": Text("Tờ trình", "Submission"),
    "invitation": Text("Giấy mời", "Invitation"),
}


def form_label(form: str) -> Text:
    """Return what people call a form."""
    return FORMS.get(form, Text(form))


def take(letter: Letter, data: LetterData, on: date) -> BookEntry:
    """Take the next number of the letter's book and enter the letter under it.

    The row lock is held until the commit, so call it last. A rolled back transaction
    gives the number back, because the count and the entry go with it.
    """
    number, book_id = next_numbers(book_of(letter.form, on.year), on.year)
    entry = BookEntry(
        book_id=book_id,
        number=number,
        symbol=data.symbol,
        issued_on=on,
        state="issued",
        form=letter.form,
        subject=data.subject,
        addressee=", ".join(data.addressees),
        signer_name=data.signer.name if data.signer else "",
        archive=data.archive,
        sent_on=on,
        letter=letter,
    )
    db.session.add(entry)
    return entry


def next_numbers(name: str, year: int, count: int = 1) -> tuple[int, int]:
    """Take so many numbers of a book; return the last of them and the book.

    Raises Refused when the year is closed. The row of the book stays locked to the commit.
    """
    statement = (
        insert_into(db.engine, NumberBook)
        .values(name=name, year=year, last_number=count)
        .on_conflict_do_update(
            index_elements=[NumberBook.name, NumberBook.year],
            set_={"last_number": NumberBook.last_number + count},
            where=NumberBook.closed_at.is_(None),
        )
        .returning(NumberBook.last_number, NumberBook.id)
    )
    found = db.session.execute(statement).one_or_none()
    # Closing a year makes the books that it had not; this one may have been named since.
    if found is None or (found[0] == count and year != clock.today().year and is_closed(year)):
        raise Refused(_CLOSED.fill(year=year))
    return found[0], found[1]


def is_closed(year: int) -> bool:
    """Tell whether a year is closed."""
    return (
        db.session.scalars(
            select(NumberBook.id).where(NumberBook.year == year, NumberBook.closed_at.is_not(None))
        ).first()
        is not None
    )


def book_of(form: str, year: int) -> str:
    """Return the name of the book a form takes its numbers from: its own unless planned so."""
    planned = db.session.scalars(
        select(BookPlan.book)
        .where(BookPlan.form == form, BookPlan.from_year <= year)
        .order_by(BookPlan.from_year.desc())
        .limit(1)
    ).first()
    return planned or form


def plan(form: str, book: str, from_year: int, reason: str) -> None:
    """Let a form take its numbers from a book from a year on; raise Refused in mid-year.

    In a year that has numbers of the form another book would give the same numbers again.
    """
    taken = db.session.scalars(
        select(BookEntry.id)
        .join(BookEntry.book)
        .where(BookEntry.form == form, NumberBook.year >= from_year)
        .limit(1)
    ).first()
    if taken is not None:
        raise Refused(
            Text(
                "Năm {year} đã có số của loại văn bản này; sổ khác chỉ dùng từ năm sau.",
                "{year} has numbers of this form already; another book begins next year.",
            ).fill(year=from_year)
        )
    if form not in FORMS or book == INCOMING:
        raise Refused(Text("Không có loại văn bản này.", "There is no such form of document."))
    db.session.merge(
        BookPlan(form=form, from_year=from_year, book=book, reason=reason, decided_at=clock.now())
    )


def reference(entry: BookEntry) -> str:
    """Return number and symbol as people cite them."""
    return f"{entry.number:02d}/{entry.symbol}"


def count(name: str) -> int:
    """Return the next value of a plain counter."""
    statement = (
        insert_into(db.engine, Counter)
        .values(name=name, last=1)
        .on_conflict_do_update(index_elements=[Counter.name], set_={"last": Counter.last + 1})
        .returning(Counter.last)
    )
    return db.session.execute(statement).scalar_one()

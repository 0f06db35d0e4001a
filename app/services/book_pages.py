"""The outgoing register as people read it: ten columns, a page at a time, searched."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from app import formats
from app.extensions import db
from app.models import BookEntry, BookEvent, Dossier, Letter, NumberBook
from app.services import word_search
from app.services.books import INCOMING, form_label
from app.services.word_search import Query
from workflows import Text

PAGE = 25
STATES: Mapping[str, Text] = {
    "issued": Text("Đã phát hành", "Issued"),
    "reserved": Text("Giữ số", "Reserved"),
    "void": Text("Đã hủy", "Void"),
    "outside": Text("Cấp ngoài hệ thống", "Used outside"),
}
# Decree 30/2020, Appendix IV, Part I: what a register of outgoing documents has at least.
COLUMNS: Mapping[str, Text] = {
    "reference": Text("Số, ký hiệu văn bản", "Number and symbol"),
    "issued_on": Text("Ngày tháng văn bản", "Date"),
    "content": Text("Tên loại và trích yếu nội dung văn bản", "Form and subject"),
    "signer": Text("Người ký", "Signer"),
    "addressee": Text("Nơi nhận văn bản", "Recipients"),
    "archive": Text("Đơn vị, người nhận bản lưu", "Keeper of the file copy"),
    "copies": Text("Số lượng bản", "Copies"),
    "sent_on": Text("Ngày chuyển", "Sent on"),
    "received_by": Text("Ký nhận", "Received by"),
    "note": Text("Ghi chú", "Notes"),
}
_BY_MAIL = Text("Thư điện tử", "E-mail")
_later, _later_entry, _earlier_entry = aliased(Letter), aliased(BookEntry), aliased(BookEntry)


@dataclass(frozen=True, slots=True)
class Line:
    """One number of the register with all ten columns."""

    id: int
    number: int
    reference: str
    issued_on: str
    form: Text
    subject: str
    signer: str
    addressee: str
    archive: str
    copies: int | None
    sent_on: str
    received_by: Text
    notes: tuple[Text, ...]
    state: str
    is_recalled: bool
    is_closed: bool
    letter_key: str
    code: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some numbers of a book, the newest first, and the numbers its neighbours hang on."""

    rows: Sequence[Line]
    previous: int = 0
    next: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for in a book; everything empty is the whole of it."""

    text: str = ""
    form: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is looked for."""
        return any((self.text, self.form, self.state, self.since, self.until))


def books() -> list[NumberBook]:
    """Return the outgoing books, the newest year first."""
    return list(
        db.session.scalars(
            select(NumberBook)
            .where(NumberBook.name != INCOMING)
            .order_by(NumberBook.year.desc(), NumberBook.name)
        )
    )


def page(
    book: NumberBook, wanted: Wanted | None = None, *, after: int = 0, before: int = 0
) -> Page:
    """Return a page of a book, or of what is looked for in it."""
    query = lines().order_by(BookEntry.number.desc())
    if wanted:
        found_ids = matching(book, wanted, edge=before or after, is_up=bool(before))
        query = query.where(BookEntry.id.in_(found_ids))
    else:
        query = query.where(BookEntry.book_id == book.id).limit(PAGE + 1)
        if before:
            query = query.where(BookEntry.number > before).order_by(None)
            query = query.order_by(BookEntry.number)
        elif after:
            query = query.where(BookEntry.number < after)
    found = [line_of(row) for row in db.session.execute(query)]
    found.sort(key=lambda x: x.number, reverse=not before)
    has_more, found = len(found) > PAGE, found[:PAGE]
    if before:
        found.reverse()
    if not found:
        return Page([])
    return Page(
        found,
        previous=found[0].number if (has_more if before else after) else 0,
        next=found[-1].number if (before or has_more) else 0,
    )


def matching(
    book: NumberBook, wanted: Wanted, *, edge: int = 0, is_up: bool = False, limit: int = PAGE + 1
) -> Sequence[int]:
    """Return ids of the numbers looked for, beyond a number: downwards, or upwards."""
    conditions = []
    words = word_search.words_of(wanted.text)
    # «15» is a number, «15/SYT» a number with the beginning of its symbol.
    if cited := re.fullmatch(r"\s*(\d{1,9})(?:\s*/(.*))?", wanted.text):
        own = BookEntry.number == int(cited[1])
        query = select(BookEntry.id).where(BookEntry.book_id == book.id, own)
        if edge:
            query = query.where(BookEntry.number > edge if is_up else BookEntry.number < edge)
        if cited[2]:
            query = query.where(BookEntry.symbol.istartswith(cited[2].strip(), autoescape=True))
        for name in ("form", "state"):
            if value := getattr(wanted, name):
                query = query.where(getattr(BookEntry, name) == value)
        return db.session.scalars(query).all()
    since, until = wanted.since, wanted.until
    if since or until:
        since = max(since or date(book.year, 1, 1), date(book.year, 1, 1))
        until = min(until or date(book.year, 12, 31), date(book.year, 12, 31))
        if since > until:
            return []
        conditions = [BookEntry.issued_on.between(since, until)]
    if wanted.text and not words:
        return []
    tags = [f"sach{book.id}"]
    if wanted.state:
        tags.append(f"tt{wanted.state}")
    if wanted.form:
        tags.append(f"ht{wanted.form.replace('_', '')}")
    # Within a book ids grow with the numbers: both are taken under its lock.
    at = (
        edge
        and db.session.scalars(
            select(BookEntry.id).where(BookEntry.book_id == book.id, BookEntry.number == edge)
        ).first()
    )
    of_months = word_search.months(since, until) if since and until else ()
    return word_search.ids(
        BookEntry,
        book.id,
        word_search.settled(BookEntry, book.id, Query(words, tuple(tags), of_months)),
        *conditions,
        edge=at or 0,
        is_up=is_up,
        limit=limit,
    )


def lines() -> Select[Any]:
    """Return the query of whole lines; what it joins is found by unique columns."""
    query: Select[Any] = (
        select(  # type: ignore[assignment]  # of too many columns for a type
            BookEntry.id, BookEntry.number, BookEntry.symbol, BookEntry.issued_on,
            BookEntry.state, BookEntry.form, BookEntry.subject, BookEntry.addressee,
            BookEntry.signer_name, BookEntry.archive, BookEntry.copies, BookEntry.sent_on,
            BookEntry.received_by, BookEntry.reason, Letter.key, Letter.recalled_at,
            Letter.recall_reason, Dossier.code, NumberBook.closed_at,
            _later_entry.number.label("later_number"), _later_entry.symbol.label("later_symbol"),
            _earlier_entry.number.label("earlier_number"),
            _earlier_entry.symbol.label("earlier_symbol"),
        )
        .select_from(BookEntry)
        .join(NumberBook, NumberBook.id == BookEntry.book_id)
        .outerjoin(Letter, Letter.id == BookEntry.letter_id)
        .outerjoin(Dossier, Dossier.id == Letter.dossier_id)
        .outerjoin(_later, _later.replaces_id == Letter.id)
        .outerjoin(_later_entry, _later_entry.letter_id == _later.id)
        .outerjoin(_earlier_entry, _earlier_entry.letter_id == Letter.replaces_id)
    )  # fmt: skip
    return query


def line_of(row: Any) -> Line:
    """Return a line as people read it."""
    subject = row.subject[:1].upper() + row.subject[1:]
    return Line(
        id=row.id,
        number=row.number,
        reference=f"{row.number:02d}/{row.symbol}",
        issued_on="" if row.state == "reserved" else formats.day(row.issued_on),
        form=form_label(row.form),
        subject=subject,
        signer=row.signer_name,
        addressee=row.addressee,
        archive=row.archive,
        copies=row.copies if row.state == "issued" else None,
        sent_on=formats.day(row.sent_on) if row.sent_on else "",
        received_by=_BY_MAIL if row.key else Text(row.received_by),
        notes=tuple(_notes(row)),
        state=row.state,
        is_recalled=row.recalled_at is not None,
        is_closed=row.closed_at is not None,
        letter_key=row.key or "",
        code=row.code or "",
    )


def _notes(row: Any) -> Iterator[Text]:
    if row.state != "issued":
        label = STATES.get(row.state, Text(row.state))
        yield Text(f"{label}: {row.reason}", f"{label.en}: {row.reason}")
    if row.recalled_at is not None:
        yield Text("Thu hồi: {why}", "Recalled: {why}").fill(why=row.recall_reason)
    if row.later_number is not None:
        ref = f"{row.later_number:02d}/{row.later_symbol}"
        yield Text("Được thay bằng số {ref}", "Replaced by {ref}").fill(ref=ref)
    if row.earlier_number is not None:
        ref = f"{row.earlier_number:02d}/{row.earlier_symbol}"
        yield Text("Thay số {ref}", "Replaces {ref}").fill(ref=ref)


def cells(line: Line) -> list[str | int]:
    """Return the ten columns of a line in Vietnamese, as a file has them."""
    return [
        line.reference, line.issued_on, f"{line.form}: {line.subject}", line.signer,
        line.addressee, line.archive, "" if line.copies is None else line.copies, line.sent_on,
        str(line.received_by), "; ".join(line.notes),
    ]  # fmt: skip


def find(entry_id: int) -> Line | None:
    """Return one number."""
    row = db.session.execute(lines().where(BookEntry.id == entry_id)).first()
    return line_of(row) if row else None


def history(entry_id: int) -> list[BookEvent]:
    """Return what was done with a number, the last first."""
    return list(
        db.session.scalars(
            select(BookEvent).where(BookEvent.entry_id == entry_id).order_by(BookEvent.seq.desc())
        )
    )

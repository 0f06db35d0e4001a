"""What the clerk does with numbers that have no letter of ours, and with a year that is over."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select

from app import clock, formats
from app.database import insert_into
from app.errors import Conflict, Invalid, Refused
from app.extensions import db
from app.models import BookEntry, NumberBook
from app.security.actors import Actor, staff_roles
from app.services import books
from app.services.book_events import append
from workflows import NotPermitted, Role, Text

# More are a mistake in typing, or a year's paper book: enter that in parts.
MOST_OUTSIDE = 2000


def may_keep(actor: Actor) -> bool:
    """Tell whether somebody keeps the books."""
    return actor.user is not None and Role.CLERK in staff_roles(actor.user)


def require_clerk(actor: Actor, act: str) -> None:
    """Raise NotPermitted for everybody but the clerk."""
    if not may_keep(actor):
        raise NotPermitted(
            act, "book", Text("Chỉ văn thư giữ sổ.", "Only the registry clerk keeps the books.")
        )


def reserve(said: Mapping[str, str], actor: Actor) -> BookEntry:
    """Take the next number for a paper letter that is still to be signed or typed."""
    require_clerk(actor, "reserve")
    on = clock.today()
    form = said["form"]
    number, book_id = books.next_numbers(books.book_of(form, on.year), on.year)
    entry = BookEntry(
        book_id=book_id,
        number=number,
        symbol=said["symbol"],
        issued_on=on,
        state="reserved",
        form=form,
        subject=said["subject"],
        addressee=said["addressee"],
        reason=said["reason"],
    )
    db.session.add(entry)
    append(_locked(book_id), "reserved", actor, entry.reason, entry=entry)
    return entry


def issue_on_paper(entry_id: int, said: Mapping[str, str], actor: Actor) -> BookEntry:
    """Enter what became of a reserved number: the paper letter as it left the house."""
    require_clerk(actor, "issue_on_paper")
    entry = _locked_entry(entry_id)
    _require_state(entry, "reserved")
    on = date.fromisoformat(said["issued_on"])
    sent = date.fromisoformat(said["sent_on"]) if said.get("sent_on") else None
    errors = {}
    if on.year != entry.book.year or on > clock.today():
        errors["issued_on"] = Text(
            "Ngày văn bản phải thuộc năm {year} và không sau hôm nay.",
            "The date must lie in {year} and not after today.",
        ).fill(year=entry.book.year)
    if sent and (sent < on or sent > clock.today()):
        errors["sent_on"] = Text(
            "Ngày chuyển không trước ngày văn bản và không sau hôm nay.",
            "It is sent no earlier than its date and no later than today.",
        )
    if errors:
        raise Invalid(errors)
    entry.state, entry.issued_on, entry.sent_on = "issued", on, sent
    entry.subject, entry.addressee = said["subject"], said["addressee"]
    entry.signer_name, entry.archive = said["signer_name"], said.get("archive", "")
    entry.copies = int(said.get("copies") or 1)
    entry.received_by = said.get("received_by", "")
    _fold(entry)
    append(entry.book, "issued", actor, "", entry=entry)
    return entry


def void(entry_id: int, reason: str, actor: Actor) -> BookEntry:
    """Strike a number out with its reason; it stays in the book and nobody gets it again."""
    require_clerk(actor, "void")
    entry = _locked_entry(entry_id)
    if entry.letter_id is not None:
        raise Refused(
            Text(
                "Văn bản đã phát hành trong hệ thống thì thu hồi hoặc thay thế, không hủy số.",
                "A letter issued by the system is recalled or replaced; its number is not voided.",
            )
        )
    _require_state(entry, "reserved", "issued", "outside")
    entry.state, entry.reason = "void", reason
    append(entry.book, "void", actor, reason, entry=entry)
    return entry


def enter_outside(said: Mapping[str, str], actor: Actor) -> list[BookEntry]:
    """Enter numbers that were used outside the system: from the next one to the one given."""
    require_clerk(actor, "enter_outside")
    form, on = said["form"], date.fromisoformat(said["issued_on"])
    if on > clock.today():
        raise Invalid({"issued_on": Text("Ngày này chưa tới.", "This day is still to come.")})
    name = books.book_of(form, on.year)
    before, book_id = books.next_numbers(name, on.year, 0)
    book = _locked(book_id)
    last = int(said["last"]) if said["last"].isdecimal() else 0
    if not before < last <= before + MOST_OUTSIDE:
        raise Invalid(
            {
                "last": Text(
                    "Số tiếp theo của sổ là {next}; nhập một số từ {next} đến {most}.",
                    "The next number of the book is {next}; enter one from {next} to {most}.",
                ).fill(next=before + 1, most=before + MOST_OUTSIDE)
            }
        )
    books.next_numbers(name, on.year, last - before)
    entries = [
        BookEntry(
            book_id=book_id, number=number, symbol=said["symbol"], issued_on=on, state="outside",
            form=form, subject=said["subject"], addressee=said.get("addressee", ""),
            signer_name=said.get("signer_name", ""), reason=said["reason"],
        )
        for number in range(before + 1, last + 1)
    ]  # fmt: skip
    db.session.add_all(entries)
    for entry in entries:
        append(book, "outside", actor, entry.reason, entry=entry)
    return entries


def close(year: int, actor: Actor) -> None:
    """Close all books of a year that is over; raise Refused while a reserved number is open."""
    require_clerk(actor, "close")
    if year >= clock.today().year:
        raise Refused(
            Text(
                "Năm {year} chưa hết; sổ khóa từ ngày 01/01 năm sau.",
                "{year} is not over; its books close from 1 January of the next year.",
            ).fill(year=year)
        )
    # Every book exists from here on, so that nobody opens another one beside the closed ones.
    for name in sorted({books.book_of(f, year) for f in books.FORMS} | {books.INCOMING}):
        db.session.execute(
            insert_into(db.engine, NumberBook)
            .values(name=name, year=year, last_number=0)
            .on_conflict_do_nothing(index_elements=[NumberBook.name, NumberBook.year])
        )
    found = db.session.scalars(
        select(NumberBook)
        .where(NumberBook.year == year)
        .order_by(NumberBook.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    _refuse_open(year, [b.id for b in found])
    for book in found:
        if book.closed_at is None:
            book.closed_at, book.closed_by = clock.now(), actor.user
            append(book, "closed", actor, "", details={"last_number": book.last_number})


def _refuse_open(year: int, book_ids: list[int]) -> None:
    is_open = BookEntry.book_id.in_(book_ids) & (BookEntry.state == "reserved")
    total = db.session.scalars(select(func.count()).where(is_open)).one()
    if not total:
        return
    first = db.session.scalars(select(BookEntry).where(is_open).order_by(BookEntry.id).limit(5))
    raise Refused(
        Text(
            "Năm {year} còn {n} số giữ chỗ chưa dùng xong ({names}); ghi kết quả hoặc hủy từng số"
            " rồi khóa sổ.",
            "{n} reserved numbers of {year} are still open ({names}); enter what became of each"
            " or void it, then close.",
        ).fill(year=year, n=total, names=", ".join(books.reference(e) for e in first))
    )


def _locked(book_id: int) -> NumberBook:
    return db.session.scalars(
        select(NumberBook)
        .where(NumberBook.id == book_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _locked_entry(entry_id: int) -> BookEntry:
    """Return an entry as it is now, its book locked; raise Refused once its year is closed."""
    entry = db.session.get(BookEntry, entry_id)
    if entry is None:
        raise LookupError(entry_id)
    book = _locked(entry.book_id)
    db.session.refresh(entry)
    if book.closed_at is not None:
        raise Refused(
            Text(
                "Sổ năm {year} đã khóa, không sửa được nữa.",
                "The book of {year} is closed and cannot be changed any more.",
            ).fill(year=book.year)
        )
    return entry


def _require_state(entry: BookEntry, *states: str) -> None:
    if entry.state not in states:
        raise Conflict(
            Text(
                "Số {ref} vừa được xử lý; xem lại trước khi thao tác tiếp.",
                "Number {ref} has just been handled; please look at it again first.",
            ).fill(ref=books.reference(entry))
        )


def _fold(entry: BookEntry) -> None:
    entry.folded = formats.fold(
        f"{entry.symbol} {entry.subject} {entry.addressee} {entry.signer_name}"
    )

"""Numbers without a letter of ours: reserved, void, used outside; the end of a year; proofs."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

import letters
from app import samples
from app.errors import Conflict, Invalid, Refused
from app.extensions import db
from app.models import BookEntry, BookEvent, NumberBook
from app.security.actors import staff
from app.services import book_proof, books, corrections, dossiers, ledger
from app.transaction import transaction
from tests.guards import tamper
from tests.helpers import user
from workflows import NotPermitted

SAID = {
    "form": "dispatch", "symbol": "SYT-VP", "subject": "Cử viên chức tập huấn",
    "addressee": "Bệnh viện Đa khoa tỉnh", "reason": "Văn bản ký giấy",
}  # fmt: skip
PAPER = SAID | {
    "issued_on": "2026-11-20", "sent_on": "2026-11-20", "signer_name": "Vi Thị Kim Chi",
    "archive": "VT, VP", "copies": "3", "received_by": "Lành Văn Tư",
}  # fmt: skip
OUTSIDE = SAID | {"last": "3", "issued_on": "2026-11-20", "reason": "Mất điện"}


@pytest.fixture(autouse=True)
def office_hours(context: Flask) -> Iterator[None]:
    with time_machine.travel("2026-11-20 03:00:00+00:00", tick=True):
        yield


def reserve(**said: str) -> int:
    with transaction():
        return ledger.reserve(SAID | said, staff(user("giang"))).id


def on_paper(number: int, **said: str) -> None:
    with transaction():
        ledger.issue_on_paper(number, PAPER | said, staff(user("giang")))


def void(number: int) -> None:
    with transaction():
        ledger.void(number, "Ghi nhầm", staff(user("giang")))


def outside(**said: str) -> list[int]:
    with transaction():
        return [e.number for e in ledger.enter_outside(OUTSIDE | said, staff(user("giang")))]


def issued(n: int = 1) -> str:
    key = samples.submit_sample(f"Nhà thuốc {n}", f"n{n}@example.vn", f"{n}/ĐKKDD-LSO")
    for name, action in (("an", "claim"), ("an", "propose_grant"), ("chi", "approve"),
                         ("giang", "issue")):  # fmt: skip
        with transaction():
            dossiers.act(key, action, staff(user(name)))
    return (
        db.session.scalars(
            select(BookEntry).where(BookEntry.form == "dispatch").order_by(BookEntry.id.desc())
        )
        .first()
        .letter.key
    )  # type: ignore[union-attr]


def problems() -> list[str]:
    db.session.rollback()
    return [p for report in book_proof.verify() for p in report.problems]


def dispatches() -> list[tuple[int, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(BookEntry.number, BookEntry.state)
        .join(BookEntry.book)
        .where(NumberBook.name == "dispatch")
        .order_by(BookEntry.number)
    )
    return [(n, state) for n, state in rows]


def test_every_act_takes_the_next_number_and_verify_proves_them() -> None:
    issued()
    reserved, paper, other = reserve(), reserve(), reserve()
    on_paper(paper)
    void(other)
    assert outside(last="6") == [5, 6]
    issued(2)

    assert dispatches() == [
        (1, "issued"), (2, "reserved"), (3, "issued"), (4, "void"), (5, "outside"),
        (6, "outside"), (7, "issued"),
    ]  # fmt: skip
    assert problems() == []
    events = db.session.scalars(select(BookEvent).order_by(BookEvent.id)).all()
    assert [e.act for e in events] == ["reserved"] * 3 + ["issued", "void"] + ["outside"] * 2
    assert {e.actor_name for e in events} == {user("giang").full_name}
    assert db.session.get_one(BookEntry, reserved).reason == SAID["reason"]


def test_a_number_is_never_used_twice() -> None:
    number = reserve()
    void(number)

    with pytest.raises(Conflict):
        on_paper(number)
    with pytest.raises(Conflict):
        void(number)
    second = reserve()

    assert db.session.get_one(BookEntry, second).number == 2


def test_a_letter_of_the_system_is_recalled_not_voided() -> None:
    issued()
    entry = db.session.scalars(select(BookEntry).where(BookEntry.form == "dispatch")).one()

    with pytest.raises(Refused, match="thu hồi"):
        void(entry.id)


@pytest.mark.parametrize("name", ["an", "chi", "quantri"])
def test_only_the_clerk_keeps_the_books(name: str) -> None:
    actor = staff(user(name))
    acts: list[Callable[[], object]] = [
        lambda: ledger.reserve(SAID, actor),
        lambda: ledger.void(1, "x", actor),
        lambda: ledger.issue_on_paper(1, PAPER, actor),
        lambda: ledger.enter_outside(OUTSIDE, actor),
        lambda: ledger.close(2025, actor),
    ]
    for act in acts:
        with pytest.raises(NotPermitted), transaction():
            act()


@pytest.mark.parametrize("last", ["0", "1", "x", "", "99999999999", "-3", "2003"])
def test_numbers_outside_follow_the_last_one(last: str) -> None:
    reserve()

    with pytest.raises(Invalid) as refused:
        outside(last=last)

    assert "2" in refused.value.errors["last"]
    assert dispatches() == [(1, "reserved")]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"issued_on": "2025-12-31"}, "issued_on"),
        ({"issued_on": "2026-11-21", "sent_on": ""}, "issued_on"),
        ({"sent_on": "2026-11-19"}, "sent_on"),
    ],
)
def test_paper_is_dated_in_its_year_and_sent_after(said: dict[str, str], field: str) -> None:
    number = reserve()

    with pytest.raises(Invalid) as refused:
        on_paper(number, **said)

    assert list(refused.value.errors) == [field]
    assert dispatches() == [(1, "reserved")]


def test_a_year_closes_only_when_over_and_nothing_is_open() -> None:
    clerk = staff(user("giang"))
    open_ = reserve()
    with pytest.raises(Refused, match="chưa hết"), transaction():
        ledger.close(2026, clerk)

    with time_machine.travel("2027-01-04 03:00:00+00:00"):
        with pytest.raises(Refused, match="01/SYT-VP"), transaction():
            ledger.close(2026, clerk)
        on_paper(open_)
        outside(last="2")
        with transaction():
            ledger.close(2026, clerk)
        assert problems() == []

        with pytest.raises(Refused, match="đã khóa"):
            outside(last="3")
        with pytest.raises(Refused, match="đã khóa"):
            outside(form="decision", symbol="QĐ-SYT", last="1")
        with pytest.raises(Refused, match="đã khóa"):
            void(open_)
        assert reserve() > 0
        newest = db.session.scalars(select(BookEntry).order_by(BookEntry.id.desc())).first()
        assert newest is not None
        assert (newest.number, newest.book.year) == (1, 2027)


def test_forms_share_a_book_from_a_year_on() -> None:
    with transaction():
        books.plan("decision", "chung", 2026, "QĐ 01/QĐ-SYT")
        books.plan("notice", "chung", 2026, "QĐ 01/QĐ-SYT")
    reserve(form="decision", symbol="QĐ-SYT")
    reserve(form="notice", symbol="TB-SYT")
    reserve()

    found = db.session.execute(
        select(NumberBook.name, BookEntry.number, BookEntry.form).join(BookEntry.book)
    ).all()
    assert sorted(map(tuple, found)) == [
        ("chung", 1, "decision"), ("chung", 2, "notice"), ("dispatch", 1, "dispatch"),
    ]  # fmt: skip
    with pytest.raises(Refused), transaction():
        books.plan("decision", "decision", 2026, "")
    with transaction():
        books.plan("decision", "decision", 2027, "QĐ 90/QĐ-SYT")
    assert (books.book_of("decision", 2026), books.book_of("decision", 2027)) == (
        "chung", "decision",
    )  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE book_entries SET subject = 'khác' WHERE number = 1",
        "UPDATE book_entries SET subject = 'khác' WHERE number = 2",
        "UPDATE book_entries SET reason = '' WHERE number = 3",
        "UPDATE book_entries SET state = 'void' WHERE number = 2",
        "UPDATE book_entries SET state = 'issued' WHERE number = 3",
        "UPDATE book_entries SET signer_name = 'khác' WHERE number = 4",
        "UPDATE book_entries SET issued_on = '2026-01-01' WHERE number = 5",
        "UPDATE book_entries SET issued_on = '2026-01-01' WHERE number = 1",
        "UPDATE book_entries SET number = 9 WHERE number = 5",
        "UPDATE book_entries SET state = 'lost' WHERE number = 5",
        "UPDATE book_entries SET letter_id = NULL WHERE number = 1",
        "UPDATE number_books SET last_number = 6 WHERE name = 'dispatch'",
        "UPDATE number_books SET closed_at = '2026-01-01 00:00:00+00' WHERE name = 'dispatch'",
        "UPDATE book_events SET reason = 'khác' WHERE act = 'void'",
        "UPDATE book_events SET actor_name = 'khác' WHERE seq = 1",
        "DELETE FROM book_events WHERE act = 'void'",
        "DELETE FROM book_events WHERE act = 'reserved' AND seq = 1",
        "UPDATE letters SET state = 'void' WHERE form = 'dispatch'",
    ],
)
def test_verify_finds_what_was_touched(statement: str) -> None:
    issued()
    reserve()
    void(reserve())
    on_paper(reserve())
    outside(last="5")
    assert problems() == []

    tamper(statement)

    assert problems() != []


def test_a_letter_is_recalled_and_replaced_and_both_point_to_each_other() -> None:
    first, second = issued(1), issued(2)
    clerk = staff(user("giang"))
    with transaction():
        corrections.replace(first, "02/SYT-NVD", "Sai tên cơ sở", clerk)
    with transaction():
        corrections.recall(first, "Sai tên cơ sở", "Vi Thị Kim Chi", clerk)

    old, new = corrections.find(first), corrections.find(second)
    assert old is not None
    assert new is not None
    assert (old.replaced_by, new.replaces, old.recalled_by) == (new, old, "Vi Thị Kim Chi")
    assert problems() == []
    with pytest.raises(Refused), transaction():
        corrections.replace(first, "02/SYT-NVD", "Lần nữa", clerk)
    with pytest.raises(Conflict), transaction():
        corrections.recall(first, "Lần nữa", "Vi Thị Kim Chi", clerk)


@pytest.mark.parametrize("number", ["", "1/SYT-NVD", "02/SYT-XX", "x/y", "99999999999/SYT-NVD"])
def test_what_replaces_a_letter_was_issued_after_it(number: str) -> None:
    first, second = issued(1), issued(2)
    clerk = staff(user("giang"))

    with pytest.raises(Invalid), transaction():
        corrections.replace(second, number, "Sai", clerk)
    with pytest.raises(Invalid), transaction():
        corrections.recall(first, "Sai", "Người Lạ", clerk)


def test_who_neither_handled_nor_registers_a_letter_does_not_correct_it() -> None:
    key = issued()
    for name in ("binh", "chi", "quantri"):
        with pytest.raises(NotPermitted), transaction():
            corrections.recall(key, "Sai", "Vi Thị Kim Chi", staff(user(name)))
    with transaction():
        corrections.recall(key, "Sai", "Vi Thị Kim Chi", staff(user("an")))


def test_every_form_of_a_letter_has_a_name_in_the_books() -> None:
    assert {kind.form for kind in letters.kinds().values()} <= books.FORMS.keys()

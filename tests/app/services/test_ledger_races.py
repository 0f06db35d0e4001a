"""Several at one book at once: every number once, no gap, whoever was first."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import BookEntry, IncomingLetter, NumberBook
from app.security.actors import staff
from app.services import arrivals, book_proof, dossiers, ledger
from app.transaction import transaction
from tests.app.services.test_ledger import OUTSIDE, SAID, reserve
from tests.app.services.test_numbers import prepare
from tests.app.services.test_races import race
from tests.helpers import user

ARRIVED = {
    "received_on": "2026-11-20", "sender": "Bộ Y tế", "reference": "136/BYT-KCB",
    "issued_on": "2026-11-18", "form": "Công văn", "subject": "Hướng dẫn cấp tài khoản",
}  # fmt: skip


def numbers() -> list[int]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(BookEntry.number)
            .join(BookEntry.book)
            .where(NumberBook.name == "dispatch")
            .order_by(BookEntry.number)
        )
    )


def take() -> None:
    ledger.reserve(SAID, staff(user("giang")))


@pytest.mark.parametrize("n", range(2))
def test_two_clerks_reserve_while_a_letter_is_issued(context: Flask, n: int) -> None:
    (key,) = prepare(1)

    done = race(context, take, take, lambda: dossiers.act(key, "issue", staff(user("giang"))), take)

    assert done == ["done"] * 4
    assert numbers() == [1, 2, 3, 4]
    assert not [p for r in book_proof.verify() for p in r.problems]


def test_two_clerks_enter_the_same_outside_numbers(context: Flask) -> None:
    def enter() -> None:
        ledger.enter_outside(OUTSIDE, staff(user("giang")))

    done = race(context, enter, enter)

    assert sorted(done) == ["Invalid", "done"]
    assert numbers() == [1, 2, 3]


def test_a_number_is_voided_while_it_is_issued(context: Flask) -> None:
    number = reserve()

    def void() -> None:
        ledger.void(number, "Ghi nhầm", staff(user("giang")))

    assert sorted(race(context, void, void)) == ["Conflict", "done"]
    assert not [p for r in book_proof.verify() for p in r.problems]


def test_one_arrival_gets_one_number(context: Flask) -> None:
    def enter() -> None:
        arrivals.enter(ARRIVED, None, staff(user("giang")))

    assert sorted(race(context, enter, enter)) == ["Refused", "done"]
    with transaction():
        arrivals.enter(ARRIVED | {"reference": "137/BYT"}, None, staff(user("giang")))
    found = db.session.scalars(select(IncomingLetter.number).order_by(IncomingLetter.id)).all()
    assert sorted(n for n in found if n) == [1, 2]
    assert not [p for r in book_proof.verify() for p in r.problems]

"""Passwords are changed in time: one reminder, one more when it is over, one answer."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, insert, select

from app import clock
from app.extensions import db
from app.models import (
    Account,
    AccountEvent,
    Base,
    Dossier,
    Facility,
    OutgoingMail,
    TargetSystem,
)
from app.security import keys
from app.services import custody, routines
from app.transaction import transaction
from tests.app.services.test_dossiers import EMAIL, GRANT, walked
from tests.app.services.test_first_access import delivered
from tests.app.services.test_races import race
from tests.app.services.test_registers import account, asked, filed, latest_token, opened
from tests.helpers import mails

SUBJECT = "Nhắc đổi mật khẩu tài khoản lso.2101 trước ngày {:%d/%m/%Y}"


@pytest.fixture
def active(context: Flask) -> Account:
    walked(filed(), *GRANT)
    assert opened(latest_token())
    return account()


def due_of(found: Account) -> date:
    assert found.password_due_on is not None
    return found.password_due_on


def token_of(found: Account, due: date | None = None) -> str:
    """Return the token as the mail will have it; no table holds it."""
    return keys.derived_token("custody", f"{found.id}:{due or found.password_due_on}")


def reminded() -> list[str]:
    return [m.name for m in mails() if m.name.startswith("password")]


def confirmed(number: int, token: str) -> custody.Answer | None:
    with transaction():
        return custody.confirm(number, token)


def test_one_reminder_for_one_due_date_and_one_when_it_is_over(active: Account) -> None:
    due = due_of(active)

    for day, names in (
        (due - timedelta(days=15), []),
        (due - timedelta(days=14), ["password_due"]),
        (due - timedelta(days=3), ["password_due"]),
        (due, ["password_due"]),
        (due + timedelta(days=1), ["password_due", "password_overdue"]),
        (due + timedelta(days=99), ["password_due", "password_overdue"]),
    ):
        with time_machine.travel(day):
            routines.run()
            routines.run()
        assert reminded() == names, day

    assert {m.recipient for m in mails() if m.name in names} == {EMAIL}


def test_who_was_not_reminded_in_time_gets_the_second_mail_only(active: Account) -> None:
    with time_machine.travel(due_of(active) + timedelta(days=5)):
        assert routines.run()["reminded"] == 1

    assert reminded() == ["password_overdue"]


@pytest.mark.parametrize("kind", ["password_reset", "account_handover", "account_revocation"])
def test_nobody_is_reminded_of_a_password_that_is_no_more(active: Account, kind: str) -> None:
    due, token = due_of(active), token_of(active)
    walked(asked(kind, custodian_name="Hoàng Thị Minh Châu"), *GRANT[:3])

    with time_machine.travel(due):
        assert routines.run()["reminded"] == 0
    assert custody.find(active.id, token) is None
    assert confirmed(active.id, token) is None


def test_the_mail_brings_a_link_that_no_table_holds(
    context: Flask, active: Account, tmp_path: Path
) -> None:
    due, token, number = due_of(active), token_of(active), active.id
    with time_machine.travel(due - timedelta(days=2)):
        routines.run()
    db.session.remove()

    with time_machine.travel(due - timedelta(days=1)):
        texts = delivered(context, tmp_path / "mailbox")
    text = texts[SUBJECT.format(due)]

    assert f"http://localhost/custody/{number}/{token}\n" in text
    assert "Cơ sở dữ liệu Dược quốc gia" in text
    assert "Hoàng Thị Minh Châu, Nhà thuốc An Bình" in text
    assert token not in " ".join(
        str(tuple(row))
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table))
    )


def test_a_confirmation_counts_anew_and_is_recorded_once(active: Account) -> None:
    due, token = due_of(active), token_of(active)
    with time_machine.travel(due - timedelta(days=3)):
        routines.run()
        found = custody.find(active.id, token)
        assert found is not None
        assert (found.state, found.due_on) == ("asked", due)

        first = confirmed(active.id, token)
        second = confirmed(active.id, token)

        assert first is not None
        assert second is not None
        assert (first.state, second.state) == ("recorded", "known")
        assert first.due_on == second.due_on == due_of(account()) > due + timedelta(days=150)
        assert routines.run()["reminded"] == 0
    noted = account().events[-1]
    assert (noted.what, noted.actor_name) == ("confirmed", "Hoàng Thị Minh Châu")
    assert noted.changes == {"password_due_on": [str(due), str(first.due_on)]}
    assert noted.dossier_id == account().events[0].dossier_id
    assert [e.what for e in account().events].count("confirmed") == 1
    # Next time it is another link.
    with time_machine.travel(first.due_on):
        assert routines.run()["reminded"] == 1
        assert confirmed(active.id, token_of(account())) is not None
        assert custody.find(active.id, token) is None, "two dates ago"


def test_after_a_handover_the_confirmation_is_of_the_new_custodians_dossier(
    active: Account,
) -> None:
    key = asked("account_handover", "moi@example.vn", custodian_name="Nông Thị Mới")
    taken = walked(key, *GRANT)
    opened(latest_token())

    confirmed(active.id, token_of(account()))

    noted = account().events[-1]
    assert (noted.what, noted.dossier_id, noted.actor_name) == (
        "confirmed", taken.id, "Nông Thị Mới",
    )  # fmt: skip


@pytest.mark.parametrize("token", ["", "x", "ạ" * 43, "A" * 43, "A" * 5000])
def test_other_tokens_and_accounts_are_nothing(active: Account, token: str) -> None:
    assert custody.find(active.id, token) is None
    assert confirmed(active.id, token) is None
    assert custody.find(active.id + 1, token_of(active)) is None
    assert confirmed(active.id + 1, token_of(active)) is None


def test_a_link_of_one_account_does_not_confirm_another(active: Account) -> None:
    walked(filed("khac@example.vn", "2102/ĐKKDD-LSO"), *GRANT)
    opened(latest_token())
    other = db.session.scalars(select(Account).where(Account.id != active.id)).one()

    assert custody.find(other.id, token_of(active)) is None


@pytest.mark.parametrize("n", range(5))
def test_two_confirmations_at_once_are_one(context: Flask, active: Account, n: int) -> None:
    number, token, due = active.id, token_of(active), due_of(active)
    db.session.remove()
    states: list[str] = []

    def move() -> None:
        found = custody.confirm(number, token)
        states.append(found.state if found else "none")

    with time_machine.travel(due):
        assert race(context, *[move] * 4) == ["done"] * 4
        assert sorted(states) == ["known", "known", "known", "recorded"]
        assert [e.what for e in account().events].count("confirmed") == 1


def put_accounts(numbers: range) -> None:
    """Enter active accounts whose password is due in a week."""
    system, dossier = db.session.scalars(select(TargetSystem.id)).first(), _dossier()
    now, due = clock.now(), clock.today() + timedelta(days=7)
    for n in numbers:
        facility = Facility(name=f"Quầy thuốc số {n}", licence_no=f"{n}/QT", created_at=now)
        db.session.add(facility)
        db.session.flush()
        found = Account(
            holder=facility, system_id=system, username=f"lso.q{n}", state="active",
            custodian_name="Lý Văn Ba", custodian_phone="+84987000111",
            custodian_email=f"q{n}@example.vn", created_at=now, password_due_on=due,
        )  # fmt: skip
        db.session.add(found)
        db.session.flush()
        db.session.execute(
            insert(AccountEvent).values(
                account_id=found.id, dossier_id=dossier, what="granted", changes={},
                actor_name="An", at=now,
            )
        )  # fmt: skip
    db.session.commit()


def _dossier() -> int:
    return db.session.scalars(select(Dossier.id)).first() or 0


def statements_of_a_run() -> tuple[int, int]:
    """Return how many mails a run wrote and how many statements it took."""
    db.session.rollback()
    statements: list[str] = []
    note = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        return routines.run()["reminded"], len(statements)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_batch_needs_as_many_statements_however_full_it_is(active: Account) -> None:
    counts = []
    for numbers in (range(5), range(5, 155)):
        put_accounts(numbers)
        written, statements = statements_of_a_run()
        assert written == len(numbers)
        counts.append(statements)
    nothing, idle = statements_of_a_run()

    assert counts[0] == counts[1]
    assert (nothing, idle < counts[0]) == (0, True)


def test_many_are_reminded_in_batches_and_each_is_a_transaction(
    active: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custody, "_BATCH", 3)
    commits: list[int] = []
    count = lambda *_: commits.append(1)  # noqa: E731
    event.listen(db.engine, "commit", count)

    try:
        assert routines.run()["reminded"] == 0
        with_nobody = len(commits)
        put_accounts(range(7))
        assert routines.run()["reminded"] == 7
    finally:
        event.remove(db.engine, "commit", count)

    assert len(commits) - 2 * with_nobody == 3 - 1 + 1  # 3 + 3 + 1, and the accounts put in
    assert sorted(m.recipient for m in mails("password_due")) == [
        f"q{n}@example.vn" for n in range(7)
    ]


def test_two_workers_write_each_reminder_once(context: Flask, active: Account) -> None:
    put_accounts(range(40))
    db.session.remove()

    race(context, *[lambda: routines.run()] * 3)
    routines.run()

    assert len(mails("password_due")) == 40


def test_reminders_wait_for_the_sweep(active: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    hinted: list[int] = []
    monkeypatch.setattr("app.jobs.Jobs.deliver", lambda _self, mail_id: hinted.append(mail_id))

    with time_machine.travel(due_of(active)):
        assert routines.run()["reminded"] == 1

    waiting = db.session.scalars(select(OutgoingMail).where(OutgoingMail.name == "password_due"))
    (reminder,) = waiting.all()
    assert reminder.state == "pending"
    assert reminder.id not in hinted

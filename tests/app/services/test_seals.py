"""Daily seals: made once, chained and signed; whatever is touched afterwards is found and named."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app import samples
from app.extensions import db
from app.models import (
    Account,
    AuditEvent,
    BookEvent,
    Dossier,
    DossierEvent,
    EvidenceCheck,
    NumberBook,
    Seal,
)
from app.security.actors import SYSTEM, staff
from app.services import (
    accounts,
    audit,
    book_events,
    digests,
    evidence_checks,
    history,
    routines,
    seal_proof,
    seals,
)
from app.transaction import transaction
from tests.app.views.portal_steps import GRANT, walk
from tests.guards import tamper
from tests.helpers import dossier, mails, user

NOW = datetime.fromisoformat("2026-11-20T09:00:00+07:00")


@pytest.fixture
def week(context: Flask) -> Iterator[Callable[[datetime], None]]:
    """Three sealed days with rows in every table, and the morning after."""
    with time_machine.travel(NOW) as traveller:
        key = samples.submit_sample("Nhà thuốc An Bình", "ab@example.vn", "2101/ĐKKDD-LSO")
        walk(context, key, *GRANT)
        with transaction():
            account = db.session.scalars(select(Account)).one()
            accounts.note(account, dossier(key), "Châu", "confirmed")
        for n in range(3):
            traveller.move_to(NOW + timedelta(days=n))
            with transaction():
                book = db.session.scalars(select(NumberBook)).first()
                assert book is not None
                for i in range(4):
                    audit.record("exported", staff(user("an")), f"list:{n}", {"n": i})
                    book_events.append(book, "reserved", staff(user("giang")), f"Lý do {n}-{i}")
            samples.submit_sample(f"Nhà thuốc {n}", f"n{n}@example.vn", f"{3000 + n}/ĐKKDD-LSO")
        traveller.move_to(NOW + timedelta(days=3))
        assert routines.seal_days() == 3
        yield traveller.move_to


def said() -> list[str]:
    """Return what verifying finds."""
    return [problem for _, problem in evidence_checks.problems()]


def kept() -> dict[str, Any]:
    """Return the file of seals, as it would lie elsewhere."""
    rows = db.session.scalars(select(Seal).order_by(Seal.day))
    content = {
        "format": seals.FORMAT,
        "key": seals.public_key(),
        "seals": [seals.as_kept(s) for s in rows],
    }
    copy: dict[str, Any] = json.loads(json.dumps(content))
    return copy


def test_days_are_sealed_once_and_hold(week: Callable[[datetime], None]) -> None:
    found = db.session.scalars(select(Seal).order_by(Seal.day)).all()

    assert [s.day.day for s in found] == [20, 21, 22]
    assert found[0].tables["account_events"]["rows"] > 0
    assert all(s.tables["book_events"]["rows"] >= 4 for s in found)
    assert routines.seal_days() == 0
    assert said() == []
    assert list(seal_proof.problems(kept())) == []


def test_a_day_is_not_sealed_while_its_last_transactions_may_go_on(
    week: Callable[[datetime], None],
) -> None:
    week(datetime.fromisoformat("2026-11-24T00:10:00+07:00"))
    assert routines.seal_days() == 0
    week(datetime.fromisoformat("2026-11-24T00:20:00+07:00"))
    assert routines.seal_days() == 1


def test_an_outsider_checks_a_file_with_the_public_key_alone(
    week: Callable[[datetime], None],
) -> None:
    file = kept()
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(file["key"]))

    for seal in file["seals"]:
        content = {name: seal[name] for name in ("day", "made_at", "previous", "tables")}
        signed = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        public.verify(bytes.fromhex(seal["signature"]), signed.encode())
    assert "Lý do" not in json.dumps(file, ensure_ascii=False)


TOUCHED = {
    "audit_events": ("actor_name", "id"),
    "dossier_events": ("action", "id"),
    "account_events": ("actor_name", "id"),
    "book_events": ("reason", "id"),
}


@pytest.mark.parametrize("table", list(TOUCHED))
@pytest.mark.parametrize("how", ["changed", "deleted", "reordered", "inserted"])
def test_one_touched_row_of_a_sealed_day_is_found_and_named(
    week: Callable[[datetime], None], table: str, how: str
) -> None:
    model, _ = seals.TABLES[table]
    day = db.session.scalars(select(Seal.day).order_by(Seal.day)).first()
    assert day is not None
    ids = [number for number, _ in seals.rows_of(table, day)]
    assert len(ids) > 1, table
    one, other = ids[0], ids[1]
    file = kept()
    column = TOUCHED[table][0]
    names = ", ".join(f'"{c.name}"' for c in model.__table__.columns if c.name != "id")
    match how:
        case "changed":
            tamper(f"UPDATE {table} SET {column} = 'Ai đó' WHERE id = {other}")
            named = f"row {other} was changed or put elsewhere"
        case "deleted":
            tamper(f"DELETE FROM {table} WHERE id = {other}")
            named = f"a row after row {one} is gone"
        case "reordered":
            last = db.session.scalar(select(func.max(model.id))) + 1000
            tamper(f"UPDATE {table} SET id = {last} WHERE id = {one}")
            tamper(f"UPDATE {table} SET id = {one} WHERE id = {other}")
            tamper(f"UPDATE {table} SET id = {other} WHERE id = {last}")
            named = f"row {one} was changed or put elsewhere"
        case _:
            last = db.session.scalar(select(func.max(model.id))) + 1000
            copied = names.replace('"seq"', '"seq" + 1000')
            tamper(
                f"INSERT INTO {table} (id, {names}) SELECT {last}, {copied}"
                f" FROM {table} WHERE id = {one}"
            )
            named = f"row {last} was added"

    assert any(f"seal {day}, {table}: {named}" in line for line in said()), said()
    against = list(seal_proof.problems(file))
    assert any(line == f"kept seal {day}, {table}: {named}" for line in against), against


def _forge(number: int) -> None:
    """Change a row of a history and seal it and all after it anew, as who has the key can."""
    tamper(f"UPDATE dossier_events SET actor_name = 'Ai đó' WHERE id = {number}")
    touched = db.session.get_one(DossierEvent, number)
    of, seq, previous = touched.dossier_id, touched.seq, touched.previous_hash
    key = db.session.get_one(Dossier, of).key
    while row := db.session.scalars(select(DossierEvent).filter_by(dossier_id=of, seq=seq)).first():
        row_id = row.id
        with db.session.no_autoflush:
            row.previous_hash = previous
            before, previous = previous, history.digest(row, key)
        db.session.rollback()
        tamper(
            f"UPDATE dossier_events SET previous_hash = '{before}', hash = '{previous}'"
            f" WHERE id = {row_id}"
        )
        seq += 1


def test_who_has_the_key_too_is_found_by_the_seals(week: Callable[[datetime], None]) -> None:
    file = kept()
    number = db.session.scalars(select(DossierEvent.id).order_by(DossierEvent.id)).first()
    assert number is not None
    _forge(number)

    assert list(history.problems()) == []
    assert any(f"dossier_events: row {number} was changed" in line for line in said())

    # And even with every seal made anew, by the file that lies elsewhere.
    tamper("DELETE FROM seals")
    tamper("DELETE FROM audit_events WHERE lane = 'system'")
    tamper("DELETE FROM audit_heads WHERE lane = 'system'")
    routines.seal_days()
    against = list(seal_proof.problems(file))
    assert any(f"kept seal 2026-11-20, dossier_events: row {number} was" in x for x in against)


def test_seals_are_not_made_anew_unseen(week: Callable[[datetime], None]) -> None:
    tamper("UPDATE account_events SET actor_name = 'Ai đó'")
    tamper("DELETE FROM seals")
    assert routines.seal_days() == 3

    assert any("is not the one the audit trail names" in line for line in said())


def test_a_row_sealed_without_the_key_is_found_the_same_day(
    week: Callable[[datetime], None],
) -> None:
    event = db.session.scalars(select(DossierEvent).order_by(DossierEvent.id.desc())).first()
    assert event is not None
    key = db.session.get_one(Dossier, event.dossier_id).key
    number, of, seq = event.id, event.dossier_id, event.seq
    with db.session.no_autoflush:
        event.actor_name = "Ai đó"
        content = history._content(event, key)
    plain = hashlib.sha256(digests.text_of(content).encode()).hexdigest()
    db.session.rollback()
    tamper(f"UPDATE dossier_events SET actor_name = 'Ai đó', hash = '{plain}' WHERE id = {number}")

    assert f"dossier {of}, event {seq}: was sealed without the key" in said()


def test_rows_from_before_the_key_still_hold(context: Flask) -> None:
    samples.submit_sample("Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")
    event = db.session.scalars(select(DossierEvent)).one()
    key = db.session.get_one(Dossier, event.dossier_id).key
    plain = hashlib.sha256(digests.text_of(history._content(event, key)).encode()).hexdigest()
    tamper(f"UPDATE dossier_events SET hash = '{plain}'")
    db.session.expire_all()

    assert list(history.problems()) == []


@pytest.mark.parametrize(
    "statement",
    [
        # What it says of persons may be erased; the seals tell that from anything else.
        "UPDATE account_events SET what = ''",
        "DELETE FROM account_events",
        "UPDATE book_events SET reason = ''",
        "DELETE FROM book_events",
        "UPDATE seals SET hash = ''",
        "DELETE FROM seals",
        "DELETE FROM audit_heads",
        "UPDATE audit_heads SET seq = seq - 1",
        "UPDATE audit_heads SET hash = ''",
        "UPDATE audit_heads SET lane = lane || 'x', seq = seq + 1",
    ],
)
def test_the_database_refuses_to_forget(week: Callable[[datetime], None], statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()


def test_each_seal_is_mailed_where_a_setting_says(
    week: Callable[[datetime], None], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = app.config["VANTHU"].model_copy(update={"seals_to": "luu@example.vn"})
    monkeypatch.setitem(app.config, "VANTHU", config)
    week(NOW + timedelta(days=4))
    assert routines.seal_days() == 1

    (mail,) = mails("seal")
    seal = db.session.scalars(select(Seal).order_by(Seal.day.desc())).first()
    assert seal is not None
    assert mail.recipient == "luu@example.vn"
    assert seal.signature in mail.text
    assert seals.signed_text(seals.as_kept(seal)) in mail.text


def test_a_run_is_made_once_and_says_what_it_found(week: Callable[[datetime], None]) -> None:
    with transaction():
        evidence_checks.ask("Giám đốc")
        evidence_checks.ask("Người khác")
    evidence_checks.run_waiting()

    done = db.session.scalars(select(EvidenceCheck)).one()
    assert (done.asked_by, done.problems, done.first_problem) == ("Giám đốc", 0, "")
    assert done.rows == evidence_checks.rows() > 20

    tamper("DELETE FROM book_events WHERE seq = 2")
    with transaction():
        evidence_checks.ask("")
    evidence_checks.run_waiting()
    again = evidence_checks.last()
    assert again is not None
    assert again.problems > 0
    assert "does not follow" in again.first_problem


def test_a_file_that_is_none_is_refused(tmp_path: Path, week: Callable[[datetime], None]) -> None:
    for content in ({}, {"format": seals.FORMAT}, {"format": "x", "key": "", "seals": []}):
        with pytest.raises(seal_proof.NotASealFile):
            list(seal_proof.problems({"none": 1} | content))


def test_system_rows_name_the_seals(week: Callable[[datetime], None]) -> None:
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "sealed")).all()

    assert [r.lane for r in rows] == ["system"] * 3
    assert SYSTEM.user is None
    assert db.session.scalar(select(func.count()).select_from(BookEvent)) >= 12  # type: ignore[operator]

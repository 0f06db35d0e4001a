"""The audit trail: chained per person, sealed with the key, kept by the database itself."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app import samples
from app.extensions import db
from app.models import AuditEvent
from app.security.actors import SYSTEM, Actor, applicant, staff
from app.services import audit, evidence
from app.transaction import transaction
from tests.guards import tamper
from tests.helpers import user


def recorded(app: Flask) -> None:
    """Write rows of several lanes, one after another."""
    people: list[Actor] = [staff(user("an")), applicant("a@example.vn"), SYSTEM, audit.NOBODY]
    for n in range(3):
        with transaction():
            for actor in people:
                audit.record("exported", actor, f"list:{n}", {"n": n})


def test_what_was_written_holds(context: Flask) -> None:
    recorded(context)

    assert list(audit.problems()) == []


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE audit_events SET actor_name = 'Ai đó' WHERE lane = 'system' AND seq = 2",
         "(system, 2): was changed"),
        ("UPDATE audit_events SET details = '{\"n\": 9}' WHERE lane = 'nobody' AND seq = 3",
         "(nobody, 3): was changed"),
        ("DELETE FROM audit_events WHERE lane = 'system' AND seq = 2",
         "(system, 3): does not follow"),
        ("DELETE FROM audit_events WHERE lane = 'system' AND seq = 3",
         "audit lane system: does not end where it was left"),
        ("DELETE FROM audit_events WHERE lane = 'nobody'", "audit lane nobody: all its rows"),
        ("UPDATE audit_events SET seq = 9 - seq WHERE lane = 'system' AND seq > 1",
         "(system, 6): does not follow"),
        ("UPDATE audit_events SET lane = 'system', seq = 4 WHERE lane = 'nobody' AND seq = 3",
         "(system, 4): does not follow"),
    ],
)  # fmt: skip
def test_one_touched_row_is_found_and_located(context: Flask, tampering: str, said: str) -> None:
    recorded(context)
    tamper(tampering)

    assert any(said in line for line in list(audit.problems()))


def test_a_row_forged_without_the_key_is_found(context: Flask) -> None:
    recorded(context)
    tamper(
        "UPDATE audit_events SET hash = previous_hash, about = 'list:none'"
        " WHERE lane = 'system' AND seq = 3"
    )
    tamper(
        "UPDATE audit_heads SET hash = (SELECT hash FROM audit_events"
        " WHERE lane = 'system' AND seq = 3) WHERE lane = 'system'"
    )

    assert any("(system, 3): was changed" in line for line in list(audit.problems()))


@pytest.mark.parametrize("table", ["audit_events", "dossier_events"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET actor_name = ''", "DELETE FROM {}"])
def test_the_database_refuses_to_forget(context: Flask, table: str, statement: str) -> None:
    recorded(context)
    samples.submit_sample("Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")

    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement.format(table)))
    db.session.rollback()
    assert len(db.session.scalars(select(AuditEvent)).all()) == 12


def test_a_word_nobody_knows_is_a_mistake_of_ours(context: Flask) -> None:
    with pytest.raises(KeyError):
        audit.record("something", SYSTEM)


def test_eight_at_once_in_one_lane_keep_the_chain_whole(app: Flask) -> None:
    start = Barrier(8)

    def write(n: int) -> None:
        with app.app_context():
            start.wait()
            for i in range(10):
                with transaction():
                    audit.record("exported", staff(user("an")), f"list:{n}-{i}")
            db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    with app.app_context():
        rows = db.session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
        assert [r.seq for r in rows] == list(range(1, 81))
        assert len({r.about for r in rows}) == 80
        assert list(audit.problems()) == []


def test_every_word_of_the_trail_is_found_under_one_heading() -> None:
    grouped = [word for _, words in evidence.GROUPS.values() for word in words]

    assert sorted(grouped) == sorted(audit.WHAT)

"""P4: one step on a dossier with all it writes, beside bare SQL and an ORM with `transitions`.

The goal is a fraction of the ORM's rate: where SpiffWorkflow stood beside it when both were
measured (docs of the goals: 800 of 890 per second on SQLite, 400 of 400 on PostgreSQL).
"""

import argparse
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from transitions import Machine

from app import samples
from app.database import WRITES
from app.extensions import db
from app.security.actors import staff
from app.services import dossiers
from app.transaction import transaction
from benchmarks.copies import copy
from benchmarks.measure import Cost, Goal, Row, at_least, interleave, per_second, rates, timed
from benchmarks.scene import postgresql, stage, user

DOSSIERS = 100
STATES = ("submitted", "in_review")
STEPS = {"submitted": "claim", "in_review": "release"}
MACHINE = Machine(
    model=None,
    states=list(STATES),
    initial="submitted",
    transitions=[["claim", *STATES], ["release", *reversed(STATES)]],
    auto_transitions=False,
)


class Base(DeclarativeBase):
    """Tables of the peers."""


class Thing(Base):
    """A row with a state."""

    __tablename__ = "bench_things"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]


class Audit(Base):
    """A row for each step."""

    __tablename__ = "bench_audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    thing_id: Mapped[int] = mapped_column(ForeignKey(Thing.id))
    action: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    actor: Mapped[str]
    at: Mapped[dt.datetime]


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure on both databases; on PostgreSQL only where one is named."""
    with stage() as app:
        yield from measure(app, "SQLite", options.rounds, at_least(0.9), at_least(3))
    with postgresql() as url:
        if not url:
            what, why = "one act, PostgreSQL", "skipped: BENCH_DATABASE_URL is not set"
            yield Row("P4", what, "ORM and transitions", at_least(1), (), why)
            return
        with stage(url) as app:
            yield from measure(app, "PostgreSQL", options.rounds, at_least(1), at_least(2))


def measure(app: Flask, name: str, rounds: int, goal: Goal, bulk_goal: Goal) -> Iterator[Row]:
    """Take as many steps each way, a transaction each, and once all in one transaction."""
    key = samples.submit_sample("Nhà thuốc Mẫu", "mau@example.vn", "1/ĐKKDD-LSO")
    ours, bulk, raw, orm = interleave([acts(key), bulk_acts(key), raw_steps(), orm_steps()], rounds)
    what = f"one act, {name} ({per_second(ours)})"
    yield Row("P4", what, f"ORM and transitions ({per_second(orm)})", goal, rates(ours, orm))
    yield Row("P4", what, f"bare SQL ({per_second(raw)})", None, rates(ours, raw))
    what = f"{DOSSIERS} acts at once, {name} ({per_second(bulk)})"
    yield Row("P4", what, "one act", bulk_goal, rates(bulk, ours))


def acts(original: str) -> Cost:
    """Return the cost of a claim or a release in a transaction of its own."""

    def each(keys: list[str]) -> None:
        for step in STEPS.values():
            for key in keys:
                with transaction():
                    dossiers.act(key, step, staff(user("an")))

    return there_and_back(original, each)


def bulk_acts(original: str) -> Cost:
    """Return the cost of a claim or a release where all of them are one transaction."""

    def each(keys: list[str]) -> None:
        for step in STEPS.values():
            with transaction():
                actor = staff(user("an"))
                for key in keys:
                    dossiers.act(key, step, actor)

    return there_and_back(original, each)


def there_and_back(original: str, each: Callable[[list[str]], None]) -> Cost:
    """Return the cost of one step on dossiers that are fresh each time: histories are short."""

    def cost() -> float:
        keys = copy(original, DOSSIERS)
        return timed(lambda: each(keys))() / (2 * DOSSIERS)

    return cost


def orm_steps() -> Cost:
    """Return the cost of a step of the ORM peer: load, fire, audit row, commit."""
    engine = create_engine(db.engine.url).execution_options(**{WRITES: True})
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(Thing(id=n, state="submitted") for n in range(1, 2 * DOSSIERS + 1))

    def each() -> None:
        for number in range(1, DOSSIERS + 1):
            with Session(engine) as session, session.begin():
                thing = session.get_one(Thing, number, with_for_update=True)
                before, action = thing.state, STEPS[thing.state]
                MACHINE.events[action].trigger(thing)
                session.add(
                    Audit(
                        thing_id=number, action=action, before=before, after=thing.state,
                        actor="Lương Thị An", at=dt.datetime.now(dt.UTC),
                    )
                )  # fmt: skip

    cost = timed(each, 2)
    return lambda: cost() / DOSSIERS


def raw_steps() -> Cost:
    """Return the cost of a step in bare SQL, on the driver, with the same durability."""
    connection: Any = db.engine.raw_connection().driver_connection
    mark, begin, lock = "?", "BEGIN IMMEDIATE", ""
    if isinstance(connection, psycopg.Connection):
        mark, begin, lock = "%s", "BEGIN", " FOR UPDATE"
        connection.autocommit = True
    read = f"SELECT state FROM bench_things WHERE id = {mark}{lock}"  # noqa: S608
    write = f"UPDATE bench_things SET state = {mark} WHERE id = {mark}"  # noqa: S608
    marks = ", ".join([mark] * 6)
    note = f"INSERT INTO bench_audit (thing_id, action, before, after, actor, at) VALUES ({marks})"  # noqa: S608

    def each() -> None:
        cursor = connection.cursor()
        for number in range(DOSSIERS + 1, 2 * DOSSIERS + 1):
            cursor.execute(begin)
            before = cursor.execute(read, (number,)).fetchone()[0]
            after = "in_review" if before == "submitted" else "submitted"
            cursor.execute(write, (after, number))
            at = dt.datetime.now(dt.UTC).isoformat()
            cursor.execute(note, (number, STEPS[before], before, after, "Lương Thị An", at))
            cursor.execute("COMMIT")

    cost = timed(each, 2)
    return lambda: cost() / DOSSIERS

"""Numbers are gapless and unique, whoever is killed and however many clerks there are."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import samples
from app.extensions import db
from app.models import BookEntry, Dossier, Letter, NumberBook
from app.security.actors import staff
from app.services import book_proof, dossiers
from app.transaction import transaction
from tests.app.services import taking
from tests.helpers import user
from workflows import Phase

WAITING = 200
CLERKS = 4
KILLS = 6


def prepare(n: int) -> list[str]:
    """Bring n dossiers to the clerk's desk through the services."""
    keys = []
    for i in range(n):
        key = samples.submit_sample(f"Nhà thuốc {i}", f"n{i}@example.vn", f"{i + 1}/ĐKKDD-LSO")
        for name, action in (("an", "claim"), ("an", "propose_grant"), ("chi", "approve")):
            with transaction():
                dossiers.act(key, action, staff(user(name)))
        keys.append(key)
    return keys


def start(app: Flask, tmp_path: Path, seed: int) -> subprocess.Popen[bytes]:
    url = app.config["VANTHU"].database_url
    command = [sys.executable, "-m", "tests.app.services.issuing", url, str(tmp_path), str(seed)]
    return subprocess.Popen(command)


def waiting() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Dossier.id).where(Dossier.phase == Phase.ISSUE)).all())


def test_concurrent_clerks_killed_in_the_middle_leave_no_gap(
    context: Flask, tmp_path: Path
) -> None:
    prepare(WAITING)
    clerks = [start(context, tmp_path, n) for n in range(CLERKS)]
    chance = random.Random(20261120)
    kills = 0

    deadline = time.monotonic() + 300
    while waiting() and time.monotonic() < deadline:
        if kills < KILLS and waiting() < WAITING * (1 - kills / (KILLS + 1)):
            victim = chance.randrange(CLERKS)
            os.kill(clerks[victim].pid, signal.SIGKILL)
            clerks[victim].wait()
            clerks[victim] = start(context, tmp_path, 100 + kills)
            kills += 1
        time.sleep(0.02)
    for clerk in clerks:
        clerk.wait(60)

    assert kills == KILLS
    numbers = db.session.scalars(
        select(BookEntry.number)
        .join(BookEntry.book)
        .where(NumberBook.name == "dispatch")
        .order_by(BookEntry.number)
    ).all()
    assert numbers == list(range(1, WAITING + 1))
    assert all(not report.problems for report in book_proof.verify())
    issued = db.session.scalars(select(Letter).where(Letter.form == "dispatch")).all()
    assert len(issued) == len({letter.dossier_id for letter in issued}) == WAITING
    assert {letter.state for letter in issued} == {"issued"}


def test_a_rolled_back_issue_gives_its_number_back(context: Flask) -> None:
    first, second = prepare(2)

    def issue_and_die() -> None:
        with transaction():
            dossiers.act(first, "issue", staff(user("giang")))
            raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        issue_and_die()
    with transaction():
        dossiers.act(second, "issue", staff(user("giang")))

    entry = db.session.scalars(
        select(BookEntry).join(BookEntry.book).where(NumberBook.name == "dispatch")
    ).one()
    assert (entry.number, entry.symbol) == (1, "SYT-NVD")


def test_a_thousand_numbers_by_eight_processes_under_kills_are_whole(
    context: Flask, tmp_path: Path
) -> None:
    url = context.config["VANTHU"].database_url
    command = [sys.executable, "-m", "tests.app.services.taking", url, str(tmp_path)]
    chance = random.Random(8)

    def begin(seed: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*command, str(seed), "1000"])

    clerks = [begin(n) for n in range(8)]
    kills, deadline = 0, time.monotonic() + 240
    while (taking.last() or 0) < 1000 and time.monotonic() < deadline:
        if kills < 3 and (taking.last() or 0) > 200 * (kills + 1):
            victim = chance.randrange(8)
            os.kill(clerks[victim].pid, signal.SIGKILL)
            clerks[victim].wait()
            clerks[victim] = begin(100 + kills)
            kills += 1
        time.sleep(0.02)
    for clerk in clerks:
        clerk.wait(60)

    numbers = db.session.scalars(select(BookEntry.number).order_by(BookEntry.number)).all()
    assert kills == 3
    assert len(numbers) >= 1000
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(db.session.scalars(select(BookEntry.state))) == {
        "issued", "reserved", "void",
    }  # fmt: skip
    assert all(not report.problems for report in book_proof.verify())

"""P7: numbers of one book under 50 writers, beside a bare `UPDATE … RETURNING`.

Ours writes the letter and its entry in the same transaction. The second peer does that in
bare SQL: it shows what the rows cost and what the ORM costs.
"""

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from unittest.mock import patch

import psycopg
from flask import Flask
from sqlalchemy import select

import letters
from app import clock, samples
from app.extensions import db
from app.models import Dossier, Letter
from app.security import keys
from app.services import book_proof, books
from app.transaction import transaction
from benchmarks.measure import Cost, Row, at_least, interleave, per_second, rates
from benchmarks.scene import postgresql, stage

WRITERS = 50
EACH = 10
GOAL = at_least(0.8)
NEXT = "UPDATE number_books SET last_number = last_number + 1 WHERE name = %s RETURNING last_number"
Write = Callable[[int], None]


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure on PostgreSQL; SQLite has one writer at a time."""
    engine = {"pool_size": WRITERS, "max_overflow": 0}
    with postgresql() as url, patch("app._engine_options", return_value=engine):
        if not url:
            what, why = f"numbers, {WRITERS} writers", "skipped: BENCH_DATABASE_URL is not set"
            yield Row("P7", what, "UPDATE … RETURNING", GOAL, (), why)
            return
        with stage(url) as app:
            yield from measure(app, url, options.rounds)


def measure(app: Flask, url: str, rounds: int) -> Iterator[Row]:
    """Let all writers of each way take their numbers, way by way."""
    key = samples.submit_sample("Nhà thuốc Mẫu", "mau@example.vn", "1/ĐKKDD-LSO")
    dossier_id = db.session.scalars(select(Dossier.id).where(Dossier.key == key)).one()
    db.session.rollback()
    connections = [psycopg.connect(url, autocommit=True) for _ in range(WRITERS)]
    for form in ("bench_bare", "bench_rows"):
        connections[0].execute(
            "INSERT INTO number_books (name, year, last_number) VALUES (%s, 2026, 0)", (form,)
        )
    ways = [
        together(services(app, dossier_id)),
        together(bare(connections)),
        together(bare_with_rows(connections, dossier_id)),
    ]
    ours, alone, with_rows = interleave(ways, rounds)
    if any(book.name == "bench" and book.problems for book in book_proof.verify()):
        raise RuntimeError("a book has a gap")
    for connection in connections:
        connection.close()
    what = f"numbers, {WRITERS} writers ({per_second(ours)})"
    yield Row("P7", what, f"UPDATE … RETURNING ({per_second(alone)})", GOAL, rates(ours, alone))
    text = f"same rows in bare SQL ({per_second(with_rows)})"
    yield Row("P7", what, text, None, rates(ours, with_rows))


def together(write: Write) -> Cost:
    """Return the cost of one number when all writers write at once."""

    def cost() -> float:
        threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return (time.perf_counter() - started) / (WRITERS * EACH)

    return cost


def services(app: Flask, dossier_id: int) -> Write:
    """Return our way: a letter, then its number, through the services."""
    data = letters.sample("account_grant")

    def write(_: int) -> None:
        with app.app_context():
            for _ in range(EACH):
                with transaction():
                    letter = Letter(
                        key=keys.nonce(), dossier_id=dossier_id, kind="bench", form="bench",
                        state="issued", subject="", data="", created_at=clock.now(),
                    )  # fmt: skip
                    db.session.add(letter)
                    db.session.flush()
                    entry = books.take(letter, data, clock.today())
                    letter.data = data.with_number(entry.number, entry.issued_on).to_json()

    return write


def bare(connections: list[psycopg.Connection]) -> Write:
    """Return the bare way: nothing but the number."""

    def write(n: int) -> None:
        for _ in range(EACH):
            with connections[n].transaction():
                connections[n].execute(NEXT, ("bench_bare",)).fetchone()

    return write


def bare_with_rows(connections: list[psycopg.Connection], dossier_id: int) -> Write:
    """Return the bare way with the rows that a number stands for."""

    def write(n: int) -> None:
        run = connections[n].execute
        for _ in range(EACH):
            with connections[n].transaction():
                (letter,) = run(
                    "INSERT INTO letters (key, dossier_id, kind, form, state, subject, data,"
                    " created_at) VALUES (%s, %s, 'bench', 'bench', 'issued', '', '{}', now())"
                    " RETURNING id",
                    (keys.nonce(), dossier_id),
                ).fetchone() or (0,)
                (number,) = run(NEXT, ("bench_rows",)).fetchone() or (0,)
                run(
                    "INSERT INTO book_entries (book_id, number, symbol, issued_on, state,"
                    " letter_id) SELECT id, %s, 'SYT', current_date, 'issued', %s"
                    " FROM number_books WHERE name = 'bench_rows'",
                    (number, letter),
                )

    return write

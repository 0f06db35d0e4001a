"""P13: the page of the evidence over many rows beside 5,000: each of its searches, a page deep."""

import argparse
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text

from app import samples
from app.extensions import db
from app.models import AuditEvent, Dossier, DossierEvent
from app.services import evidence
from app.services.evidence import GROUPS, Thing, Wanted
from app.transaction import transaction
from benchmarks.measure import Row, at_most, interleave, middle, ratios, timed
from benchmarks.scene import application, postgresql, user

FEW = 5000
GOAL = at_most(1.5)
_CHUNK = 20_000
_FIRST = datetime(2026, 1, 2, 1, tzinfo=UTC)
_YEAR = timedelta(days=330)
_WORDS = ("dossier_seen", "signed_in", "letter_seen", "confirmed", "signed_out", "list_seen")
_RARE = "user_added"


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure on SQLite, and on PostgreSQL where one is named."""
    with application() as few, application() as many:
        yield from compare("SQLite", few, many, options)
    with postgresql() as url:
        if not url:
            why = "skipped: BENCH_DATABASE_URL is not set"
            yield Row("P13", "page of the evidence, PostgreSQL", f"{FEW:,}", GOAL, (), why)
            return
        with postgresql("few") as small, application(small) as few, application(url) as many:
            yield from compare("PostgreSQL", few, many, options)


def compare(name: str, few: Flask, many: Flask, options: argparse.Namespace) -> Iterator[Row]:
    """Look for the same in both in turn."""
    filled = [fill(few, FEW), fill(many, options.rows)]
    for what in filled[0]:
        ways = [
            timed(lambda a=app, w=wanted[what]: look(a, *w), 3)  # type: ignore[misc]
            for app, wanted in zip((few, many), filled, strict=True)
        ]
        small, large = interleave(ways, options.rounds)
        title = f"evidence: {what}, {options.rows:,}, {name} ({middle(large)})"
        yield Row("P13", title, f"{FEW:,} rows ({middle(small)})", GOAL, ratios(large, small))


def look(app: Flask, wanted: Wanted, after: str) -> None:
    """Read a page."""
    with app.app_context():
        evidence.page(wanted, after)


def fill(app: Flask, number: int) -> dict[str, tuple[Wanted, str]]:
    """Write rows of a year; return what is looked for and where in the list."""
    with app.app_context():
        samples.submit_sample("Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")
        dossier = db.session.scalars(select(Dossier)).one()
        dossier_id, person = dossier.id, user("an").id
        for first in range(1, number + 1, _CHUNK):
            numbers = range(first, min(first + _CHUNK, number + 1))
            with transaction():
                seen = [_seen(n, number, person) for n in numbers if n % 3]
                acted = [_acted(n, number, dossier_id, person) for n in numbers if n % 3 == 0]
                db.session.execute(insert(AuditEvent), seen)
                db.session.execute(insert(DossierEvent), acted)
        with db.engine.connect() as connection:
            is_sqlite = db.engine.dialect.name == "sqlite"
            with connection.execution_options(isolation_level="AUTOCOMMIT") as plain:
                plain.execute(text("ANALYZE" if is_sqlite else "VACUUM ANALYZE"))
        half = int((_FIRST + _YEAR / 2).timestamp() * 1_000_000)
    access, views = GROUPS["access"][1], GROUPS["views"][1]
    since, until = date(2026, 6, 1), date(2026, 6, 7)
    return {
        "newest page": (Wanted(), ""),
        "a page in the middle": (Wanted(), f"{half}-0-1"),
        "sign-ins": (Wanted(words=access, acts=False), ""),
        "one rare word": (Wanted(words=frozenset({_RARE}), acts=False), ""),
        "a person": (Wanted(person=person), ""),
        "a person's sign-ins": (Wanted(person=person, words=access, acts=False), ""),
        "who saw a dossier": (Wanted(thing=Thing("dossier:D-7"), words=views, acts=False), ""),
        "a week": (Wanted(since=since, until=until), ""),
        "sign-ins of a week": (Wanted(words=access, acts=False, since=since, until=until), ""),
    }


def _seen(n: int, number: int, person: int) -> dict[str, Any]:
    return {
        "lane": f"bench:{n % 40}", "seq": n, "at": _FIRST + _YEAR * n / number,
        "what": _RARE if n % 1009 == 1 else _WORDS[n % 6], "actor_name": "Lương Thị An",
        "user_id": person if n % 20 == 1 else None,
        "about": f"dossier:D-{n % max(number // 20, 8)}", "details": {}, "client": "",
        "previous_hash": "x" * 64, "hash": "y" * 64,
    }  # fmt: skip


def _acted(n: int, number: int, dossier_id: int, person: int) -> dict[str, Any]:
    return {
        "dossier_id": dossier_id, "seq": n + 1, "action": "note", "before": "review",
        "after": "review", "role": "officer", "user_id": person if n % 20 == 0 else None,
        "actor_name": "Lương Thị An", "details": {}, "at": _FIRST + _YEAR * n / number,
        "previous_hash": "x" * 64, "hash": "y" * 64,
    }  # fmt: skip

"""P5: pages of the desk over many dossiers beside the same pages over 1,000, and their queries."""

import argparse
import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text

from app import clock, formats, samples
from app.extensions import db
from app.models import Dossier
from app.security.actors import staff
from app.services import dossiers
from app.transaction import transaction
from benchmarks.copies import copy
from benchmarks.measure import Row, at_most, interleave, middle, ratios, timed
from benchmarks.scene import application, postgresql, signed_in, user

FEW = 1000
OPEN = 10
"""One dossier of so many is open, the others are done."""
GOAL, QUERIES = at_most(1.3), at_most(12, "queries")
# Mails without work must not be the bottleneck of the comparison: a page each.
PAGES = {
    "queue": "/desk",
    "queue, all open": "/desk?view=all",
    "queue, done, page 21": "/desk?view=done&after={cursor}",
    "search, common word": "/desk?q=nhà thuốc",
    "search, one of all": "/desk?q=đồng đăng 500",
    "search, none": "/desk?q=không có",
    "dossier page": "/desk/dossiers/{code}",
}


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure on SQLite, and on PostgreSQL where one is named."""
    with application() as few, application() as many:
        yield from compare("SQLite", few, many, options)
    with postgresql() as url:
        if not url:
            why = "skipped: BENCH_DATABASE_URL is not set"
            yield Row("P5", "pages of the desk, PostgreSQL", f"{FEW:,} dossiers", GOAL, (), why)
            return
        with postgresql("few") as small, application(small) as few, application(url) as many:
            yield from compare("PostgreSQL", few, many, options)


def compare(name: str, few: Flask, many: Flask, options: argparse.Namespace) -> Iterator[Row]:
    """Ask both for the same pages in turn."""
    clients = []
    for app, number in ((few, FEW), (many, options.rows)):
        with app.app_context():
            clients.append((app, *fill(app, number)))
    for what, address in PAGES.items():
        ways, queries = [], []
        for app, client, known in clients:
            path = address.format(**known)
            queries.append(count(app, client, path))
            ways.append(timed(lambda c=client, p=path: get(c, p), 5))  # type: ignore[misc]
        small, large = interleave(ways, options.rounds)
        title = f"{what}, {options.rows:,}, {name} ({middle(large)})"
        yield Row("P5", title, f"{FEW:,} dossiers ({middle(small)})", GOAL, ratios(large, small))
        text = f"{FEW:,} dossiers ({queries[0]})"
        yield Row("P5", f"{what}, queries", text, QUERIES, (queries[1],))


def fill(app: Flask, number: int) -> tuple[FlaskClient, dict[str, Any]]:
    """Fill a database and sign in."""
    waiting = samples.submit_sample("Nhà thuốc Mẫu", "mau@example.vn", "1/ĐKKDD-LSO")
    done = samples.submit_sample("Nhà thuốc Mẫu", "xong@example.vn", "2/ĐKKDD-LSO")
    for name, action in (
        ("an", "claim"), ("an", "propose_grant"), ("chi", "approve"), ("giang", "issue"),
    ):  # fmt: skip
        with transaction():
            dossiers.act(done, action, staff(user(name)))
    keys = copy(waiting, number // OPEN, lambda n: named(n))
    copy(done, number - number // OPEN, lambda n: named(n))
    with transaction():
        db.session.execute(text("ANALYZE"))
    client = app.test_client()
    for name, token in signed_in(username="an").items():
        client.set_cookie(name, token)
    last = db.session.scalars(select(Dossier.id).order_by(Dossier.id.desc()).offset(500)).first()
    code = db.session.scalars(select(Dossier.code).where(Dossier.key == keys[0])).one()
    day = clock.today() + timedelta(days=300 - (number - number // OPEN - 501) % 300)
    db.session.remove()
    return client, {"code": code, "cursor": f"{day}.{last}"}


def named(n: int) -> dict[str, Any]:
    """Return what differs from dossier to dossier."""
    places = ("Đồng Đăng", "Kỳ Lừa", "Tam Thanh", "Lộc Bình", "Bắc Sơn")
    subject = f"Nhà thuốc {places[n % len(places)]} {n}"
    return {
        "subject": subject,
        "folded": formats.fold(f"{subject} {n}/ĐKKDD-LSO"),
        "email": f"e{n}@example.vn",
        "due_on": clock.today() + timedelta(days=n % 300 - 20),
    }


def get(client: FlaskClient, path: str) -> None:
    """Ask for a page."""
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status}")


def count(app: Flask, client: FlaskClient, path: str) -> int:
    """Count the queries of a page."""
    statements = []

    def note(*args: Any) -> None:
        if not args[2].startswith("BEGIN"):
            statements.append(args[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    with contextlib.closing(client.get(path)):
        event.remove(engine, "before_cursor_execute", note)
    return len(statements)

"""P11: the outgoing register over many numbers beside 1,000: pages, searches, and its files.

A file is made in a process of its own, whose peak memory is what the row says.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select, text

from app import create_app, rendering
from app.config import Config
from app.extensions import db
from app.formats import fold
from app.models import BookEntry, NumberBook
from app.services import book_export, book_pages
from app.services.book_pages import Wanted
from app.transaction import transaction
from benchmarks.measure import Row, at_most, interleave, middle, ratios, timed
from benchmarks.scene import application, postgresql

FEW = 1000
GOAL = at_most(1.3)
_PLACES = ("Đồng Đăng", "Kỳ Lừa", "Tam Thanh", "Lộc Bình", "Bắc Sơn", "Cao Lộc", "Hữu Lũng")
_CHUNK = 20_000
_FIRST = date(2026, 1, 2)
_LOOKED_FOR = {
    "newest page": None,
    "one number": Wanted(text="777"),
    "number and symbol": Wanted(text="777/SYT-NVD"),
    "word of all": Wanted(text="nhà thuốc"),
    "words of a seventh": Wanted(text="đồng đăng"),
    "one of all": Wanted(text="quầy 777"),
    "two that never meet": Wanted(text="đồng đăng kỳ lừa"),
    "nothing": Wanted(text="không có ở đây"),
    "a week": Wanted(since=_FIRST, until=_FIRST + timedelta(days=6)),
    "void": Wanted(state="void"),
    "void, word, a month": Wanted(text="thuốc", state="void", since=_FIRST,
                                  until=_FIRST + timedelta(days=30)),
}  # fmt: skip


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure on SQLite, and on PostgreSQL where one is named."""
    with application() as few, application() as many:
        yield from compare("SQLite", few, many, options)
        yield from files(many, "SQLite", options)
    with postgresql() as url:
        if not url:
            why = "skipped: BENCH_DATABASE_URL is not set"
            yield Row("P11", "pages of the register, PostgreSQL", f"{FEW:,}", GOAL, (), why)
            return
        with postgresql("few") as small, application(small) as few, application(url) as many:
            yield from compare("PostgreSQL", few, many, options)


def compare(name: str, few: Flask, many: Flask, options: argparse.Namespace) -> Iterator[Row]:
    """Look for the same in both in turn."""
    books = [fill(few, FEW), fill(many, options.rows)]
    for what, wanted in (*_LOOKED_FOR.items(), ("page 10,000", None), ("deep in a search", None)):
        ways = [
            timed(lambda a=app, b=book, w=wanted, t=what: look(a, b, w, t), 3)  # type: ignore[misc]
            for app, book in zip((few, many), books, strict=True)
        ]
        small, large = interleave(ways, options.rounds)
        title = f"register: {what}, {options.rows:,}, {name} ({middle(large)})"
        peer = f"{FEW:,} numbers ({middle(small)})"
        yield Row("P11", title, peer, GOAL, ratios(large, small))


def look(app: Flask, book_id: int, wanted: Wanted | None, what: str) -> None:
    """Read a page of the register."""
    with app.app_context():
        book = db.session.get_one(NumberBook, book_id)
        after = max(book.last_number - 250_000, 500) if "10,000" in what or "deep" in what else 0
        if "deep" in what:
            wanted = Wanted(text="nhà thuốc")
        book_pages.page(book, wanted, after=after)


def fill(app: Flask, number: int) -> int:
    """Fill a book of this year and return its id."""
    with app.app_context():
        with transaction():
            book = NumberBook(name="dispatch", year=2026, last_number=number)
            db.session.add(book)
            db.session.flush()
            book_id = book.id
        for first in range(1, number + 1, _CHUNK):
            lines = [
                line(book_id, n, number) for n in range(first, min(first + _CHUNK, number + 1))
            ]
            with transaction():
                db.session.execute(insert(BookEntry), lines)
        with db.engine.connect() as connection:
            is_sqlite = db.engine.dialect.name == "sqlite"
            with connection.execution_options(isolation_level="AUTOCOMMIT") as plain:
                plain.execute(text("ANALYZE" if is_sqlite else "VACUUM ANALYZE"))
        return book_id


def line(book_id: int, n: int, number: int) -> dict[str, object]:
    """Return an invented number."""
    subject = f"cấp tài khoản kết nối liên thông cho Nhà thuốc {_PLACES[n % 7]} quầy {n}"
    return {
        "book_id": book_id, "number": n, "symbol": "SYT-NVD", "form": "dispatch",
        "issued_on": _FIRST + timedelta(days=n * 350 // number), "subject": subject,
        "state": "void" if n % 500 == 0 else "issued", "addressee": f"Nhà thuốc quầy {n}",
        "signer_name": "Vi Thị Kim Chi", "archive": "VT, NVD",
        "folded": fold(f"SYT-NVD {subject} Nhà thuốc quầy {n} Vi Thị Kim Chi"),
    }  # fmt: skip


def files(app: Flask, name: str, options: argparse.Namespace) -> Iterator[Row]:
    """Make each file of a book of `--rows` numbers; a PDF of 5,000 unless asked for more."""
    url = app.config["VANTHU"].database_url
    for kind in ("csv", "xlsx", "pdf"):
        number = options.rows if kind != "pdf" else min(options.rows, options.pdf_rows)
        seconds, memory, size = _in_a_process(url, kind, number)
        title = f"register as {kind}, {number:,} numbers, {name} ({size // 1024:,} kB)"
        yield Row("P11", title, "", None, (seconds,), unit="s")
        yield Row("P11", f"{title.split(' (')[0]}: peak memory", "", None, (memory,), unit="MB")


def _in_a_process(url: str, kind: str, number: int) -> tuple[float, float, int]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(make, (url, kind, number))


def make(url: str, kind: str, number: int) -> tuple[float, float, int]:
    """Make a file; return seconds, peak MB of this process and its renderer, and bytes."""
    with tempfile.TemporaryDirectory() as folder:
        config = {
            "VANTHU_ENV": "test", "data_dir": folder, "database_url": url,
            "jobs_url": f"sqlite:///{folder}/jobs.db", "secret_key": "x" * 48, "log_level": "ERROR",
            "base_url": "http://127.0.0.1", "smtp_url": "smtp://127.0.0.1:1",
        }  # fmt: skip
        app = create_app(Config.model_validate(config))
        target = Path(folder) / f"book.{kind}"
        with app.app_context():
            book = db.session.scalars(select(NumberBook).order_by(NumberBook.id)).first()
            if book is None:
                raise RuntimeError("no book")
            wanted = None
            if number < book.last_number:
                until = _FIRST + timedelta(days=number * 350 // book.last_number)
                wanted = Wanted(since=_FIRST, until=until)
            started = time.perf_counter()
            book_export.write(kind, book, target, wanted)
            seconds = time.perf_counter() - started
        renderer = _peak(rendering.process_id())
        rendering.stop()
        return seconds, max(_peak(os.getpid()), renderer), os.path.getsize(target)


def _peak(process_id: int) -> float:
    """Return the most memory a process has had, in MB; `ru_maxrss` would be its parent's too."""
    if not process_id:
        return 0.0
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024

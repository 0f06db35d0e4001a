"""The whole product on a free port, and Debian's Chromium."""

import email
import email.policy
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pypdf import PdfReader
from sqlalchemy import MetaData, create_engine, select

from tests.browser.people import SHOWN, sign_in
from tests.conftest import fresh_database

# A browser that tries to reach its maker's hosts slows a closed network down.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`vanthu serve` with its sample data; the value is the address it prints."""
    folder: Path = tmp_path_factory.mktemp("product")
    environment = os.environ | {
        "VANTHU_ENV": "development",
        "DATA_DIR": str(folder),
        "DATABASE_URL": fresh_database(folder, "browser"),
        "JOBS_URL": f"sqlite:///{folder / 'jobs.db'}",
        "LOG_LEVEL": "WARNING",
    }
    for name in ("BASE_URL", "SMTP_URL"):
        environment.pop(name, None)
    with (folder / "errors").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "app.cli", "serve", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"Văn Thư: (http://\S+)", line):
            yield found.group(1)
            break
    else:
        pytest.fail((folder / "errors").read_text())
    process.send_signal(signal.SIGTERM)
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait(30) == 0
    left = [*_everything_kept(folder, environment["DATABASE_URL"]), ("output", rest)]
    leaks = [where for where, text in left if any(secret in text for secret in SHOWN)]
    assert leaks == [], "a first password stands in clear"
    broken = [line for line in (folder / "errors").read_text().splitlines() if "Error" in line]
    assert broken == [], (folder / "errors").read_text()


def _everything_kept(folder: Path, database: str) -> Iterator[tuple[str, str]]:
    """Yield what is left after the last test: database, mails, letters, logs, as text."""
    engine = create_engine(database)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            yield table.name, "\n".join(map(str, connection.execute(select(table))))
    engine.dispose()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if content.startswith(b"%PDF-"):
            yield str(path), "".join(page.extract_text() for page in PdfReader(path).pages)
        elif path.suffix == ".eml":
            message = email.message_from_bytes(content, policy=email.policy.default)
            for part in message.walk():
                if part.get_content_maintype() == "text":
                    yield str(path), part.get_content()
        yield str(path), content.decode(errors="replace")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all the tests."""
    with sync_playwright() as playwright:
        path = os.environ.get("TEST_BROWSER") or shutil.which("chromium")
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of."""
    return []


@pytest.fixture
def visit(browser: Browser, product: str, complaints: list[str]) -> Iterator[Any]:
    """Open a window of its own for a person: visit(width=390)."""
    contexts: list[BrowserContext] = []

    def window(*, width: int = 1280, **settings: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            locale="vi-VN",
            base_url=product,
            **settings,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on(
            "console",
            lambda m: complaints.append(m.text) if m.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield window
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def desk(browser: Browser, product: str) -> Iterator[dict[str, Page]]:
    """The windows of an officer, a leader and a clerk, signed in once."""
    context = {name: browser.new_context(base_url=product) for name in ("an", "chi", "giang")}
    windows = {name: own.new_page() for name, own in context.items()}
    for name, page in windows.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        page.set_default_timeout(20_000)
        sign_in(page, name)
    yield windows
    for own in context.values():
        own.close()

"""The real clamd sees every file first; what it knows, or when it is silent, nothing gets in."""

import hashlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import samples, scanner
from app.extensions import db
from app.models import Attachment, AuditEvent
from tests.app import strange_files as strange
from tests.app.views.portal_steps import begin, save

# The harmless file every scanner knows, in two halves: this file shall be none.
EICAR = (
    rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
)  # fmt: skip
_SECONDS = 60


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's daemon with a database of two signatures, on a socket of its own."""
    program = shutil.which("clamd") or "/usr/sbin/clamd"
    folder = tmp_path_factory.mktemp("clamd")
    path = folder / "clamd.ctl"
    (folder / "db").mkdir()
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    (folder / "db" / "local.hdb").write_text(f"{digest}:{len(EICAR)}:Eicar-Test-Signature\n")
    # Anywhere in any file, as in a picture with something behind it.
    (folder / "db" / "local.ndb").write_text(f"Local.Mark:0:*:{EICAR[20:].hex()}\n")
    settings = {
        "DatabaseDirectory": folder / "db",
        "LocalSocket": path,
        "Foreground": "yes",
        "MaxThreads": 2,
        "StreamMaxLength": "1M",
        "TemporaryDirectory": folder,
        "OfficialDatabaseOnly": "no",
        "SelfCheck": 0,
    }
    config = folder / "clamd.conf"
    config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen([program, "-c", str(config)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + _SECONDS
        while not path.exists():
            assert daemon.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.1)
        yield f"unix://{path}"
    finally:
        daemon.terminate()
        daemon.wait(20)


@pytest.fixture
def scanned(app: Flask, clamd: str) -> Iterator[None]:
    with ScannerAt(app, clamd):
        yield


class ScannerAt:
    """Name a scanner for a while."""

    def __init__(self, app: Flask, address: str) -> None:
        self.app, self.address = app, address
        self.before = app.config["VANTHU"]

    def __enter__(self) -> None:
        self.app.config["VANTHU"] = self.before.model_copy(update={"clamd": self.address})

    def __exit__(self, *_: object) -> None:
        self.app.config["VANTHU"] = self.before


def test_clean_files_pass(context: Flask, scanned: None) -> None:
    for content in (b"x", strange.picture(), strange.pdf(), samples.licence_scan()):
        scanner.scan(content)


@pytest.mark.parametrize("content", [EICAR, strange.picture() + EICAR, strange.pdf() + EICAR])
def test_the_file_every_scanner_knows_is_found(
    context: Flask, scanned: None, content: bytes
) -> None:
    with pytest.raises(scanner.Infected) as found:
        scanner.scan(content)

    assert found.value.signature.startswith(("Eicar-Test-Signature", "Local.Mark"))


def test_what_the_scanner_will_not_read_is_not_taken(context: Flask, scanned: None) -> None:
    with pytest.raises(scanner.NotScanned):
        scanner.scan(bytes(3 << 20))


def test_an_infected_file_is_refused_on_the_page_and_noted(
    client: FlaskClient, app: Flask, scanned: None
) -> None:
    key = begin(client)
    sent = (BytesIO(strange.picture() + EICAR), "giay.jpg")

    answer = save(client, key, step="save", facility_name="Giữ tên", licence_scan=sent)

    assert answer.status_code == 422
    assert "mã độc" in answer.text
    assert 'value="Giữ tên"' in answer.text
    with app.app_context():
        assert db.session.scalars(select(Attachment)).all() == []
        event = db.session.scalars(
            select(AuditEvent).where(AuditEvent.what == "upload_refused")
        ).one()
        assert "Local.Mark" in event.details["signature"]
    clean = (BytesIO(strange.picture()), "giay.jpg")
    assert save(client, key, step="save", licence_scan=clean).status_code == 303


@pytest.mark.parametrize("address", ["unix:///nowhere/clamd.ctl", "tcp://127.0.0.1:1"])
def test_without_its_scanner_nothing_is_taken(
    client: FlaskClient, app: Flask, address: str
) -> None:
    with ScannerAt(app, address):
        key = begin(client)
        sent = (BytesIO(strange.picture()), "giay.jpg")
        answer = save(client, key, step="save", licence_scan=sent)

    assert answer.status_code == 422
    assert "Chưa kiểm tra được mã độc" in answer.text
    with app.app_context():
        assert db.session.scalars(select(Attachment)).all() == []


@pytest.mark.parametrize("says", [b"", b"stream: OKAY\0", b"x" * 10_000, b"UNKNOWN COMMAND\0"])
def test_a_daemon_that_talks_nonsense_lets_nothing_through(
    context: Flask, tmp_path: Path, says: bytes
) -> None:
    with pytest.raises(scanner.NotScanned), TalkingScanner(context, tmp_path / "s", says):
        scanner.scan(b"x")


def test_a_daemon_that_says_nothing_is_not_waited_for(
    context: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, "SECONDS", 0.2)
    with pytest.raises(scanner.NotScanned), TalkingScanner(context, tmp_path / "s", None):
        scanner.scan(b"x")


class TalkingScanner(ScannerAt):
    """A daemon that says one thing, or keeps silent."""

    def __init__(self, app: Flask, path: Path, says: bytes | None) -> None:
        super().__init__(app, f"unix://{path}")
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(path))
        self.server.listen()
        self.says = says
        self.done = threading.Event()

    def __enter__(self) -> None:
        super().__enter__()
        self.thread = threading.Thread(target=self._answer)
        self.thread.start()

    def _answer(self) -> None:
        talk, _ = self.server.accept()
        with talk:
            talk.recv(100)
            if self.says is None:
                self.done.wait(10)
            else:
                talk.sendall(self.says)

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.done.set()
        self.thread.join()
        self.server.close()

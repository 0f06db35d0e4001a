"""The real server against clients that take their time: others go on, the slow are cut off."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from io import BytesIO
from threading import Event
from typing import Any

import pytest

from app.bodies import PER_NETWORK, FewBodies
from app.config import ROOT
from tests.conftest import SECRET

_START = 90
_TWO_LENGTHS = (
    b"POST /verify HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
)
Server = tuple[str, int]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`vanthu web` on a free port; nothing here gets as far as its database."""
    folder = tmp_path_factory.mktemp("web")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        place: Server = probe.getsockname()
    environment = {
        **os.environ, "VANTHU_ENV": "test", "DATA_DIR": str(folder), "SECRET_KEY": SECRET,
        "DATABASE_URL": "", "BASE_URL": f"http://127.0.0.1:{place[1]}",
    }  # fmt: skip
    command = [sys.executable, "-m", "app.cli"]
    started = subprocess.Popen(
        [*command, "web", "--port", str(place[1])], cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + _START
        while not _answers(place):
            assert started.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield place
    finally:
        started.terminate()
        started.wait(20)


def _answers(place: Server) -> bool:
    try:
        with urllib.request.urlopen(f"http://{place[0]}:{place[1]}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _exchange(place: Server, request: bytes, seconds: float = 15) -> bytes:
    with closing(socket.create_connection(place, 5)) as talk:
        talk.settimeout(seconds)
        talk.sendall(request)
        return talk.recv(4096)


def test_who_drips_a_header_is_hung_up_on_and_nobody_waits(server: Server) -> None:
    with _connected(server, 200) as slow:
        for talk in slow:
            talk.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")
        until = time.monotonic() + 9
        while time.monotonic() < until:
            for talk in slow[:20]:
                talk.sendall(b"a")
            assert _answers(server)
            time.sleep(1)
        slow[0].settimeout(10)
        assert slow[0].recv(100) == b""


def test_who_drips_a_body_does_not_stop_the_pages(server: Server) -> None:
    head = (
        b"POST /apply/start HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nemail="
    )
    with _connected(server, 40) as slow:
        for talk in slow:
            talk.sendall(head)
        deadline = time.monotonic() + 10
        refused: set[int] = set()
        while len(refused) < 36 and time.monotonic() < deadline:
            refused |= {n for n, talk in enumerate(slow) if n not in refused and _is_refused(talk)}
        for _ in range(5):
            for n in set(range(40)) - refused:
                slow[n].sendall(b"a")
            assert _answers(server)
    assert len(refused) == 40 - PER_NETWORK
    # Once they are gone, forms are taken again.
    deadline = time.monotonic() + 20
    while b" 503 " in (answer := _exchange(server, head.replace(b"100000", b"6")))[:20]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert answer.startswith(b"HTTP/1.1 400"), "no token, but read"


def _is_refused(talk: socket.socket) -> bool:
    talk.settimeout(0.05)
    try:
        return talk.recv(4096).startswith(b"HTTP/1.1 503")
    except TimeoutError:
        return False


@contextmanager
def _connected(server: Server, number: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as kept:
        yield [kept.enter_context(closing(socket.create_connection(server))) for _ in range(number)]


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\n", b"431"),
        (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"4"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 500 + b"\r\n", b"431"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"4"),
        (_TWO_LENGTHS, b"4"),
        (b"POST /verify HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
         b"4"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"4"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", b"4"),
        (b"nonsense\r\n\r\n", b"4"),
    ],
    ids=["header", "path", "headers", "http2", "te and cl", "two cl", "negative", "space", "text"],
)  # fmt: skip
def test_oversized_and_ambiguous_requests_are_refused(
    server: Server, request_line: bytes, status: bytes
) -> None:
    try:
        answer = _exchange(server, request_line)
    except ConnectionError:
        answer = b""  # hung up on while still sending

    assert not answer or answer.startswith(b"HTTP/1.1 " + status), answer[:200]
    assert _answers(server)


class Senders:
    """Requests side by side, each held by its own thread until it is told to read on."""

    def __init__(self, more: ThreadPoolExecutor) -> None:
        self._more = more
        self._held: list[Event] = []
        self.inside: list[str] = []
        self.few = FewBodies(self._app)

    def send(self, address: str, *, reads: bool = True) -> Future[str]:
        """Start one; the result is its status."""
        told = Event()
        self._held.append(told)
        environ = {
            "CONTENT_LENGTH": "9", "REMOTE_ADDR": address, "wsgi.input": BytesIO(b"x" * 9),
            "told": told, "reads": reads,
        }  # fmt: skip
        return self._more.submit(self._status, environ)

    def _status(self, environ: Any) -> str:
        seen = ["200"]
        for _ in self.few(environ, lambda status, _: seen.append(status[:3])):  # type: ignore[arg-type,func-returns-value,return-value]  # as much of WSGI as is needed
            pass
        return seen[-1]

    def _app(self, environ: Any, _: object) -> list[bytes]:
        self.inside.append(environ["REMOTE_ADDR"])
        if environ["reads"]:
            while environ["wsgi.input"].read(4):
                pass
        environ["told"].wait(_START)
        return []

    def wait_for(self, number: int) -> None:
        """Return once as many as that are inside."""
        deadline = time.monotonic() + 10
        while len(self.inside) < number:
            assert time.monotonic() < deadline, self.inside
            time.sleep(0.01)

    def go_on(self) -> None:
        """Let all read to the end."""
        for told in self._held:
            told.set()


@pytest.fixture
def senders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Senders]:
    monkeypatch.setattr("app.bodies.PATIENCE", 1)
    with ThreadPoolExecutor(20) as more:
        found = Senders(more)
        try:
            yield found
        finally:
            found.go_on()


def test_one_network_holds_half_of_the_threads(senders: Senders) -> None:
    slow = [senders.send("192.0.2.1", reads=False) for _ in range(4)]
    senders.wait_for(4)

    assert senders.send("192.0.2.1").result(5) == "503"
    others = [senders.send(f"192.0.2.{n}", reads=False) for n in (2, 3)]
    senders.wait_for(6)
    assert senders.send("192.0.2.4").result(5) == "503"

    senders.go_on()
    assert {one.result(5) for one in slow + others} == {"200"}
    again = senders.send("192.0.2.1")
    senders.go_on()
    assert again.result(5) == "200"


def test_who_comes_after_slow_ones_is_refused_without_a_wait(senders: Senders) -> None:
    for _ in range(4):
        senders.send("192.0.2.1", reads=False)
    senders.wait_for(4)
    time.sleep(1.1)
    start = time.monotonic()

    assert senders.send("192.0.2.1").result(5) == "503"
    assert time.monotonic() - start < 0.9


def test_a_body_that_is_read_gives_its_place_back_before_the_work(senders: Senders) -> None:
    """An office behind one address, and a browser with six checks at once, are not slow."""
    for _ in range(12):
        senders.send("192.0.2.1")

    senders.wait_for(12)


def test_who_finds_no_room_waits_while_somebody_has_only_just_come(
    senders: Senders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.bodies.PATIENCE", 10)
    first = [senders.send("192.0.2.1", reads=False) for _ in range(4)]
    senders.wait_for(4)
    fifth = senders.send("192.0.2.1", reads=False)
    time.sleep(0.1)
    assert len(senders.inside) == 4

    senders.go_on()
    assert {one.result(20) for one in (*first, fifth)} == {"200"}

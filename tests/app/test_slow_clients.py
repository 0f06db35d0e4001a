"""The real server against clients that take their time: others go on, the slow are cut off."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

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


def test_one_network_holds_half_of_the_threads() -> None:
    seen: list[str] = []

    def app(environ: dict[str, str], start: object) -> list[bytes]:
        # Each reads while the next one comes, as in threads side by side.
        after = environ["after"].split(",") if environ["after"] else []
        if after:
            call(after[0], after[1:])
        return []

    few = FewBodies(app)  # type: ignore[arg-type]  # as much of WSGI as is needed

    def call(address: str, after: list[str]) -> None:
        environ = {"CONTENT_LENGTH": "9", "REMOTE_ADDR": address, "after": ",".join(after)}
        few(environ, lambda status, headers: seen.append(f"{address} {status[:3]}"))  # type: ignore[arg-type,func-returns-value,return-value]  # same

    call("192.0.2.1", ["192.0.2.1"] * 4)
    assert seen == ["192.0.2.1 503"]
    seen.clear()
    call("192.0.2.1", ["192.0.2.1"] * 3 + ["192.0.2.2", "192.0.2.3", "192.0.2.4"])
    assert seen == ["192.0.2.4 503"]
    seen.clear()
    call("192.0.2.1", [])
    assert seen == []

"""The HTTPS gateway against a real server: what it sends, and what it makes of each answer."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.config import Config, ConfigError
from app.mail.envelope import Unsendable
from app.mail.failures import PermanentFailure, TemporaryFailure
from app.sms import http
from app.sms.gateway import Sms
from app.sms.http import HttpGateway

SMS = Sms("+84912345678", 'mã "123456" {reference}', "abc")
BODY = '{"messages": [{"to": "{digits}", "body": "{text}", "id": "{reference}", "n": 1}]}'


@dataclass
class Server:
    """A gateway that answers as it is told and remembers what came."""

    url: str
    status: list[int]
    seen: list[tuple[dict[str, str], Any]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server("", [200])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.seen.append((dict(self.headers), json.loads(body)))
            self.send_response(state.status[0])
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        state.url = f"http://127.0.0.1:{running.server_port}/send?v=1"
        yield state
        running.shutdown()
        thread.join()


def test_the_body_is_the_departments_and_the_text_stays_inside_its_string(server: Server) -> None:
    HttpGateway(server.url, "geheim", BODY).send(SMS)

    headers, body = server.seen[0]
    assert headers["Authorization"] == "Bearer geheim"
    assert body["messages"][0]["to"] == "84912345678"
    assert body["messages"][0]["body"].startswith('mã "123456"')
    assert body["messages"][0]["n"] == 1


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (503, TemporaryFailure),
        (429, TemporaryFailure),
        (500, PermanentFailure),
        (401, PermanentFailure),
        (302, PermanentFailure),
    ],
)
def test_only_what_surely_was_not_taken_is_tried_again(
    server: Server, status: int, failure: type[Exception]
) -> None:
    server.status[0] = status

    with pytest.raises(failure):
        HttpGateway(server.url, "", BODY).send(SMS)

    assert len(server.seen) == 1, "a redirect is not followed"


def test_nobody_there_is_worth_another_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(TemporaryFailure):
        HttpGateway(f"http://127.0.0.1:{port}/", "", BODY).send(SMS)


def drip(connection: socket.socket) -> None:
    """Answer for ever, a byte at a time."""
    try:
        while True:
            connection.sendall(b"H")
            time.sleep(0.1)
    except OSError:
        pass


def hang_up(connection: socket.socket) -> None:
    connection.close()


@pytest.mark.parametrize("answer", [drip, hang_up])
def test_a_gateway_that_never_says_yes_does_not_hold_a_worker(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[socket.socket], None]
) -> None:
    monkeypatch.setattr(http, "LONGEST", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            connection.recv(65536)
            answer(connection)
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        started = time.monotonic()
        gateway = HttpGateway(f"http://127.0.0.1:{listening.getsockname()[1]}/", "", BODY)
        with pytest.raises(PermanentFailure) as failure:
            gateway.send(SMS)
        thread.join()

    assert failure.value.reason == "sms_uncertain"
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("number", ["+84205381234", "0912345678", "+1202555011", "+84912345678\n"])
def test_other_numbers_get_nothing(number: str) -> None:
    with pytest.raises(Unsendable):
        Sms(number, "mã 1", "abc")


@pytest.mark.parametrize("text", ["", "a\nb", "x" * 300])
def test_other_texts_are_no_message(text: str) -> None:
    with pytest.raises(Unsendable):
        Sms("+84912345678", text, "abc")


@pytest.mark.parametrize(
    "settings",
    [
        {"sms": "http"},
        {"sms_url": "ftp://gateway.example/"},
        {"sms_url": "https://gateway.example/", "sms_body": "{to}"},
    ],
)
def test_a_gateway_that_cannot_work_stops_the_start(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        Config.model_validate(settings)


@pytest.mark.parametrize("settings", [{"sms": "local"}, {"sms_url": "http://gateway.example/"}])
def test_production_sends_no_code_in_clear(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="SMS"):
        Config.model_validate({"VANTHU_ENV": "production", "secret_key": "x" * 40, **settings})


def test_production_without_a_gateway_has_no_sms() -> None:
    real = {
        "VANTHU_ENV": "production", "secret_key": "x" * 40, "database_url": "sqlite://",
        "base_url": "https://x.example", "smtp_url": "smtp://x.example", "mail_from": "a@x.example",
    }  # fmt: skip
    assert Config.model_validate(real).sms_with == "off"

"""A relay that misbehaves on command, certificates for it, and an envelope to send it."""

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.mail.envelope import Envelope
from app.mail.smtp import SmtpSettings, Transport

DEFAULT = {
    "greeting": "220 relay.test ready",
    "ehlo": "250-relay.test\r\n250 SIZE 26214400",
    "mail": "250 2.1.0 Ok",
    "rcpt": "250 2.1.5 Ok",
    "data": "354 Go on",
    "final": "250 2.0.0 Ok",
    "rset": "250 2.0.0 Ok",
    "noop": "250 2.0.0 Ok",
    "quit": "221 2.0.0 Bye",
    "starttls": "220 2.0.0 Go on",
    "auth": "235 2.7.0 Ok",
}


class Relay:
    """An SMTP server that answers each step as told.

    A reply is a line, or HANG (say nothing), DROP (hang up), DRIP (one byte now and then, for
    ever) or "line|DROP"; a list gives the replies one after the other, the last one for good.
    """

    def __init__(self, context: ssl.SSLContext | None, implicit: bool, replies: dict[str, Any]):
        self.replies = {step: [reply] for step, reply in DEFAULT.items()}
        for step, reply in replies.items():
            self.replies[step] = list(reply) if isinstance(reply, list) else [reply]
        self.context = context
        self.implicit = implicit
        self.commands: list[str] = []
        self.letters: list[bytes] = []
        self.connections = 0
        self.said = ""
        self.over = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    def stop(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for thread in self.threads:
            thread.join(5)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.implicit:
                assert self.context is not None
                connection = self.context.wrap_socket(connection, server_side=True)
            connection.settimeout(5)
            self._talk(connection)
        except OSError:
            pass
        finally:
            connection.close()

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            going = self._answer(connection, "greeting")
            lines = stack.enter_context(connection.makefile("rb"))
            while going and (line := lines.readline()):
                self.commands.append(line.decode("ascii", "replace").strip())
                step = line.split()[0].decode("ascii", "replace").lower()
                going = self._answer(connection, step)
                if step == "starttls" and going and self.context is not None:
                    lines.close()
                    connection = self.context.wrap_socket(connection, server_side=True)
                    stack.enter_context(connection).settimeout(5)
                    lines = stack.enter_context(connection.makefile("rb"))
                if step == "data" and going and self.said.startswith("354"):
                    letter = b""
                    while not letter.endswith(b"\r\n.\r\n"):
                        letter += lines.readline()
                    self.letters.append(letter[:-3])
                    going = self._answer(connection, "final")

    def _answer(self, connection: socket.socket, step: str) -> bool:
        known = self.replies.get(step, ["502 5.5.2 Unknown"])
        reply = known.pop(0) if len(known) > 1 else known[0]
        if reply == "HANG":
            self.over.wait(5)
            return False
        if reply == "DROP":
            return False
        if reply == "DRIP":
            for _ in range(100):
                if self.over.wait(0.05):
                    break
                connection.sendall(b"2")
            return False
        line, _, drop = reply.partition("|")
        connection.sendall(f"{line}\r\n".encode())
        self.said = line
        return not drop


@pytest.fixture
def make_relay() -> Iterator[Callable[..., Relay]]:
    relays: list[Relay] = []

    def make(
        context: ssl.SSLContext | None = None, *, implicit: bool = False, **replies: Any
    ) -> Relay:
        relays.append(Relay(context, implicit, replies))
        return relays[-1]

    yield make
    for relay in relays:
        relay.stop()


@pytest.fixture
def connect() -> Iterator[Callable[..., Transport]]:
    """Give transports to a relay (or a port) that are closed before it stops."""
    transports: list[Transport] = []

    def connect(relay: Any, query: str = "", *, scheme: str = "smtp", user: str = "") -> Transport:
        port = relay if isinstance(relay, int) else relay.port
        settings = SmtpSettings.parse(f"{scheme}://{user}127.0.0.1:{port}?{query}")
        transports.append(Transport(settings))
        return transports[-1]

    yield connect
    for transport in transports:
        transport.close()


@pytest.fixture
def make_envelope() -> Callable[..., Envelope]:
    def make(number: int = 1, **changes: Any) -> Envelope:
        fields: dict[str, Any] = {
            "message_id": f"<thu-{number}@syt.example.vn>",
            "date": dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=7))),
            "sender": "Sở Y tế <vanthu@syt.example.vn>",
            "recipient": "Trạm Y tế Ánh Dương <tram@example.vn>",
            "subject": "Về việc cấp tài khoản định danh",
            "text": "Kính gửi quý đơn vị.\nTrân trọng.\n",
            "headers": {"Auto-Submitted": "auto-generated", "X-Attempt": "1"},
        }
        return Envelope(**(fields | changes))

    return make


def _certificate(directory: Path, address: str) -> tuple[Path, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay.test")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = directory / f"{address}.pem", directory / f"{address}.key"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return certificate, context


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate of 127.0.0.1 and the server context that shows it."""
    return _certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1")


@pytest.fixture(scope="session")
def foreign_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """The same for another machine."""
    return _certificate(tmp_path_factory.mktemp("tls"), "127.0.0.2")

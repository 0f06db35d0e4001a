"""The port to ClamAV: every file goes past `clamd` where CLAMD names one.

The protocol is small (INSTREAM: lengths and chunks over a socket); the clients on PyPI are
unmaintained or under the GPL. A scanner that does not answer lets nothing through.
"""

import logging
import socket
from urllib.parse import urlsplit

from flask import current_app

from app.errors import AppError
from workflows import Text

log = logging.getLogger(__name__)

SECONDS = 20.0
_CHUNK = 1 << 16
_LONGEST = 4096


class Infected(AppError):
    """The scanner knows this file; `signature` is its name for it."""

    def __init__(self, signature: str) -> None:
        super().__init__(
            Text(
                "Tệp có mã độc nên không được nhận. Ông/Bà quét lại máy tính rồi gửi tệp khác.",
                "The file carries malware and was not taken. Check your computer and send another.",
            )
        )
        self.signature = signature


class NotScanned(AppError):
    """The scanner does not answer, or not sensibly."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Chưa kiểm tra được mã độc nên chưa nhận tệp. Ông/Bà gửi lại sau ít phút.",
                "The file could not be checked for malware. Please send it again in a few minutes.",
            )
        )


def scan(content: bytes) -> None:
    """Return when the file is clean or no scanner is set; raise Infected or NotScanned."""
    address: str = current_app.config["VANTHU"].clamd
    if not address:
        return
    try:
        answer = _ask(address, content)
    except OSError as error:
        log.error("clamd does not answer: %s", error)
        raise NotScanned from None
    if answer.endswith(" FOUND"):
        raise Infected(answer.removeprefix("stream: ").removesuffix(" FOUND")[:200])
    if answer != "stream: OK":
        log.error("clamd answers: %s", answer)
        raise NotScanned


def _ask(address: str, content: bytes) -> str:
    with _connect(address) as server:
        server.sendall(b"zINSTREAM\0")
        try:
            for start in range(0, len(content), _CHUNK):
                chunk = content[start : start + _CHUNK]
                server.sendall(len(chunk).to_bytes(4, "big") + chunk)
            server.sendall(bytes(4))
        except BrokenPipeError:
            pass  # beyond StreamMaxLength it says so and hangs up; the reason is still there
        received = b""
        while not received.endswith(b"\0") and len(received) < _LONGEST:
            part = server.recv(_LONGEST)
            if not part:
                break
            received += part
    return received.rstrip(b"\0").decode(errors="replace").strip()


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        server = socket.socket(socket.AF_UNIX)
        server.settimeout(SECONDS)
        try:
            server.connect(parts.path)
        except OSError:
            server.close()
            raise
        return server
    return socket.create_connection((parts.hostname or "", parts.port or 3310), SECONDS)

"""The local mailbox receives: an SMTP server on this machine that keeps each mail as a file."""

import os
import secrets
import socket
from asyncio import Server
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from app import clock
from app.mail.settings import is_loopback

SIZE_LIMIT = 25 * 1024 * 1024


def keep(directory: Path, content: bytes, *, sender: str, recipients: list[str]) -> str:
    """Keep one mail whole or not at all; return its id, which sorts by time."""
    mail_id = f"{clock.now():%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(4)}"
    # As a delivering server does: who it really came from and went to, whatever its headers say.
    trace = [f"Return-Path: <{sender}>", *(f"Delivered-To: {name}" for name in recipients)]
    partial = directory / f".{mail_id}.partial"
    try:
        partial.write_bytes("".join(f"{line}\r\n" for line in trace).encode() + content)
        os.replace(partial, directory / f"{mail_id}.eml")
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return mail_id


def serve_mailbox(host: str, port: int, directory: Path) -> "MailboxServer":
    """Start receiving in a thread of its own; `port` 0 takes a free one. Stop with `stop()`."""
    server = MailboxServer(host, port, directory)
    server.start()
    return server


class _Keeper:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    # aiosmtpd finds its handlers by these names.
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        try:
            mail_id = keep(
                self.directory,
                content if isinstance(content, bytes) else content.encode(),
                sender=envelope.mail_from or "",
                recipients=list(envelope.rcpt_tos),
            )
        except OSError:
            return "452 4.3.1 Insufficient system storage"
        return f"250 2.0.0 OK: kept as {mail_id}"


class _Controller(Controller):
    """aiosmtpd's thread on a socket that is bound already: a taken port is known at once."""

    def __init__(self, keeper: _Keeper, listening: socket.socket) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__(
            keeper,
            hostname=host,
            port=port,
            data_size_limit=SIZE_LIMIT,
            server_hostname="localhost",  # or aiosmtpd asks DNS for a name
            ident="Vanthu local mailbox",
        )
        self.listening = listening

    def _create_server(self) -> Coroutine[Any, Any, Server]:
        return self.loop.create_server(self._factory_invoker, sock=self.listening)


class MailboxServer:
    """The running server; also a context manager."""

    def __init__(self, host: str, port: int, directory: Path) -> None:
        if not is_loopback(host):
            raise ValueError("the local mailbox serves this machine only")
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.host = host
        self.port = port
        self._directory = directory
        self._controller: _Controller | None = None

    @property
    def url(self) -> str:
        """The address for SmtpSettings.parse."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"smtp://{host}:{self.port}"

    def start(self) -> None:
        """Listen; raises OSError when the port is taken. `port` is then the real one."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listening = socket.create_server((self.host, self.port), family=family)
        self.port = listening.getsockname()[1]
        self._controller = _Controller(_Keeper(self._directory), listening)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening and end the thread; stopping twice is no error."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.stop()

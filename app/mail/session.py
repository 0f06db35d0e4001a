"""One SMTP conversation in which every wait ends: smtplib with a clock."""

import contextlib
import smtplib
import socket
import ssl
import threading
import time
from typing import Any

from app.mail.settings import SmtpSettings

STAGES = frozenset(
    {"ehlo", "helo", "starttls", "auth", "mail", "rcpt", "data", "rset", "noop", "quit"}
)
CHUNK = 65536
# Everything before the letter itself must be done by then; a wait for the last reply that is cut
# short is the one case in which a mail goes out twice, so a third of the budget is kept for it.
BEFORE_DATA = 2 / 3
GOODBYE = 1.0


def resolve(host: str, port: int, seconds: float) -> list[Any]:
    """Return the addresses of a host within a time; getaddrinfo knows no time-out."""
    found: list[Any] = []
    errors: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            errors.append(error)

    asking = threading.Thread(target=ask, name="vanthu-mail-resolve", daemon=True)
    asking.start()
    asking.join(seconds)
    if asking.is_alive():
        raise TimeoutError("name resolution")
    if errors or not found:
        raise socket.gaierror(socket.EAI_NONAME, "name resolution")
    return found


class Clock:
    """When the waits of one mail end."""

    def __init__(self, seconds: float) -> None:
        now = time.monotonic()
        self.before_data = now + seconds * BEFORE_DATA
        self.end = now + seconds

    def left(self, *, final: bool) -> float:
        """Return the seconds that are left, never none: none would mean a socket that blocks."""
        left = (self.end if final else self.before_data) - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for this mail is used up")
        return left


class _Lines:
    """Lines of a socket; a server that drips bytes does not get a new time-out for each."""

    def __init__(self, session: "Session") -> None:
        self.session = session
        self.rest = b""

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self.rest and len(self.rest) < limit:
            sock = self.session.sock
            if sock is None:
                return b""
            sock.settimeout(self.session.left())
            received = sock.recv(8192)
            if not received:
                return b""
            self.rest += received
        end = self.rest.find(b"\n") + 1
        cut = min(end or limit, limit)
        line, self.rest = self.rest[:cut], self.rest[cut:]
        return line

    def close(self) -> None:
        self.rest = b""


class Session(smtplib.SMTP):
    """An open connection to the relay; `stage` is the command that is being answered."""

    def __init__(self, settings: SmtpSettings, clock: Clock, context: ssl.SSLContext) -> None:
        # Without a name smtplib asks DNS for its own, with no time-out.
        super().__init__(local_hostname="localhost", timeout=settings.timeout)
        self._host = settings.host
        self.settings = settings
        self.clock = clock
        self.context = context
        self.stage = "connect"
        self.timed_out = False
        self.used_at = 0.0

    def left(self) -> float:
        """Return the seconds left for what is being waited for, or note that there are none."""
        try:
            return self.clock.left(final=self.stage == "final")
        except TimeoutError:
            self.timed_out = True
            raise

    def open(self) -> None:
        """Connect, encrypt and sign in, as the settings say and nothing less."""
        code, reply = self.connect(self.settings.host, self.settings.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, reply)
        self.local_hostname = self.settings.ehlo or self._own_address()
        if self.settings.starttls:
            self.starttls(context=self.context)
        self.ehlo_or_helo_if_needed()
        if self.settings.username:
            self.stage = "auth"
            try:
                self.login(self.settings.username, self.settings.password)
            except ValueError:
                # binascii.Error: a challenge that is not base64.
                raise smtplib.SMTPException("malformed challenge") from None

    def is_alive(self) -> bool:
        """Ask a connection that was idle whether the relay is still there."""
        try:
            return self.noop()[0] == 250
        except OSError:
            return False

    def leave(self) -> None:
        """Say goodbye; what the relay makes of it changes nothing about mails that were taken."""
        self.clock = Clock(GOODBYE)
        with contextlib.suppress(OSError):
            self.quit()
        self.close()

    def putcmd(self, cmd: str, args: str = "") -> None:
        # Answers to AUTH challenges come through here as commands: never keep one.
        if cmd.lower() in STAGES:
            self.stage = cmd.lower()
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Lines(self)
        try:
            code, reply = super().getreply()
        except smtplib.SMTPServerDisconnected as error:
            self.timed_out = self.timed_out or isinstance(error.__context__, TimeoutError)
            raise
        if self.stage == "data" and code == 354:
            self.stage = "final"
        return code, reply

    def send(self, s: Any) -> None:
        view = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        try:
            for start in range(0, len(view), CHUNK):
                self.sock.settimeout(self.left())
                self.sock.sendall(view[start : start + CHUNK])
        except OSError as error:
            self.timed_out = self.timed_out or isinstance(error, TimeoutError)
            self.close()
            raise smtplib.SMTPServerDisconnected("not connected") from None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        addresses = resolve(host, port, self.left())
        for tried, (*_, address) in enumerate(addresses, start=1):
            try:
                # The addresses share what time there is: the first may be a black hole.
                share = self.left() / (len(addresses) - tried + 1)
                sock = socket.create_connection(address[:2], share)
                break
            except OSError:
                if tried == len(addresses):
                    raise
        if self.settings.implicit_tls:
            sock.settimeout(self.left())
            sock = self.context.wrap_socket(sock, server_hostname=host)
        self.stage = "greeting"
        return sock

    def _own_address(self) -> str:
        """Return the address literal of RFC 5321 4.1.3, which needs no DNS."""
        address = self.sock.getsockname()[0] if self.sock else "127.0.0.1"
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

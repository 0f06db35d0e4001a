"""Where the relay is and how it is spoken to, read from one URL."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST = 30.0  # reliability F5: no call takes longer
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
STARTTLS = {"required": True, "off": False}


class InvalidMailUrl(ValueError):
    """The mail URL cannot be used; the text never repeats it, for it holds a password."""


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise InvalidMailUrl("timeout is not a number of seconds") from None
    if not 0 < seconds <= LONGEST:
        raise InvalidMailUrl(f"timeout is not between 0 and {LONGEST:.0f} seconds")
    return seconds


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = options.keys() - {"starttls", "timeout", "ca", "ehlo"}
    if unknown:
        raise InvalidMailUrl("an option is not one of starttls, timeout, ca, ehlo")
    return options


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """One relay. `timeout` is the budget of a whole mail, from connecting to the last reply."""

    host: str
    port: int
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    implicit_tls: bool = False
    starttls: bool = False
    timeout: float = LONGEST
    ca_file: Path | None = None
    ehlo: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read smtp://user:password@host:587?starttls=required or smtps://…:465.

        Without `starttls`, encryption is required unless the relay is this machine;
        `starttls=off` is refused together with a password for another machine.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise InvalidMailUrl("host or port is malformed") from None
        if parts.scheme not in DEFAULT_PORTS or not host or parts.path not in {"", "/"}:
            raise InvalidMailUrl("not smtp://host:port or smtps://host:port")
        options = _options(parts.query)
        implicit = parts.scheme == "smtps"
        username, password = unquote(parts.username or ""), unquote(parts.password or "")
        wanted = options.get("starttls", "off" if implicit or is_loopback(host) else "required")
        if wanted not in STARTTLS or (implicit and STARTTLS[wanted]):
            raise InvalidMailUrl("starttls is not required or off (smtps:// needs none)")
        # smtplib encodes both as ASCII and would raise UnicodeEncodeError in the middle of a mail.
        if bool(username) != bool(password) or not (username + password).isascii():
            raise InvalidMailUrl("user and password must both be there, in ASCII")
        if username and not (implicit or STARTTLS[wanted] or is_loopback(host)):
            raise InvalidMailUrl("a password is not sent to another machine in clear")
        return cls(
            host=host,
            port=port or DEFAULT_PORTS[parts.scheme],
            username=username,
            password=password,
            implicit_tls=implicit,
            starttls=STARTTLS[wanted],
            timeout=_seconds(options.get("timeout", str(LONGEST))),
            ca_file=Path(options["ca"]) if options.get("ca") else None,
            ehlo=options.get("ehlo", ""),
        )

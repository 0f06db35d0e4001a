"""A gateway that takes JSON over HTTPS: the shape of its body is a setting, not code."""

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from app.mail.failures import PermanentFailure, TemporaryFailure
from app.sms.gateway import Sms

# Of one wait, and of the whole exchange with a gateway that answers byte by byte.
SECONDS = 10.0
LONGEST = 25.0
_LARGEST_ANSWER = 64 * 1024
# Said before anything was done with the message, so that trying again sends no second one.
_NOT_TAKEN = frozenset({429, 503})


class HttpGateway:
    """POSTs one message; follows no redirect, which would carry the token elsewhere."""

    def __init__(self, url: str, token: str, body: str) -> None:
        self._parts = urlsplit(url)
        self._token = token
        self._body = json.loads(body)

    def send(self, sms: Sms) -> None:
        """Hand one message over.

        A code must not arrive twice: only what surely was not taken is worth another try.
        """
        content = json.dumps(filled(self._body, _values(sms)), ensure_ascii=False).encode()
        connection = self._open()
        try:
            connection.connect()
        except OSError as error:
            raise TemporaryFailure("sms_unreachable", "connect") from error
        try:
            with _bounded(connection):
                connection.request("POST", self._path(), content, self._headers())
                answer = connection.getresponse()
                answer.read(_LARGEST_ANSWER)
        except (OSError, HTTPException) as error:
            raise PermanentFailure("sms_uncertain", "send", uncertain=True) from error
        finally:
            connection.close()
        _judge(answer)

    def _open(self) -> HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return HTTPSConnection(host, port, timeout=SECONDS, context=context)
        return HTTPConnection(host, port, timeout=SECONDS)

    def _path(self) -> str:
        query = f"?{self._parts.query}" if self._parts.query else ""
        return (self._parts.path or "/") + query

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return headers | ({"Authorization": f"Bearer {self._token}"} if self._token else {})


@contextmanager
def _bounded(connection: HTTPConnection) -> Iterator[None]:
    def cut() -> None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(LONGEST, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _values(sms: Sms) -> dict[str, str]:
    return {
        "{to}": sms.number,
        "{digits}": sms.number.removeprefix("+"),
        "{text}": sms.text,
        "{reference}": sms.reference,
    }


def filled(body: Any, values: Mapping[str, str]) -> Any:
    """Return the body with its placeholders replaced; what is put in stays inside its string."""
    match body:
        case dict():
            return {name: filled(value, values) for name, value in body.items()}
        case list():
            return [filled(value, values) for value in body]
        case str():
            for name, value in values.items():
                body = body.replace(name, value)
            return body
        case _:
            return body


def _judge(answer: HTTPResponse) -> None:
    code = answer.status
    if 200 <= code < 300:
        return
    if code in _NOT_TAKEN:
        raise TemporaryFailure("sms_busy", "send", code)
    raise PermanentFailure("sms_refused", "send", code)

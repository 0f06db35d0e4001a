"""Slow senders do not take the server: few threads wait for the body of a request.

A thread that reads a body waits as long as its sender likes, and granian has no limit for that.
Eight of them from one address stopped every page; now one network holds half of the threads of a
process at most, and all networks together leave two for pages. A proxy that buffers requests in
front makes this a second fence.

A browser that checks six fields at once, or an office behind one address, sends more than that
together, each for a moment: who finds no room waits while somebody in it has only just come.
"""

import time
from collections.abc import Callable, Iterable
from threading import Condition
from typing import TYPE_CHECKING, Any

from app.networks import network

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 8
PER_NETWORK = THREADS // 2
MOST = THREADS - 2
# Seconds in which a sender is not called slow, and the longest wait for room.
PATIENCE = 2.0


class FewBodies:
    """A WSGI application that answers 503 while too many bodies are slow on their way."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._changed = Condition()
        # Whose bodies are being read, and since when.
        self._reading: list[tuple[str, float]] = []

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Pass a request on; one with a body only while there is room for it."""
        length = environ.get("CONTENT_LENGTH", "")
        if length in ("", "0") and not environ.get("HTTP_TRANSFER_ENCODING"):
            return self._app(environ, start_response)
        place = self._enter(network(environ.get("REMOTE_ADDR", "")))
        if place is None:
            headers = [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "5"),
                       ("Cache-Control", "no-store"), ("Connection", "close")]  # fmt: skip
            start_response("503 Service Unavailable", headers)
            return ["Máy chủ đang bận nhận tệp. Vui lòng gửi lại sau ít phút.\n".encode()]

        def leave() -> None:
            with self._changed:
                if place in self._reading:
                    self._reading.remove(place)
                    self._changed.notify_all()

        environ["wsgi.input"] = _Body(environ["wsgi.input"], length, leave)
        try:
            return self._app(environ, start_response)
        finally:
            leave()

    def _enter(self, sender: str) -> tuple[str, float] | None:
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while self._is_full(sender):
                now = time.monotonic()
                newest = max(since for _, since in self._reading)
                left = min(deadline, newest + PATIENCE) - now
                if left <= 0:
                    return None
                self._changed.wait(left)
            place = (sender, time.monotonic())
            self._reading.append(place)
            return place

    def _is_full(self, sender: str) -> bool:
        of_sender = sum(network_ == sender for network_, _ in self._reading)
        return of_sender >= PER_NETWORK or len(self._reading) >= MOST


class _Body:
    """The input of a request, which gives its place back with the last byte."""

    def __init__(self, stream: "InputStream", length: str, leave: Callable[[], None]) -> None:
        self._stream = stream
        self._left = int(length) if length.isdigit() else None
        self._leave = leave

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, as WSGI has it; werkzeug reads in no other way."""
        data = self._stream.read(size)
        if self._left is not None:
            self._left -= len(data)
        if not data or self._left == 0:
            self._leave()
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

"""Slow senders do not take the server: few threads wait for the body of a request.

A thread that reads a body waits as long as its sender likes, and granian has no limit for that.
Eight of them from one address stopped every page; now one network holds half of the threads of a
process at most, and all networks together leave two for pages. A proxy that buffers requests in
front makes this a second fence.
"""

from collections import Counter
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING

from app.networks import network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 8
PER_NETWORK = THREADS // 2
MOST = THREADS - 2


class FewBodies:
    """A WSGI application that answers 503 while too many bodies are on their way."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._lock = Lock()
        self._reading: Counter[str] = Counter()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Pass a request on; one with a body only while there is room for it."""
        if environ.get("CONTENT_LENGTH", "") in ("", "0") and not _is_chunked(environ):
            return self._app(environ, start_response)
        sender = network(environ.get("REMOTE_ADDR", ""))
        if not self._enter(sender):
            headers = [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "5"),
                       ("Cache-Control", "no-store"), ("Connection", "close")]  # fmt: skip
            start_response("503 Service Unavailable", headers)
            return ["Máy chủ đang bận nhận tệp. Vui lòng gửi lại sau ít phút.\n".encode()]
        try:
            # The views have read the body when they return; what is left is the answer.
            return self._app(environ, start_response)
        finally:
            with self._lock:
                self._reading[sender] -= 1
                if not self._reading[sender]:
                    del self._reading[sender]

    def _enter(self, sender: str) -> bool:
        with self._lock:
            if self._reading[sender] >= PER_NETWORK or self._reading.total() >= MOST:
                return False
            self._reading[sender] += 1
            return True


def _is_chunked(environ: "WSGIEnvironment") -> bool:
    return bool(environ.get("HTTP_TRANSFER_ENCODING"))

"""Documents are drawn in a process of their own: warm, bounded in time and memory.

WeasyPrint has no limit of its own; a letter that crashes or hangs takes that process with it,
not the web server or the worker, and the next one starts a new process.
"""

import atexit
import os
import selectors
import subprocess
import sys
import time
from functools import lru_cache
from threading import Lock

from flask import current_app

from app.config import ROOT
from letters import LetterData, LetterError
from letters.poster import Poster
from letters.register import RegisterPart
from letters.server import frame

# The layout engine keeps some memory for each document; a new process gives it back.
_DOCUMENTS = 500
_lock = Lock()
_process: subprocess.Popen[bytes] | None = None
_drawn = 0


def letter(data: LetterData) -> bytes:
    """Return the PDF of a letter; raise LetterError when it cannot be made in time."""
    return _draw(b"L" + data.to_json().encode(), data.kind)


def poster(data: Poster) -> bytes:
    """Return the PDF of a poster; raise LetterError when it cannot be made in time."""
    return _poster(data.to_json())


def register(data: RegisterPart) -> bytes:
    """Return some pages of a register; raise LetterError when they cannot be made in time."""
    return _draw(b"B" + data.to_json().encode(), "register")


@lru_cache(maxsize=32)
def _poster(data: str) -> bytes:
    # Anybody may ask for it, and it changes only with the department.
    return _draw(b"P" + data.encode(), "poster")


def process_id() -> int:
    """Return the id of the process, or 0 while there is none."""
    return _process.pid if _process else 0


def stop() -> None:
    """End the process, also one that hangs."""
    global _process
    if _process is not None:
        _process.kill()
        _process.communicate()
        _process = None


def _draw(request: bytes, name: str) -> bytes:
    seconds: int = current_app.config["VANTHU"].render_seconds
    # A rush must not hold every thread of the web server behind one document.
    if not _lock.acquire(timeout=seconds):
        raise LetterError(f"{name}: the renderer is busy")
    try:
        # Once more in a new process: the old one may have been killed for another letter.
        answer = _ask(request, seconds) or _ask(request, seconds)
    finally:
        _lock.release()
    if answer is None:
        raise LetterError(f"{name}: not drawn within {seconds} s, or the process died")
    if answer[:1] != b"+":
        raise LetterError(answer[1:].decode())
    return answer[1:]


def _ask(request: bytes, seconds: int) -> bytes | None:
    global _drawn
    try:
        answer = _exchange(_running(), request, time.monotonic() + seconds)
    except BaseException:
        stop()  # half an exchange would answer the next one wrongly
        raise
    _drawn += 1
    if answer is None or _drawn % _DOCUMENTS == 0:
        stop()
    return answer


def _running() -> subprocess.Popen[bytes]:
    global _process
    if _process is None or _process.poll() is not None:
        stop()
        _process = subprocess.Popen(
            [sys.executable, "-m", "letters.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        atexit.register(stop)
    return _process


def _exchange(process: subprocess.Popen[bytes], request: bytes, deadline: float) -> bytes | None:
    """Send a frame and read one; None when time is over or the process is gone."""
    if process.stdin is None or process.stdout is None:
        return None
    try:
        process.stdin.write(frame(request))
        process.stdin.flush()
    except BrokenPipeError:
        return None
    received = b""
    wanted = 4
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while len(received) < wanted:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                return None
            chunk = os.read(process.stdout.fileno(), 1 << 20)
            if not chunk:
                return None
            received += chunk
            if wanted == 4 and len(received) >= 4:
                wanted = 4 + int.from_bytes(received[:4], "big")
    return received[4:]

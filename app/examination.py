"""A PDF from outside is examined in a fresh process, a few at a time; it is kept nowhere."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from app.config import ROOT
from app.errors import Conflict
from workflows import Text

if TYPE_CHECKING:
    from letters.signing.verify import Report

_AT_ONCE = 2
_PATIENCE = 10
_SECONDS = 25
_places = BoundedSemaphore(_AT_ONCE)


def examine(pdf: bytes, roots: Sequence[bytes]) -> "Report":
    """Return what holds of a PDF; raise Conflict when too many ask at once."""
    from letters.signing.verify import Report

    request = json.dumps([root.decode() for root in roots]).encode() + b"\n" + pdf
    if not _places.acquire(timeout=_PATIENCE):
        raise Conflict(
            Text(
                "Nhiều người đang kiểm tra văn bản cùng lúc. Ông/Bà thử lại sau ít phút.",
                "Many people are checking letters right now. Please try again in a few minutes.",
            )
        )
    try:
        done = subprocess.run(
            [sys.executable, "-m", "letters.signing.examine"],
            input=request,
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=_SECONDS,
            check=True,
        )
        return Report.from_json(done.stdout.decode())
    except (subprocess.SubprocessError, ValueError):
        # A file that exhausts or kills its reader does not hold.
        return Report(readable=False, complete=False)
    finally:
        _places.release()

"""Strange bytes are read in a process of their own: fresh, bounded, knowing no secret of ours.

What a parser does with a hostile file (hang, fill the memory, crash, worse) ends with that
process. It gets neither the environment with its keys nor the file of anybody else.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from app.config import ROOT
from app.errors import Conflict
from workflows import Text

_AT_ONCE = 2
# What a newcomer to the queue waits before it is sent away.
PATIENCE = 10.0
MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 20
SECONDS = 25.0


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of such processes: its command line after the interpreter, and who is too many."""

    command: Sequence[str]
    busy: Text
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_AT_ONCE))

    def answer(self, request: bytes) -> bytes | None:
        """Return what the process answers; None when the bytes exhausted or killed it.

        Raises Conflict when too many ask at once.
        """
        if not self.places.acquire(timeout=PATIENCE):
            raise Conflict(self.busy)
        try:
            return _ask([sys.executable, *self.command], request)
        finally:
            self.places.release()


def _ask(command: Sequence[str], request: bytes) -> bytes | None:
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LANG": "C.UTF-8"},
    )
    with process:
        # It has read nothing yet: its input comes after its bounds.
        with suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, 0))
        try:
            out, _ = process.communicate(request, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return None
        except BaseException:
            process.kill()
            raise
    return out if process.returncode == 0 else None

"""P10: from `vanthu serve` to its first page, beside the start of a bare hello."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping

from app.config import ROOT
from benchmarks.measure import Cost, Row, at_most, interleave, middle
from benchmarks.servers import free_port, wait_for

GOAL = at_most(2, "s")
SERVE = ["-m", "app.cli", "serve", "--port"]
HELLO = ["-m", "benchmarks.servers"]


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Start again and again on the same data; the first start makes them and is not counted."""
    with tempfile.TemporaryDirectory(prefix="vanthu-bench-") as folder:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        variables = {**kept, "DATA_DIR": folder, "LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT)}
        ways = [first_page(SERVE, variables), first_page(HELLO, variables)]
        ours, bare = interleave(ways, options.rounds)
    yield Row(
        "P10", "vanthu serve to first page", f"bare hello ({middle(bare)})", GOAL, tuple(ours)
    )


def first_page(arguments: list[str], variables: Mapping[str, str]) -> Cost:
    """Return the seconds from starting a server to its first page."""

    def cost() -> float:
        port = free_port()
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments, str(port)],
            cwd=ROOT,
            env=variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port, process)
            return time.perf_counter() - started
        finally:
            process.terminate()
            process.wait(20)

    return cost

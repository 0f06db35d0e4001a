"""P9: memory of the renderer after many letters, and of the web process after many pages."""

import argparse
import http.client
import itertools
import statistics
from collections.abc import Iterator
from dataclasses import replace

import psutil

import letters
from app import rendering, samples
from benchmarks.copies import copy
from benchmarks.measure import Row, at_most
from benchmarks.scene import signed_in, stage
from benchmarks.servers import hello, web
from benchmarks.web_pages import get

RENDERER, FLAT, WEB = at_most(150, "MB"), at_most(1.05), at_most(120, "MB")
PAGES = 300


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure resident memory, as the system counts it against a machine."""
    with stage():
        yield from renderer(options.letters)
    with stage() as app:
        copy(samples.submit_sample("Nhà thuốc Mẫu", "mau@example.vn", "1/ĐKKDD-LSO"), 200)
        cookies = signed_in(username="an")
        with hello() as (bare, _), web(app) as (process, port):
            connection = http.client.HTTPConnection("127.0.0.1", port)
            for path in itertools.islice(itertools.cycle(("/", "/desk")), PAGES):
                get(connection, path, cookies)
            sizes, alone = tree(process.pid), tree(bare.pid)
    peer = f"bare hello ({max(alone):.0f} MB, its supervisor {alone[0]:.0f} MB)"
    yield Row("P9", f"web process after {PAGES} pages", peer, WEB, (max(sizes[1:]),))
    yield Row("P9", "supervisor of the web process", peer, None, (sizes[0],), unit="MB")


def renderer(number: int) -> Iterator[Row]:
    """Draw letters and watch the process that does; it is replaced now and then."""
    data = letters.sample("account_grant")
    sizes = []
    for n in range(1, number + 1):
        rendering.letter(replace(data, number=n))
        sizes += [size for size in tree(psutil.Process().pid)[1:] if n % 10 == 0]
    tenth = max(1, len(sizes) // 10)
    what = f"renderer, {number} letters"
    start, end = sizes[tenth : 2 * tenth], sizes[-tenth:]
    yield Row("P9", what, "–", RENDERER, (max(sizes),))
    growth = (statistics.median(end) / statistics.median(start),)
    yield Row("P9", f"{what}, last tenth", "second tenth", FLAT, growth)


def tree(pid: int) -> list[float]:
    """Return the megabytes of a process and of its children."""
    process = psutil.Process(pid)
    found = [process, *process.children(recursive=True)]
    return [each.memory_info().rss / 1e6 for each in found]

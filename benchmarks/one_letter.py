"""P1: a letter from stored data to stored PDF, beside plain warm WeasyPrint of the same letter."""

import argparse
import itertools
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import letters
from app import rendering, storage
from benchmarks.letter_peers import Draw, peer
from benchmarks.measure import Row, at_most, interleave, middle, ratios, timed
from benchmarks.scene import stage
from letters import LetterData

LETTERS = 5
GOAL, OFFICE_GOAL = at_most(0.70), at_most(0.45)


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure the one-page dispatch."""
    yield from compare("P1", "one-page letter", letters.sample("account_grant"), options.rounds)
    yield libre_office(letters.sample("account_grant"))


def compare(name: str, what: str, data: LetterData, rounds: int, goal: float = 0) -> Iterator[Row]:
    """Measure a letter drawn by our worker beside both ways of the peer."""
    limit = at_most(goal) if goal else GOAL
    with stage(), peer("same") as same, peer("usual") as usual:
        if not pages(ours(data)) == pages(same(data)) == pages(usual(data)):
            raise RuntimeError("the ways do not draw the same pages")
        ways = [timed(numbered(way, data), LETTERS) for way in (ours, same, usual)]
        mine, *peers = interleave(ways, rounds, warm_up=2)
    what = f"{what} ({middle(mine)})"
    for costs, style in zip(peers, ("our HTML and CSS", "flex, automatic tables"), strict=True):
        text = f"WeasyPrint, {style} ({middle(costs)})"
        yield Row(name, what, text, limit, ratios(mine, costs))


def ours(data: LetterData) -> bytes:
    """Draw a letter as the worker does."""
    return rendering.letter(LetterData.from_json(data.to_json()))


def numbered(way: Draw, data: LetterData) -> Callable[[], str]:
    """Return a way to draw and store a letter, of another number each time: no cache helps."""
    numbers = itertools.count(100)
    return lambda: storage.put(way(replace(data, number=next(numbers))))


def pages(pdf: bytes) -> int:
    """Count the pages of a PDF."""
    import io

    import pypdf

    return len(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def libre_office(data: LetterData) -> Row:
    """Measure a kept LibreOffice: one more document in a run that converts several."""
    program = shutil.which("soffice")
    if not program:
        return Row("P1", "one-page letter", "LibreOffice, warm", OFFICE_GOAL, (), "not installed")

    def convert(number: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            names = [str(Path(folder) / f"{n}.html") for n in range(number)]
            for name in names:
                Path(name).write_text(letters.render_html(data), encoding="utf-8")
            started = time.perf_counter()
            subprocess.run(
                [program, "--headless", "--convert-to", "pdf", "--outdir", folder, *names],
                check=True, capture_output=True,
            )  # fmt: skip
            return time.perf_counter() - started

    with stage():
        ways = [timed(numbered(ours, data), LETTERS), lambda: (convert(11) - convert(1)) / 10]
        mine, other = interleave(ways, 3)
    text = f"LibreOffice, warm ({middle(other)})"
    return Row("P1", f"one-page letter ({middle(mine)})", text, OFFICE_GOAL, ratios(mine, other))

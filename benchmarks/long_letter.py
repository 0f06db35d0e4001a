"""P2: a letter of three pages with a table of 100 rows, beside plain warm WeasyPrint."""

import argparse
from collections.abc import Iterator
from dataclasses import replace

import letters
from benchmarks.measure import Row
from benchmarks.one_letter import compare

LINES = tuple(f"Bản chụp rõ giấy tờ số {n}, có đủ chữ ký và dấu" for n in range(1, 101))


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure the supplement request that asks for 100 papers."""
    data = letters.sample("supplement_request")
    data = replace(data, facts={**data.facts, "missing": LINES})
    yield from compare("P2", "letter of 100 rows", data, options.rounds, goal=0.60)

"""Measure all rows or those named: `python -m benchmarks P1 P4 --rows 1000000`."""

import argparse
import importlib
from collections.abc import Mapping

from benchmarks.measure import line

FILES: Mapping[str, str] = {
    "P1": "one_letter",
    "P2": "long_letter",
    "P4": "acts",
    "P5": "many_dossiers",
    "P6": "web_pages",
    "P7": "numbers",
    "P8": "mail_transport",
    "P9": "memory",
    "P10": "start",
    "P11": "registers",
    "P12": "signing",
    "P13": "evidence",
}


def main() -> None:
    """Print the table as it grows; a value that misses its goal is no failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="ROW", help=", ".join(FILES))
    parser.add_argument(
        "--rows",
        type=int,
        default=100_000,
        help="P5: dossiers, P11: numbers, P13: evidence (default 100000)",
    )
    parser.add_argument("--pdf-rows", type=int, default=5_000, help="P11: rows of the PDF")
    parser.add_argument("--letters", type=int, default=300, help="P9: letters (default 300)")
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds (default 7)")
    options = parser.parse_args()
    if unknown := set(options.names) - FILES.keys():
        parser.error(f"no row is called {', '.join(sorted(unknown))}")
    print(line("id", "what", "peer", "goal", "ratio", "spread", ""))
    for name in options.names or FILES:
        module = importlib.import_module(f"benchmarks.{FILES[name]}")
        for row in module.rows(options):
            print(row, flush=True)


if __name__ == "__main__":
    main()

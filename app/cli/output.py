"""How commands report: a table for people, a list of objects with --json."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print a JSON list of objects.")


def report(rows: Iterable[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print rows; every row has the same keys, the first being `name`."""
    rows = [dict(row) for row in rows]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return
    if not rows:
        return
    cells = [[str(k) for k in rows[0]], *([str(v) for v in row.values()] for row in rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))]
    for row in cells:
        click.echo("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip())

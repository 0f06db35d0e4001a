"""`vanthu audit`: is the history what was written?"""

import click

from app.cli.output import json_option, report
from app.services import history


@click.group("audit")
def audit() -> None:
    """The history of dossiers."""


@audit.command()
@json_option
def verify(as_json: bool) -> None:
    """Check every row of the history against its seal; exit 1 when one was touched."""
    found = list(history.problems())
    report(({"name": "history", "problem": p} for p in found), as_json=as_json)
    if found:
        raise click.exceptions.Exit(1)


COMMANDS = (audit,)

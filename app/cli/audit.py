"""`vanthu audit`: is the evidence what was written?"""

import click

from app.cli.output import json_option, report
from app.services import audit as trail
from app.services import history


@click.group("audit")
def audit() -> None:
    """Histories of dossiers and the audit trail."""


@audit.command()
@json_option
def verify(as_json: bool) -> None:
    """Check every row of histories and audit trail against its seal; exit 1 when one differs."""
    found = [("history", p) for p in history.problems()]
    found += [("audit", p) for p in trail.problems()]
    report(({"name": name, "problem": p} for name, p in found), as_json=as_json)
    if found:
        raise click.exceptions.Exit(1)


COMMANDS = (audit,)

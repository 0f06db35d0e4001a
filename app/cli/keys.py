"""`vanthu keys`: what is sealed at rest with which key of DATA_KEYS, and the change of keys."""

import click

from app.cli.output import json_option, report
from app.services import sealing


@click.group("keys")
def keys() -> None:
    """Keys of files and personal data at rest.

    To change the key: put a new one first in DATA_KEYS everywhere, restart, run `rotate`, and
    take the old one out when `status` counts nothing under it.
    """


@keys.command()
@json_option
def status(as_json: bool) -> None:
    """Count files and values sealed with the newest key, an older one, or none."""
    report(
        ({"name": name} | {state: counts[state] for state in sealing.STATES}
         for name, counts in sealing.status().items()),
        as_json=as_json,
    )  # fmt: skip


@keys.command()
@json_option
def rotate(as_json: bool) -> None:
    """Seal everything with the newest key; may be stopped, run again, and run beside the rest."""
    report(({"name": name, "sealed": n} for name, n in sealing.rotate().items()), as_json=as_json)


COMMANDS = (keys,)

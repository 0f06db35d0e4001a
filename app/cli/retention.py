"""`vanthu retention`: what is past the time it may be kept, and its erasure."""

from datetime import date, datetime

import click

from app import clock
from app.cli.output import json_option, report
from app.services import retention as keeping

_DAY = click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="As if it were this day; today when left out."
)


@click.group("retention")
def retention() -> None:
    """How long data is kept; erasing it."""


@retention.command()
@_DAY
@json_option
def preview(on: datetime | None, as_json: bool) -> None:
    """Count what would be erased on a day; nothing is changed."""
    report(
        (
            {
                "name": d.rule.name,
                "label": str(d.rule.label),
                "days": "" if d.rule.days is None else d.rule.days,
                "due": d.count,
                "basis": str(d.rule.basis),
            }
            for d in keeping.due(_day(on))
        ),
        as_json=as_json,
    )


@retention.command()
@json_option
def run(as_json: bool) -> None:
    """Erase what is due today, for good."""
    erased = keeping.run(clock.today())
    report(({"name": name, "erased": n} for name, n in erased.items()), as_json=as_json)


def _day(on: datetime | None) -> date:
    return on.date() if on else clock.today()


COMMANDS = (retention,)

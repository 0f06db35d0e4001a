"""`vanthu calendar`: working days and promised days."""

from datetime import date, datetime, time

import click

from app.cli.output import json_option, report
from app.services import calendar as office_calendar


@click.group("calendar")
def calendar() -> None:
    """Working days of the office."""


@calendar.command()
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--days", type=click.IntRange(0, 1000), required=True, help="Working days.")
@click.option("--at", type=click.DateTime(["%H:%M"]), help="Local time of receipt.")
def due(start: datetime, days: int, at: datetime | None) -> None:
    """Print the promised day of something received on a day."""
    office = office_calendar.decreed()
    first: date = start.date()
    if at is not None:
        moment = datetime.combine(first, time(at.hour, at.minute))  # local wall-clock time
        first = office.counted_from(moment)
    click.echo(office.due(first, days).isoformat())


@calendar.command()
@click.argument("year", type=click.IntRange(2000, 2100))
@json_option
def year(year: int, as_json: bool) -> None:
    """List the days of a year that are not what their weekday says."""
    report(
        (
            {
                "name": d.name or ("Ngày làm việc" if d.is_working else "Ngày nghỉ"),
                "day": d.day.isoformat(),
                "working": d.is_working,
            }
            for d in office_calendar.decreed().unusual_days(year)
        ),
        as_json=as_json,
    )


COMMANDS = (calendar,)

"""The office calendar with the department's own overrides."""

from datetime import date

from flask import current_app
from sqlalchemy import inspect, select

from app.calendar import OfficeCalendar
from app.config import Config
from app.extensions import db
from app.models import CalendarOverride


def office() -> OfficeCalendar:
    """Return the calendar as it stands; without a database, the decreed one."""
    config: Config = current_app.config["VANTHU"]
    rows = db.session.execute(select(CalendarOverride.day, CalendarOverride.is_working)).all()
    return _calendar(config, {row.day: row.is_working for row in rows})


def decreed() -> OfficeCalendar:
    """Return the calendar for a command that must also work before the database exists."""
    config: Config = current_app.config["VANTHU"]
    if config.database.startswith("sqlite") and not (config.data_dir / "vanthu.db").exists():
        return _calendar(config, {})
    if not inspect(db.engine).has_table(CalendarOverride.__tablename__):
        return _calendar(config, {})
    return office()


def _calendar(config: Config, overrides: dict[date, bool]) -> OfficeCalendar:
    return OfficeCalendar(
        overrides=overrides,
        closes=config.office_closes,
        opens=config.office_opens,
        next_day_after_hours=config.after_hours_next_day,
    )

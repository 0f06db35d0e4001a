"""The only reader of the clock: UTC inside, Asia/Ho_Chi_Minh for people."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """Return a moment as the clock on the office wall shows it."""
    return moment.astimezone(LOCAL)


def today() -> date:
    """Return the day it is at the office."""
    return local(now()).date()

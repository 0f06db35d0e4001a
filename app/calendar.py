"""Working days of Vietnamese public offices: the `holidays` library, decreed swaps, overrides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

import holidays

# Swaps decreed for the public sector that the library does not know.
# Official letter 12729/VPCP-KGVX: Friday 2 January 2026 off, Saturday 10 January worked.
_DECREED: Mapping[date, bool] = {date(2026, 1, 2): False, date(2026, 1, 10): True}


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year, language="vi")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar that is not what its weekday says."""

    day: date
    is_working: bool
    name: str


@dataclass(frozen=True, slots=True)
class OfficeCalendar:
    """Which days are worked. `overrides` (day → worked?) win over everything else."""

    overrides: Mapping[date, bool]
    closes: time
    opens: time
    next_day_after_hours: bool = True

    def is_working_day(self, day: date) -> bool:
        """Tell whether the office works on a day."""
        for table in (self.overrides, _DECREED):
            if day in table:
                return table[day]
        return bool(_holidays(day.year).is_working_day(day))

    def next_working_day(self, day: date) -> date:
        """Return the day itself or the first working day after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def counted_from(self, moment: datetime) -> date:
        """Return the day from which an application counts, for a moment of local time.

        What arrives after hours or on a day off is received at the next opening; no law
        says so for every procedure, hence the setting.
        """
        day = moment.date()
        if not self.next_day_after_hours:
            return day
        if moment.time() > self.closes and self.is_working_day(day):
            day += timedelta(days=1)
        return self.next_working_day(day)

    def due(self, start: date, days: int) -> date:
        """Return the n-th working day after a day (Civil Code 2015, Art. 147: not counting it)."""
        day = start
        for _ in range(days):
            day = self.next_working_day(day + timedelta(days=1))
        return day

    def days_left(self, today: date, due_on: date) -> int:
        """Count working days after today up to the due day; negative when it has passed.

        A day off counts as the next working day does, for what is filed on it begins there; but
        what is due on that day is not due today.
        """
        if today < due_on and not self.is_working_day(today):
            return max(1, self.days_left(min(self.next_working_day(today), due_on), due_on))
        first, last = sorted((today, due_on))
        days = [first + timedelta(days=n + 1) for n in range((last - first).days)]
        worked = sum(map(self.is_working_day, days))
        # On the Saturday after a Friday's promise no working day has passed, yet it is broken.
        return worked if today <= due_on else -max(worked, 1)

    def unusual_days(self, year: int) -> list[Day]:
        """List closed weekdays and worked weekend days of a year."""
        names = _holidays(year)
        day, out = date(year, 1, 1), []
        while day.year == year:
            works = self.is_working_day(day)
            if works != (day.weekday() < 5):
                out.append(Day(day, works, str(names.get(day) or "")))
            day += timedelta(days=1)
        return out

"""Working days and promised days, against hand-counted calendars and a brute-force oracle."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar import OfficeCalendar

OFFICE = OfficeCalendar(overrides={}, opens=time(7, 30), closes=time(17, 0))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        # Culture Day, 24 November, is off since 2026.
        (date(2026, 11, 20), 10, date(2026, 12, 7)),
        # Resolution 28/2026/QH16 is not older than that.
        (date(2025, 11, 20), 10, date(2025, 12, 4)),
        # Tết: 16–20 February 2026 are off.
        (date(2026, 2, 13), 1, date(2026, 2, 23)),
        # Swap of 2026: Monday 31 August off, Saturday 22 August worked.
        (date(2026, 8, 21), 1, date(2026, 8, 22)),
        (date(2026, 8, 28), 1, date(2026, 9, 3)),
        # Swap decreed for the public sector: 2 January off, 10 January worked.
        (date(2025, 12, 31), 1, date(2026, 1, 5)),
        (date(2026, 1, 9), 1, date(2026, 1, 10)),
        # A day of rest that falls on a holiday moves to the next working day.
        (date(2026, 4, 24), 1, date(2026, 4, 28)),
        # The day itself is not counted, nor a weekend it falls on.
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_the_nth_working_day_after(start: date, days: int, due: date) -> None:
    assert OFFICE.due(start, days) == due


@pytest.mark.parametrize(
    ("moment", "counted"),
    [
        (datetime(2026, 11, 20, 16, 45), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 17, 0), date(2026, 11, 20)),
        # After closing it is received at the next opening: Monday.
        (datetime(2026, 11, 20, 17, 1), date(2026, 11, 23)),
        (datetime(2026, 11, 21, 9, 0), date(2026, 11, 23)),
        # Monday evening: Tuesday the 24th is off.
        (datetime(2026, 11, 23, 20, 0), date(2026, 11, 25)),
        # Before opening is the same day.
        (datetime(2026, 11, 23, 5, 0), date(2026, 11, 23)),
    ],
)  # fmt: skip
def test_what_arrives_after_hours_counts_from_the_next_opening(
    moment: datetime, counted: date
) -> None:
    assert OFFICE.counted_from(moment) == counted


def test_a_department_may_count_from_the_moment_itself() -> None:
    office = OfficeCalendar(
        overrides={}, opens=time(7, 30), closes=time(17, 0), next_day_after_hours=False
    )

    assert office.counted_from(datetime(2026, 11, 21, 23, 0)) == date(2026, 11, 21)


def test_an_override_of_the_department_wins() -> None:
    office = OfficeCalendar(
        overrides={date(2026, 11, 23): False, date(2026, 11, 28): True},
        opens=time(7, 30),
        closes=time(17, 0),
    )

    assert not office.is_working_day(date(2026, 11, 23))
    assert office.is_working_day(date(2026, 11, 28))


@given(
    start=st.dates(date(2024, 1, 1), date(2029, 12, 31)),
    days=st.integers(0, 40),
    off=st.sets(st.dates(date(2024, 1, 1), date(2030, 6, 30)), max_size=8),
)
def test_due_days_equal_a_count_day_by_day(start: date, days: int, off: set[date]) -> None:
    office = OfficeCalendar(
        overrides=dict.fromkeys(off, False), opens=time(7, 30), closes=time(17, 0)
    )
    counted, day = 0, start
    while counted < days:
        day += timedelta(days=1)
        counted += office.is_working_day(day)

    assert office.due(start, days) == day
    if days and office.is_working_day(start):
        assert office.days_left(start, day) == days
        assert office.days_left(day, start) == -days


def test_a_day_off_counts_as_the_working_day_after_it() -> None:
    office = OfficeCalendar(overrides={}, opens=time(7, 30), closes=time(17, 0))
    sunday = date(2026, 11, 29)

    promised = office.due(office.next_working_day(sunday), 10)

    assert office.days_left(sunday, promised) == 10
    assert office.days_left(sunday, date(2026, 11, 30)) == 1

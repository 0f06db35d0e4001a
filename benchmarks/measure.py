"""Measure two ways in turn and say it in one row: goal, ratio, spread, met or not.

Only ratios mean anything on another machine; they are taken round by round, so that what
disturbs the machine disturbs both.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Cost = Callable[[], float]
"""Does some work and returns what one unit of it cost, mostly in seconds."""
_WIDTHS = (5, 46, 44, 10, 10, 15)


@dataclass(frozen=True)
class Goal:
    """A limit for a ratio or, with a unit, for a value."""

    limit: float
    is_floor: bool = False
    unit: str = "×"

    def __str__(self) -> str:
        return f"{'≥' if self.is_floor else '≤'} {self.limit:g} {self.unit}"

    def verdict(self, value: float) -> str:
        """Tell whether a value keeps the limit."""
        is_met = value >= self.limit if self.is_floor else value <= self.limit
        return "met" if is_met else "MISSED"


@dataclass(frozen=True)
class Row:
    """One line of the table; `values` are ratios of single rounds, or measured values."""

    id: str
    what: str
    peer: str
    goal: Goal | None = None
    values: tuple[float, ...] = ()
    # Why there is no value.
    skipped: str = ""
    # Of the values, where there is no goal to say it.
    unit: str = "×"

    def __str__(self) -> str:
        if not self.values:
            return line(self.id, self.what, self.peer, str(self.goal or ""), "–", "", self.skipped)
        middle, unit = statistics.median(self.values), self.goal.unit if self.goal else self.unit
        spread = f"{shown(min(self.values))}–{shown(max(self.values))}"
        met = self.goal.verdict(middle) if self.goal else ""
        goal = str(self.goal) if self.goal else "–"
        return line(self.id, self.what, self.peer, goal, f"{shown(middle)} {unit}", spread, met)


def line(*cells: str) -> str:
    """Return a line of the table."""
    padded = (cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=False))
    return "  ".join((*padded, *cells[len(_WIDTHS) :])).rstrip()


def shown(value: float) -> str:
    """Write a value with three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def at_most(limit: float, unit: str = "×") -> Goal:
    """Return a goal that is kept from below."""
    return Goal(limit, unit=unit)


def at_least(limit: float) -> Goal:
    """Return a goal that is kept from above."""
    return Goal(limit, is_floor=True)


def interleave(costs: Sequence[Cost], rounds: int, warm_up: int = 1) -> list[list[float]]:
    """Return what each way cost in each round; every other round goes backwards."""
    found: list[list[float]] = [[] for _ in costs]
    for number in range(-warm_up, rounds):
        order = range(len(costs))
        for n in reversed(order) if number % 2 else order:
            cost = costs[n]()
            if number >= 0:
                found[n].append(cost)
    return found


def ratios(ours: Sequence[float], peer: Sequence[float]) -> tuple[float, ...]:
    """Return our cost in units of the peer's, round by round."""
    return tuple(a / b for a, b in zip(ours, peer, strict=True))


def rates(ours: Sequence[float], peer: Sequence[float]) -> tuple[float, ...]:
    """Return our speed in units of the peer's, round by round."""
    return ratios(peer, ours)


def middle(costs: Sequence[float], scale: float = 1000, unit: str = "ms") -> str:
    """Return the median of some costs for the text of a row."""
    return f"{shown(statistics.median(costs) * scale)} {unit}"


def per_second(costs: Sequence[float]) -> str:
    """Return the median rate of some costs for the text of a row."""
    return f"{1 / statistics.median(costs):,.0f}/s"


def timed(work: Callable[[], object], times: int = 1) -> Cost:
    """Return the seconds of one call, as the mean of a few calls in a row."""

    def cost() -> float:
        started = time.perf_counter()
        for _ in range(times):
            work()
        return (time.perf_counter() - started) / times

    return cost

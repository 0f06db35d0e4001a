"""Where things are: what is offered today, how a code reads, what a place was on another day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select

from app import clock, formats
from app.extensions import db
from app.models import Place
from workflows import Choice, Text

# Folded: special zones, townships and towns beside wards, communes, districts and provinces.
_TYPES = (
    *("phuong", "xa", "dac khu", "thi tran", "thi xa"),
    *("huyen", "quan", "thanh pho", "tinh"),
)


def is_valid_on(day: date) -> ColumnElement[bool]:
    """Return the condition on places that exist on a day."""
    return and_(
        or_(Place.valid_from.is_(None), Place.valid_from <= day),
        or_(Place.valid_until.is_(None), Place.valid_until >= day),
    )


def of_level(level: str, day: date) -> list[Place]:
    """List the units of a level that exist on a day, by their names in Vietnamese order."""
    return _sorted(db.session.scalars(select(Place).where(Place.level == level, is_valid_on(day))))


def communes() -> tuple[Choice, ...]:
    """Return what a form offers today; empty while the department has no places."""
    return tuple(Choice(p.code, Text(p.name)) for p in of_level("commune", clock.today()))


def by_code(code: str | None) -> Place | None:
    """Return the place of a code."""
    return db.session.get(Place, code) if code else None


def name_of(answer: str) -> str:
    """Return the name of a code, also of a unit that is gone; words stay as they were typed."""
    place = by_code(answer)
    return place.name if place else answer


def find(answer: str) -> Place | None:
    """Return the place an answer means: by its code, or by its name when only one has it."""
    if place := by_code(answer):
        return place
    query = select(Place).where(Place.level == "commune", Place.folded == formats.fold(answer))
    # Names that differ by their marks alone fold alike.
    named = [p for p in db.session.scalars(query) if p.name.casefold() == answer.casefold()]
    return named[0] if len(named) == 1 else None


def parent_of(place: Place) -> Place | None:
    """Return the unit a place belongs to."""
    return by_code(place.parent_code)


def on(place: Place, day: date) -> Place | None:
    """Return the unit that a place was, or lay in, on a day; None when that is not known."""
    seen: set[str] = set()
    found: Place | None = place
    while found is not None and found.code not in seen:
        seen.add(found.code)
        if found.valid_from and day < found.valid_from:
            code = found.former_code
        elif found.valid_until and day > found.valid_until:
            code = found.successor_code
        else:
            return found
        found = by_code(code)
    return None


def successors(place: Place) -> list[Place]:
    """List what came after a place: the unit that took it over, or those made of its parts."""
    query = select(Place).where(
        or_(Place.code == place.successor_code, Place.former_code == place.code)
    )
    return _sorted(db.session.scalars(query))


def _sorted(places: Iterable[Place]) -> list[Place]:
    # «Phường Kỳ Lừa» stands under K.
    return sorted(places, key=lambda p: formats.alphabetical(_own_name(p.name)))


def _own_name(name: str) -> str:
    """Return a name without the word for its type."""
    folded = formats.fold(name)
    types = (t for t in _TYPES if folded.startswith(f"{t} "))
    return " ".join(name.split()[len(next(types, "").split()) :])

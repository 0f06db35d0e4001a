"""Which dossiers a query returns to one member of staff: those of the systems they have."""

from sqlalchemy import ColumnElement, and_, false, or_, true

from app.models import Dossier, User
from app.security.actors import EVERYTHING, Reach, reach_of


def within(user: User) -> ColumnElement[bool]:
    """Return the condition on dossiers; true for who sees every system."""
    parts = reach_of(user)
    if EVERYTHING in parts:
        return true()
    return or_(false(), *(_condition(p) for p in parts))


def lanes(user: User) -> list[ColumnElement[bool]]:
    """Return conditions that together are `within`, each one a stretch of an index."""
    return [
        _condition(Reach(systems, part.kinds))
        for part in reach_of(user)
        for systems in (
            [None] if part.systems is None else [frozenset({s}) for s in sorted(part.systems)]
        )
    ]


def _condition(part: Reach) -> ColumnElement[bool]:
    said: list[ColumnElement[bool]] = []
    match sorted(part.systems or ()):
        case [system]:
            said.append(Dossier.system == system)
        case [_, *_] as systems:
            said.append(Dossier.system.in_(systems))
    if part.kinds is not None:
        said.append(Dossier.kind.in_(sorted(part.kinds)))
    return and_(true(), *said)

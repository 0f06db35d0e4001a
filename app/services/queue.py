"""Which dossiers a member of staff sees, in which order, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import joinedload, load_only

from app import clock, formats
from app.extensions import db
from app.models import Dossier, User
from app.security.actors import staff_roles
from app.services import reach
from workflows import FINAL_PHASES, Phase, Role, Text

PAGE = 25
_MAX_ID = 2**62
RUNNING = (Phase.QUEUE, Phase.REVIEW, Phase.SIGNATURE, Phase.ISSUE)
OPEN = (*RUNNING, Phase.WAITING, Phase.OUTSIDE)
# Phases whose dossiers may have no promised day: they stand behind all that have one.
_UNDATED = frozenset({Phase.WAITING, Phase.CLOSED})


@dataclass(frozen=True, slots=True)
class View:
    """A named part of the queue: phases, whose, and which end comes first."""

    name: str
    label: Text
    phases: tuple[Phase, ...]
    is_mine: bool = False
    is_newest_first: bool = False


_OF_ROLE: Mapping[Role, tuple[View, ...]] = {
    Role.SIGNER: (View("sign", Text("Chờ ký", "To sign"), (Phase.SIGNATURE,)),),
    Role.CLERK: (View("issue", Text("Chờ phát hành", "To issue"), (Phase.ISSUE,)),),
    Role.OFFICER: (
        View("new", Text("Chờ nhận", "To take"), (Phase.QUEUE,)),
        View("mine", Text("Của tôi", "Mine"), (Phase.REVIEW,), is_mine=True),
        View("waiting", Text("Chờ bổ sung", "Supplement"), (Phase.WAITING,), is_mine=True),
        View("outside", Text("Chờ trả lời", "Replies"), (Phase.OUTSIDE,), is_mine=True),
    ),
}
_OF_ALL = (
    View("all", Text("Tất cả", "All"), OPEN),
    View("done", Text("Đã xong", "Done"), tuple(sorted(FINAL_PHASES)), is_newest_first=True),
)


def may_see(user: User) -> bool:
    """Tell whether somebody sees dossiers at all; an administrator does not (rule A4)."""
    roles = staff_roles(user)
    return Role.ADMIN not in roles and not roles.isdisjoint(_OF_ROLE)


def views_of(user: User) -> tuple[View, ...]:
    """Return the parts of the queue somebody has; the first is where the day begins."""
    roles = staff_roles(user)
    return (*(v for role, views in _OF_ROLE.items() if role in roles for v in views), *_OF_ALL)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many dossiers stand in a part of the queue, and how many of them are late."""

    total: int = 0
    late: int = 0


def tallies(user: User, views: Sequence[View]) -> dict[str, Tally]:
    """Count the open dossiers of each view; finished ones are not counted.

    Two queries, each answered by an index alone: everybody's, and those of this person.
    """
    here = reach.within(user)
    mine = _by_phase(Dossier.officer_id == user.id, here) if any(v.is_mine for v in views) else {}
    everybodys = _by_phase(here)
    found = {}
    for view in views:
        counted = mine if view.is_mine else everybodys
        parts = [counted[p] for p in view.phases if p in counted]
        if not FINAL_PHASES.intersection(view.phases):
            found[view.name] = Tally(sum(t.total for t in parts), sum(t.late for t in parts))
    return found


def _by_phase(*which: ColumnElement[bool]) -> dict[str, Tally]:
    late = func.sum(case((Dossier.due_on < clock.today(), 1), else_=0))
    rows = db.session.execute(
        select(Dossier.phase, func.count(), late)
        .where(Dossier.phase.in_(OPEN), *which)
        .group_by(Dossier.phase)
    ).all()
    return {phase: Tally(total, late) for phase, total, late in rows}


@dataclass(frozen=True, slots=True)
class Page:
    """Some dossiers, and the cursors of the pages around them ("" when there is none)."""

    rows: list[Dossier]
    previous: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class _Cursor:
    day: date
    id: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.id}"


def page(view: View, user: User, *, after: str = "", before: str = "") -> Page:
    """Return a page of a view: what is due first, or with finished ones the newest first.

    Each phase, and of who has some systems only each of them, is read along its index up to one
    page, and the ends are merged, so that the cost does not depend on how many dossiers there are.
    """
    is_back = bool(before)
    cursor = _parse(before or after)
    is_down = view.is_newest_first is not is_back
    # Where dossiers without a promised day stand: always at the end of the list.
    end = date.min if view.is_newest_first else date.max
    lanes = []
    for phase, here in product(view.phases, reach.lanes(user)):
        own: tuple[ColumnElement[bool], ...] = (Dossier.phase == phase, here)
        if view.is_mine:
            own = (*own, Dossier.officer_id == user.id)
        if phase is not Phase.WAITING:
            lanes.append(
                _dated(select(Dossier.id, Dossier.due_on.label("day")).where(*own), cursor, is_down)
            )
        if phase in _UNDATED and not (is_back and cursor and cursor.day != end):
            rest = select(Dossier.id, literal(end, Date).label("day")).where(
                *own, Dossier.due_on.is_(None)
            )
            lanes.append(_undated(rest, cursor, end, is_down))
    # Not union_all: a dossier may stand in two lanes of somebody who also signs for another.
    merged = union(*(select(lane.subquery()) for lane in lanes)).subquery()
    keys = [merged.c.day.desc(), merged.c.id.desc()] if is_down else [merged.c.day, merged.c.id]
    found = db.session.execute(
        select(merged.c.id, merged.c.day).order_by(*keys).limit(PAGE + 1)
    ).all()
    return _page([_Cursor(day, id_) for id_, day in found], cursor, is_back=is_back)


def search(text: str, user: User, *, after: str = "", before: str = "") -> Page:
    """Return dossiers by code, facility, licence, tax code or commune, the newest first."""
    is_back = bool(before)
    cursor = _parse(before or after)
    query = select(Dossier.id).where(
        Dossier.phase != Phase.DRAFT,
        reach.within(user),
        or_(
            Dossier.folded.contains(formats.fold(text), autoescape=True),
            Dossier.code.contains(text.strip().upper(), autoescape=True),
        ),
    )
    if cursor:
        query = query.where(Dossier.id > cursor.id if is_back else Dossier.id < cursor.id)
    ids = db.session.scalars(
        query.order_by(Dossier.id if is_back else Dossier.id.desc()).limit(PAGE + 1)
    ).all()
    return _page([_Cursor(date.min, id_) for id_ in ids], cursor, is_back=is_back)


def find(code: str, user: User) -> Dossier | None:
    """Return a dossier by the code that people use; drafts have none.

    One of a system this person has no rights on is as unknown as one that is not there.
    """
    return db.session.scalars(
        select(Dossier)
        .where(Dossier.code == code, Dossier.phase != Phase.DRAFT, reach.within(user))
        .options(joinedload(Dossier.officer))
    ).first()


def _dated(
    query: Select[int, date | None], cursor: _Cursor | None, is_down: bool
) -> Select[int, date | None]:
    if cursor:
        # The row-value form lets the database seek; the OR form reads everything.
        here = tuple_(Dossier.due_on, Dossier.id)
        there = tuple_(literal(cursor.day, Date), literal(cursor.id))
        query = query.where(here < there if is_down else here > there)
    else:
        query = query.where(Dossier.due_on.is_not(None))
    keys = [Dossier.due_on.desc(), Dossier.id.desc()] if is_down else [Dossier.due_on, Dossier.id]
    return query.order_by(*keys).limit(PAGE + 1)


def _undated(
    query: Select[int, date], cursor: _Cursor | None, end: date, is_down: bool
) -> Select[int, date]:
    if cursor and cursor.day == end:
        query = query.where(Dossier.id < cursor.id if is_down else Dossier.id > cursor.id)
    return query.order_by(Dossier.id.desc() if is_down else Dossier.id).limit(PAGE + 1)


def _page(found: list[_Cursor], cursor: _Cursor | None, *, is_back: bool) -> Page:
    has_more, found = len(found) > PAGE, found[:PAGE]
    if is_back:
        found.reverse()
    if not found:
        return Page([])
    rows = {
        d.id: d
        for d in db.session.scalars(
            select(Dossier)
            .where(Dossier.id.in_([c.id for c in found]))
            .options(
                load_only(
                    Dossier.code,
                    Dossier.kind,
                    Dossier.state,
                    Dossier.phase,
                    Dossier.version,
                    Dossier.subject,
                    Dossier.officer_id,
                    Dossier.submitted_at,
                    Dossier.due_on,
                    Dossier.supplement_due_on,
                    Dossier.closed_at,
                ),
                joinedload(Dossier.officer),
            )
        )
    }
    return Page(
        rows=[rows[c.id] for c in found],
        previous=str(found[0]) if (has_more if is_back else cursor) else "",
        next=str(found[-1]) if (is_back or has_more) else "",
    )


def _parse(text: str) -> _Cursor | None:
    day, _, number = text.partition(".")
    try:
        cursor = _Cursor(date.fromisoformat(day), int(number))
    except ValueError:
        return None
    return cursor if 0 < cursor.id < _MAX_ID else None

"""The tracking book of a year: every dossier received, in the order it came (form 07)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, load_only

import workflows
from app import clock
from app.extensions import db
from app.models import Attachment, Dossier, DossierEvent, Place, User
from app.security.actors import EVERYTHING, reach_of
from app.services import reach
from workflows import Clock

PAGE = 25
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the book: a year, a month of it (0: all), one request type ("": all)."""

    year: int
    month: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the book of the year, and what the columns are made of."""

    no: int
    dossier: Dossier
    papers: int
    address: str
    # What stopped or put off the promise, in order: (what it did to the clock, its details).
    turns: Sequence[tuple[Clock, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the numbers its neighbours hang on (0 when there is none)."""

    rows: list[Line]
    previous: int = 0
    next: int = 0


def years() -> list[int]:
    """Return the years that have a book, the newest first."""
    first = db.session.scalar(select(func.min(Dossier.submitted_at)))
    now = clock.today().year
    return list(range(now, (clock.local(first).year if first else now) - 1, -1))


def page(wanted: Wanted, user: User, *, after: int = 0, before: int = 0) -> Page:
    """Return a page of the book, the first received on top."""
    found = _numbers(wanted, user, after=after, before=before, limit=PAGE + 1)
    has_more, found = len(found) > PAGE, found[:PAGE]
    if before:
        found.reverse()
    if not found:
        return Page([])
    return Page(
        _lines(found),
        previous=found[0][1] if (has_more if before else after) else 0,
        next=found[-1][1] if (before or has_more) else 0,
    )


def everything(wanted: Wanted, user: User) -> Iterator[Line]:
    """Yield every line, some hundred at a time."""
    last = 0
    while found := _numbers(wanted, user, after=last, limit=_BATCH):
        for line in _lines(found):
            yield line
            db.session.expunge(line.dossier)  # a year of them is more than memory should hold
        last = found[-1][1]


def _numbers(
    wanted: Wanted, user: User, *, limit: int, after: int = 0, before: int = 0
) -> list[tuple[int, int]]:
    """Return (id, number): a dossier keeps its number whatever is filtered."""
    in_order = (Dossier.submitted_at, Dossier.id)
    book = (
        select(
            Dossier.id,
            Dossier.kind,
            Dossier.submitted_at,
            func.row_number().over(order_by=in_order).label("no"),
        )
        .where(*_between(Dossier.submitted_at, wanted.year))
        .subquery()
    )
    query = select(book.c.id, book.c.no).limit(limit)
    if EVERYTHING not in reach_of(user):
        query = query.where(book.c.id.in_(select(Dossier.id).where(reach.within(user))))
    if wanted.month:
        query = query.where(*_between(book.c.submitted_at, wanted.year, wanted.month))
    if wanted.kind:
        query = query.where(book.c.kind == wanted.kind)
    if before:
        query = query.where(book.c.no < before).order_by(book.c.no.desc())
    else:
        query = query.where(book.c.no > after).order_by(book.c.no)
    return [(id_, no) for id_, no in db.session.execute(query)]


def _between(moment: Any, year: int, month: int = 0) -> tuple[ColumnElement[bool], ...]:
    first = date(year, month or 1, 1)
    last = date(year + (month or 12) // 12, (month or 12) % 12 + 1, 1)
    start, end = (datetime.combine(d, time(), clock.LOCAL) for d in (first, last))
    return moment >= start, moment < end


def _lines(found: Sequence[tuple[int, int]]) -> list[Line]:
    ids = [id_ for id_, _ in found]
    dossiers = {
        d.id: d
        for d in db.session.scalars(
            select(Dossier)
            .where(Dossier.id.in_(ids))
            .options(
                load_only(
                    Dossier.code,
                    Dossier.kind,
                    Dossier.phase,
                    Dossier.subject,
                    Dossier.answers,
                    Dossier.email,
                    Dossier.submitted_at,
                    Dossier.due_on,
                    Dossier.closed_at,
                    Dossier.state,
                    Dossier.supplement_due_on,
                ),
                joinedload(Dossier.officer).joinedload(User.unit),
            )
        )
    }
    papers = _pairs(
        select(Attachment.dossier_id, func.count())
        .where(Attachment.dossier_id.in_(ids), Attachment.replaced_at.is_(None))
        .group_by(Attachment.dossier_id)
    )
    communes = _pairs(
        select(Place.code, Place.name).where(
            Place.code.in_({d.answers.get("commune", "") for d in dossiers.values()})
        )
    )
    turns = _turns(ids)
    return [
        Line(
            no,
            dossiers[id_],
            papers.get(id_, 0),
            _address(dossiers[id_].answers, communes),
            turns.get(id_, []),
        )
        for id_, no in found
    ]


def _pairs(query: Select[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in db.session.execute(query)}  # noqa: C416 - rows, no pairs


def _address(answers: Mapping[str, str], communes: Mapping[str, str]) -> str:
    commune = answers.get("commune", "")
    return ", ".join(filter(None, (answers.get("address"), communes.get(commune, commune))))


def _turns(ids: Sequence[int]) -> dict[int, list[tuple[Clock, Mapping[str, Any]]]]:
    found: dict[int, list[tuple[Clock, Mapping[str, Any]]]] = {}
    rows = db.session.execute(
        select(DossierEvent.dossier_id, Dossier.kind, DossierEvent.action, DossierEvent.details)
        .join(DossierEvent.dossier)
        .where(
            DossierEvent.dossier_id.in_(ids),
            DossierEvent.action.in_({name for _, name in _turning()}),
        )
        .order_by(DossierEvent.dossier_id, DossierEvent.seq)
    )
    for id_, kind, action, details in rows:
        if what := _turning().get((kind, action)):
            found.setdefault(id_, []).append((what, details))
    return found


@cache
def _turning() -> Mapping[tuple[str, str], Clock]:
    """Return which actions stop the promise or put it off."""
    return {
        (kind, action.name): action.clock
        for kind, workflow in workflows.all_workflows().items()
        for action in workflow.actions
        if action.clock in (Clock.STOP, Clock.EXTEND)
    }

"""The regular review (rules A2, A3, C1, C2): who lacks a code, has two, or an idle account."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.orm.attributes import InstrumentedAttribute

from app import clock
from app.extensions import db
from app.formats import fold
from app.models import Account, ConnectionCode, Facility, Prescriber
from app.models.sealed import number_index
from app.services.registers import PAGE, Page

# What `kind` is called where nobody has said which kind a facility is.
NO_KIND = "none"


@dataclass(frozen=True, slots=True)
class Holder:
    """One of several that look like one; a prescriber has no name here (rule O4)."""

    sort: str
    id: int
    number: str
    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Holders that look like one and have a code each."""

    # tax_code, place or person
    why: str
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many each list has; facilities also by kind."""

    kinds: Mapping[str, int]
    prescribers: int
    doubles: int
    accounts: int

    @property
    def facilities(self) -> int:
        """How many facilities have no code."""
        return sum(self.kinds.values())


def counts(clusters: Sequence[Cluster] | None = None) -> Counts:
    """Return the size of every list; `clusters` saves looking for them twice."""
    kinds = (
        select(Facility.kind, func.count()).where(_has_no_code(Facility)).group_by(Facility.kind)
    )
    prescribers = select(func.count(Prescriber.id)).where(_has_no_code(Prescriber))
    accounts = select(func.count(Account.id)).where(_is_overdue())
    return Counts(
        kinds={kind or NO_KIND: n for kind, n in db.session.execute(kinds)},
        prescribers=db.session.scalars(prescribers).one(),
        doubles=len(doubles() if clusters is None else clusters),
        accounts=db.session.scalars(accounts).one(),
    )


def page(name: str, kind: str = "", *, after: int = 0, before: int = 0) -> Page[Any]:
    """Return some rows of a list and the ids its neighbours hang on."""
    query, keys = _LISTS[name](kind)
    *_, ident = keys
    cursor = before or after
    here = cursor and db.session.execute(select(*keys).where(ident == cursor)).first()
    if here:
        query = query.where(_beyond(keys, tuple(here), is_back=bool(before)))
    is_back = bool(before and here)
    query = query.order_by(*(k.desc() if is_back else k for k in keys)).limit(PAGE + 1)
    found = list(db.session.scalars(query))
    has_more, found = len(found) > PAGE, found[:PAGE]
    if is_back:
        found.reverse()
    if not found:
        return Page([])
    return Page(
        found,
        previous=found[0].id if (has_more if is_back else here) else 0,
        next=found[-1].id if is_back or has_more else 0,
    )


def page_of(clusters: Sequence[Cluster], *, after: int = 0, before: int = 0) -> Page[Cluster]:
    """Return some of the clusters; here the cursors are positions."""
    start = max(before - PAGE, 0) if before else min(after, len(clusters))
    end = min(start + PAGE, len(clusters))
    return Page(clusters[start:end], start, end if end < len(clusters) else 0)


def everything(name: str, kind: str = "") -> Sequence[Any]:
    """Return all rows of a list, in the order of its pages."""
    query, keys = _LISTS[name](kind)
    return db.session.scalars(query.order_by(*keys)).all()


def doubles() -> list[Cluster]:
    """Return holders that look like one and have a code each (rule C1)."""
    return [*_double_facilities(), *_double_prescribers()]


def is_unused(account: Account) -> bool:
    """Tell whether an account waits for its first access for too long."""
    return account.state == "granted" and account.created_at < _unused_since()


def _beyond(
    keys: Sequence[InstrumentedAttribute[Any]], values: Sequence[Any], *, is_back: bool
) -> ColumnElement[bool]:
    """Return the condition of standing after (or before) a row in the order of the keys."""
    conditions = []
    for n, (key, value) in enumerate(zip(keys, values, strict=True)):
        same = [k == v for k, v in zip(keys[:n], values[:n], strict=True)]
        conditions.append(and_(*same, key < value if is_back else key > value))
    return or_(*conditions)


Query = tuple[Select[Any], tuple[InstrumentedAttribute[Any], ...]]


def _facilities(kind: str) -> Query:
    query = select(Facility).where(_has_no_code(Facility))
    if kind:
        query = query.where(Facility.kind == ("" if kind == NO_KIND else kind))
    return query, (Facility.folded, Facility.id)  # which begins with the name


def _prescribers(_kind: str) -> Query:
    query = select(Prescriber).where(_has_no_code(Prescriber))
    return query, (Prescriber.licence_no, Prescriber.id)


def _accounts(_kind: str) -> Query:
    query = (
        select(Account)
        .join(Account.holder)
        .where(_is_overdue())
        .options(contains_eager(Account.holder), joinedload(Account.system))
    )
    return query, (Account.id,)


_LISTS: Mapping[str, Callable[[str], Query]] = {
    "facilities": _facilities,
    "prescribers": _prescribers,
    "accounts": _accounts,
}


def _has_no_code(holder: type[Facility] | type[Prescriber]) -> ColumnElement[bool]:
    own = ConnectionCode.facility_id if holder is Facility else ConnectionCode.prescriber_id
    return ~select(ConnectionCode.id).where(own == holder.id).exists()


def _is_overdue() -> ColumnElement[bool]:
    return or_(
        and_(Account.state == "active", Account.password_due_on < clock.today()),
        and_(Account.state == "granted", Account.created_at < _unused_since()),
    )


def _unused_since() -> datetime:
    days: int = current_app.config["VANTHU"].unused_account_days
    return clock.now() - timedelta(days=days)


def _double_facilities() -> list[Cluster]:
    # `folded` is the folded name, a blank and the folded number.
    name = func.substr(
        Facility.folded, 1, func.length(Facility.folded) - func.length(Facility.number) - 1
    )
    coded = select(Facility).join(Facility.codes)
    taxes = (
        coded.with_only_columns(Facility.tax_code)
        .where(Facility.tax_code != "")
        .group_by(Facility.tax_code)
        .having(func.count() > 1)
    )
    names = coded.with_only_columns(name).group_by(name).having(func.count() > 1)
    found = db.session.execute(
        coded.with_only_columns(
            Facility.id, Facility.number, Facility.name, name.label("folded_name"),
            Facility.tax_code, Facility.address, Facility.place_code, ConnectionCode.code,
        )
        .where(or_(Facility.tax_code.in_(taxes), name.in_(names)))
        .order_by(Facility.folded, Facility.id)
    ).all()  # fmt: skip
    holders = {f.id: Holder("facility", f.id, f.number, f.code, f.name) for f in found}
    marks = [("tax_code", f.tax_code, f.id) for f in found if f.tax_code]
    marks += [("place", (f.folded_name, f.place_code), f.id) for f in found if f.place_code]
    marks += [
        ("place", (f.folded_name, fold(f.address.rpartition(",")[2])), f.id)
        for f in found
        if f.address
    ]
    return _clusters(marks, holders)


def _double_prescribers() -> list[Cluster]:
    coded = select(Prescriber).join(Prescriber.codes).where(Prescriber.phone != "")
    # The phone itself is sealed; the same one has the same blind index.
    phone = number_index(Prescriber.phone).label("same_phone")
    same = (
        coded.with_only_columns(Prescriber.folded, phone)
        .group_by(Prescriber.folded, phone)
        .having(func.count() > 1)
        .subquery()
    )
    found = db.session.execute(
        coded.with_only_columns(
            Prescriber.id, Prescriber.licence_no, Prescriber.folded, phone,
            ConnectionCode.code,
        )
        .join(same, and_(same.c.folded == Prescriber.folded, same.c.same_phone == phone))
        .order_by(Prescriber.licence_no)
    ).all()  # fmt: skip
    holders = {p.id: Holder("prescriber", p.id, p.licence_no, p.code) for p in found}
    return _clusters([("person", (p.folded, p.same_phone), p.id) for p in found], holders)


def _clusters(
    marks: Iterable[tuple[str, object, int]], holders: Mapping[int, Holder]
) -> list[Cluster]:
    """Return those who share a mark; who stands together for one reason is not said again."""
    members: defaultdict[tuple[str, object], list[int]] = defaultdict(list)
    for why, mark, ident in marks:
        members[why, mark].append(ident)
    found: list[Cluster] = []
    seen: defaultdict[int, list[frozenset[int]]] = defaultdict(list)
    for (why, _mark), idents in members.items():
        together = frozenset(idents)
        if len(together) < 2 or any(together <= other for other in seen[idents[0]]):
            continue
        found.append(Cluster(why, tuple(holders[i] for i in idents)))
        for ident in together:
            seen[ident].append(together)
    return found

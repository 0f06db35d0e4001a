"""Rows of a register by words, page by page: FTS5 on SQLite, a tsvector on PostgreSQL.

Beside its words each row is indexed by what a page filters by (migration 0007), so that one
look into the index answers all of a search and the newest rows come first without a sort.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, column, func, literal_column, select, table

from app.extensions import db
from app.formats import fold

_MOST_WORDS = 12
_NEAR = 5_000


@dataclass(frozen=True, slots=True)
class Query:
    """Words; tags that all or one of must be there."""

    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    # The last word is the beginning of one.
    is_open: bool = False


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a search as they stand in the index."""
    return tuple(re.findall(r"[a-z0-9]+", fold(text)))[:_MOST_WORDS]


def months(since: date, until: date) -> tuple[str, ...]:
    """Return the tags of the months between two days."""
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    return tuple(f"th{m // 12}{m % 12 + 1:02d}" for m in range(first, min(last, first + 120) + 1))


def settled(model: Any, book_id: int, query: Query) -> Query:
    """Return the query as it is when something has all its words, else with the last one open.

    A beginning makes both databases merge every word that has it: of a common one, all rows.
    """
    if not query.words or ids(model, book_id, query, limit=1):
        return query
    return replace(query, is_open=True)


def ids(
    model: Any,
    book_id: int,
    query: Query,
    *conditions: ColumnElement[bool],
    edge: int = 0,
    is_up: bool = False,
    limit: int,
) -> Sequence[int]:
    """Return ids of matching rows beyond the edge: downwards, or upwards."""
    if db.engine.dialect.name == "postgresql":
        return _from_vector(model, book_id, query, conditions, edge, is_up, limit)
    name = f"{model.__tablename__}_words"
    # Driven by the index from its end: the rows come in order and the limit stops it.
    index = table(name, column("rowid"))
    matches = literal_column(name).op("MATCH", is_comparison=True)
    found = select(index.c.rowid).where(matches(_joined(query, " AND ", " OR ", "*", '"')))
    if conditions:
        is_so = select(model.id).where(model.id == index.c.rowid, *conditions)
        found = found.where(is_so.correlate(index).exists())
    if edge:
        found = found.where(index.c.rowid > edge if is_up else index.c.rowid < edge)
    order = index.c.rowid if is_up else index.c.rowid.desc()
    return db.session.scalars(found.order_by(order).limit(limit)).all()


def _from_vector(
    model: Any,
    book_id: int,
    query: Query,
    conditions: Sequence[ColumnElement[bool]],
    edge: int,
    is_up: bool,
    limit: int,
) -> Sequence[int]:
    """Look among the nearest rows first, then in the whole index.

    Left to itself the planner takes words for independent: it walks a million rows for two that
    never meet, or sorts a million matches of a common one.
    """
    key: Any = model.id
    own = model.book_id == book_id
    ends = select(key).where(own).order_by(model.number if is_up else model.number.desc())
    if not edge and (end := db.session.scalars(ends.limit(1)).first()) is not None:
        edge = end - 1 if is_up else end + 1
    vector = literal_column(f"{model.__tablename__}.words").op("@@", is_comparison=True)
    matches = vector(func.to_tsquery("simple", _joined(query, " & ", " | ", ":*", "")))
    order = key if is_up else key.desc()
    near = key.between(edge + 1, edge + _NEAR) if is_up else key.between(edge - _NEAR, edge - 1)
    first = select(key).where(near, matches, *conditions).order_by(order).limit(limit)
    found = db.session.scalars(first).all()
    if len(found) == limit:
        return found
    beyond = key > edge if is_up else key < edge
    every = select(key).where(matches, beyond, *conditions).cte("every")
    every = every.prefix_with("MATERIALIZED")
    ident = every.c.id
    whole = select(ident).order_by(ident if is_up else ident.desc()).limit(limit)
    return db.session.scalars(whole).all()


def _joined(query: Query, both: str, either: str, beginning: str, quote: str) -> str:
    terms = [f"{quote}{word}{quote}" for word in (*query.tags, *query.words)]
    if query.words and query.is_open:
        terms[-1] += beginning
    if query.one_of:
        terms.append(f"({either.join(f'{quote}{tag}{quote}' for tag in query.one_of)})")
    return both.join(terms)

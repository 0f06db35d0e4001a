"""What is sealed at rest and with which key; and everything sealed again with the newest one.

Works in portions that each commit by themselves: killed, it goes on where it was; the product
may run meanwhile, provided every process of it knows the new key already.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Column, String, select, type_coerce, update

from app import storage
from app.extensions import db
from app.models import Base
from app.models.sealed import SealedAnswers, SealedNumber, SealedText, parts, renewed
from app.security import keys
from app.transaction import transaction

STATES = ("newest", "older", "none")
_PORTION = 200
# Secrets that services encrypt themselves (keys.encrypt).
_SECRETS = (
    ("users", "totp_secret"),
    ("activations", "secret"),
    ("sign_ins", "place"),
    ("sign_in_attempts", "place"),
)


def status() -> dict[str, Counter[str]]:
    """Count what is sealed with the newest key, an older one or none: place → state → how many."""
    found = {"files": Counter(_file_state(p) for p in storage.paths())}
    for column in _columns():
        found[_name(column)] = Counter(
            state for _, stored in _rows(column) if (state := _state(column, stored))
        )
    return found


def rotate() -> dict[str, int]:
    """Seal everything with the newest key that is not; place → how many were."""
    done = {"files": 0}
    for path in storage.paths():
        if _file_state(path) != "newest":
            storage.renew(path)
            done["files"] += 1
    for column in _columns():
        done[_name(column)] = _rotate(column)
    return done


def _file_state(path: Any) -> str:
    try:
        head = storage.head(path)
    except FileNotFoundError:
        return "newest"  # discarded meanwhile
    if not keys.is_sealed(head):
        return "none"
    return "newest" if keys.is_newest(head) else "older"


def _columns() -> Iterator[Column[Any]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedAnswers | SealedNumber | SealedText):
                yield column
    yield from (Base.metadata.tables[table].c[name] for table, name in _SECRETS)


def _is_secret(column: Column[Any]) -> bool:
    return (column.table.key, column.name) in _SECRETS


def _name(column: Column[Any]) -> str:
    return f"{column.table.key}.{column.name}"


def _raw(column: Column[Any]) -> Any:
    """Return a column as it is stored."""
    return type_coerce(column, JSON if isinstance(column.type, SealedAnswers) else String)


def _portion(column: Column[Any], after: int, *, lock: bool) -> list[tuple[int, Any]]:
    key = column.table.c.id
    query = select(key, _raw(column)).where(key > after, column.is_not(None)).order_by(key)
    query = query.limit(_PORTION)
    found = db.session.execute(query.with_for_update() if lock else query)
    return [(number, stored) for number, stored in found]


def _rows(column: Column[Any]) -> Iterator[tuple[int, Any]]:
    last = 0
    while found := _portion(column, last, lock=False):
        yield from found
        last = found[-1][0]


def _again(column: Column[Any], stored: Any) -> Any:
    """Return a value sealed with the newest key, or None when it is so already."""
    if _is_secret(column):
        return keys.renew(stored) if stored and not keys.is_encrypted_newest(stored) else None
    return renewed(stored, column.type)


def _state(column: Column[Any], stored: Any) -> str:
    """Return the state of one value; "" when there is nothing to seal in it."""
    texts = parts(stored, column.type)
    if not texts:
        return ""
    if _is_secret(column):
        return "newest" if keys.is_encrypted_newest(texts[0]) else "older"
    if not all(keys.is_sealed_text(t) for t in texts):
        return "none"
    return "newest" if all(keys.is_newest_text(t) for t in texts) else "older"


def _rotate(column: Column[Any]) -> int:
    table = Base.metadata.tables[column.table.key]
    # As stored: the types of the columns would seal what is sealed already.
    plain = JSON() if isinstance(column.type, SealedAnswers) else String()
    last, done = 0, 0
    while True:
        with transaction():
            found = _portion(column, last, lock=True)
            for number, stored in found:
                again = _again(column, stored)
                if again is not None:
                    db.session.execute(
                        update(table)
                        .where(table.c.id == number)
                        .values({column: type_coerce(again, plain)})
                    )
                    done += 1
        if not found:
            return done
        last = found[-1][0]

"""Columns that the database holds encrypted: text, numbers of persons, answers with such numbers.

The rest of the code reads and writes clear values. A number is kept as `<blind index><sealed>`:
the index is the same for the same number and is what `==` compares, so a number can be looked
for while nobody who has only the database can read one (app.security.keys).
"""

import json
from typing import Any

from sqlalchemy import JSON, ColumnElement, Dialect, String, func, literal_column, type_coerce
from sqlalchemy.types import TypeDecorator

import workflows
from app.security import keys

INDEX = 32
"""Length of the blind index before a sealed number."""
_HEAD: tuple[ColumnElement[int], ...] = literal_column("1"), literal_column(str(INDEX))


def index_of(clear: str) -> str:
    """Return what a number is found by; "" stays ""."""
    return keys.blind("number", clear) if clear else ""


def seal_number(clear: str) -> str:
    """Return a number as it is stored; "" stays ""."""
    return index_of(clear) + keys.seal_text(clear) if clear else ""


def open_number(stored: str) -> str:
    """Return the number behind a stored value; one from before the encryption is clear."""
    return keys.unseal_text(stored[INDEX:]) if is_sealed_number(stored) else stored


def is_sealed_number(stored: str) -> bool:
    """Tell whether a stored number is encrypted."""
    return keys.is_sealed_text(stored[INDEX:])


def number_index(column: Any) -> ColumnElement[str]:
    """Return the blind index of a column of sealed numbers, to compare or group by."""
    # Written out: PostgreSQL takes two parameters for two different groupings.
    return func.substr(type_coerce(column, String), *_HEAD)


class SealedText(TypeDecorator[str]):
    """Text that is only read, never looked for."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal."""
        return keys.seal_text(value) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open."""
        return keys.unseal_text(value) if value and keys.is_sealed_text(value) else value


class SealedNumber(TypeDecorator[str]):
    """A phone or ID number; `==` and `!=` compare blind indexes."""

    impl = String
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """What a query may ask of a number: is it this one."""

        def __eq__(self, other: Any) -> ColumnElement[bool]:  # type: ignore[override]
            return number_index(self.expr) == index_of(other)

        def __ne__(self, other: Any) -> ColumnElement[bool]:  # type: ignore[override]
            return number_index(self.expr) != index_of(other)

        __hash__ = None  # type: ignore[assignment]

    comparator_factory = Comparator

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal."""
        return seal_number(value) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open."""
        return open_number(value) if value else value


class SealedAnswers(TypeDecorator[dict[str, Any]]):
    """Answers by field: the numbers of persons among them are sealed, the rest can be queried."""

    impl = JSON
    cache_ok = True

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Look into the document as into any other JSON."""
        return self.impl_instance.coerce_compared_value(op, value)

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> Any:
        """Seal the numbers."""
        return _each_number(value, seal_number)

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Any] | None:
        """Open the numbers."""
        opened: dict[str, Any] | None = _each_number(value, open_number)
        return opened


def has_number(column: Any, name: str, clear: str) -> ColumnElement[bool]:
    """Return the condition that a field of sealed answers is this number."""
    stored = type_coerce(column, JSON)[name].as_string()
    return func.substr(stored, *_HEAD) == index_of(clear)


def _each_number(value: Any, change: Any) -> Any:
    """Return answers with their numbers changed; a change of a number is [before, after]."""
    if not value:
        return value
    names = workflows.masked_names() & value.keys()
    if not names:
        return value
    return value | {name: _changed(value[name], change) for name in names}


def _changed(value: Any, change: Any) -> Any:
    if isinstance(value, list):
        return [_changed(each, change) for each in value]
    return change(value) if isinstance(value, str) else value


def parts(stored: Any, column_type: Any) -> list[str]:
    """Return what of a stored value is sealed, or should be."""
    found: list[str] = []
    match column_type:
        case SealedAnswers():
            _each_number(stored, lambda each: found.append(_sealed_part(each)))
        case SealedNumber():
            found.append(_sealed_part(stored))
        case _:
            found.append(stored)
    return [each for each in found if each]


def _sealed_part(number: str) -> str:
    return number[INDEX:] if is_sealed_number(number) else number


def renewed(stored: Any, column_type: Any) -> Any:
    """Return a stored value sealed with the newest key, or None when it is so already."""
    match column_type:
        case SealedAnswers():
            again = _each_number(stored, _renew_number)
        case SealedNumber():
            again = _renew_number(stored)
        case _:
            again = _renew_text(stored)
    return None if json.dumps(again) == json.dumps(stored) else again


def _renew_number(stored: str) -> str:
    if not stored:
        return stored
    if not is_sealed_number(stored):
        return seal_number(stored)
    return stored[:INDEX] + _renew_text(stored[INDEX:])


def _renew_text(stored: str) -> str:
    if not stored or keys.is_newest_text(stored):
        return stored
    return keys.seal_text(keys.unseal_text(stored) if keys.is_sealed_text(stored) else stored)

"""Where rows of a list come from: a sheet, or units of the register."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import formats
from app.errors import Refused
from app.extensions import db
from app.models import Organisation
from workflows import Field, FieldType, Text

_HEADING_WITHIN = 10
_MOST_FOUND = 50


def from_sheet(
    fields: Sequence[Field], cells: Sequence[Sequence[str]]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row of the sheet, columns) below the headings; raise Refused when they are absent.

    Headings are known by their words, with or without diacritics, in any order; other columns
    and rows above the headings (the title of a letter's annex) are passed over.
    """
    at, columns = _headings(fields, cells)
    for number, row in enumerate(cells[at + 1 :], start=at + 2):
        values = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
        if any(values.values()):
            yield number, values


def _headings(
    fields: Sequence[Field], cells: Sequence[Sequence[str]]
) -> tuple[int, dict[str, int]]:
    best: tuple[int, dict[str, int]] = (0, {})
    for at, row in enumerate(cells[:_HEADING_WITHIN]):
        words = [formats.fold(cell) for cell in row]
        found = {
            f.name: next(n for n, w in enumerate(words) if w in _names(f))
            for f in fields
            if not _names(f).isdisjoint(words)
        }
        if len(found) > len(best[1]):
            best = (at, found)
    absent = [str(f.label) for f in fields if f.required and f.name not in best[1]]
    if absent:
        raise Refused(
            Text(
                "Bảng tính thiếu cột: {names}. Tải mẫu, chép dữ liệu vào rồi gửi lại.",
                "The sheet lacks these columns: {names}. Download the template and use it.",
            ).fill(names="; ".join(absent))
        )
    return best


def _names(field: Field) -> set[str]:
    return {formats.fold(field.label), formats.fold(field.label.en), field.name}


def headings(fields: Sequence[Field]) -> list[str]:
    """Return the headings of the template to fill."""
    return [str(f.label) for f in fields]


def in_register(text: str) -> list[Organisation]:
    """Return units of the register by name or number, to pick from."""
    return list(
        db.session.scalars(
            select(Organisation)
            .where(Organisation.folded.contains(formats.fold(text), autoescape=True))
            .order_by(Organisation.folded)
            .limit(_MOST_FOUND)
            .options(selectinload(Organisation.accounts))
        )
    )


def picked(fields: Sequence[Field], ids: Sequence[int]) -> Iterator[dict[str, str]]:
    """Yield rows of units of the register, as far as their accounts say who keeps them."""
    found = db.session.scalars(
        select(Organisation)
        .where(Organisation.id.in_(ids[:_MOST_FOUND]))
        .order_by(Organisation.folded)
        .options(selectinload(Organisation.accounts))
    )
    for unit in found:
        account = unit.accounts[-1] if unit.accounts else None
        known: Mapping[str, str] = {
            "name": unit.name,
            "email": account.custodian_email if account else "",
            "custodian_name": account.custodian_name if account else "",
            "custodian_gender": account.custodian_gender if account else "",
            "custodian_phone": account.custodian_phone if account else "",
        }
        yield {f.name: known.get(f.name, "") for f in fields}


def shown(field: Field, value: str) -> str:
    """Return a cell as people read it."""
    if field.type is FieldType.CHOICE:
        return str(next((c.label for c in field.choices if c.value == value), value))
    if field.type in (FieldType.PHONE, FieldType.MOBILE) and value:
        return formats.phone(value)
    return value

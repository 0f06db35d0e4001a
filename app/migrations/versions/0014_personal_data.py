"""Personal data at rest: numbers of persons, letters and mails sealed with a key outside."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.security import keys

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None

_PORTION = 500
_INDEX = 32
_JSON = (
    ("dossiers", "answers"),
    ("dossiers", "typed"),
    ("recipients", "typed"),
    ("recipients", "answers"),
    ("account_events", "changes"),
)
_NUMBERS = (("accounts", "custodian_phone"), ("prescribers", "phone"), ("users", "phone"))
_TEXTS = (("letters", "data"), ("outgoing_mails", "text"))
# The answers that are numbers of persons, as the forms were when this was written.
_FIELDS = frozenset({"custodian_phone", "custodian_id", "new_phone"})


def upgrade() -> None:
    """Go forward: seal what is there."""
    _change(_seal_number, _seal_text)


def downgrade() -> None:
    """Go back: everything is clear again."""
    _change(_open_number, _open_text)


def _change(number: Callable[[str], str], text: Callable[[str], str]) -> None:
    for table, column in _JSON:
        _rewrite(table, column, sa.JSON(), lambda stored: _numbers_in(stored, number))
    for table, column in _NUMBERS:
        _rewrite(table, column, sa.String(), number)
    for table, column in _TEXTS:
        _rewrite(table, column, sa.String(), text)


def _rewrite(table: str, column: str, kind: Any, change: Callable[[Any], Any]) -> None:
    rows = sa.table(table, sa.column("id", sa.Integer), sa.column(column, kind))
    value, connection, last = rows.c[column], op.get_bind(), 0
    query = sa.select(rows.c.id, value).order_by(rows.c.id).limit(_PORTION)
    while found := connection.execute(query.where(rows.c.id > last)).all():
        changed = [
            {"key": number, "value": again}
            for number, stored in found
            if stored and (again := change(stored)) != stored
        ]
        if changed:
            statement = sa.update(rows).where(rows.c.id == sa.bindparam("key"))
            connection.execute(statement.values({column: sa.bindparam("value", type_=kind)}), changed)
        last = found[-1][0]


def _numbers_in(stored: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    return {n: _each(v, change) if n in _FIELDS else v for n, v in stored.items()}


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_each(v, change) for v in value]
    return change(value) if isinstance(value, str) and value else value


def _seal_number(clear: str) -> str:
    if keys.is_sealed_text(clear[_INDEX:]):
        return clear
    return keys.blind("number", clear) + keys.seal_text(clear)


def _open_number(stored: str) -> str:
    is_sealed = keys.is_sealed_text(stored[_INDEX:])
    return keys.unseal_text(stored[_INDEX:]) if is_sealed else stored


def _seal_text(clear: str) -> str:
    return clear if keys.is_sealed_text(clear) else keys.seal_text(clear)


def _open_text(stored: str) -> str:
    return keys.unseal_text(stored) if keys.is_sealed_text(stored) else stored

"""Many dossiers quickly: copies of one that went through the services, inserted in bulk."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, insert, select

from app.extensions import db
from app.models import Dossier, DossierEvent, Letter, OutgoingMail
from app.security import keys
from app.transaction import transaction

Change = Callable[[int], Mapping[str, Any]]
_BATCH = 5000
# What must differ from row to row in each table.
_UNIQUE: Mapping[Any, Change] = {
    DossierEvent: lambda n: {},
    Letter: lambda n: {"key": keys.nonce()},
    OutgoingMail: lambda n: {
        "once": keys.nonce(), "message_id": f"<{keys.nonce()}>", "letter_id": None,
        "state": "sent",
    },
}  # fmt: skip


def copy(key: str, number: int, change: Change = lambda n: {}) -> list[str]:
    """Insert copies of a dossier with its history, letters and mails; return their keys."""
    original = db.session.execute(select(Dossier.__table__).where(Dossier.key == key)).one()
    parts = {table: _rows(table, original.id) for table in _UNIQUE}
    first = 1 + (db.session.scalar(select(func.max(Dossier.id))) or 0)
    made = []
    for start in range(first, first + number, _BATCH):
        batch = range(start, min(start + _BATCH, first + number))
        dossiers = [
            {
                **original._mapping,
                "key": keys.nonce(),
                "code": f"C-{n:08d}",
                "once_key": None,
                **change(n - first),
                "id": n,
            }
            for n in batch
        ]
        made += [row["key"] for row in dossiers]
        with transaction():
            db.session.execute(insert(Dossier), dossiers)
            for table, rows in parts.items():
                unique = _UNIQUE[table]
                copied = [{**row, "dossier_id": n, **unique(n)} for n in batch for row in rows]
                if copied:
                    db.session.execute(insert(table), copied)
    return made


def _rows(table: Any, dossier_id: int) -> list[dict[str, Any]]:
    found = db.session.execute(
        select(table.__table__).where(table.dossier_id == dossier_id)
    ).mappings()
    return [{k: v for k, v in row.items() if k != "id"} for row in found]

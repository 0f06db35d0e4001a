"""The seal of a row of a history: keyed, so that who can only write the database cannot forge it.

Rows from before the key was used have a plain SHA-256. They stay as they are; one that stands
after the first keyed row is a forgery, and those before it lie in days that are sealed.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from app.security import keys

_KEYED = "k1:"


def seal(purpose: str, content: Sequence[Any]) -> str:
    """Return the seal of what a row says."""
    return _KEYED + keys.mac(purpose, text_of(content))


def fits(stored: str, purpose: str, content: Sequence[Any]) -> bool:
    """Tell whether a seal, keyed or from before the key was used, is that of a row's content."""
    if stored.startswith(_KEYED):
        return hmac.compare_digest(stored, seal(purpose, content))
    plain = hashlib.sha256(text_of(content).encode()).hexdigest()
    return hmac.compare_digest(stored, plain)


def text_of(content: Any) -> str:
    """Return values as the one text they are sealed as."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Judge:
    """Tells of the rows of one table whether their seals hold."""

    def __init__(self, table: Any, purpose: str) -> None:
        self._purpose = purpose
        keyed = select(func.min(table.id), func.min(table.at)).where(table.hash.like(f"{_KEYED}%"))
        self._first: tuple[int | None, datetime | None]
        self._first = db.session.execute(keyed).one()

    def objection(self, event: Any, content: Sequence[Any]) -> str:
        """Return what is wrong with a row, or ""."""
        number, moment = self._first
        is_late = number and moment and (event.id > number or event.at > moment)
        if is_late and not event.hash.startswith(_KEYED):
            return "was sealed without the key"
        return "" if fits(event.hash, self._purpose, content) else "was changed"

"""Limits per network address that hold over all processes: fixed windows in the database.

Not Flask-Limiter: the storages of its library are memory (one process), Redis, Memcached and
MongoDB, each a second server to keep alive for one small table. Codes and passwords have limits
of their own, per person; these keep one address from keeping everybody else waiting.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select

from app import clock
from app.database import changed_rows, insert_into
from app.extensions import db
from app.models import RateWindow
from app.security import keys

WINDOW = timedelta(minutes=5)
_KEPT = timedelta(hours=1)

# What an office of a hundred people behind one address still does in five minutes.
LIMITS: Mapping[str, int] = {
    "sign_in": 120,
    "code": 120,
    # Keys and tokens that open nothing; the right ones are not counted.
    "guess": 60,
    # Each is a process of its own.
    "examine": 30,
    "upload": 150,
    "render": 60,
}


def take(purpose: str, address: str) -> int:
    """Count one more; return in how many seconds to come back, or 0 when it is within the limit.

    In a transaction of its own, which the caller commits whatever the answer is.
    """
    row = insert_into(db.engine, RateWindow).values(
        purpose=purpose, client=_client(address), started_at=_start(), taken=1
    )
    taken = db.session.execute(
        row.on_conflict_do_update(
            index_elements=["purpose", "client", "started_at"],
            set_={"taken": RateWindow.taken + 1},
        ).returning(RateWindow.taken)
    ).scalar_one()
    return _wait() if taken > _most(purpose) else 0


def wait(purpose: str, address: str) -> int:
    """Return in how many seconds to come back, without counting and without a write."""
    taken = db.session.scalars(
        select(RateWindow.taken).where(
            RateWindow.purpose == purpose,
            RateWindow.client == _client(address),
            RateWindow.started_at == _start(),
        )
    ).first()
    return _wait() if (taken or 0) >= _most(purpose) else 0


def are_on() -> bool:
    """Tell whether anything is limited here; a gateway in front may do it instead."""
    factor: int = current_app.config["VANTHU"].rate_limit_factor
    return factor > 0


def prune() -> int:
    """Delete the windows nobody asks for any more."""
    old = clock.now() - _KEPT
    return changed_rows(db.session.execute(delete(RateWindow).where(RateWindow.started_at < old)))


def _most(purpose: str) -> int:
    factor: int = current_app.config["VANTHU"].rate_limit_factor
    return LIMITS[purpose] * factor


def _start() -> datetime:
    seconds = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(int(clock.now().timestamp()) // seconds * seconds, UTC)


def _wait() -> int:
    return int((_start() + WINDOW - clock.now()).total_seconds()) + 1


def _client(address: str) -> str:
    return keys.blind("limits", address)

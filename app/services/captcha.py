"""A hurdle for machines that no person has to see or hear, made and checked here (rule O2).

With a script the browser computes for a moment (Altcha, a proof of work). Without one the form
is taken after twenty seconds: waiting costs a machine as much as computing does and asks
nothing of anybody's eyes, ears or language; a question in words keeps no machine out today, and
a mailed link would lead somebody who has no working mailbox nowhere.
"""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
from sqlalchemy import delete

from app import clock
from app.database import insert_into
from app.extensions import db
from app.models import SignIn, SpentCaptcha
from app.security import keys

WAIT = timedelta(seconds=20)
_LIFETIME = timedelta(minutes=20)
# About half a second on an old office machine: 256 tries of 5,000 rounds on average.
_ALGORITHM, _COST = "PBKDF2/SHA-256", 5_000
_LONGEST = 5_000


def _secret() -> str:
    return keys.derived_token("captcha", "proof of work")


def challenge() -> dict[str, Any]:
    """Return what the browser is to compute, for as long as the form lives."""
    made: dict[str, Any] = altcha.create_challenge(
        _ALGORITHM, _COST, expires_at=clock.now() + _LIFETIME, hmac_secret=_secret()
    ).to_dict()
    return made


def is_solved(payload: str) -> bool:
    """Tell whether a proof of work is right and spend it: it would verify again."""
    if not payload or len(payload) > _LONGEST:
        return False
    if not altcha.verify_solution(payload, _secret()).verified:
        return False
    signature = json.loads(base64.b64decode(payload))["challenge"]["signature"]
    return _spend(str(signature))


def ticket(session: SignIn) -> str:
    """Return a sealed note of when a form was shown to this session."""
    moment = str(int(clock.now().timestamp()))
    return f"{moment}.{_seal(session, moment)}"


def _seal(session: SignIn, moment: str) -> str:
    return keys.mac("captcha", f"{session.id}:{moment}")


def still_to_wait(session: SignIn, note: str) -> timedelta | None:
    """Return how long a form without a script has to wait; None for a note not of ours."""
    moment, _, seal = note[:200].partition(".")
    if not (moment.isascii() and moment.isdigit() and len(moment) < 12):
        return None
    if not hmac.compare_digest(seal.encode(), _seal(session, moment).encode()):
        return None
    age = clock.now() - datetime.fromtimestamp(int(moment), UTC)
    return max(WAIT - age, timedelta()) if age < _LIFETIME else None


def has_waited(session: SignIn, note: str) -> bool:
    """Tell whether a form waited long enough, and spend its note."""
    return still_to_wait(session, note) == timedelta() and _spend(note.partition(".")[2])


def _spend(signature: str) -> bool:
    now = clock.now()
    db.session.execute(delete(SpentCaptcha).where(SpentCaptcha.expires_at < now))
    written = db.session.execute(
        insert_into(db.engine, SpentCaptcha)
        .values(signature=signature, expires_at=now + _LIFETIME)
        .on_conflict_do_nothing(index_elements=[SpentCaptcha.signature])
        .returning(SpentCaptcha.signature)
    ).first()
    return written is not None

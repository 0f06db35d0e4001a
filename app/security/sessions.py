"""Sessions live in the database; the cookie holds a random token and nothing else.

Staff and applicants have separate cookies, so that signing out of one leaves the other.
"""

import secrets
from datetime import timedelta

from flask import Response, g, request
from flask import current_app as app
from sqlalchemy import select, update

from app import clock
from app.extensions import db
from app.models import SignIn, User
from app.security import keys

STAFF = "staff"
PORTAL = "portal"
_APPLICANT_LIFETIME = timedelta(hours=8)


def begin(area: str, *, user: User | None = None, email: str = "", complete: bool = True) -> None:
    """Start a session under a new token; the one before is ended (no fixation)."""
    end(area)
    token = secrets.token_urlsafe(32)
    now = clock.now()
    row = SignIn(
        token_hash=keys.token_hash(token),
        user=user,
        email=email,
        is_complete=complete,
        created_at=now,
        seen_at=now,
        user_agent=(request.user_agent.string or "")[:250],
    )
    db.session.add(row)
    db.session.flush()
    setattr(g, f"_{area}_row", row)
    g.setdefault("_cookies", {})[area] = token


def end(area: str) -> None:
    """End the session of this browser, if any."""
    row = _row(area)
    if row is not None:
        row.ended_at = clock.now()
    setattr(g, f"_{area}_row", None)
    g.setdefault("_cookies", {})[area] = None


def end_all(user: User) -> None:
    """End every session of a person."""
    db.session.execute(
        update(SignIn)
        .where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def current_user() -> User | None:
    """Return the member of staff who is fully signed in."""
    row = staff_session()
    return row.user if row is not None else None


def half_signed_in() -> User | None:
    """Return the person whose password was right and whose code is still to come."""
    row = _row(STAFF)
    return row.user if row is not None and not row.is_complete else None


def staff_session() -> SignIn | None:
    """Return the session of the member of staff who is fully signed in."""
    row = _row(STAFF)
    return row if row is not None and row.is_complete else None


def current_email() -> str:
    """Return the verified e-mail of this browser, or an empty string."""
    row = _row(PORTAL)
    return row.email if row is not None else ""


def client() -> str:
    """Return who asks, as a keyed hash of the network address that says nothing by itself."""
    return keys.derived_token("client", request.remote_addr or "")[:22]


def cookie_name(area: str) -> str:
    """Return the name of the cookie; __Host- ties it to this host and to HTTPS."""
    prefix = "__Host-" if app.config["SESSION_COOKIE_SECURE"] else ""
    return f"{prefix}vanthu_{area}"


def write_cookies(response: Response) -> Response:
    """Set or delete the cookies of sessions begun or ended in this request."""
    for area, token in g.get("_cookies", {}).items():
        if token is None:
            if cookie_name(area) in request.cookies:
                response.delete_cookie(cookie_name(area), path="/")
            continue
        response.set_cookie(
            cookie_name(area),
            token,
            httponly=True,
            secure=app.config["SESSION_COOKIE_SECURE"],
            samesite="Lax",
            path="/",
        )
    return response


def _row(area: str) -> SignIn | None:
    name = f"_{area}_row"
    if name not in g:
        setattr(g, name, _load(area))
    row: SignIn | None = g.get(name)
    return row


def _load(area: str) -> SignIn | None:
    token = request.cookies.get(cookie_name(area), "")
    if not 30 <= len(token) <= 100:
        return None
    row = db.session.scalars(
        select(SignIn).where(SignIn.token_hash == keys.token_hash(token), SignIn.ended_at.is_(None))
    ).first()
    return row if row is not None and _is_alive(row) else None


def _is_alive(row: SignIn) -> bool:
    now = clock.now()
    if row.user is None:
        return now - row.created_at < _APPLICANT_LIFETIME
    config = app.config["VANTHU"]
    return (
        row.user.is_active
        and now - row.created_at < timedelta(hours=config.session_hours)
        and now - row.seen_at < timedelta(minutes=config.session_idle_minutes)
    )


def touch() -> bool:
    """Note that the member of staff is active; True when there is something to commit."""
    row = _row(STAFF)
    if row is None or clock.now() - row.seen_at < timedelta(minutes=1):
        return False
    db.session.execute(update(SignIn).where(SignIn.id == row.id).values(seen_at=clock.now()))
    return True

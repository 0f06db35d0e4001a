"""Sessions live in the database; the cookie holds a random token and nothing else.

Staff and applicants have separate cookies, so that signing out of one leaves the other.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from flask import Response, g, request
from flask import current_app as app
from sqlalchemy import ColumnElement, and_, case, or_, select, update

from app import clock
from app.database import changed_rows
from app.extensions import db
from app.models import SignIn, User
from app.security import keys, origin
from workflows import Text

STAFF = "staff"
PORTAL = "portal"
_DEVICE = "device"
_APPLICANT_LIFETIME = timedelta(hours=8)
_APPLICANT_IDLE = timedelta(hours=2)
# Between password and one-time code; long enough to set up an authenticator.
_HALF_OPEN = timedelta(minutes=20)
# As long as browsers keep a cookie.
_DEVICE_DAYS = 400


class Ended(StrEnum):
    """Who or what ended a session before its time."""

    SIGNED_OUT = "signed_out"
    REPLACED = "replaced"
    REMOTE = "remote"
    PASSWORD = "password"  # noqa: S105 - the reason, not one
    OFFICE = "office"


ENDED: dict[str, Text] = {
    Ended.SIGNED_OUT: Text("Ông/Bà đăng xuất", "you signed out"),
    Ended.REPLACED: Text("đăng nhập lại trên cùng trình duyệt", "signed in anew in this browser"),
    Ended.REMOTE: Text("Ông/Bà kết thúc từ thiết bị khác", "you ended it from another device"),
    Ended.PASSWORD: Text("đổi mật khẩu", "the password was changed"),
    Ended.OFFICE: Text("quản trị kết thúc", "an administrator ended it"),
}


def begin(area: str, *, user: User | None = None, email: str = "", complete: bool = True) -> SignIn:
    """Start a session under a new token; the one before is ended (no fixation)."""
    end(area, Ended.REPLACED)
    token = secrets.token_urlsafe(32)
    now = clock.now()
    row = SignIn(
        token_hash=keys.token_hash(token),
        user=user,
        email=email,
        is_complete=complete,
        created_at=now,
        seen_at=now,
        user_agent=origin.user_agent(),
        place=origin.sealed_address(),
        network=origin.network(),
    )
    if area == STAFF and complete:
        g._device, row.device = origin.device_of(device_cookie())
    db.session.add(row)
    db.session.flush()
    setattr(g, f"_{area}_row", row)
    g.setdefault("_cookies", {})[area] = token
    return row


def rotate(area: str) -> None:
    """Give the session of this browser a new token; the one before opens nothing."""
    row = _row(area)
    if row is not None:
        token = secrets.token_urlsafe(32)
        row.token_hash = keys.token_hash(token)
        g.setdefault("_cookies", {})[area] = token


def end(area: str, why: Ended = Ended.SIGNED_OUT) -> None:
    """End the session of this browser, if any."""
    row = _row(area)
    if row is not None:
        row.ended_at, row.ended_by = clock.now(), why
    setattr(g, f"_{area}_row", None)
    g.setdefault("_cookies", {})[area] = None


def end_all(user: User, why: Ended = Ended.OFFICE, *, but: SignIn | None = None) -> None:
    """End every session of a person, when rights or passwords change; `but` one, if any."""
    _end_where(SignIn.user_id == user.id, SignIn.id != (but.id if but else 0), why=why)


def alive(area: str) -> Sequence[SignIn]:
    """Return the open sessions of who is at this browser, the newest first."""
    row = _row(area)
    if row is None:
        return []
    query = select(SignIn).where(*_owned_by(row), SignIn.ended_at.is_(None), SignIn.is_complete)
    return db.session.scalars(query.where(_is_live()).order_by(SignIn.id.desc())).all()


def end_one(area: str, number: int) -> bool:
    """End another session of who is at this browser; False when they have no such one."""
    row = _row(area)
    if row is None or row.id == number:
        return False
    return _end_where(*_owned_by(row), _is_live(), SignIn.id == number, why=Ended.REMOTE) == 1


def end_others(area: str) -> int:
    """End all sessions of who is at this browser but this one; return how many."""
    row = _row(area)
    if row is None:
        return 0
    return _end_where(*_owned_by(row), _is_live(), SignIn.id != row.id, why=Ended.REMOTE)


def _owned_by(row: SignIn) -> tuple[ColumnElement[bool], ...]:
    if row.user_id is not None:
        return (SignIn.user_id == row.user_id,)
    return (SignIn.user_id.is_(None), SignIn.email == row.email)


def _is_live() -> ColumnElement[bool]:
    """Return what `_is_alive` asks of the times of a row, for the database."""
    now, config = clock.now(), app.config["VANTHU"]
    return or_(
        and_(
            SignIn.user_id.is_not(None),
            SignIn.created_at > now - timedelta(hours=config.session_hours),
            SignIn.seen_at > now - timedelta(minutes=config.session_idle_minutes),
        ),
        and_(
            SignIn.user_id.is_(None),
            SignIn.created_at > now - _APPLICANT_LIFETIME,
            SignIn.seen_at > now - _APPLICANT_IDLE,
        ),
    )


def _end_where(*which: ColumnElement[bool], why: Ended) -> int:
    ended = db.session.execute(
        update(SignIn)
        .where(*which, SignIn.ended_at.is_(None))
        # One that had run out before stays that: the history would name the wrong cause.
        .values(ended_at=clock.now(), ended_by=case((_is_live(), why.value), else_=""))
    )
    return changed_rows(ended)


def label() -> str:
    """Return who this request turned out to come from, as logs say it: a number; "" for nobody."""
    for area in (STAFF, PORTAL):
        row: SignIn | None = g.get(f"_{area}_row")
        if row is not None:
            return f"user {row.user_id}" if row.user_id else f"applicant's session {row.id}"
    return ""


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


def at_the_door() -> SignIn | None:
    """Return the session of a member of staff, whether or not its code has come."""
    return _row(STAFF)


def current_email() -> str:
    """Return the verified e-mail of this browser, or an empty string."""
    row = _row(PORTAL)
    return row.email if row is not None else ""


def portal_session() -> SignIn | None:
    """Return the session of the applicant at this browser."""
    return _row(PORTAL)


def device_cookie() -> str:
    """Return the token by which this browser is known again, or an empty string."""
    return request.cookies.get(cookie_name(_DEVICE), "")


def client() -> str:
    """Return who asks, as a keyed hash of the network address that says nothing by itself."""
    return keys.derived_token("client", request.remote_addr or "")[:22]


def cookie_name(area: str) -> str:
    """Return the name of the cookie; __Host- ties it to this host and to HTTPS."""
    prefix = "__Host-" if app.config["SESSION_COOKIE_SECURE"] else ""
    return f"{prefix}vanthu_{area}"


def write_cookies(response: Response) -> Response:
    """Set or delete the cookies of sessions begun or ended in this request."""
    if "_device" in g:
        _set_cookie(response, _DEVICE, g._device, days=_DEVICE_DAYS)
    for area, token in g.get("_cookies", {}).items():
        if token is None:
            if cookie_name(area) in request.cookies:
                response.delete_cookie(cookie_name(area), path="/")
            continue
        _set_cookie(response, area, token)
    return response


def _set_cookie(response: Response, name: str, token: str, *, days: int = 0) -> None:
    response.set_cookie(
        cookie_name(name),
        token,
        max_age=timedelta(days=days) if days else None,
        httponly=True,
        secure=app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
        path="/",
    )


def forget_ended(area: str) -> bool:
    """Tell whether this browser comes with a session that has ended, and drop its cookie."""
    if _row(area) is not None or _find(area) is None:
        return False
    g.setdefault("_cookies", {})[area] = None
    return True


def _row(area: str) -> SignIn | None:
    name = f"_{area}_row"
    if name not in g:
        setattr(g, name, _load(area))
    row: SignIn | None = g.get(name)
    return row


def _load(area: str) -> SignIn | None:
    row = _find(area)
    return row if row is not None and row.ended_at is None and _is_alive(row) else None


def _find(area: str) -> SignIn | None:
    """Return the session whose cookie this browser has, ended or not."""
    token = request.cookies.get(cookie_name(area), "")
    if not 30 <= len(token) <= 100:
        return None
    return db.session.scalars(
        select(SignIn).where(SignIn.token_hash == keys.token_hash(token))
    ).first()


def _is_alive(row: SignIn) -> bool:
    now = clock.now()
    if row.user is None:
        idle = now - row.seen_at
        return now - row.created_at < _APPLICANT_LIFETIME and idle < _APPLICANT_IDLE
    if not row.is_complete and now - row.created_at >= _HALF_OPEN:
        return False
    config = app.config["VANTHU"]
    return (
        row.user.is_active
        and now - row.created_at < timedelta(hours=config.session_hours)
        and now - row.seen_at < timedelta(minutes=config.session_idle_minutes)
    )


def is_unseen(area: str) -> bool:
    """Tell whether a minute has passed since who is at this browser was noted as active."""
    row = _row(area)
    return row is not None and clock.now() - row.seen_at >= timedelta(minutes=1)


def touch(area: str) -> None:
    """Note that who is at this browser is active."""
    if row := _row(area):
        db.session.execute(update(SignIn).where(SignIn.id == row.id).values(seen_at=clock.now()))

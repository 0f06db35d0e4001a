"""Views of personal data leave a row: to the person, at most one in a while for the same thing.

A view says what it is about to show; the row is written once the page is made and before it
leaves. A page whose row cannot be written is not shown.
"""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, g

from app.security import sessions
from app.security.actors import Actor, applicant, staff
from app.services import audit
from app.transaction import transaction

# Who comes back within this time is still looking at the same thing.
_WHILE = timedelta(minutes=10)
_Note = tuple[str, Actor, str, dict[str, Any]]


def register(app: Flask) -> None:
    """Write what was noted, after each request."""
    app.after_request(_write)


def note(what: str, about: str, actor: Actor | None = None, **details: Any) -> None:
    """Say that the page under way shows something; `actor` is for links without a sign-in."""
    who = actor or _who()
    if who is not None:
        g.setdefault("_seen", []).append((what, who, about, details))


def _who() -> Actor | None:
    user = sessions.current_user()
    if user is not None:
        return staff(user)
    email = sessions.current_email()
    return applicant(email) if email else None


def _write(response: Response) -> Response:
    noted: list[_Note] = g.pop("_seen", [])
    if response.status_code >= 400:
        return response
    fresh = [
        each for each in noted if not audit.is_recent(*each[:3], details=each[3], within=_WHILE)
    ]
    if fresh:
        with transaction():
            for what, actor, about, details in fresh:
                audit.record(what, actor, about, details)
    return response

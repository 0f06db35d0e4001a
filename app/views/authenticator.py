"""The codes of the invented people, so that one machine can try everything (development)."""

import pyotp
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import clock, samples
from app.views import public

bp = Blueprint("authenticator", __name__)

_STEP = 30


@bp.get("/authenticator")
@public
def codes() -> ResponseReturnValue:
    """Show the present and the next code of each person; the page renews itself."""
    now = clock.now()
    secrets = samples.stored_secrets()
    people = []
    for username, name, position, *_rest in samples.PEOPLE:
        totp = pyotp.TOTP(secrets[username]) if username in secrets else None
        people.append(
            {
                "username": username,
                "name": name,
                "position": position,
                "code": totp.at(now) if totp else "",
                "next": totp.at(now, counter_offset=1) if totp else "",
            }
        )
    left = _STEP - int(now.timestamp()) % _STEP
    return render_template(
        "auth/authenticator.html",
        people=people,
        left=left,
        password=samples.PASSWORD,
        newcomer=samples.NEWCOMER,
    )

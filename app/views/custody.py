"""The link of a reminder: what is confirmed, and one button that says the password was changed."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.services import custody
from app.transaction import transaction
from app.views import public

# The mail (templates/mail/_password.txt) spells this address.
bp = Blueprint("custody", __name__, url_prefix="/custody/<int(max=2147483647):number>/<token>")


@bp.get("")
@public
def open(number: int, token: str) -> ResponseReturnValue:
    """Say what is confirmed; nothing is recorded, because mail scanners open links too."""
    return _page(custody.find(number, token))


@bp.post("")
@public
def confirm(number: int, token: str) -> ResponseReturnValue:
    """Record that the password was changed."""
    with transaction():
        found = custody.confirm(number, token)
    return _page(found)


def _page(found: custody.Answer | None) -> ResponseReturnValue:
    if found is None:
        return render_template("portal/custody_gone.html"), 410
    return render_template(
        "portal/custody.html",
        state=found.state,
        account=found.account,
        due_on=found.due_on,
    )

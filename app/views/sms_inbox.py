"""The messages of one development machine, as the phones of its people would show them."""

from flask import Blueprint, current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from app.sms.local import LocalInbox
from app.views import public

bp = Blueprint("sms", __name__)

_REFRESH_SECONDS = 10


@bp.get("/sms/")
@public
def inbox() -> ResponseReturnValue:
    """Show the newest messages; the page renews itself."""
    messages = LocalInbox(current_app.config["VANTHU"].sms_dir).newest()
    response = make_response(render_template("mailbox/sms.html", messages=messages))
    response.headers["Refresh"] = str(_REFRESH_SECONDS)
    return response

"""Where an applicant's e-mail is signed in, and ending it from afar."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.security import sessions
from app.security.actors import applicant
from app.services import audit
from app.transaction import transaction
from app.views import for_applicants, own_or_404
from app.views.applicants import bp
from app.views.desk_me import session_row


@bp.get("/sessions")
@for_applicants
def my_sessions() -> ResponseReturnValue:
    """List the open sessions of this browser's e-mail."""
    here = sessions.portal_session()
    return render_template(
        "portal/sessions.html",
        sessions=[session_row(s, here) for s in sessions.alive(sessions.PORTAL)],
    )


@bp.post("/sessions/<int(max=2147483647):number>/end")
@for_applicants
def end_session(number: int) -> ResponseReturnValue:
    """End one other session of this e-mail."""
    with transaction():
        own_or_404(sessions.end_one(sessions.PORTAL, number) or None)
        audit.record("session_ended", applicant(sessions.current_email()), f"session:{number}")
    flash(_("Phiên đăng nhập đã kết thúc."), "success")
    return redirect(url_for(".my_sessions"), 303)


@bp.post("/sessions/end")
@for_applicants
def end_other_sessions() -> ResponseReturnValue:
    """End all sessions of this e-mail but this one."""
    with transaction():
        ended = sessions.end_others(sessions.PORTAL)
        about = {"sessions": ended}
        audit.record("session_ended", applicant(sessions.current_email()), details=about)
    flash(_("Mọi phiên đăng nhập khác đã kết thúc."), "success")
    return redirect(url_for(".my_sessions"), 303)

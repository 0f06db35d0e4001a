"""«Tài khoản của tôi»: the password, the open sessions and the sign-ins of who is at this desk."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput
from wtforms import PasswordField
from wtforms.form import BaseForm

from app import formats
from app.errors import Locked
from app.language import say
from app.models import SignIn, SignInAttempt
from app.security import origin, passwords, sessions
from app.security.actors import ROLE_NAMES, staff, staff_roles
from app.services import audit, own_password, sign_ins
from app.services import factors as second_factors
from app.transaction import transaction
from app.views import before_change, own_or_404
from app.views.auth import landing
from app.views.desk import bp, for_oneself, me
from workflows import Text

_LABELS = {
    "current": lazy_gettext("Mật khẩu hiện tại"),
    "new": lazy_gettext("Mật khẩu mới"),
    "again": lazy_gettext("Nhập lại mật khẩu mới"),
}
_OPEN = Text("Đang mở", "Open")
_EXPIRED = Text("Hết hạn", "Timed out")


@bp.get("/desk/me")
@for_oneself
def my_account() -> ResponseReturnValue:
    """Show who one is here, where one is signed in, and who tried."""
    person = me()
    below = request.args.get("below", "")
    page = sign_ins.history(
        person, below=int(below) if below.isdecimal() and len(below) < 10 else 0
    )
    alive = sessions.alive(sessions.STAFF)
    due = own_password.due_on(person)
    return render_template(
        "desk/me/account.html",
        person=person,
        roles=[say(ROLE_NAMES[role]) for role in sorted(staff_roles(person))],
        factors=[say(second_factors.LABELS[f]) for f in second_factors.enrolled(person)],
        changed=formats.short_moment(person.password_changed_at),
        due=formats.day(due) if due else "",
        sessions=[session_row(s, sessions.staff_session()) for s in alive],
        attempts=[_attempt(a, {s.id for s in alive}) for a in page.rows],
        first=url_for(".my_account") if below else "",
        next=url_for(".my_account", below=page.next) if page.next else "",
    )


def session_row(session: SignIn, here: SignIn | None) -> dict[str, Any]:
    """Return an open session as its owner reads it."""
    return {
        "id": session.id,
        "device": say(origin.device_name(session.user_agent)),
        "place": origin.address_of(session.place),
        "begun": formats.short_moment(session.created_at),
        "seen": formats.short_moment(session.seen_at),
        "is_here": here is not None and session.id == here.id,
    }


def _attempt(attempt: SignInAttempt, alive: set[int]) -> dict[str, Any]:
    session = attempt.sign_in
    return {
        "at": formats.short_moment(attempt.at),
        "outcome": say(sign_ins.OUTCOMES[attempt.outcome]),
        "is_good": session is not None,
        "device": say(origin.device_name(attempt.user_agent)),
        "place": origin.address_of(attempt.place),
        "end": _end(session, alive) if session else "",
    }


def _end(session: SignIn, alive: set[int]) -> str:
    if session.id in alive:
        return say(_OPEN)
    if session.ended_at is None or not session.ended_by:
        return say(_EXPIRED)
    return f"{formats.short_moment(session.ended_at)} ({say(sessions.ENDED[session.ended_by])})"


@bp.post("/desk/me/sessions/<int(max=2147483647):number>/end")
@for_oneself
def end_session(number: int) -> ResponseReturnValue:
    """End one other session of one's own."""
    with transaction():
        own_or_404(sessions.end_one(sessions.STAFF, number) or None)
        audit.record("session_ended", staff(me()), f"session:{number}")
    flash(_("Phiên đăng nhập đã kết thúc."), "success")
    return redirect(url_for(".my_account"), 303)


@bp.post("/desk/me/sessions/end")
@for_oneself
def end_other_sessions() -> ResponseReturnValue:
    """End all sessions of one's own but this one."""
    with transaction():
        ended = sessions.end_others(sessions.STAFF)
        audit.record("session_ended", staff(me()), details={"sessions": ended})
    flash(_("Mọi phiên đăng nhập khác đã kết thúc."), "success")
    return redirect(url_for(".my_account"), 303)


@bp.route("/desk/me/password", methods=["GET", "POST"])
@for_oneself
@before_change
def my_password() -> ResponseReturnValue:
    """Change the password; the only page of the desk while it must be changed."""
    form = BaseForm(
        {n: PasswordField(label, widget=GovPasswordInput()) for n, label in _LABELS.items()}
    )
    form.process(request.form)
    if request.method != "POST":
        return _password_page(form)
    # One more than is allowed: the sentence about the length must still see that it is too long.
    typed = {n: (form[n].data or "")[: passwords.LONGEST + 1] for n in _LABELS}
    try:
        with transaction():
            errors = own_password.change(me(), **typed, client=sessions.client())
    except Locked as error:
        form["current"].errors = [say(error.message)]
        return _password_page(form), 429
    for name, sentence in errors.items():
        form[name].errors = [say(sentence)]
    if errors:
        return _password_page(form), 422
    flash(_("Mật khẩu đã đổi. Các phiên đăng nhập khác đã kết thúc."), "success")
    return redirect(landing(me()), 303)


def _password_page(form: Any) -> str:
    person = me()
    due = own_password.due_on(person)
    problems = [
        {"href": f"#{control.id}", "text": control.errors[0]} for control in form if control.errors
    ]
    return render_template(
        "desk/me/password.html",
        form=form,
        problems=problems,
        page_has_errors=bool(problems),
        policy=passwords.policy(),
        is_forced=own_password.must_change(person),
        is_first=person.must_change_password,
        due=formats.day(due) if due else "",
    )

"""Sign-in of staff, first step: name and password; views.second_factor has the second."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovTextInput
from wtforms import PasswordField, StringField
from wtforms.form import BaseForm

from app.errors import Locked
from app.language import say
from app.models import User
from app.security import passwords, sessions
from app.security.actors import staff as actor_of
from app.security.actors import staff_roles
from app.services import audit, own_password, queue, sign_ins, staff
from app.transaction import transaction
from app.views import before_change, public, safe_next

bp = Blueprint("auth", __name__)

SIGN_IN_AS = "sign_in_as"
"""Where a browser keeps the user name that has just got a password."""


# Built from fields, not by subclassing: WTForms has no types.
_SIGN_IN = {
    "username": StringField(lazy_gettext("Tên đăng nhập"), widget=GovTextInput()),
    "password": PasswordField(lazy_gettext("Mật khẩu"), widget=GovPasswordInput()),
}


def _form(fields: Mapping[str, Any]) -> Any:
    form = BaseForm(fields)
    form.process(request.form)
    return form


def landing(user: User) -> str:
    """Return where somebody's day begins; an administrator has no dossiers."""
    if queue.may_see(user):
        return url_for("desk.queue")
    return url_for("desk.mail" if staff_roles(user) else "desk.my_account")


@bp.route("/desk/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Take name and password; the answer never tells which of them is wrong."""
    form = _form(_SIGN_IN)
    if request.method != "POST":
        user = sessions.current_user()
        if user:
            return redirect(safe_next(landing(user)), 303)
        form["username"].data = session.pop(SIGN_IN_AS, "")
        # No more than that: who ended it, and why, is for whoever has signed in.
        if sessions.forget_ended(sessions.STAFF) and "_flashes" not in session:
            flash(_("Phiên làm việc đã kết thúc. Vui lòng đăng nhập lại."), "info")
        return _sign_in_page(form)
    username, password = form["username"].data or "", form["password"].data or ""
    if not username.strip() or not password:
        return _sign_in_page(form, _("Nhập tên đăng nhập và mật khẩu.")), 422
    try:
        with transaction():
            user = staff.check_password(
                username,
                password if len(password) <= passwords.LONGEST else "",
                client=sessions.client(),
            )
            if user is None:
                sign_ins.note(staff.find(username), "wrong_password")
                audit.record("sign_in_refused", audit.NOBODY)
            else:
                own_password.suspect(user, password)
                sessions.begin(sessions.STAFF, user=user, complete=False)
                # Whoever stops at the second step knows the password: the owner should learn it.
                audit.record("password_given", actor_of(user))
                if not staff.is_enrolled(user):
                    staff.enrol(user)
    except Locked as error:
        with transaction():
            sign_ins.note(staff.find(username), "locked")
        return _sign_in_page(form, say(error.message)), 429
    if user is None:
        return _sign_in_page(form, say(staff.wrong_password().message)), 422
    step = ".code" if staff.is_enrolled(user) else ".enrol"
    return redirect(url_for(step, next=safe_next("") or None), 303)


def _sign_in_page(form: Any, problem: str = "") -> str:
    return render_template(
        "auth/sign_in.html",
        form=form,
        problem=problem,
        next=safe_next(""),
        page_has_errors=bool(problem),
    )


@bp.post("/desk/sign-out")
@before_change
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    with transaction():
        user = sessions.current_user()
        sessions.end(sessions.STAFF)
        if user is not None:
            audit.record("signed_out", actor_of(user))
    flash(_("Ông/Bà đã đăng xuất."), "success")
    return redirect(url_for(".sign_in"), 303)

"""Sign-in of staff: password, then a one-time code; the first time also the authenticator."""

from collections.abc import Mapping
from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovTextInput
from markupsafe import Markup
from wtforms import PasswordField, StringField
from wtforms.form import BaseForm

from app.errors import Locked
from app.language import say
from app.models import User
from app.security import passwords, sessions, two_factor
from app.security.actors import staff as actor_of
from app.services import audit, own_password, queue, sign_ins, staff
from app.transaction import transaction
from app.views import before_change, half_open, public, safe_next

bp = Blueprint("auth", __name__)


# Built from fields, not by subclassing: WTForms has no types.
_SIGN_IN = {
    "username": StringField(lazy_gettext("Tên đăng nhập"), widget=GovTextInput()),
    "password": PasswordField(lazy_gettext("Mật khẩu"), widget=GovPasswordInput()),
}
_CODE = {"code": StringField(lazy_gettext("Mã xác thực"), widget=GovTextInput())}


def _form(fields: Mapping[str, Any]) -> Any:
    form = BaseForm(fields)
    form.process(request.form)
    return form


def landing(user: User) -> str:
    """Return where somebody's day begins; an administrator has no dossiers."""
    return url_for("desk.queue" if queue.may_see(user) else "desk.mail")


@bp.route("/desk/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Take name and password; the answer never tells which of them is wrong."""
    form = _form(_SIGN_IN)
    if request.method != "POST":
        user = sessions.current_user()
        return redirect(safe_next(landing(user)), 303) if user else _sign_in_page(form)
    username, password = form["username"].data or "", form["password"].data or ""
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


@bp.route("/desk/code", methods=["GET", "POST"])
@half_open
def code() -> ResponseReturnValue:
    """Take the code of the authenticator and open the desk."""
    user = sessions.half_signed_in()
    if user is None or not staff.is_enrolled(user):
        return redirect(url_for(".enrol", next=safe_next("") or None), 303)
    return _take_code("auth/code.html", user)


@bp.route("/desk/enrol", methods=["GET", "POST"])
@half_open
def enrol() -> ResponseReturnValue:
    """Show the secret of somebody without an authenticator; the first code confirms it."""
    user = sessions.half_signed_in()
    # Once confirmed the secret is never shown again, least of all to who knows a password only.
    if user is None or staff.is_enrolled(user):
        return redirect(url_for(".code", next=safe_next("") or None), 303)
    secret = staff.enrol(user)
    uri = two_factor.enrolment_uri(secret, user.username)
    qr = segno.make(uri, error="m").svg_inline(
        scale=5, border=2, svgclass="vt-qr", lineclass=None, title=_("Mã QR của ứng dụng xác thực")
    )
    groups = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    return _take_code("auth/enrol.html", user, qr=Markup(qr), secret=groups)  # noqa: S704 - ours


def _take_code(template: str, user: User, **context: str) -> ResponseReturnValue:
    form = _form(_CODE)
    problem, status = "", 200
    if request.method == "POST":
        try:
            if _spend(form["code"].data or ""):
                return _opened()
            problem, status = say(staff.WRONG_CODE), 422
        except Locked as error:
            problem, status = say(error.message), 429
            with transaction():
                sign_ins.note(user, "locked")
    # A used or wrong code is of no use in the box.
    form["code"].data = ""
    form["code"].errors = [problem] if problem else []
    name = user.full_name
    page = render_template(
        template,
        form=form,
        name=name,
        next=safe_next(""),
        page_has_errors=bool(problem),
        **context,
    )
    return page, status


def _spend(typed: str) -> bool:
    with transaction():
        user = sessions.half_signed_in()
        is_right = user is not None and staff.check_code(user, typed[:20])
        if user is not None and is_right:
            sign_ins.open_desk(user)
            audit.record("signed_in", actor_of(user))
        elif user is not None:
            sign_ins.note(user, "wrong_code")
            audit.record("code_refused", actor_of(user))
    return is_right


def _opened() -> ResponseReturnValue:
    user = sessions.current_user()
    assert user is not None  # noqa: S101 - begun a line ago; tells the type checker so
    # Without dossiers the address that was asked for would only be a refusal.
    target = safe_next(landing(user)) if queue.may_see(user) else landing(user)
    return redirect(target, 303)


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

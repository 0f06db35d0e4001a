"""What a script asks for passkeys: challenges at the second step, before acts, and to add one."""

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.form import BaseForm

from app.security import sessions
from app.services import factors, passkeys, sent_codes
from app.services.factors import Factor
from app.services.step_up import Purpose
from app.transaction import transaction
from app.views import half_open, own_or_404
from app.views.auth import bp as auth
from app.views.desk import bp, for_oneself, me, nav
from app.views.step_up import needs_code

_NAME_LONGEST = 60


def _json(options: str) -> Response:
    return current_app.response_class(options, mimetype="application/json")


@auth.post("/desk/code/passkey")
@half_open
def passkey_options() -> ResponseReturnValue:
    """Give a challenge for the second step of signing in."""
    with transaction():
        user = own_or_404(sessions.half_signed_in())
        options = passkeys.ask(user, sent_codes.SIGN_IN)
    return _json(options)


@bp.post("/desk/confirm/passkey", endpoint="passkey_options")
@for_oneself
def confirm_options() -> ResponseReturnValue:
    """Give a challenge for one purpose."""
    try:
        purpose = Purpose(request.values.get("purpose", ""))
    except ValueError:
        return own_or_404(None)  # type: ignore[no-any-return]  # raises
    with transaction():
        options = passkeys.ask(me(), purpose)
    return _json(options)


@bp.post("/desk/factors/passkey/options")
@for_oneself
@needs_code(Purpose.FACTORS)
def factor_passkey_options() -> ResponseReturnValue:
    """Give what a new passkey is made from."""
    with transaction():
        options = passkeys.begin(me())
    return _json(options)


@bp.route("/desk/factors/passkey", methods=["GET", "POST"])
@for_oneself
@needs_code(Purpose.FACTORS)
def factor_passkey() -> ResponseReturnValue:
    """Add a passkey under a name that tells its device."""
    problem = ""
    if request.method == "POST":
        name = " ".join(request.form.get("name", "")[:_NAME_LONGEST].split())
        with transaction():
            user = me()
            is_kept = passkeys.add(user, request.form.get("answer", ""), name or _("Thiết bị"))
            if is_kept:
                factors.announce_added(user, Factor.PASSKEY)
        if is_kept:
            flash(_("Đã thêm khóa truy cập."), "success")
            return redirect(url_for(".factors_page"), 303)
        problem = _("Chưa thêm được khóa truy cập. Ông/Bà thử lại.")
    form = BaseForm({"name": StringField(lazy_gettext("Tên thiết bị"), widget=GovTextInput())})
    form.process(request.form)
    page = render_template(
        "desk/factors/passkey.html",
        form=form,
        problem=problem,
        page_has_errors=bool(problem),
        **nav(),
    )
    return page, 422 if problem else 200

"""The page behind the link of an invitation or a reset: somebody of the staff picks a password."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput
from wtforms import PasswordField
from wtforms.form import BaseForm

from app.errors import Invalid, Refused
from app.language import say
from app.security import passwords
from app.services import staff_links
from app.transaction import transaction
from app.views import public
from app.views.auth import SIGN_IN_AS
from workflows import Text

bp = Blueprint("welcome", __name__)


@bp.route("/desk/welcome/<token>", methods=["GET", "POST"])
@public
def choose(token: str) -> ResponseReturnValue:
    """Take the password; unknown, used and old links look the same."""
    if request.method != "POST":
        return _page(token, {})
    most = passwords.LONGEST + 1
    password, again = (request.form.get(n, "") for n in ("password", "again"))
    try:
        with transaction():
            user = staff_links.choose(token, password[:most], again[:most])
    except Invalid as error:
        return _page(token, error.errors)
    except Refused:
        return _page(token, {})
    # Signed, not in the URL: addresses end up in logs and browser histories.
    session[SIGN_IN_AS] = user.username
    flash(_("Đã đặt mật khẩu. Ông/Bà đăng nhập bằng mật khẩu mới."), "success")
    return redirect(url_for("auth.sign_in"), 303)


def _page(token: str, errors: Mapping[str, Text]) -> ResponseReturnValue:
    link = staff_links.find(token)
    if link is None:
        return render_template("auth/welcome_gone.html", sentence=say(staff_links.GONE)), 410
    form = BaseForm(
        {
            "password": PasswordField(lazy_gettext("Mật khẩu mới"), widget=GovPasswordInput()),
            "again": PasswordField(lazy_gettext("Nhập lại mật khẩu"), widget=GovPasswordInput()),
        }
    )
    form.process()
    for name, sentence in errors.items():
        form[name].errors = [say(sentence)]
    page = render_template(
        "auth/welcome.html",
        form=form,
        name=link.user.full_name,
        username=link.user.username,
        policy=passwords.policy(),
        action=url_for(".choose", token=token),
        page_has_errors=bool(errors),
    )
    return page, 422 if errors else 200

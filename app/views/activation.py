"""First access to an account: the link of the mail, a code, then the password, shown once."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.errors import Locked
from app.language import say
from app.models import Activation
from app.security.actors import Actor, applicant
from app.services import activations, audit, codes
from app.transaction import transaction
from app.views import public, seen

bp = Blueprint("activation", __name__, url_prefix="/activate/<token>")


@bp.get("")
@public
def open(token: str) -> ResponseReturnValue:
    """Say what the link opens and offer to send the code."""
    found = activations.find(token)
    if found is None:
        return _gone(token)
    seen.note("link_opened", f"account:{found.account_id}", _custodian(found))
    return _page("intro", found)


def _custodian(activation: Activation) -> Actor:
    account = activation.account
    return applicant(account.custodian_email, account.custodian_name)


@bp.post("/code")
@public
def send(token: str) -> ResponseReturnValue:
    """Send a code to the address on record, never to one that is typed."""
    try:
        with transaction():
            found = activations.find(token)
            if found is not None:
                codes.send(found.account.custodian_email, _purpose(found))
                audit.record("code_sent", _custodian(found), f"account:{found.account_id}")
    except Locked as error:
        found = activations.find(token)
        return _page("code", found, say(error.message), 429) if found else _gone(token)
    return redirect(url_for(".code", token=token), 303) if found else _gone(token)


@bp.get("/code")
@public
def code(token: str) -> ResponseReturnValue:
    """Ask for the code."""
    found = activations.find(token)
    return _page("code", found) if found else _gone(token)


@bp.post("")
@public
def show(token: str) -> ResponseReturnValue:
    """Spend code and link together and show the first password, this once."""
    password = None
    try:
        with transaction():
            found = activations.find(token)
            is_right = found is not None and codes.spend(
                found.account.custodian_email, _purpose(found), request.form.get("code", "")[:50]
            )
            if found is not None and is_right:
                password = activations.open_once(found)
            if found is not None and (password or not is_right):
                what = "access_shown" if password else "code_refused"
                audit.record(what, _custodian(found), f"account:{found.account_id}")
    except Locked as error:
        found = activations.find(token)
        return _page("code", found, say(error.message), 429) if found else _gone(token)
    if found is None:
        return _gone(token)
    if not is_right:
        wrong = _("Mã không đúng hoặc đã hết hiệu lực. Kiểm tra lại hoặc yêu cầu gửi mã mới.")
        return _page("code", found, wrong, 422)
    if password is None:
        return _gone(token)
    return render_template(
        "portal/activated.html",
        account=found.account,
        password=password,
        months=current_app.config["VANTHU"].password_months,
    )


def _purpose(activation: Activation) -> str:
    return f"activation:{activation.id}"


def _page(
    step: str, activation: Activation, error: str = "", status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "portal/activation.html",
        step=step,
        activation=activation,
        account=activation.account,
        minutes=int(codes.LIFETIME.total_seconds() // 60),
        error=error,
        page_has_errors=bool(error),
    )
    return page, status


def _gone(token: str) -> ResponseReturnValue:
    expired = activations.expired(token)
    officer = expired.dossier.officer if expired else None
    page = render_template(
        "portal/activation_gone.html",
        expired=expired,
        phone=officer.unit.phone if officer else "",
    )
    return page, 410

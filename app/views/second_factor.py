"""Sign-in of staff, second step: whichever factor the person has; the first time, one is set up."""

from typing import Any

import segno
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from markupsafe import Markup
from wtforms import StringField
from wtforms.form import BaseForm

from app.errors import Locked
from app.formats import mask_email, mask_number
from app.language import say
from app.models import User
from app.security import sessions, two_factor
from app.security.actors import staff as actor_of
from app.services import audit, factors, queue, sent_codes, sign_ins, staff, tries
from app.services.factors import Factor
from app.services.sent_codes import SIGN_IN
from app.transaction import transaction
from app.views import half_open, safe_next
from app.views.auth import bp, landing
from workflows import Text

_FOR_SIGN_IN = Text("đăng nhập", "signing in")


def code_form(problem: str = "") -> Any:
    """Return the one box; a used or wrong code is of no use in it."""
    form = BaseForm({"code": StringField(lazy_gettext("Mã xác thực"), widget=GovTextInput())})
    form.process()
    form["code"].errors = [problem] if problem else []
    return form


def masked(user: User, factor: Factor) -> str:
    """Return where a code of this factor goes, as its owner recognises it."""
    return mask_number(user.phone) if factor is Factor.SMS else mask_email(user.email)


def missing(factor: Factor, typed: str) -> str:
    """Return what to say to whoever gave nothing at all, "" to everybody else."""
    return "" if typed.strip() else say(factors.MISSING[factor])


def chosen(ways: list[Factor], name: str = "by") -> Factor:
    """Return the factor the request names, or the first one the person has."""
    wanted = request.values.get(name, "")
    return next((way for way in ways if way == wanted), ways[0])


@bp.route("/desk/code", methods=["GET", "POST"])
@half_open
def code() -> ResponseReturnValue:
    """Take what the chosen factor gives and open the desk."""
    user = sessions.half_signed_in()
    ways = factors.offered(user) if user else []
    if user is None or not ways:
        return redirect(url_for(".enrol", next=safe_next("") or None), 303)
    by = chosen(ways)
    if request.method != "POST":
        return _code_page(user, ways, by)
    typed = request.form.get("code", "")
    if problem := missing(by, typed):
        return _code_page(user, ways, by, problem), 422
    try:
        if _spend(by, typed):
            return opened()
    except Locked as error:
        note_lock(user)
        return _code_page(user, ways, by, say(error.message)), 429
    return _code_page(user, ways, by, say(factors.WRONG[by])), 422


def _spend(by: Factor, typed: str) -> bool:
    with transaction():
        user = sessions.half_signed_in()
        is_right = user is not None and factors.check(user, by, SIGN_IN, typed)
        if user is not None and is_right:
            let_in(user, by)
        elif user is not None:
            refused(user, by)
    return is_right


def refused(user: User, by: Factor) -> None:
    """Note a wrong code to the person, in the caller's transaction."""
    sign_ins.note(user, "wrong_code")
    audit.record("code_refused", actor_of(user), details={"factor": by})


def note_lock(user: User) -> None:
    """Note that somebody was kept out by the lock; the refusal rolled its transaction back."""
    with transaction():
        sign_ins.note(user, "locked")


def let_in(user: User, by: Factor) -> None:
    """Open the desk under a new session, in the caller's transaction."""
    sign_ins.open_desk(user)
    audit.record("signed_in", actor_of(user), details={"factor": by})


def opened() -> ResponseReturnValue:
    """Lead on to what was asked for, once the session is open."""
    user = sessions.current_user()
    assert user is not None  # noqa: S101 - begun a line ago; tells the type checker so
    # Without dossiers the address that was asked for would only be a refusal.
    target = safe_next(landing(user)) if queue.may_see(user) else landing(user)
    return redirect(target, 303)


def _code_page(user: User, ways: list[Factor], by: Factor, problem: str = "") -> str:
    target = safe_next("")
    return render_template(
        "auth/code.html",
        form=code_form(problem),
        name=user.full_name,
        by=by,
        others=[
            (say(factors.LABELS[way]), url_for(".code", by=way, next=target or None))
            for way in ways
            if way != by
        ],
        place=masked(user, by),
        is_sent=by in factors.SENT and sent_codes.live(by, SIGN_IN) is not None,
        next=target,
        problem=problem,
        page_has_errors=bool(problem),
    )


@bp.post("/desk/code/send")
@half_open
def send() -> ResponseReturnValue:
    """Send a code by SMS or e-mail; the one before is dead (rule O3)."""
    try:
        with transaction():
            user = sessions.half_signed_in()
            ways = [way for way in factors.offered(user) if way in factors.SENT] if user else []
            by = chosen(ways) if ways else None
            if user is not None and by is not None:
                sent_codes.send(user, by, SIGN_IN, _FOR_SIGN_IN)
    except Locked as error:
        user = sessions.half_signed_in()
        if user is None or by is None:
            return redirect(url_for(".code"), 303)
        return _code_page(user, factors.offered(user), by, say(error.message)), 429
    if by is not None:
        flash(_("Đã gửi mã mới. Mã trước, nếu có, không còn hiệu lực."), "success")
    return redirect(url_for(".code", by=by, next=safe_next("") or None), 303)


@bp.route("/desk/enrol", methods=["GET", "POST"])
@half_open
def enrol() -> ResponseReturnValue:
    """Show the secret of somebody without any factor; the first code confirms it."""
    user = sessions.half_signed_in()
    # Once there is a factor no secret is shown, least of all to who knows a password only.
    if user is None or factors.enrolled(user):
        return redirect(url_for(".code", next=safe_next("") or None), 303)
    if factors.sends_sms():
        return redirect(url_for(".first_phone"), 303)
    problem, status = "", 200
    if request.method == "POST":
        typed = request.form.get("code", "")
        problem, status = missing(Factor.TOTP, typed), 422
        try:
            if not problem and _confirm(typed):
                return opened()
            problem = problem or say(staff.WRONG_CODE)
        except Locked as error:
            note_lock(user)
            problem, status = say(error.message), 429
    page = render_template(
        "auth/enrol.html",
        form=code_form(problem),
        name=user.full_name,
        next=safe_next(""),
        page_has_errors=bool(problem),
        **picture_of(user),
    )
    return page, status


def picture_of(user: User) -> dict[str, str]:
    """Return the secret of an authenticator to be confirmed, as QR code and as text."""
    secret = staff.secret_of(user)
    uri = two_factor.enrolment_uri(secret, user.username)
    # Of no size of its own: where the page gives it less room it shrinks and is not cut off.
    # The white margin is as wide as the standard asks; some cameras find no code without it.
    qr = segno.make(uri, error="m").svg_inline(
        border=4,
        light="#fff",
        omitsize=True,
        svgclass="vt-qr",
        lineclass=None,
        title=_("Mã QR của ứng dụng xác thực"),
    )
    groups = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    return {"qr": Markup(qr), "secret": groups}  # noqa: S704 - ours


def _confirm(typed: str) -> bool:
    with transaction():
        user = sessions.half_signed_in()
        if user is not None:
            tries.hold(user)
        # Asked again under the lock: of two browsers that begin, one sets the factor up.
        if user is None or factors.enrolled(user) or factors.sends_sms():
            return False
        is_right = staff.check_code(user, typed[:20])
        if is_right:
            let_in(user, Factor.TOTP)
            factors.announce_added(user, Factor.TOTP)
        else:
            refused(user, Factor.TOTP)
    return is_right

"""«Xác thực hai lớp»: the second factors of whoever is signed in, and how they are changed."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.form import BaseForm

from app.errors import Locked, Refused
from app.formats import mask_number, short_moment
from app.language import say
from app.models import User
from app.security.actors import staff as actor_of
from app.services import audit, factors, passkeys, recovery, sent_codes, staff
from app.services.factors import Factor
from app.services.step_up import Purpose
from app.transaction import transaction
from app.views.desk import bp, for_oneself, me, nav
from app.views.second_factor import code_form, missing, picture_of
from app.views.step_up import needs_code
from workflows import FieldError, Text, validators

PHONE = "phone"
FOR_PHONE = Text("xác nhận số điện thoại", "confirming the phone number")


@bp.get("/desk/factors")
@for_oneself
def factors_page() -> ResponseReturnValue:
    """Show what the person has, and offer the rest."""
    return _page(phone_form())


def phone_form(typed: str = "", problem: str = "") -> Any:
    """Return the box of a number."""
    form = BaseForm(
        {PHONE: StringField(lazy_gettext("Số điện thoại di động"), widget=GovTextInput())}
    )
    form.process(data={PHONE: typed})
    form[PHONE].errors = [problem] if problem else []
    return form


def _page(form: Any, status: int = 200) -> ResponseReturnValue:
    user = me()
    own = factors.enrolled(user)
    # Whoever chose none is asked for the strongest: what is offered has it first.
    first = next(iter(factors.offered(user)), None) if len(own) > 1 else None
    problem = next(iter(form[PHONE].errors), "")
    page = render_template(
        "desk/factors/page.html",
        own=[_row(user, factor, is_first=factor == first) for factor in own],
        passkeys=[
            {"id": p.id, "name": p.name, "added": short_moment(p.created_at)}
            for p in passkeys.of(user)
        ],
        has={factor.value: True for factor in own},
        is_last=len(own) == 1 and passkeys.count(user) <= 1,
        sends_sms=factors.sends_sms(),
        left=recovery.left(user),
        form=form,
        problems=[{"href": f"#{PHONE}", "text": problem}] if problem else [],
        page_has_errors=bool(problem),
        **nav(),
    )
    return page, status


def _row(user: User, factor: Factor, *, is_first: bool) -> dict[str, Any]:
    label = say(factors.LABELS[factor])
    return {
        "factor": factor.value,
        "label": label[:1].upper() + label[1:],
        "detail": mask_number(user.phone) if factor is Factor.SMS else "",
        "is_first": is_first,
    }


def _back(sentence: str = "", tone: str = "success") -> ResponseReturnValue:
    if sentence:
        flash(sentence, tone)
    return redirect(url_for(".factors_page"), 303)


@bp.post("/desk/factors/prefer")
@for_oneself
def factor_prefer() -> ResponseReturnValue:
    """Ask for a factor first from now on."""
    with transaction():
        user = me()
        for factor in factors.enrolled(user):
            if factor == request.form.get("factor"):
                factors.prefer(user, factor)
    return _back(_("Đã lưu lựa chọn."))


@bp.post("/desk/factors/remove")
@for_oneself
@needs_code(Purpose.FACTORS)
def factor_remove() -> ResponseReturnValue:
    """Take a factor away, never the last one."""
    try:
        with transaction():
            user = me()
            for factor in factors.enrolled(user):
                if factor == request.form.get("factor"):
                    factors.remove(user, factor, passkey_id=_number("passkey"))
    except Refused as error:
        return _back(say(error.message), "error")
    return _back(_("Đã gỡ. Thư báo đã gửi tới Ông/Bà."))


def _number(name: str) -> int:
    typed = request.form.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


@bp.post("/desk/factors/recovery")
@for_oneself
@needs_code(Purpose.FACTORS)
def factor_recovery() -> ResponseReturnValue:
    """Show ten new codes, this once; the ones before are dead."""
    with transaction():
        codes = factors.make_recovery(me())
    return render_template("desk/factors/recovery.html", codes=codes, **nav())


@bp.post("/desk/factors/totp/begin")
@for_oneself
@needs_code(Purpose.FACTORS)
def factor_totp_begin() -> ResponseReturnValue:
    """Make the secret of an authenticator."""
    with transaction():
        user = me()
        if not staff.is_enrolled(user):
            staff.enrol(user)
    return redirect(url_for(".factor_totp"), 303)


@bp.route("/desk/factors/totp", methods=["GET", "POST"])
@for_oneself
@needs_code(Purpose.FACTORS)
def factor_totp() -> ResponseReturnValue:
    """Show the secret; the first code confirms it."""
    if not staff.secret_of(me()):
        return _back()
    problem, status = "", 200
    if request.method == "POST":
        typed = request.form.get("code", "")
        problem, status = missing(Factor.TOTP, typed), 422
        try:
            if not problem and _confirm_totp(typed):
                return _back(_("Đã thêm ứng dụng xác thực."))
            problem = problem or say(staff.WRONG_CODE)
        except Locked as error:
            problem, status = say(error.message), 429
    page = render_template(
        "desk/factors/totp.html",
        form=code_form(problem),
        page_has_errors=bool(problem),
        **picture_of(me()),
        **nav(),
    )
    return page, status


def _confirm_totp(typed: str) -> bool:
    with transaction():
        user = me()
        is_right = bool(staff.secret_of(user)) and staff.check_code(user, typed[:20])
        if is_right:
            factors.announce_added(user, Factor.TOTP)
        else:
            _note_refused(user, Factor.TOTP)
    return is_right


@bp.post("/desk/factors/phone")
@for_oneself
@needs_code(Purpose.FACTORS)
def factor_phone() -> ResponseReturnValue:
    """Send a code to a new number; only that code makes it a factor."""
    typed = request.form.get(PHONE, "")[:40].strip()
    if not factors.sends_sms():
        return _back()
    try:
        number = validators.mobile(typed)
        with transaction():
            sent_codes.send(me(), Factor.SMS, PHONE, FOR_PHONE, recipient=number)
    except FieldError as error:
        return _page(phone_form(typed, say(error.message)), 422)
    except Locked as error:
        return _page(phone_form(typed, say(error.message)), 429)
    return redirect(url_for(".factor_phone_code"), 303)


@bp.route("/desk/factors/phone/code", methods=["GET", "POST"])
@for_oneself
@needs_code(Purpose.FACTORS)
def factor_phone_code() -> ResponseReturnValue:
    """Take the code that came to the new number."""
    sent = sent_codes.live(Factor.SMS, PHONE)
    if sent is None:
        return _back(_("Mã đã hết hiệu lực. Ông/Bà nhập lại số điện thoại để nhận mã mới."), "info")
    number = sent.recipient
    problem, status = "", 200
    if request.method == "POST":
        typed = request.form.get("code", "")
        problem, status = missing(Factor.SMS, typed), 422
        try:
            if not problem and _confirm_phone(typed):
                return _back(_("Đã xác nhận số điện thoại."))
            problem = problem or say(factors.WRONG[Factor.SMS])
        except Locked as error:
            problem, status = say(error.message), 429
    page = render_template(
        "desk/factors/phone.html",
        form=code_form(problem),
        place=mask_number(number),
        number=number,
        page_has_errors=bool(problem),
        **nav(),
    )
    return page, status


def _confirm_phone(typed: str) -> bool:
    with transaction():
        user = me()
        code = sent_codes.spend(user, Factor.SMS, PHONE, typed)
        if code is not None:
            factors.confirm_phone(user, code.recipient)
        else:
            _note_refused(user, Factor.SMS)
    return code is not None


def _note_refused(user: User, factor: Factor) -> None:
    about = {"purpose": Purpose.FACTORS, "factor": factor}
    audit.record("code_refused", actor_of(user), details=about)

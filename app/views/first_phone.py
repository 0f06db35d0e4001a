"""First sign-in without a phone number: the number with a captcha, then a code to it (rule O2)."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.errors import Locked
from app.formats import mask_number
from app.language import say
from app.models import User
from app.security import sessions
from app.services import captcha, factors, sent_codes, step_up
from app.services.factors import Factor
from app.services.step_up import Purpose
from app.transaction import transaction
from app.views import half_open, own_or_404
from app.views.auth import bp
from app.views.desk_factors import FOR_PHONE, PHONE, phone_form
from app.views.second_factor import code_form, let_in, missing, refused
from workflows import FieldError, validators


def is_due(user: User) -> bool:
    """Tell whether somebody has to name and prove a number before anything else.

    Only who has no factor at all: a password alone must not put a stranger's phone beside
    the owner's authenticator. Without a gateway the authenticator is set up at once.
    """
    return factors.sends_sms() and not factors.enrolled(user)


def _newcomer() -> User | None:
    user = sessions.half_signed_in()
    return user if user is not None and is_due(user) else None


def _on() -> ResponseReturnValue:
    return redirect(url_for(".code"), 303)


@bp.route("/desk/phone", methods=["GET", "POST"])
@half_open
def first_phone() -> ResponseReturnValue:
    """Take the number; a number on record is not asked for again, only proved."""
    user = _newcomer()
    if user is None:
        return _on()
    known = user.phone if factors.has_mobile(user) else ""
    if request.method != "POST":
        return _phone_page(phone_form(), known)
    typed = known or request.form.get(PHONE, "")[:40].strip()
    try:
        number = validators.mobile(typed)
        with transaction():
            session = own_or_404(sessions.at_the_door())
            note = request.form.get("note", "")
            # A number on record was typed by an administrator: nothing to abuse.
            is_passed = (
                bool(known)
                or captcha.is_solved(request.form.get("altcha", ""))
                or captcha.has_waited(session, note)
            )
            if is_passed:
                sent_codes.send(
                    own_or_404(_newcomer()), Factor.SMS, PHONE, FOR_PHONE, recipient=number
                )
    except FieldError as error:
        return _phone_page(phone_form(typed, say(error.message)), known), 422
    except Locked as error:
        return _phone_page(phone_form(typed, say(error.message)), known), 429
    if not is_passed:
        # A note that was used counts no more: the page gets a new one, and the wait is whole.
        wait = captcha.still_to_wait(session, note) or captcha.WAIT
        seconds = int(wait.total_seconds()) + 1
        sentence = _("Vui lòng chờ %(n)s giây rồi bấm «Gửi mã» lần nữa.", n=seconds)
        return _phone_page(phone_form(typed, sentence), known, keeps_note=wait < captcha.WAIT), 422
    return redirect(url_for(".first_phone_code"), 303)


def _phone_page(form: Any, known: str, *, keeps_note: bool = True) -> str:
    session = own_or_404(sessions.at_the_door())
    note = request.form.get("note", "")
    # The note of the first form goes on, or whoever waits would begin anew each time.
    sent = sent_codes.live(Factor.SMS, PHONE)
    is_going_on = keeps_note and captcha.still_to_wait(session, note) is not None
    return render_template(
        "auth/phone.html",
        form=form,
        known=mask_number(known),
        sent_to=mask_number(sent.recipient) if sent else "",
        challenge=current_app.json.dumps(captcha.challenge()),
        note=note if is_going_on else captcha.ticket(session),
        wait=int(captcha.WAIT.total_seconds()),
        page_has_errors=bool(form[PHONE].errors),
    )


@bp.route("/desk/phone/code", methods=["GET", "POST"])
@half_open
def first_phone_code() -> ResponseReturnValue:
    """Take the code that came to the number, and open the desk."""
    user = _newcomer()
    if user is None:
        return _on()
    sent = sent_codes.live(Factor.SMS, PHONE)
    if sent is None:
        return redirect(url_for(".first_phone"), 303)
    place = mask_number(sent.recipient)
    if request.method != "POST":
        return _code_page(place)
    typed = request.form.get("code", "")
    if problem := missing(Factor.SMS, typed):
        return _code_page(place, problem), 422
    try:
        if _prove(typed):
            flash(
                _("Đã xác nhận số điện thoại. Ông/Bà nên thêm ứng dụng xác thực hoặc khóa truy cập"
                  " và tạo mã khôi phục, phòng khi đổi số."),
                "success",
            )  # fmt: skip
            return redirect(url_for("desk.factors_page"), 303)
    except Locked as error:
        return _code_page(place, say(error.message)), 429
    return _code_page(place, say(factors.WRONG[Factor.SMS])), 422


def _code_page(place: str, problem: str = "") -> str:
    return render_template(
        "auth/phone_code.html",
        form=code_form(problem),
        place=place,
        page_has_errors=bool(problem),
    )


def _prove(typed: str) -> bool:
    with transaction():
        user = _newcomer()
        code = sent_codes.spend(user, Factor.SMS, PHONE, typed) if user else None
        # Asked again under the lock: of two browsers that begin, one sets the factor up.
        is_first = user is not None and code is not None and is_due(user)
        if is_first and user is not None and code is not None:
            let_in(user, Factor.SMS)
            factors.confirm_phone(user, code.recipient)
            # The code just given is the fresh proof that adding a stronger factor asks for.
            step_up.grant(Purpose.FACTORS)
        elif user is not None:
            refused(user, Factor.SMS)
    return is_first


@bp.post("/desk/phone/resend")
@half_open
def first_phone_resend() -> ResponseReturnValue:
    """Send a new code to the same number; the one before is dead (rule O3)."""
    try:
        with transaction():
            user = _newcomer()
            sent = sent_codes.live(Factor.SMS, PHONE) if user else None
            if user is not None and sent is not None:
                place = sent.recipient
                sent_codes.send(user, Factor.SMS, PHONE, FOR_PHONE, recipient=place)
    except Locked as error:
        return _code_page(mask_number(place), say(error.message)), 429
    if sent is not None:
        flash(_("Đã gửi mã mới. Mã trước, nếu có, không còn hiệu lực."), "success")
    return redirect(url_for(".first_phone_code"), 303)

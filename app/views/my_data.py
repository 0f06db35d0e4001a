"""«Dữ liệu của tôi»: what is kept about an e-mail, consents, a copy, and requests about it."""

import io

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.errors import Invalid, Locked
from app.language import say
from app.security import sessions
from app.security.actors import applicant
from app.services import audit, codes, consents, data_requests, my_data
from app.transaction import transaction
from app.views import for_applicants
from app.views.applicants import bp

_PURPOSE = "my-data"


@bp.get("/my-data")
@for_applicants
def own_data() -> ResponseReturnValue:
    """Show consents, requests and the way to a copy."""
    return _page()


def _page(
    *, code_sent: bool = False, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    email = sessions.current_email()
    held = consents.held(email)
    page = render_template(
        "portal/my_data.html",
        email=email,
        told=[p for p in consents.PURPOSES.values() if not p.asked],
        asked=[(name, p, name in held) for name, p in consents.asked().items()],
        evidence=consents.of(email),
        purposes=consents.PURPOSES,
        requests=data_requests.of(email),
        kinds=data_requests.KINDS,
        answers=data_requests.ANSWERS,
        code_sent=code_sent,
        minutes=int(codes.LIFETIME.total_seconds() // 60),
        typed=request.form,
        errors=errors or {},
        page_has_errors=bool(errors),
    )
    return page, status


@bp.post("/my-data/consents")
@for_applicants
def choose_consents() -> ResponseReturnValue:
    """Keep which optional purposes are ticked; unticked is withdrawn."""
    email = sessions.current_email()
    with transaction():
        consents.choose(email, request.form.getlist("purpose"), "my-data")
        held = ", ".join(sorted(consents.held(email)))
        audit.record("consents_chosen", applicant(email), "", {"held": held})
    flash(_("Đã ghi nhận lựa chọn của Ông/Bà."), "success")
    return redirect(url_for(".own_data"), 303)


@bp.post("/my-data/code")
@for_applicants
def data_code() -> ResponseReturnValue:
    """Send a fresh code for the copy: a browser left open gives nothing away."""
    try:
        with transaction():
            email = sessions.current_email()
            if codes.send(email, _PURPOSE, client=sessions.client()):
                audit.record("code_sent", applicant(email), details={"purpose": _PURPOSE})
    except Locked as error:
        return _page(errors={"code": say(error.message)}, status=429)
    return _page(code_sent=True)


@bp.post("/my-data/copy")
@for_applicants
def data_copy() -> ResponseReturnValue:
    """Give the archive for a right code."""
    email = sessions.current_email()
    try:
        with transaction():
            is_right = codes.spend(email, _PURPOSE, request.form.get("code", "")[:50])
            if is_right:
                audit.record("data_copied", applicant(email))
            else:
                audit.record("code_refused", applicant(email), details={"purpose": _PURPOSE})
    except Locked as error:
        return _page(code_sent=True, errors={"code": say(error.message)}, status=429)
    if not is_right:
        wrong = _("Mã không đúng hoặc đã hết hiệu lực. Kiểm tra lại hoặc yêu cầu gửi mã mới.")
        return _page(code_sent=True, errors={"code": wrong}, status=422)
    return send_file(
        io.BytesIO(my_data.archive(email)),
        mimetype="application/zip",
        as_attachment=True,
        download_name="du-lieu-cua-toi.zip",
    )


@bp.post("/my-data/requests")
@for_applicants
def ask_about_data() -> ResponseReturnValue:
    """Enter a request about one's data."""
    try:
        with transaction():
            data_requests.make(
                applicant(sessions.current_email()),
                request.form.get("kind", ""),
                request.form.get("text", ""),
            )
    except Invalid as error:
        return _page(errors={n: say(t) for n, t in error.errors.items()}, status=422)
    flash(_("Đã gửi yêu cầu. Sở Y tế xác nhận trong 02 ngày làm việc."), "success")
    return redirect(url_for(".own_data"), 303)

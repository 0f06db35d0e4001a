"""An applicant comes in: verifies an e-mail, sees own dossiers, begins another."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import workflows
from app.errors import Locked, Refused
from app.extensions import db
from app.language import say
from app.models import Dossier
from app.security import keys, sessions
from app.security.actors import applicant
from app.services import applications, audit, calendar, codes, dossiers, progress
from app.transaction import transaction
from app.views import for_applicants, own_or_404, public, safe_next
from app.views.filled_forms import Links
from workflows import FieldError, Role, validators

bp = Blueprint("applicants", __name__)

_PENDING = "pending"
_PURPOSE = "portal"


@bp.route("/apply/start", methods=["GET", "POST"])
@public
def start() -> ResponseReturnValue:
    """Ask for the e-mail address and send a code; the answer never tells who is known."""
    kind = request.values.get("kind", "")
    if kind:
        workflows.get(kind, Role.APPLICANT)
    if request.method != "POST":
        return _start_page(kind)
    typed = request.form.get("email", "").strip()
    try:
        email = validators.email(typed)
        with transaction():
            codes.send(email, _PURPOSE, client=sessions.client())
            _note_code(email)
    except FieldError as error:
        return _start_page(kind, typed, say(error.message)), 422
    except Locked as error:
        return _start_page(kind, typed, say(error.message)), 429
    # Signed, not in the URL: addresses end up in logs and browser histories.
    session[_PENDING] = {"email": email, "kind": kind, "next": safe_next("")}
    return redirect(url_for(".verify"), 303)


def _note_code(email: str) -> None:
    # Whoever asks has proved nothing yet: not a row of the owner of the address.
    audit.record("code_sent", audit.NOBODY, f"email:{keys.blind('audit', email)}")


def _start_page(kind: str, email: str = "", error: str = "") -> str:
    return render_template(
        "portal/start.html",
        workflow=workflows.get(kind) if kind else None,
        next=safe_next(""),
        email=email,
        error=error,
        page_has_errors=bool(error),
    )


@bp.route("/apply/verify", methods=["GET", "POST"])
@public
def verify() -> ResponseReturnValue:
    """Take the code and open the applicant's session."""
    pending = session.get(_PENDING)
    if not pending:
        return redirect(url_for(".start"), 303)
    if request.method != "POST":
        return _verify_page(pending)
    email, kind = pending["email"], pending["kind"]
    target = pending["next"] or url_for(".mine")
    try:
        with transaction():
            is_right = codes.spend(email, _PURPOSE, request.form.get("code", "")[:50])
            if is_right:
                sessions.begin(sessions.PORTAL, email=email)
                audit.record("signed_in", applicant(email))
                if kind:
                    target = _begun(kind, email)
            else:
                audit.record("code_refused", applicant(email))
    except Locked as error:
        return _verify_page(pending, say(error.message)), 429
    if not is_right:
        wrong = _("Mã không đúng hoặc đã hết hiệu lực. Kiểm tra lại hoặc yêu cầu gửi mã mới.")
        return _verify_page(pending, wrong), 422
    session.pop(_PENDING)
    return redirect(target, 303)


def _begun(kind: str, email: str) -> str:
    """Begin or resume a draft and return its address, or that of the sentence why not."""
    try:
        dossier = dossiers.begin(kind, email)
    except Refused:
        # Raised before anything is written: the session of this transaction stays.
        return url_for(".registered", kind=kind)
    db.session.flush()
    audit.record("draft_begun", applicant(email), f"draft:{dossier.id}", {"kind": kind})
    return url_for(".form", key=dossier.key)


def _verify_page(pending: dict[str, str], error: str = "") -> str:
    return render_template(
        "portal/verify.html",
        email=pending["email"],
        restart=url_for(".start", kind=pending["kind"] or None, next=pending["next"] or None),
        minutes=int(codes.LIFETIME.total_seconds() // 60),
        error=error,
        page_has_errors=bool(error),
    )


@bp.post("/apply/resend")
@public
def resend() -> ResponseReturnValue:
    """Send a new code; the one before is dead (rule O3)."""
    pending = session.get(_PENDING)
    if not pending:
        return redirect(url_for(".start"), 303)
    try:
        with transaction():
            is_new = codes.send(pending["email"], _PURPOSE, client=sessions.client())
            _note_code(pending["email"])
    except Locked as error:
        return _verify_page(pending, say(error.message)), 429
    if is_new:
        flash(_("Đã gửi mã mới. Mã trước không còn hiệu lực."), "success")
    else:
        flash(_("Mã vừa được gửi. Vui lòng chờ 30 giây trước khi yêu cầu mã khác."), "info")
    return redirect(url_for(".verify"), 303)


@bp.get("/dossiers")
@for_applicants
def mine() -> ResponseReturnValue:
    """List own drafts and dossiers."""
    office = calendar.office()
    return render_template(
        "portal/mine.html",
        dossiers=applications.of(sessions.current_email()),
        workflows=workflows.all_workflows(),
        offers=workflows.filed_by(Role.APPLICANT),
        label=progress.label,
        days_left=office.days_left,
    )


@bp.post("/sign-out")
@for_applicants
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    with transaction():
        audit.record("signed_out", applicant(sessions.current_email()))
        sessions.end(sessions.PORTAL)
    session.pop(_PENDING, None)
    flash(_("Đã đăng xuất."), "success")
    return redirect(url_for("portal.home"), 303)


@bp.post("/apply/<kind>/begin")
@for_applicants
def begin(kind: str) -> ResponseReturnValue:
    """Begin or resume a draft."""
    workflows.get(kind)
    with transaction():
        target = _begun(kind, sessions.current_email())
    return redirect(target, 303)


@bp.get("/apply/<kind>/registered")
@for_applicants
def registered(kind: str) -> ResponseReturnValue:
    """Say why this e-mail may not register again, and lead to its dossier (rule Q1)."""
    return registered_page(kind)


def registered_page(kind: str, status: int = 200) -> ResponseReturnValue:
    """Return the sentence of a second registration."""
    workflow = workflows.get(kind)
    dossier: Dossier = own_or_404(applications.registered(kind, sessions.current_email()))
    page = render_template(
        "portal/registered.html",
        workflow=workflow,
        dossier=dossier,
        label=progress.label(dossier),
        sentence=dossiers.second_registration(dossier).message,
    )
    return page, status


def links_of(key: str) -> Links:
    """Return where the parts of an own dossier's form lead."""
    return Links(
        form=url_for("applicants.form", key=key),
        save=url_for("applicants.save", key=key),
        check=lambda field: url_for("applicants.check_field", key=key, field=field),
        file=lambda a: url_for("applicants.attachment", key=key, attachment_id=a.id),
    )


def own_dossier(key: str) -> Dossier:
    """Return a dossier of this browser's e-mail, or answer 404."""
    dossier: Dossier = own_or_404(applications.own(key, sessions.current_email()))
    return dossier

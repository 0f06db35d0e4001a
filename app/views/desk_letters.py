"""Letters and files on the desk: the very letter before it binds, and the issued one."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import rendering
from app.models import Letter
from app.security.actors import roles_of, staff
from app.services import audit, control, letters, outbox, papers
from app.services import queue as queues
from app.transaction import transaction
from app.views import desk, files, own_or_404, seen
from workflows import Role

bp = Blueprint("desk_letters", __name__)
bp.before_request(desk.keep_dossiers_closed)


@bp.get("/desk/dossiers/<code>/letter.pdf")
def preview(code: str) -> ResponseReturnValue:
    """Show the letter that waits for signature or number, as it would leave the house."""
    dossier = own_or_404(queues.find(code, desk.me()))
    letter: Letter = own_or_404(letters.waiting(dossier))
    seen.note("letter_seen", f"dossier:{code}", page="preview")
    user = desk.me()
    signer = user if Role.SIGNER in roles_of(staff(user), dossier) else None
    return files.pdf(letters.preview_pdf(letter, signer), letters.file_name(letter))


@bp.get("/desk/letters/<key>.pdf")
def pdf(key: str) -> ResponseReturnValue:
    """Show an issued letter; while the worker makes it, a page that asks again by itself."""
    letter: Letter = own_or_404(papers.find_letter(key, desk.me()))
    try:
        content = letters.pdf(letter)
    except LookupError:
        return render_template("desk/letter_pending.html"), 202
    seen.note("letter_seen", f"dossier:{letter.dossier.code}", letter=letter.id)
    return files.pdf(content, letters.file_name(letter))


@bp.post("/desk/letters/<key>/sign")
def sign_again(key: str) -> ResponseReturnValue:
    """Try at once to sign a letter that waits for its key."""
    with transaction():
        found: Letter = own_or_404(papers.find_letter(key, desk.me()))
        outbox.retry_letter(found)
        code = found.dossier.code
        audit.record("signing_retried", staff(desk.me()), f"dossier:{code}", {"letter": found.id})
    flash(_("Văn bản được xếp ký lại ngay."), "info")
    return redirect(url_for("desk.dossier", code=code), 303)


@bp.get("/desk/dossiers/<code>/control-slip.pdf")
def control_slip(code: str) -> ResponseReturnValue:
    """Show who had a dossier from when to when, as the prescribed slip."""
    slip = control.slip(own_or_404(queues.find(code, desk.me())))
    seen.note("dossier_seen", f"dossier:{code}", page="control-slip")
    return files.pdf(rendering.letter(slip), f"phieu-kiem-soat-{code}.pdf")


@desk.bp.get("/desk/attachments/<int(max=2147483647):number>")
def attachment(number: int) -> ResponseReturnValue:
    """Show a file an applicant sent."""
    found = own_or_404(papers.find_attachment(number, desk.me()))
    return files.attachment(found, "staff", staff(desk.me()))

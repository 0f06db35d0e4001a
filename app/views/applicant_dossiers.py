"""Where a dossier stands: status for everybody with its key, letters and files for its owner."""

from flask import abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

import workflows
from app.models import Dossier
from app.security import sessions
from app.security.actors import applicant
from app.services import applications, calendar, deadlines, letters, progress
from app.views import files, for_applicants, own_or_404, public, seen
from app.views.applicants import bp, links_of, own_dossier
from app.views.corrections import told


@bp.get("/dossiers/<key>")
@public
def status(key: str) -> ResponseReturnValue:
    """Show how far it is; answers, files and letters only to the owner."""
    dossier = own_or_404(applications.by_key(key))
    is_owner = sessions.current_email() == dossier.email
    if not dossier.submitted_at:
        # A draft is nobody else's business, not even that it exists.
        return redirect(url_for(".form", key=key), 303) if is_owner else abort(404)
    if is_owner:
        seen.note("dossier_seen", f"dossier:{dossier.code}")
    return render_template(
        "portal/status.html",
        dossier=dossier,
        workflow=workflows.get(dossier.kind),
        label=progress.label(dossier),
        outlook=progress.outlook(dossier),
        steps=progress.steps(dossier),
        days_left=calendar.office().days_left,
        promised_before=deadlines.promised_before(dossier),
        is_owner=is_owner,
        **(_for_owner(dossier) if is_owner else {}),
    )


def _for_owner(dossier: Dossier) -> dict[str, object]:
    found = applications.issued_letters(dossier)
    return {
        "sections": applications.summary(dossier, submitted=True),
        "links": links_of(dossier.key),
        "letters": found,
        "corrections": {letter.key: list(told(letter)) for letter in found},
        "history": progress.history(dossier),
        "asked": applications.asked(dossier),
        "actions": applications.other_actions(dossier),
        "may_register_again": applications.is_open_again(dossier),
    }


@bp.get("/dossiers/<key>/receipt")
@for_applicants
def receipt(key: str) -> ResponseReturnValue:
    """Confirm what was received, under which code, and promise the day."""
    dossier = own_dossier(key)
    if not dossier.submitted_at:
        return redirect(url_for(".form", key=key), 303)
    return render_template(
        "portal/receipt.html",
        dossier=dossier,
        workflow=workflows.get(dossier.kind),
        outlook=progress.outlook(dossier),
        was_supplemented=progress.was_supplemented(dossier),
        letters=applications.issued_letters(dossier),
    )


@bp.get("/dossiers/<key>/letters/<letter_key>.pdf")
@for_applicants
def letter(key: str, letter_key: str) -> ResponseReturnValue:
    """Return an issued letter, or a page that waits for the worker to make it."""
    dossier = own_dossier(key)
    found = own_or_404(applications.issued_letter(dossier, letter_key))
    if found.pdf_sha256 is None:
        response = make_response(
            render_template("portal/letter_waiting.html", back=url_for(".status", key=key)), 202
        )
        response.headers["Refresh"] = "3"
        return response
    seen.note("letter_seen", f"dossier:{dossier.code}", letter=found.id)
    return files.pdf(letters.pdf(found), letters.file_name(found))


@bp.get("/dossiers/<key>/files/<int:attachment_id>")
@for_applicants
def attachment(key: str, attachment_id: int) -> ResponseReturnValue:
    """Lead to one attached file."""
    found = own_or_404(applications.attachment(own_dossier(key), attachment_id))
    actor = applicant(sessions.current_email())
    return files.attachment(found, "applicant", actor)

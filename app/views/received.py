"""The own page of each body a dispatch went to: the letters, the answer, the first access."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import workflows
from app import formats, forms
from app.errors import Conflict, Invalid
from app.language import say
from app.models import Letter, Recipient
from app.security.actors import Actor, applicant
from app.services import attachments, audit, circulation, letters, recipients
from app.services.attachments import Received
from app.transaction import transaction
from app.views import files, own_or_404, public, seen, uploads
from app.views.failures import sentence_of
from workflows import FieldType, Text

bp = Blueprint("received", __name__, url_prefix="/received/<token>")


@bp.get("")
@public
def open(token: str) -> ResponseReturnValue:
    """Show what was sent, and ask for receipt or comment."""
    found = _own(token)
    seen.note("link_opened", f"dossier:{found.dossier.code}", _body(found), recipient=found.id)
    return _page(found)


def _body(recipient: Recipient) -> Actor:
    return applicant(recipient.email, recipient.name)


def _own(token: str) -> Recipient:
    """Return whose page it is; before anything was sent there is none."""
    found: Recipient = own_or_404(recipients.find(token))
    return own_or_404(found if found.sent_at else None)  # type: ignore[no-any-return]  # as given


def _page(
    recipient: Recipient, errors: Mapping[str, Text] | None = None, problem: str = ""
) -> ResponseReturnValue:
    dossier = recipient.dossier
    workflow = workflows.get(dossier.kind)
    typed = request.form if request.method == "POST" else recipient.answers
    deadline = dossier.answers.get("deadline", "")
    page = render_template(
        "portal/received.html",
        name=recipient.name,
        title=say(workflow.title),
        subject=dossier.subject,
        letters=circulation.letters_of(recipient),
        draft=attachments.current(dossier).get("draft_file"),
        deadline=formats.day(deadline) if deadline else "",
        is_late=bool(deadline) and circulation.is_over(dossier),
        is_consultation=circulation.is_consultation(dossier),
        may_answer=circulation.may_answer(recipient),
        answered_at=recipient.answered_at,
        answers=_given(recipient),
        filled=forms.fill(
            [(Text(""), list(workflow.recipient_asks))],
            typed,
            {},
            errors or {},
        ),
        max_mb=uploads.max_mb(),
        username=recipient.account.username if recipient.account else "",
        access=circulation.access_of(recipient),
        problem=problem,
        page_has_errors=bool(errors or problem),
    )
    return page, 422 if errors else 409 if problem else 200


def _given(recipient: Recipient) -> list[dict[str, str]]:
    asks = workflows.get(recipient.dossier.kind).recipient_asks
    return [
        {
            "label": say(f.label),
            "value": say(next((c.label for c in f.choices if c.value == value), Text(value))),
        }
        for f in asks
        if (value := recipient.answers.get(f.name, ""))
    ]


@bp.post("")
@public
def answer(token: str) -> ResponseReturnValue:
    """Keep the receipt or the comment; comments may be sent again until they are closed."""
    typed = dict(request.form.items())
    asks = workflows.get(_own(token).dossier.kind).recipient_asks
    names = [f.name for f in asks if f.type is FieldType.FILE]
    try:
        sent, refused = uploads.taken(names)
        if refused:
            raise Invalid(refused)
        with transaction():
            recipient = own_or_404(recipients.find(token, lock=True))
            for name in names:
                typed[name] = _file(recipient, name, sent.get(name))
            circulation.answer(recipient, typed)
            about = f"dossier:{recipient.dossier.code}"
            audit.record("acknowledged", _body(recipient), about, {"recipient": recipient.id})
    except Invalid as error:
        return _page(_own(token), error.errors)
    except Conflict as error:
        return _page(_own(token), problem=sentence_of(error))
    flash(_("Đã ghi nhận. Trân trọng cảm ơn Quý đơn vị."), "success")
    return redirect(url_for(".open", token=token), 303)


def _file(recipient: Recipient, name: str, sent: Received | None) -> str:
    """Store a file that came with an answer; the one sent before stays when none came."""
    if sent is None:
        return recipient.answers.get(name, "")
    place = circulation.file_field(recipient, name)
    return attachments.attach_one(recipient.dossier, place, sent).name


@bp.get("/letters/<key>.pdf")
@public
def letter(token: str, key: str) -> ResponseReturnValue:
    """Show a letter that was sent to this body."""
    recipient = _own(token)
    sent = circulation.letters_of(recipient)
    found: Letter = own_or_404(next((x for x in sent if x.key == key), None))
    about = f"dossier:{recipient.dossier.code}"
    seen.note("letter_seen", about, _body(recipient), letter=found.id)
    try:
        return files.pdf(letters.pdf(found), letters.file_name(found))
    except LookupError:
        back = url_for(".open", token=token)
        return render_template("portal/letter_waiting.html", back=back), 202, {"Refresh": "3"}


@bp.get("/draft")
@public
def draft(token: str) -> ResponseReturnValue:
    """Show the file of the draft."""
    recipient = _own(token)
    found = own_or_404(attachments.current(recipient.dossier).get("draft_file"))
    actor = Actor(recipient.name, email=recipient.email)
    return files.attachment(found, "recipient", actor)


@bp.post("/access")
@public
def access(token: str) -> ResponseReturnValue:
    """Lead to the first access of this body's account; the code still goes to its e-mail."""
    recipient = _own(token)
    found = own_or_404(circulation.access_token(recipient))
    about = f"dossier:{recipient.dossier.code}"
    with transaction():
        audit.record("link_opened", _body(recipient), about, {"access": recipient.id})
    return redirect(url_for("activation.open", token=found), 303)

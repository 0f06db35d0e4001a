"""Which mail an event sends, with which letter and which secret."""

from flask import current_app

import workflows
from app.models import Dossier, DossierEvent, Letter
from app.services import activations, facts, mails
from workflows import Fired


def announce(dossier: Dossier, fired: Fired, event: DossierEvent, letter: Letter | None) -> None:
    """Write the mail of an action to the applicant, in the transaction of the action."""
    if not fired.action.mail:
        return
    activation = None
    if fired.action.mail == "granted":
        activation = activations.release(dossier, current_app.config["VANTHU"].activation_days)
    mails.queue(
        fired.action.mail,
        dossier.email,
        once=f"{dossier.key}:{event.seq}",
        dossier=dossier,
        letter=letter,
        secret=f"activation:{activation.nonce}" if activation else "",
        context={
            **facts.for_letter(dossier, event.details),
            "title": workflows.get(dossier.kind).title,
            "letter": letter,
            "has_activation": activation is not None,
            "activation_days": current_app.config["VANTHU"].activation_days,
        },
    )


def reopened(dossier: Dossier) -> None:
    """Tell an applicant that the promise was not kept and the e-mail is open again (Q4)."""
    dossier.once_key = None
    mails.queue(
        "reopened",
        dossier.email,
        once=f"{dossier.key}:reopened:{dossier.due_on}",
        dossier=dossier,
        context={
            **facts.for_letter(dossier, {}),
            "title": workflows.get(dossier.kind).title,
        },
    )

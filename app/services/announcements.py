"""Which mail an event sends, with which letter and which secret."""

from flask import current_app

import workflows
from app import formats
from app.models import Dossier, DossierEvent, Letter
from app.services import activations, circulation, deadlines, facts, mails
from workflows import Fired

_WITH_ACCESS = ("granted", "reissued")


def announce(dossier: Dossier, fired: Fired, event: DossierEvent, letter: Letter | None) -> None:
    """Write the mail of an action to the applicant, in the transaction of the action."""
    if fired.action.sends:
        circulation.send(dossier, fired.action.sends, f"{dossier.key}:{event.seq}", letter)
    if not fired.action.mail:
        return
    config = current_app.config["VANTHU"]
    to = dossier.answers[fired.action.mail_to] if fired.action.mail_to else dossier.email
    activation = None
    if fired.action.mail in _WITH_ACCESS:
        activation = activations.release(dossier, config.activation_days)
    if activation is not None and fired.action.mail == "reissued":
        to = activation.account.custodian_email  # as it is on record by now
    mails.queue(
        fired.action.mail,
        to,
        once=f"{dossier.key}:{event.seq}",
        dossier=dossier,
        letter=letter,
        secret=f"activation:{activation.nonce}" if activation else "",
        context={
            **facts.for_letter(dossier, event.details),
            "title": workflows.get(dossier.kind).title,
            "letter": letter,
            "activation": activation,
            "activation_days": config.activation_days,
            "password_months": formats.two(config.password_months),
        },
    )


def reopened(dossier: Dossier) -> None:
    """Tell an applicant that the promise was not kept and the e-mail is open again (Q4)."""
    dossier.once_key = None
    promised = deadlines.promised_before(dossier) or dossier.due_on
    mails.queue(
        "reopened",
        dossier.email,
        once=f"{dossier.key}:reopened:{promised}",
        dossier=dossier,
        context={
            **facts.for_letter(dossier, {}),
            "title": workflows.get(dossier.kind).title,
        },
    )

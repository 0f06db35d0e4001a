"""Erasing: the personal data of a dossier or an account is gone, its place in the books stays."""

from functools import partial

from sqlalchemy import delete, select, update

from app import clock
from app.extensions import db
from app.models import (
    Account,
    AccountEvent,
    Activation,
    Attachment,
    BookEntry,
    Dossier,
    IncomingLetter,
    Letter,
    OutgoingMail,
    Recipient,
)
from app.services import attachments, history, seals
from app.transaction import after_commit


def erase(dossier: Dossier) -> None:
    """Overwrite what a dossier says about persons; code, kind, states and days stay.

    Issued letters and what came in stay too: registers and archives are kept by law.
    """
    _files(dossier)
    _rows_of(dossier)
    for event in dossier.events:
        history.erase(event, dossier.key)
    dossier.answers, dossier.typed = {}, {}
    dossier.email = dossier.subject = dossier.folded = ""
    dossier.once_key = None
    dossier.erased_at = clock.now()


def remove_draft(dossier: Dossier) -> None:
    """Delete what was never submitted: it has no number and no history."""
    _files(dossier)
    db.session.execute(delete(Recipient).where(Recipient.dossier_id == dossier.id))
    db.session.execute(delete(OutgoingMail).where(OutgoingMail.dossier_id == dossier.id))
    db.session.delete(dossier)


def erase_account(account: Account) -> None:
    """Overwrite who kept an account that is closed; holder, username and days stay."""
    custodian = account.custodian_name
    account.custodian_name = account.custodian_phone = account.custodian_email = ""
    account.custodian_gender = account.custodian_position = ""
    for event in db.session.scalars(
        select(AccountEvent).where(AccountEvent.account_id == account.id, AccountEvent.erased == "")
    ):
        leaf = seals.leaf_of("account_events", event).hex()
        event.changes = {}
        event.actor_name = "" if event.actor_name == custodian else event.actor_name
        event.erased = seals.erased_mark(event, leaf)
    db.session.execute(
        update(Activation).where(Activation.account_id == account.id).values(secret=None)
    )


def _files(dossier: Dossier) -> None:
    """Delete the files, but for a scan that is a line of the incoming register."""
    entered = set(
        db.session.scalars(
            select(IncomingLetter.attachment_id).where(
                IncomingLetter.attachment_id.in_(
                    select(Attachment.id).where(Attachment.dossier_id == dossier.id)
                )
            )
        )
    )
    for attachment in list(dossier.attachments):
        if attachment.id not in entered:
            dossier.attachments.remove(attachment)
            db.session.delete(attachment)
            after_commit(partial(attachments.discard_unused, attachment.sha256))


def _rows_of(dossier: Dossier) -> None:
    """Overwrite recipients, mails and drafts of letters that were never issued."""
    db.session.execute(
        update(Recipient)
        .where(Recipient.dossier_id == dossier.id)
        .values(name="", email="", typed={}, answers={})
    )
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.dossier_id == dossier.id)
        .values(recipient="", subject="", text="", error="", secret="")
    )
    numbered = select(BookEntry.letter_id).where(BookEntry.letter_id.is_not(None))
    db.session.execute(
        update(Letter)
        .where(
            Letter.dossier_id == dossier.id,
            Letter.state == "void",
            Letter.id.not_in(numbered),
        )
        .values(data="", subject="")
    )

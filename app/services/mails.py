"""Mail as rows: written in the transaction of the decision, sent after it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import select

from app import clock
from app.database import insert_into
from app.extensions import db
from app.models import Department, Dossier, Letter, OutgoingMail
from app.security import keys
from app.services import organisation
from app.transaction import after_commit

# Replaced on sending. Private-use characters, because no field lets people type them.
SECRET = "\ue000\ue001"  # noqa: S105 - a placeholder
_BATCH = 500
Written = tuple[str, str, str, Mapping[str, Any]]
"""One mail of many: (once, recipient, secret, context)."""


def queue(name: str, recipient: str, **about: Any) -> OutgoingMail:
    """Write one mail, as `compose` does, and have it sent after the commit."""
    mail = compose(name, recipient, **about)
    db.session.flush()  # the hint carries the id
    _send_soon([mail.id])
    return mail


def queue_many(
    name: str, written: Sequence[Written], *, dossier: Dossier, letter: Letter | None
) -> None:
    """Write many mails of a dossier in one statement, and have them sent after the commit."""
    db.session.flush()  # the rows refer to the dossier and the letter
    about = {"dossier_id": dossier.id, "letter_id": letter.id if letter else None}
    write_later(name, written, **about)
    for n in range(0, len(written), _BATCH):
        once = [mail[0] for mail in written[n : n + _BATCH]]
        _send_soon(db.session.scalars(select(OutgoingMail.id).where(OutgoingMail.once.in_(once))))


def _send_soon(mail_ids: Iterable[int]) -> None:
    for mail_id in mail_ids:
        after_commit(partial(_deliver, mail_id))


def _deliver(mail_id: int) -> None:
    current_app.extensions["vanthu_jobs"].deliver(mail_id)


def compose(
    name: str,
    recipient: str,
    *,
    once: str,
    context: Mapping[str, Any],
    dossier: Dossier | None = None,
    letter: Letter | None = None,
    secret: str = "",
    expires_at: datetime | None = None,
    channel: str = "mail",
) -> OutgoingMail:
    """Write one mail; templates/mail/<name>.txt has the subject as its first line.

    With channel "sms" the recipient is a number and templates/sms/<name>.txt one line.

    `secret` names what replaces {secret} on sending ("code:<id>", "activation:<id>", "place:<id>"),
    so that neither codes nor link tokens nor addresses of people stand in the database.
    """
    values = _values(name, context, organisation.department(), channel)
    mail = OutgoingMail(
        once=once,
        dossier=dossier,
        letter=letter,
        recipient=recipient,
        secret=secret,
        expires_at=expires_at,
        **values,
    )
    db.session.add(mail)
    return mail


def write_later(name: str, written: Sequence[Written], **about: int | None) -> None:
    """Write many mails in one statement; `about` are the columns they share.

    What is written already stays. No hint tells a worker: its sweep takes them in portions,
    so that a one-time code never waits behind thousands of these.
    """
    if not written:
        return
    department = organisation.department()
    table = insert_into(db.engine, OutgoingMail.__table__)
    db.session.execute(
        table.on_conflict_do_nothing(index_elements=["once"]),
        [
            {"once": once, "recipient": recipient, "secret": secret, **about}
            | _values(name, context, department)
            for once, recipient, secret, context in written
        ],
    )


def _values(
    name: str, context: Mapping[str, Any], department: Department, channel: str = "mail"
) -> dict[str, Any]:
    # Not render_template: a mail knows nothing of the page or the person it came from.
    rendered = current_app.jinja_env.get_template(f"{channel}/{name}.txt").render(
        **context,
        secret=SECRET,
        department=department,
        base_url=current_app.config["VANTHU"].base_url,
    )
    subject, _, text = rendered.strip().partition("\n")
    if channel == "sms":
        subject, text = "", subject
    now = clock.now()
    return {
        "channel": channel,
        "name": name,
        "subject": subject.strip(),
        "text": text.strip() + "\n",
        "message_id": f"<{keys.nonce()}@{current_app.config['VANTHU'].mail_domain}>",
        "state": "pending",
        "created_at": now,
        "next_at": now,
    }

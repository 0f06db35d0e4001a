"""Mail as rows: written in the transaction of the decision, sent after it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app

from app import clock
from app.extensions import db
from app.models import Dossier, Letter, OutgoingMail
from app.security import keys
from app.services import organisation
from app.transaction import after_commit

# Replaced on sending. Private-use characters, because no field lets people type them.
SECRET = "\ue000\ue001"  # noqa: S105 - a placeholder


def queue(
    name: str,
    recipient: str,
    *,
    once: str,
    context: Mapping[str, Any],
    dossier: Dossier | None = None,
    letter: Letter | None = None,
    secret: str = "",
    expires_at: datetime | None = None,
) -> OutgoingMail:
    """Write one mail; templates/mail/<name>.txt has the subject as its first line.

    `secret` names what replaces {secret} on sending ("code:<id>", "activation:<id>"), so that
    neither codes nor link tokens stand in the database.
    """
    # Not render_template: a mail knows nothing of the page or the person it came from.
    rendered = current_app.jinja_env.get_template(f"mail/{name}.txt").render(
        **context,
        secret=SECRET,
        department=organisation.department(),
        base_url=current_app.config["VANTHU"].base_url,
    )
    subject, _, text = rendered.strip().partition("\n")
    now = clock.now()
    mail = OutgoingMail(
        once=once,
        dossier=dossier,
        letter=letter,
        name=name,
        recipient=recipient,
        subject=subject.strip(),
        text=text.strip() + "\n",
        secret=secret,
        message_id=f"<{keys.nonce()}@{current_app.config['VANTHU'].mail_domain}>",
        state="pending",
        created_at=now,
        next_at=now,
        expires_at=expires_at,
    )
    db.session.add(mail)
    db.session.flush()  # the hint below carries the id
    mail_id = mail.id
    after_commit(lambda: current_app.extensions["vanthu_jobs"].deliver(mail_id))
    return mail

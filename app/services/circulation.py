"""A dispatch on its way: every recipient is told, answers on its own page, and is reminded."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import select, update

import workflows
from app import clock, formats
from app.errors import Conflict, Invalid
from app.extensions import db
from app.models import Activation, Dossier, Letter, OutgoingMail, Recipient
from app.services import activations, facts, mails, recipients
from workflows import FieldError, FieldType, Phase, Text


def send(dossier: Dossier, name: str, once: str, letter: Letter | None) -> None:
    """Write the mail of an action to every recipient, each with the link to its own page."""
    if not recipients.count(dossier):
        return
    days = current_app.config["VANTHU"].activation_days
    activations.release_all(dossier, days)
    known = facts.for_letter(dossier, {})
    _write(dossier, recipients.rows(dossier), name, once, known, letter)
    db.session.execute(
        update(Recipient)
        .where(
            Recipient.dossier_id == dossier.id, Recipient.email != "", Recipient.sent_at.is_(None)
        )
        .values(sent_at=clock.now())
    )


def send_again(recipient: Recipient) -> None:
    """Write to one recipient that its new first access waits on its own page."""
    dossier = recipient.dossier
    db.session.flush()
    activations.release_all(dossier, current_app.config["VANTHU"].activation_days)
    once = f"{dossier.key}:{dossier.events[-1].seq}"
    known = facts.for_letter(dossier, {})
    _write(dossier, [recipient], "access_again", once, known, None)


def announce(dossier: Dossier, name: str) -> None:
    """Write to every recipient of the letter that something has changed since."""
    once = f"{dossier.key}:{dossier.events[-1].seq}"
    told = [r for r in recipients.rows(dossier) if r.sent_at]
    _write(dossier, told, name, once, facts.for_letter(dossier, {}), None)


def near_deadline() -> list[str]:
    """Return the keys of dossiers that collect comments and whose deadline is near."""
    last = clock.today() + timedelta(days=current_app.config["VANTHU"].comment_reminder_days)
    rows = db.session.execute(
        select(Dossier.key, Dossier.answers["deadline"].as_string()).where(
            Dossier.phase == Phase.OUTSIDE
        )
    ).all()
    return [key for key, deadline in rows if deadline and date.fromisoformat(deadline) <= last]


def locked(key: str) -> Dossier:
    """Return a dossier that nobody else changes until the commit."""
    return db.session.scalars(select(Dossier).where(Dossier.key == key).with_for_update()).one()


def remind(dossier: Dossier, *, again: bool = True) -> int:
    """Write to those who have not answered, at most once a day; return to how many.

    With `again` False only those who were never reminded.
    """
    today = clock.today()
    silent = [
        r
        for r in recipients.rows(dossier)
        if r.sent_at
        and r.answered_at is None
        and (r.reminded_at is None or (again and clock.local(r.reminded_at).date() < today))
    ]
    if silent:
        known = facts.for_letter(dossier, {})
        _write(dossier, silent, "reminded", f"{dossier.key}:reminded:{today}", known, None)
        for recipient in silent:
            recipient.reminded_at = clock.now()
    return len(silent)


def _write(
    dossier: Dossier,
    to: Iterable[Recipient],
    name: str,
    once: str,
    known: Mapping[str, object],
    letter: Letter | None,
) -> None:
    context = {
        **known,
        "title": workflows.get(dossier.kind).title,
        "letter": letter,
        "deadline": formats.day(d) if (d := dossier.answers.get("deadline")) else "",
        "activation_days": current_app.config["VANTHU"].activation_days,
    }
    mails.queue_many(
        name,
        [
            (
                f"{once}:{recipient.id}",
                recipient.email,
                recipients.secret_of(recipient),
                {**context, "recipient": recipient},
            )
            for recipient in to
            if recipient.email
        ],
        dossier=dossier,
        letter=letter,
    )


def answer(recipient: Recipient, typed: Mapping[str, str]) -> None:
    """Keep what a recipient answered; raise Invalid, or Conflict when it is closed."""
    dossier = recipient.dossier
    if not may_answer(recipient):
        raise Conflict(
            Text(
                "Việc này đã kết thúc hoặc đã được trả lời nên không nhận thêm ý kiến.",
                "This is closed or was answered already, so nothing more is taken.",
            )
        )
    answers: dict[str, str] = {}
    errors: dict[str, Text] = {}
    for field in workflows.get(dossier.kind).recipient_asks:
        try:
            answers[field.name] = field.check(typed.get(field.name, ""))
        except FieldError as error:
            errors[field.name] = error.message
    if answers.get("answer") in ("amend", "disagree") and not (
        answers.get("comment") or answers.get("answer_file")
    ):
        errors["comment"] = Text("Ghi nội dung góp ý hoặc đính kèm văn bản.", "Say what to change.")
    if errors:
        raise Invalid(errors)
    recipient.answers = answers
    recipient.answered_at = clock.now()


def may_answer(recipient: Recipient) -> bool:
    """Tell whether a page still takes an answer: comments until they are closed, receipts once."""
    if recipient.sent_at is None:
        return False
    if is_consultation(recipient.dossier):
        return recipient.dossier.phase == Phase.OUTSIDE
    return recipient.answered_at is None


def is_consultation(dossier: Dossier) -> bool:
    """Tell whether recipients comment, or only acknowledge."""
    asks = workflows.get(dossier.kind).recipient_asks
    return any(f.type is FieldType.CHOICE for f in asks)


def is_over(dossier: Dossier) -> bool:
    """Tell whether the deadline for comments is over."""
    deadline = dossier.answers.get("deadline", "")
    return bool(deadline) and date.fromisoformat(deadline) < clock.today()


def letters_of(recipient: Recipient) -> list[Letter]:
    """Return the letters that were sent to this body, the oldest first."""
    return list(
        db.session.scalars(
            select(Letter)
            .join(OutgoingMail, OutgoingMail.letter_id == Letter.id)
            .where(
                OutgoingMail.dossier_id == recipient.dossier_id,
                OutgoingMail.secret == recipients.secret_of(recipient),
            )
            .order_by(Letter.id)
            .distinct()
        )
    )


def unreached(dossier: Dossier) -> dict[str, str]:
    """Return the addresses that a mail of this dossier could not reach, and why."""
    dead = db.session.execute(
        select(OutgoingMail.recipient, OutgoingMail.error).where(
            OutgoingMail.dossier_id == dossier.id, OutgoingMail.state == "dead"
        )
    )
    return {row.recipient: row.error for row in dead}


def file_field(recipient: Recipient, name: str) -> str:
    """Return under which field the file of an answer stands among the dossier's files."""
    return f"{name}-{recipient.id}"


def access_token(recipient: Recipient) -> str | None:
    """Return the activation link's token of this recipient's account while it opens."""
    activation = _activation(recipient)
    return activations.token_of(activation) if activation else None


def access_of(recipient: Recipient) -> datetime | None:
    """Return until when this recipient's first access opens; None when it does not."""
    activation = _activation(recipient)
    return activation.expires_at if activation else None


def _activation(recipient: Recipient) -> Activation | None:
    if recipient.account_id is None:
        return None
    return db.session.scalars(
        select(Activation).where(
            Activation.account_id == recipient.account_id,
            Activation.used_at.is_(None),
            Activation.expires_at > clock.now(),
        )
    ).first()

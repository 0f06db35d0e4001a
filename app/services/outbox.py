"""Deliver rows of mail and SMS: claim one by lease, make its letter, send, record its end."""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import OperationalError

from app import clock, storage
from app.database import changed_rows
from app.extensions import db
from app.language import stored as _
from app.mail.envelope import Attachment, Envelope, Unsendable
from app.mail.failures import PermanentFailure, TemporaryFailure, explain
from app.models import Letter, OutgoingMail, SignIn
from app.security import keys, origin
from app.services import letters, mails, signatures
from app.sms.gateway import Sms
from app.transaction import after_commit, transaction
from letters import LetterError
from letters.signing import SigningError

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=120)
# How long a mail waits after its first, second … failure.
_PAUSES = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180)]

_LETTER_TRIES = 4
_making = Lock()

Senders = Mapping[str, Callable[[Any], None]]
"""Who takes what, by channel: {"mail": an Envelope, "sms": an Sms}."""


def waiting_ids(limit: int = 200) -> list[int]:
    """Return mails to try now: due ones, and those whose worker died with the lease."""
    now = clock.now()
    ids = db.session.scalars(
        select(OutgoingMail.id)
        .where(_is_free(now))
        .order_by(OutgoingMail.next_at, OutgoingMail.id)
        .limit(limit)
    ).all()
    db.session.rollback()
    return list(ids)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(
        (OutgoingMail.state == "pending") & (OutgoingMail.next_at <= now),
        (OutgoingMail.state == "sending") & (OutgoingMail.leased_until < now),
    )


def deliver(mail_id: int, senders: Senders) -> str:
    """Try one row; return how it stands. Two workers never send the same one at a time.

    A channel that has no sender just now keeps its rows waiting.
    """
    if not _claim(mail_id, senders):
        return "dead" if _give_up_uncertain(mail_id) else "not due"
    try:
        message = _message(mail_id)
        if message is None:
            return _end(mail_id, state="expired")
        senders["sms" if isinstance(message, Sms) else "mail"](message)
    except TemporaryFailure as failure:
        return _retry(mail_id, failure.sentence, relay_wide=failure.relay_wide)
    except SigningError as failure:
        log.warning("mail %s waits for a signature: %s", mail_id, failure)
        return _wait_for_key(mail_id, signatures.sentence(failure))
    except (LetterError, OSError) as failure:
        # A full disk or a renderer that died may pass; a letter that cannot be drawn will not.
        log.exception("mail %s: its letter is not ready", mail_id)
        about = _("Chưa tạo được văn bản kèm theo")
        return _retry(mail_id, f"{about}: {failure}", tries=_LETTER_TRIES)
    except (PermanentFailure, Unsendable) as failure:
        log.warning("mail %s cannot be sent: %s", mail_id, failure)
        sentence = failure.sentence if isinstance(failure, PermanentFailure) else str(failure)
        return _end(mail_id, state="dead", error=sentence)
    return _end(mail_id, state="sent", sent_at=clock.now())


def _claim(mail_id: int, channels: Collection[str]) -> bool:
    now = clock.now()
    with transaction():
        claimed = db.session.execute(
            update(OutgoingMail)
            .where(
                OutgoingMail.id == mail_id,
                OutgoingMail.channel.in_(list(channels)),
                _is_free(now),
                # An SMS has no Message-ID to tell a copy by: it is tried anew only where
                # the failure said that nothing was sent.
                (OutgoingMail.channel != "sms") | (OutgoingMail.state == "pending"),
            )
            .values(
                state="sending",
                leased_until=now + LEASE,
                attempts=OutgoingMail.attempts + 1,
            )
        )
        return changed_rows(claimed) == 1


def _give_up_uncertain(mail_id: int) -> bool:
    """End an SMS whose worker died while sending it: a code goes out once at most."""
    with transaction():
        ended = db.session.execute(
            update(OutgoingMail)
            .where(
                OutgoingMail.id == mail_id,
                OutgoingMail.channel == "sms",
                OutgoingMail.state == "sending",
                OutgoingMail.leased_until < clock.now(),
            )
            .values(state="dead", leased_until=None, error=explain("sms_uncertain"))
        )
        return changed_rows(ended) == 1


def _message(mail_id: int) -> Envelope | Sms | None:
    mail = db.session.get_one(OutgoingMail, mail_id)
    if mail.expires_at is not None and mail.expires_at < clock.now():
        return None
    if mail.channel == "sms":
        text = mail.text.strip().replace(mails.SECRET, _secret(mail.secret))
        return Sms(mail.recipient, text, mail.message_id.strip("<>").partition("@")[0])
    attachments: tuple[Attachment, ...] = ()
    if mail.letter_id is not None:
        letter = ensure_pdf(mail.letter_id)
        attachments = (
            Attachment(letters.file_name(letter), "application/pdf", letters.pdf(letter)),
        )
        mail = db.session.get_one(OutgoingMail, mail_id)
    secret = _secret(mail.secret)
    return Envelope(
        message_id=mail.message_id,
        sender=current_app.config["VANTHU"].mail_from,
        recipient=mail.recipient,
        subject=mail.subject.replace(mails.SECRET, secret),
        text=mail.text.replace(mails.SECRET, secret),
        html="",
        attachments=attachments,
        headers={"Auto-Submitted": "auto-generated", "X-Attempt": str(mail.attempts)},
        date=mail.created_at,
    )


def ensure_pdf(letter_id: int) -> Letter:
    """Return the letter with its PDF stored; made once, never again."""
    letter = db.session.get_one(Letter, letter_id)
    if letter.pdf_sha256 is not None:
        return letter
    # One letter may have many mails; the threads of a worker need not each sign it.
    with _making:
        db.session.refresh(letter)
        if letter.pdf_sha256 is None:
            _record_pdf(letter_id, letters.make_pdf(letter))
    return db.session.get_one(Letter, letter_id)


def _record_pdf(letter_id: int, sha256: str) -> None:
    with transaction():
        db.session.execute(
            update(Letter)
            .where(Letter.id == letter_id, Letter.pdf_sha256.is_(None))
            .values(pdf_sha256=sha256)
        )
    letter = db.session.get_one(Letter, letter_id)
    if letter.pdf_sha256 != sha256:  # another worker was faster, with signatures of its own
        storage.discard(sha256)
    storage.forget(letter.key)


def _secret(reference: str) -> str:
    purpose, _, nonce = reference.partition(":")
    if purpose == "code":
        return keys.derived_code("code", nonce)
    if purpose == "place":
        session = db.session.get(SignIn, int(nonce))
        return origin.address_of(session.place) if session else ""
    return keys.derived_token(purpose, nonce) if purpose else ""


def _retry(
    mail_id: int, sentence: str, *, relay_wide: bool = False, tries: int | None = None
) -> str:
    mail = db.session.get_one(OutgoingMail, mail_id)
    now = clock.now()
    longest = timedelta(hours=current_app.config["VANTHU"].mail_max_hours)
    if now - mail.created_at > longest or (tries is not None and mail.attempts >= tries):
        return _end(mail_id, state="dead", error=sentence)
    # When the whole relay is away the mail is not at fault: do not let its pause grow.
    pause = _PAUSES[0] if relay_wide else _PAUSES[min(mail.attempts, len(_PAUSES)) - 1]
    return _end(mail_id, state="pending", next_at=now + pause, error=sentence)


def _wait_for_key(mail_id: int, sentence: str) -> str:
    """Let every mail of the letter wait together: nothing leaves unsigned, nothing is given up."""
    next_at = clock.now() + _PAUSES[0]
    with transaction():
        letter_id = db.session.get_one(OutgoingMail, mail_id).letter_id
        db.session.execute(
            update(OutgoingMail)
            .where(OutgoingMail.letter_id == letter_id, OutgoingMail.state == "pending")
            .values(next_at=next_at, error=sentence)
        )
    return _end(mail_id, state="pending", next_at=next_at, error=sentence)


def _end(mail_id: int, **values: object) -> str:
    # After the relay said 250 the row must learn of it, or the mail goes out twice: the
    # write is tried until the database is back or this process is ended.
    values.setdefault("error", "")
    while True:
        try:
            with transaction():
                db.session.execute(
                    update(OutgoingMail)
                    .where(OutgoingMail.id == mail_id)
                    .values(leased_until=None, **values)
                )
            return str(values["state"])
        except OperationalError:
            log.warning("mail %s: outcome not recorded yet, the database is away", mail_id)
            db.session.remove()
            time.sleep(1)


def retry(mail: OutgoingMail) -> None:
    """Let a person send a dead or waiting mail again at once."""
    mail.state = "pending"
    mail.next_at = clock.now()
    mail.error = ""
    mail_id = mail.id
    after_commit(lambda: current_app.extensions["vanthu_jobs"].deliver(mail_id))


def retry_letter(letter: Letter) -> None:
    """Let a person try at once what waits for the signature of a letter."""
    waiting = db.session.scalars(
        select(OutgoingMail).where(
            OutgoingMail.letter_id == letter.id, OutgoingMail.state == "pending"
        )
    ).all()
    for mail in waiting:
        mail.next_at = clock.now()
    if waiting:
        # The first one makes the letter; the sweep of the next minute takes the others.
        first = waiting[0].id
        after_commit(lambda: current_app.extensions["vanthu_jobs"].deliver(first))

"""Files of a request, let through the gate before its transaction begins."""

from collections.abc import Iterable

from flask import current_app, request

from app.errors import AppError, Invalid
from app.scanner import Infected
from app.security import sessions
from app.security.actors import Actor, applicant, staff
from app.services import attachments, audit
from app.services.attachments import Received, Upload
from app.transaction import transaction
from workflows import Text


def max_mb() -> int:
    """Return how large a file may be."""
    most: int = current_app.config["VANTHU"].upload_max_mb
    return most


def taken(fields: Iterable[str]) -> tuple[dict[str, Received], dict[str, Text]]:
    """Return what was sent in these fields, and why the rest of it was refused."""
    files: dict[str, Received] = {}
    refused: dict[str, Text] = {}
    for name in fields:
        try:
            found = one(name)
        except Invalid as error:
            refused |= error.errors
        else:
            if found is not None:
                files[name] = found
    return files, refused


def one(name: str) -> Received | None:
    """Return the file of a field, if one was chosen; raise Invalid with what to do."""
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        return None
    return let_in((sent.filename, sent.read()), name)


def let_in(upload: Upload, field: str) -> Received:
    """Let one file through the gate; raise Invalid with what to do, and note an infected one."""
    try:
        return attachments.receive(upload, max_mb())
    except Infected as error:
        with transaction():
            audit.record("upload_refused", _actor(), details={"signature": error.signature})
        raise Invalid({field: error.message}) from None
    except AppError as error:
        raise Invalid({field: error.message}) from None


def _actor() -> Actor:
    user = sessions.current_user()
    if user is not None:
        return staff(user)
    email = sessions.current_email()
    return applicant(email) if email else audit.NOBODY

"""A desk that signs: demonstration keys of its own, and a letter issued but not yet made."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import Letter
from app.services import outbox
from tests.app.views.desk_walk import act, at_desk, filed


@contextmanager
def signing(app: Flask, folder: Path, **settings: Any) -> Iterator[None]:
    """Switch signing on, with keys in a folder of this test."""
    before = app.config["VANTHU"]
    values = {"signing": "software", "signing_dir": folder} | settings
    app.config["VANTHU"] = before.model_copy(update=values)
    app.extensions.pop("vanthu_signer", None)
    try:
        yield
    finally:
        app.config["VANTHU"] = before
        app.extensions.pop("vanthu_signer", None)


def issued(app: Flask) -> str:
    """Walk a request to its dispatch; return the code of the dossier."""
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    act(officer, code, "propose_grant")
    act(at_desk(app, "chi"), code, "approve")
    act(at_desk(app, "giang"), code, "issue")
    return code


def dispatch(app: Flask) -> tuple[int, str]:
    """Return id and key of the dispatch."""
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "account_grant")).one()
        return letter.id, letter.key


def made(app: Flask) -> tuple[str, bytes]:
    """Make the dispatch as the worker would; return its key and its bytes."""
    from app.services import letters

    issued(app)
    letter_id, key = dispatch(app)
    with app.app_context():
        return key, letters.pdf(outbox.ensure_pdf(letter_id))

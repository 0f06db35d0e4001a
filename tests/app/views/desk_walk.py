"""The staff at work through the real pages, for the tests of the desk."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from app import samples
from app.extensions import db
from app.models import Dossier
from tests.helpers import sign_in

REASON = {"reason": "Giấy chứng nhận đã hết hiệu lực.", "missing": "Bản chụp rõ", "note": "Xem lại"}

_REFUSAL = (("an", "claim"), ("an", "propose_refusal"), ("chi", "approve"), ("giang", "issue"))


def at_desk(app: Flask, username: str) -> FlaskClient:
    """Return a browser in which somebody is signed in."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    sign_in(client, username)
    return client


def filed(app: Flask, facility: str = "Nhà thuốc An Bình", licence: str = "2101/ĐKKDD-LSO") -> str:
    """File a request and return the code of its dossier."""
    with app.app_context():
        key = samples.submit_sample(facility, f"{licence[:4]}@example.vn", licence)
        return str(db.session.scalars(select(Dossier.code).where(Dossier.key == key)).one())


def act(client: FlaskClient, code: str, name: str, **typed: str) -> TestResponse:
    """Open the dossier as people do, then send an action with the version of that page."""
    page = client.get(f"/desk/dossiers/{code}").text
    found = re.search(r'name="version" value="(\d+)"', page)
    version = {"version": found[1]} if found else {}
    return client.post(f"/desk/dossiers/{code}/actions/{name}", data=version | REASON | typed)


def refused(app: Flask) -> str:
    """File a request, have it refused to the end, and return its code."""
    code = filed(app)
    for username, name in _REFUSAL:
        answer = act(at_desk(app, username), code, name)
        assert answer.status_code == 303, answer.text
    return code


def state_of(app: Flask, code: str) -> str:
    """Return the state of a dossier as it is in the database."""
    with app.app_context():
        return db.session.scalars(select(Dossier.state).where(Dossier.code == code)).one()


class Queries:
    """Count the statements of a block: `with Queries(app) as queries: …`."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.statements: list[str] = []

    def __enter__(self) -> "Queries":
        with self._app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        with self._app.app_context():
            event.remove(db.engine, "before_cursor_execute", self._note)

    def _note(self, _c: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.statements.append(statement)

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.statements)

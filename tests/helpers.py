"""What tests do again and again: sign in, read codes, file a request."""

import re
from datetime import timedelta

import pyotp
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, samples
from app.extensions import db
from app.models import Activation, Dossier, EmailCode, Grant, OutgoingMail, Proof, SignIn, User
from app.security import keys
from app.services.step_up import Purpose


def sign_in(client: FlaskClient, username: str, *, proven: bool = True) -> None:
    """Sign a person of the sample department in through the real pages.

    `proven`: as if the person had just given a code for every purpose.
    """
    app = client.application
    with app.app_context():
        # Spent steps of earlier sign-ins of the same half minute would refuse this one.
        user = db.session.scalars(select(User).where(User.username == username)).one()
        user.totp_last_step = 1
        db.session.commit()
    client.post("/desk/sign-in", data={"username": username, "password": samples.PASSWORD})
    code = pyotp.TOTP(samples.totp_secret(username)).now()
    answer = client.post("/desk/code", data={"by": "totp", "code": code})
    assert answer.status_code == 303, answer.text
    if proven:
        with app.app_context():
            _prove_everything()


def _prove_everything() -> None:
    """Spare the newest session the codes before acts; tests/app/views/test_step_up.py has them."""
    session = db.session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert session is not None
    far = clock.now() + timedelta(days=3650)
    db.session.add_all(Proof(sign_in_id=session.id, purpose=p, at=far) for p in Purpose)
    db.session.commit()


def verify_email(client: FlaskClient, email: str) -> None:
    """Verify an e-mail on the portal through the real pages."""
    client.post("/apply/start", data={"email": email})
    answer = client.post("/apply/verify", data={"code": last_code(client, email)})
    assert answer.status_code == 303, answer.text


def last_code(client: FlaskClient, email: str) -> str:
    """Return the six digits of the newest code of an address, as its mail will have them."""
    with client.application.app_context():
        code = db.session.scalars(
            select(EmailCode).where(EmailCode.email == email).order_by(EmailCode.id.desc())
        ).first()
        assert code is not None
        return keys.derived_code("code", code.nonce)


def user(username: str) -> User:
    """Return a person of the sample department (needs an application context)."""
    return db.session.scalars(select(User).where(User.username == username)).one()


def dossier(key: str) -> Dossier:
    """Return a dossier as it is in the database now."""
    db.session.rollback()  # a transaction left open would go on seeing its own moment
    return db.session.scalars(select(Dossier).where(Dossier.key == key)).one()


def mails(name: str = "") -> list[OutgoingMail]:
    """Return the outbox in order, or the mails of one template."""
    db.session.rollback()
    query = select(OutgoingMail).order_by(OutgoingMail.id)
    if name:
        query = query.where(OutgoingMail.name == name)
    return list(db.session.scalars(query))


def link_token(activation: Activation) -> str:
    """Return the token of a first access, as its mail will have it; no table holds it."""
    return keys.derived_token("activation", activation.nonce)


def csrf_of(page: str) -> str:
    """Return the token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has no csrf token"
    return found.group(1)


def base_url() -> str:
    """Return the configured public address."""
    return str(current_app.config["VANTHU"].base_url)


def only_on(username: str, *systems: str, role: str = "officer") -> None:
    """Narrow somebody's rights to one role on these systems (needs an application context)."""
    person, now = user(username), clock.now()
    person.roles = []
    person.grants += [Grant(role=role, system=s, granted_at=now, approved_at=now) for s in systems]
    db.session.commit()

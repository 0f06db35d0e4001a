"""What tests of the second step do again and again: the password, codes as they were sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, samples
from app.extensions import db
from app.models import FactorCode, User
from app.security import keys

MOBILE = "+84912345678"


@contextmanager
def settings(app: Flask, **values: Any) -> Iterator[None]:
    """Run with other settings for a while."""
    config = app.config["VANTHU"]
    app.config["VANTHU"] = config.model_copy(update=values)
    try:
        yield
    finally:
        app.config["VANTHU"] = config


def give_phone(app: Flask, username: str, *, keeps_authenticator: bool = True) -> None:
    """Let somebody have a proved number."""
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == username)).one()
        user.phone = MOBILE
        user.phone_confirmed_at = clock.now()
        if not keeps_authenticator:
            user.totp_secret, user.totp_last_step = None, 0
        db.session.commit()


def after_password(app: Flask, username: str) -> FlaskClient:
    """Return a browser in which the password was right."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    answer = client.post("/desk/sign-in", data={"username": username, "password": samples.PASSWORD})
    assert answer.status_code == 303, answer.text
    return client


def newest(app: Flask, purpose: str = "sign_in") -> str:
    """Return the six digits of the newest code, as its message will have them."""
    with app.app_context():
        code = db.session.scalars(
            select(FactorCode).where(FactorCode.purpose == purpose).order_by(FactorCode.id.desc())
        ).first()
        assert code is not None
        return keys.derived_code("code", code.nonce)


def wrong(right: str) -> str:
    """Return six digits that are surely not the right ones."""
    return f"{(int(right) + 1) % 1_000_000:06d}"

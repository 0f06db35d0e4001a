"""Steps on «Tài khoản của tôi» that several tests take."""

from typing import Any

import pyotp
from flask.testing import FlaskClient

from app import clock, samples
from app.extensions import db
from tests.helpers import user

NEW = "Thuyền#giấy-27"


def change(
    client: FlaskClient, current: str = samples.PASSWORD, new: str = NEW, **more: str
) -> Any:
    """Send the form of a new password."""
    data = {"current": current, "new": new, "again": new} | more
    return client.post("/desk/me/password", data=data)


def set_user(client: FlaskClient, username: str = "an", **values: object) -> None:
    """Change the row of a person."""
    with client.application.app_context():
        person = user(username)
        for name, value in values.items():
            setattr(person, name, value)
        db.session.commit()


def enter(
    client: FlaskClient,
    username: str = "an",
    password: str = samples.PASSWORD,
    *,
    browser: str = "",
    address: str = "127.0.0.1",
) -> None:
    """Sign in by the real pages, by a browser and from an address of one's own choice."""
    set_user(client, username, totp_last_step=1)
    sent: dict[str, Any] = {"environ_overrides": {"REMOTE_ADDR": address}}
    if browser:
        sent["headers"] = {"User-Agent": browser}
    typed = {"username": username, "password": password}
    assert client.post("/desk/sign-in", data=typed, **sent).status_code == 303
    code = pyotp.TOTP(samples.totp_secret(username)).at(clock.now())
    answer = client.post("/desk/code", data={"code": code}, **sent)
    assert answer.status_code == 303, answer.text

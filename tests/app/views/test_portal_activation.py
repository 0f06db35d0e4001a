"""First access: a link, a code, a password that is shown once and stored nowhere."""

import re
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Account, Activation
from app.security import keys
from app.security.passwords import weakness
from tests.app.views.portal_steps import EMAIL, GRANT, submit, walk
from tests.helpers import last_code, link_token, mails


def granted(client: FlaskClient, app: Flask) -> str:
    """Return the address of the activation link of a granted dossier."""
    key = submit(client)
    walk(app, key, *GRANT)
    with app.app_context():
        activation = db.session.scalars(select(Activation)).one()
        return f"/activate/{link_token(activation)}"


def shown_password(page: str) -> str:
    found = re.findall(r'data-copy="([^"]+)"', page)
    return str(found[1])


def test_the_link_the_code_and_then_the_password(client: FlaskClient, app: Flask) -> None:
    link = granted(client, app)
    browser = app.test_client()

    intro = browser.get(link)
    assert intro.status_code == 200
    assert EMAIL not in intro.text
    assert browser.post(f"{link}/code").location == f"{link}/code"
    assert 'name="code"' in browser.get(f"{link}/code").text
    page = browser.post(link, data={"code": last_code(client, EMAIL)})

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    password = shown_password(page.text)
    with app.app_context():
        assert weakness(password) is None
        account = db.session.scalars(select(Account)).one()
        activation = db.session.scalars(select(Activation)).one()
        assert account.username in page.text
        assert account.state == "active"
        assert activation.secret is None
        assert all(password not in m.text for m in mails())


def test_the_password_is_shown_once(client: FlaskClient, app: Flask) -> None:
    link = granted(client, app)
    client.post(f"{link}/code")
    code = last_code(client, EMAIL)
    assert client.post(link, data={"code": code}).status_code == 200

    assert client.post(link, data={"code": code}).status_code == 410
    assert client.get(link).status_code == 410
    assert client.get(f"{link}/code").status_code == 410
    gone = client.post(f"{link}/code")
    assert gone.status_code == 410
    assert "cấp lại mật khẩu" in gone.text


def test_a_wrong_code_leaves_the_link_alive(client: FlaskClient, app: Flask) -> None:
    link = granted(client, app)
    client.post(f"{link}/code")
    right = last_code(client, EMAIL)

    answer = client.post(link, data={"code": f"{(int(right) + 1) % 1_000_000:06d}"})

    assert answer.status_code == 422
    assert "data-copy" not in answer.text
    assert client.post(link, data={"code": right}).status_code == 200


def test_five_wrong_codes_lock_the_link_for_a_while(client: FlaskClient, app: Flask) -> None:
    link = granted(client, app)
    client.post(f"{link}/code")
    right = last_code(client, EMAIL)
    for _ in range(5):
        client.post(link, data={"code": f"{(int(right) + 1) % 1_000_000:06d}"})

    assert client.post(link, data={"code": right}).status_code == 429
    assert client.post(f"{link}/code").status_code == 429


def test_a_code_of_the_portal_does_not_open_an_account(client: FlaskClient, app: Flask) -> None:
    link = granted(client, app)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        client.post("/apply/start", data={"email": EMAIL})
        assert client.post(link, data={"code": last_code(client, EMAIL)}).status_code == 422


def test_an_old_link_is_gone(client: FlaskClient, app: Flask) -> None:
    link = granted(client, app)

    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert client.get(link).status_code == 410


def test_unknown_links_look_like_used_ones(client: FlaskClient) -> None:
    answer = client.get(f"/activate/{keys.nonce()}")

    assert answer.status_code == 410
    assert "Liên kết không còn hiệu lực" in answer.text

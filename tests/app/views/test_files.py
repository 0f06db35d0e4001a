"""A stranger's file opens by a token for minutes, without a cookie, and for nobody by its name."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Attachment, AuditEvent
from tests.app.views.desk_walk import at_desk, filed


@pytest.fixture
def address(app: Flask) -> str:
    """The open address of a file, as an officer was led to it."""
    filed(app)
    with app.app_context():
        number = db.session.scalars(select(Attachment.id)).one()
    answer = at_desk(app, "an").get(f"/desk/attachments/{number}")
    assert answer.status_code == 303
    return str(answer.location)


def test_it_opens_without_a_cookie_and_sets_none(app: Flask, address: str) -> None:
    answer = app.test_client().get(address)

    assert answer.status_code == 200
    assert answer.data.startswith(b"\xff\xd8\xff")
    assert "Set-Cookie" not in answer.headers
    headers = answer.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Content-Disposition"].startswith("inline; filename=")
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_a_changed_token_opens_nothing(app: Flask, address: str) -> None:
    client = app.test_client()
    _, _, token, name = address.split("/")
    payload, _, mac = token.rpartition(".")
    for other in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "A" + token[1:],
        payload,
        f".{mac}",
        f"{payload}.",
        token.swapcase(),
        "x" * 5000,
        "%00",
    ):
        assert client.get(f"/f/{other}/{name}").status_code in (400, 404), other
    assert client.get(f"/f/{token}/khac.jpg").status_code == 404
    assert client.get(f"/f/{token}/../{name}").status_code == 404
    assert client.get(f"/f/{name}").status_code == 404


def test_a_token_is_of_one_installation(app: Flask, address: str) -> None:
    app.config["SECRET_KEY"], kept = (
        "another secret of at least 32 characters",
        app.config["SECRET_KEY"],
    )
    try:
        assert app.test_client().get(address).status_code == 404
    finally:
        app.config["SECRET_KEY"] = kept


def test_it_is_over_after_some_minutes(app: Flask, address: str) -> None:
    client = app.test_client()
    with time_machine.travel(clock.now() + timedelta(minutes=4)):
        assert client.get(address).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert client.get(address).status_code == 404


def test_who_looked_is_noted(app: Flask, address: str) -> None:
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "file_seen")).one()
        assert event.actor_name == "Lương Thị An"
        assert event.about.startswith("dossier:H37.12-")
        assert event.details["as"] == "staff"


def test_a_host_of_their_own_shows_files_and_nothing_else(app: Flask) -> None:
    filed(app)
    before = app.config["VANTHU"]
    app.config["VANTHU"] = before.model_copy(update={"files_url": "http://files.localhost"})
    try:
        with app.app_context():
            number = db.session.scalars(select(Attachment.id)).one()
        officer = at_desk(app, "an")
        led = officer.get(f"/desk/attachments/{number}")
        there = app.test_client()
        shown = there.get(led.location, base_url="http://files.localhost")
        page = officer.get("/desk")

        assert led.location.startswith("http://files.localhost/f/")
        assert shown.status_code == 200
        assert "frame-ancestors http://localhost" in shown.headers["Content-Security-Policy"]
        assert shown.headers["Cross-Origin-Resource-Policy"] == "same-site"
        assert "X-Frame-Options" not in shown.headers
        path = led.location.removeprefix("http://files.localhost")
        assert there.get(path).status_code == 404, "not on the host with the cookies"
        assert there.get("/", base_url="http://files.localhost").status_code == 404
        assert there.get("/desk/sign-in", base_url="http://files.localhost").status_code == 404
        assert (
            "img-src 'self' data: http://files.localhost" in page.headers["Content-Security-Policy"]
        )
    finally:
        app.config["VANTHU"] = before


def test_an_administrator_is_led_to_no_file(app: Flask, client: FlaskClient) -> None:
    filed(app)
    with app.app_context():
        number = db.session.scalars(select(Attachment.id)).one()

    assert at_desk(app, "quantri").get(f"/desk/attachments/{number}").status_code == 403

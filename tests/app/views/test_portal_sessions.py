"""An applicant sees where the e-mail is signed in, and ends it from afar."""

import re
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import AuditEvent, SignIn
from tests.helpers import mails, verify_email

MINE = "anbinh@example.vn"


def again(app: Flask, email: str = MINE, *, minutes: int = 1) -> FlaskClient:
    """Come in by another browser, later than the pause between two codes."""
    browser = app.test_client()
    with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
        verify_email(browser, email)
    return browser


def test_sessions_are_listed_and_ended(app: Flask, client: FlaskClient) -> None:
    verify_email(client, MINE)
    other = again(app)
    assert "/sessions" in client.get("/dossiers").text
    page = client.get("/sessions").text
    assert page.count("Phiên này") == 1
    (number,) = re.findall(r"/sessions/(\d+)/end", page)

    assert client.post(f"/sessions/{number}/end").location == "/sessions"

    assert other.get("/dossiers").status_code == 303
    assert client.get("/dossiers").status_code == 200
    with app.app_context():
        row = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "session_ended")).one()
        assert row.lane.startswith("portal:")
        assert mails("new_device") == []


def test_all_others_end_at_once(app: Flask, client: FlaskClient) -> None:
    verify_email(client, MINE)
    others = [again(app, minutes=1), again(app, minutes=2)]
    stranger = again(app, "kycung@example.vn")

    client.post("/sessions/end")

    assert [o.get("/dossiers").status_code for o in others] == [303, 303]
    assert client.get("/dossiers").status_code == 200
    assert stranger.get("/dossiers").status_code == 200


def test_attack_ending_the_session_of_another_applicant(app: Flask, client: FlaskClient) -> None:
    verify_email(client, MINE)
    stranger = again(app, "kycung@example.vn")
    with app.app_context():
        number = db.session.scalars(
            select(SignIn.id).where(SignIn.email == "kycung@example.vn")
        ).one()

    assert client.post(f"/sessions/{number}/end").status_code == 404
    assert stranger.get("/dossiers").status_code == 200


def test_attack_reuse_of_an_applicants_session_after_sign_out(
    app: Flask, client: FlaskClient
) -> None:
    verify_email(client, MINE)
    cookie = client.get_cookie("vanthu_portal")
    assert cookie is not None
    client.post("/sign-out")

    thief = app.test_client()
    thief.set_cookie("vanthu_portal", cookie.value)

    assert thief.get("/dossiers").status_code == 303


def test_an_idle_session_of_an_applicant_ends(client: FlaskClient) -> None:
    verify_email(client, MINE)
    begun = clock.now()

    with time_machine.travel(begun + timedelta(minutes=119)):
        assert client.get("/dossiers").status_code == 200
    with time_machine.travel(begun + timedelta(minutes=119 + 119)):
        assert client.get("/dossiers").status_code == 200
    with time_machine.travel(begun + timedelta(minutes=119 + 119 + 121)):
        assert client.get("/dossiers").status_code == 303


def test_the_session_of_an_applicant_ends_after_eight_hours_however_busy(
    client: FlaskClient,
) -> None:
    verify_email(client, MINE)
    begun = clock.now()

    answers = []
    for hour in range(1, 9):
        with time_machine.travel(begun + timedelta(hours=hour, seconds=1)):
            answers.append(client.get("/dossiers").status_code)

    assert answers == [200] * 7 + [303]

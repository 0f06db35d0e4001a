"""First sign-in without a phone number (rule O2): number, captcha, code, a stronger factor."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import altcha
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.extensions import db
from tests.app.views.second_steps import MOBILE, after_password, give_phone, newest, settings, wrong
from tests.helpers import mails, user


@pytest.fixture(autouse=True)
def sms(app: Flask, department_rows: object) -> Iterator[None]:
    with settings(app, sms="local"):
        yield


def newcomer(app: Flask, phone: str = "") -> FlaskClient:
    """Return a browser of somebody who has a password and nothing else."""
    with app.app_context():
        binh = user("binh")
        binh.totp_secret, binh.totp_last_step, binh.phone = None, 0, phone
        db.session.commit()
    return after_password(app, "binh")


def solved(page: str) -> str:
    """Return what the browser makes of the challenge on a page."""
    found = re.search(r'data-captcha="([^"]+)"', page)
    assert found
    challenge = altcha.Challenge.from_dict(json.loads(unescape(found[1])))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    whole = {"challenge": challenge.to_dict(), "solution": solution.to_dict()}
    return base64.b64encode(json.dumps(whole).encode()).decode()


def note_of(page: str) -> str:
    found = re.search(r'name="note" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_whole_first_journey(app: Flask) -> None:
    browser = newcomer(app)
    assert browser.get("/desk/enrol").location == "/desk/phone"
    page = browser.get("/desk/phone").text
    assert 'href="/desk/phone/code"' not in page
    sent = browser.post("/desk/phone", data={"phone": "0912 345 678", "altcha": solved(page)})
    assert (sent.status_code, sent.location) == (303, "/desk/phone/code")
    assert "•••678" in browser.get("/desk/phone/code").text
    assert 'href="/desk/phone/code"' in browser.get("/desk/phone").text, "while a code is under way"

    code = newest(app, "phone")
    empty = browser.post("/desk/phone/code", data={"code": ""})
    assert "Nhập mã xác thực gồm 6 chữ số." in empty.text
    with app.app_context():
        assert user("binh").wrong_in_a_row == 0
    refused = browser.post("/desk/phone/code", data={"code": wrong(code)})
    opened = browser.post("/desk/phone/code", data={"code": code})

    assert (refused.status_code, opened.status_code) == (422, 303)
    assert opened.location == "/desk/factors"
    with app.app_context():
        assert user("binh").phone == MOBILE
        assert user("binh").phone_confirmed_at is not None
        assert [m.recipient for m in mails("factor_changed")] == [user("binh").email]
    # The stronger factor is offered, and needs no second code so soon.
    assert browser.post("/desk/factors/totp/begin").location == "/desk/factors/totp"
    assert "<svg" in browser.get("/desk/factors/totp").text


def test_no_message_leaves_without_captcha_or_waiting(app: Flask) -> None:
    browser = newcomer(app)
    note = note_of(browser.get("/desk/phone").text)

    at_once = browser.post("/desk/phone", data={"phone": "0912345678", "note": note})

    assert at_once.status_code == 422
    assert "giây" in at_once.text
    assert "0912345678" in at_once.text
    assert note_of(at_once.text) == note, "the wait goes on"
    with app.app_context():
        assert mails("code") == []


def test_without_javascript_twenty_seconds_do(app: Flask) -> None:
    browser = newcomer(app)
    page = browser.get("/desk/phone").text
    assert "<noscript>" in page
    form = {"phone": "0912345678", "note": note_of(page)}

    with time_machine.travel(clock.now() + timedelta(seconds=21)):
        assert browser.post("/desk/phone", data=form).status_code == 303
    with time_machine.travel(clock.now() + timedelta(seconds=60)):
        again = browser.post("/desk/phone", data=form)
        assert again.status_code == 422, "a note is spent once"
        assert note_of(again.text) != form["note"]


def test_replay_of_a_proof_of_work(app: Flask) -> None:
    browser = newcomer(app)
    form = {"phone": "0912345678", "altcha": solved(browser.get("/desk/phone").text)}
    assert browser.post("/desk/phone", data=form).status_code == 303

    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        assert browser.post("/desk/phone", data=form).status_code == 422


@pytest.mark.parametrize("note", ["", "1.x", "9" * 11 + ".", "0." + "0" * 64])
def test_a_forged_note_is_none(app: Flask, note: str) -> None:
    answer = newcomer(app).post("/desk/phone", data={"phone": "0912345678", "note": note})

    assert answer.status_code == 422


@pytest.mark.parametrize("payload", ["x", "bnVsbA==", base64.b64encode(b"[]").decode(), "e30="])
def test_a_forged_proof_is_none(app: Flask, payload: str) -> None:
    answer = newcomer(app).post("/desk/phone", data={"phone": "0912345678", "altcha": payload})

    assert answer.status_code == 422


@pytest.mark.parametrize("typed", ["0205 3812 345", "12"])
def test_what_is_no_mobile_number_is_refused_with_an_example_of_one(app: Flask, typed: str) -> None:
    answer = newcomer(app).post("/desk/phone", data={"phone": typed})

    assert answer.status_code == 422
    assert "Nhập số di động (10 chữ số" in answer.text
    assert f'value="{typed}"' in answer.text
    assert answer.text.count("0205 3812 345") == (typed == "0205 3812 345"), "as typed, no advice"


def test_a_number_on_record_is_proved_not_asked_for(app: Flask) -> None:
    browser = newcomer(app, MOBILE)
    page = browser.get("/desk/phone").text
    assert "•••678" in page
    assert 'name="phone"' not in page

    browser.post("/desk/phone", data={"phone": "0987654321"})

    with app.app_context():
        assert [m.recipient for m in mails("code")] == [MOBILE]


def test_a_password_puts_no_strangers_phone_beside_a_factor(app: Flask) -> None:
    give_phone(app, "an")
    for path in ("/desk/phone", "/desk/phone/code", "/desk/phone/resend"):
        browser = after_password(app, "an")
        answer = browser.post(path, data={"phone": "0987654321"})
        assert (answer.status_code, answer.location.partition("?")[0]) in {
            (303, "/desk/code"),
            (303, "/desk/phone/code"),
        }
    with app.app_context():
        assert mails("code") == []
        assert user("an").phone == MOBILE


def test_without_a_gateway_the_authenticator_is_set_up_at_once(app: Flask) -> None:
    with settings(app, sms="off"):
        browser = newcomer(app)
        assert "<svg" in browser.get("/desk/enrol").text
        empty = browser.post("/desk/enrol", data={"code": ""})
        assert "Nhập mã xác thực gồm 6 chữ số." in empty.text
        assert browser.get("/desk/phone").location == "/desk/code"

"""Attacks on the sign-in of the staff, each by its name."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock, samples
from app.extensions import db
from app.models import SignIn
from app.security import sessions
from tests.app.views.desk_account import change, enter, set_user
from tests.helpers import sign_in, user

Act = Callable[[FlaskClient], object]


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("vanthu_staff")
    assert cookie is not None
    return cookie.value


def thief_with(app: Flask, token: str) -> FlaskClient:
    thief = app.test_client()
    thief.set_cookie("vanthu_staff", token)
    return thief


GUESS = "đoán mò"


def typed(client: FlaskClient, name: str, password: str = GUESS) -> TestResponse:
    return client.post("/desk/sign-in", data={"username": name, "password": password})


def test_session_fixation(app: Flask, client: FlaskClient) -> None:
    planted = secrets.token_urlsafe(32)
    client.set_cookie("vanthu_staff", planted)

    sign_in(client, "an")

    assert cookie_of(client) != planted
    assert thief_with(app, planted).get("/desk").status_code == 303


def test_session_fixation_with_a_session_of_ones_own(app: Flask, client: FlaskClient) -> None:
    attacker = app.test_client()
    typed(attacker, "binh", samples.PASSWORD)
    planted = cookie_of(attacker)
    client.set_cookie("vanthu_staff", planted)

    sign_in(client, "an")

    assert thief_with(app, planted).get("/desk").status_code == 303
    assert attacker.get("/desk/code").status_code == 303


def _disable(client: FlaskClient) -> None:
    set_user(client, is_active=False)


def _change_rights(client: FlaskClient) -> None:
    with client.application.app_context():
        person = user("an")
        person.roles = ["clerk"]
        sessions.end_all(person)
        db.session.commit()


@pytest.mark.parametrize(
    "act",
    [lambda client: client.post("/desk/sign-out"), change, _disable, _change_rights],
    ids=["sign-out", "password change", "disabling", "role change"],
)
def test_session_reuse_after(app: Flask, client: FlaskClient, act: Act) -> None:
    sign_in(client, "an")
    stolen = cookie_of(client)
    elsewhere = app.test_client()
    sign_in(elsewhere, "an")

    act(client)

    assert thief_with(app, stolen).get("/desk").status_code == 303
    is_sign_out = client.get_cookie("vanthu_staff") is None
    assert elsewhere.get("/desk").status_code == (200 if is_sign_out else 303)


def test_a_password_change_leaves_its_own_browser_signed_in(client: FlaskClient) -> None:
    sign_in(client, "an")
    before = cookie_of(client)

    change(client)

    assert cookie_of(client) != before
    assert client.get("/desk").status_code == 200


def test_a_password_change_ends_what_waits_for_its_code(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")
    thief = app.test_client()
    typed(thief, "an", samples.PASSWORD)

    change(client)

    assert thief.get("/desk/code").location == "/desk/sign-in"


def test_idle_session(client: FlaskClient) -> None:
    sign_in(client, "an")
    begun = clock.now()

    answers = []
    for minutes in (59, 59 + 59, 59 + 59 + 61):
        with time_machine.travel(begun + timedelta(minutes=minutes)):
            answers.append(client.get("/desk/me").status_code)

    assert answers == [200, 200, 303]


def test_absolute_limit_of_a_session_however_busy(client: FlaskClient) -> None:
    sign_in(client, "an")
    begun = clock.now()

    answers = []
    for half_hours in range(1, 25):
        with time_machine.travel(begun + timedelta(minutes=30 * half_hours, seconds=1)):
            answers.append(client.get("/desk/me").status_code)

    assert answers == [200] * 23 + [303]


def test_a_password_change_does_not_prolong_the_session(client: FlaskClient) -> None:
    sign_in(client, "an")
    begun = clock.now()
    for hours in range(1, 12):
        with time_machine.travel(begun + timedelta(minutes=55 * hours)):
            client.get("/desk/me")
    with time_machine.travel(begun + timedelta(hours=11)):
        assert change(client).status_code == 303

    with time_machine.travel(begun + timedelta(hours=12, seconds=1)):
        assert client.get("/desk/me").status_code == 303


def test_a_password_alone_waits_for_its_code_twenty_minutes(client: FlaskClient) -> None:
    typed(client, "an", samples.PASSWORD)

    with time_machine.travel(clock.now() + timedelta(minutes=21)):
        assert client.get("/desk/code").status_code == 303


def test_the_cookie_of_a_device_opens_nothing(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")
    device = client.get_cookie("vanthu_device")
    assert device is not None
    assert device.http_only
    assert device.value != cookie_of(client)

    thief = thief_with(app, device.value)
    thief.set_cookie("vanthu_device", device.value)

    assert thief.get("/desk").status_code == 303
    with app.app_context():
        assert device.value not in db.session.scalars(select(SignIn.device)).all()


# --- enumeration: nothing about an answer tells whether a name exists ---


def read(answer: TestResponse, name: str) -> str:
    """Return a page without what differs from one answer to the next: the name, the token."""
    text = answer.text.replace(f'value="{name}"', "")
    return re.sub(r'name="csrf_token" value="[^"]+"', "", text)


@pytest.mark.parametrize("state", ["as usual", "left", "must change", "no authenticator"])
def test_enumeration_by_text_status_and_length(client: FlaskClient, state: str) -> None:
    values: dict[str, dict[str, object]] = {
        "as usual": {},
        "left": {"is_active": False},
        "must change": {"must_change_password": True},
        "no authenticator": {"totp_secret": None, "totp_last_step": 0},
    }
    set_user(client, **values[state])

    client.get("/desk/sign-in")
    known, unknown = typed(client, "an"), typed(client, "zz")

    assert known.status_code == unknown.status_code == 422
    assert read(known, "an") == read(unknown, "zz")
    assert sorted(known.headers.keys()) == sorted(unknown.headers.keys())
    assert known.headers["Content-Length"] == unknown.headers["Content-Length"]


def test_enumeration_by_the_lock(client: FlaskClient) -> None:
    known = [typed(client, "an") for _ in range(7)]
    unknown = [typed(client, "zz") for _ in range(7)]

    assert [a.status_code for a in known] == [a.status_code for a in unknown]
    for a, b in zip(known, unknown, strict=True):
        assert read(a, "an") == read(b, "zz")


def test_enumeration_of_people_who_left_by_their_right_password(client: FlaskClient) -> None:
    set_user(client, is_active=False)

    known, unknown = typed(client, "an", samples.PASSWORD), typed(client, "zz", samples.PASSWORD)

    assert known.status_code == unknown.status_code == 422
    assert read(known, "an") == read(unknown, "zz")


def test_enumeration_by_time(client: FlaskClient) -> None:
    names = [name for name, *_ in samples.PEOPLE]
    taken: dict[bool, list[float]] = {True: [], False: []}
    typed(client, "warm")
    for n in range(4):  # the fifth would lock
        for name in names:
            for is_known in (True, False):
                begun = perf_counter()
                typed(client, name if is_known else f"{name}{n}x")
                taken[is_known].append(perf_counter() - begun)

    # The quickest of many: what a busy machine adds is not in it, what the code costs is.
    known, unknown = min(taken[True]), min(taken[False])

    assert abs(known - unknown) < 0.25 * max(known, unknown), (known, unknown)


def test_enumeration_by_time_of_a_locked_name(client: FlaskClient) -> None:
    for name in ("an", "zz"):
        for _ in range(5):
            typed(client, name)
    taken: dict[str, list[float]] = {"an": [], "zz": []}
    for _ in range(20):
        for name, times in taken.items():
            begun = perf_counter()
            assert typed(client, name).status_code == 429
            times.append(perf_counter() - begun)

    known, unknown = min(taken["an"]), min(taken["zz"])

    assert abs(known - unknown) < 0.25 * max(known, unknown), (known, unknown)


def test_a_new_password_is_entered_from_any_device(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")
    change(client, new="Thuyền#giấy-27")
    enter(app.test_client(), password="Thuyền#giấy-27")
    assert typed(app.test_client(), "an", samples.PASSWORD).status_code == 422

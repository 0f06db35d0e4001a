"""Sign-in of staff: password, code, enrolment, and everything that is not let in."""

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app import clock, create_app, samples
from app.config import Config
from app.extensions import db
from app.models import SignIn, User
from app.security import keys
from tests.helpers import sign_in

WRONG = "Tên đăng nhập hoặc mật khẩu không đúng."


def password(client: FlaskClient, username: str = "an", typed: str = samples.PASSWORD) -> int:
    answer = client.post("/desk/sign-in", data={"username": username, "password": typed})
    return answer.status_code


def code_of(username: str = "an") -> str:
    return pyotp.TOTP(samples.totp_secret(username)).at(clock.now())


def test_password_and_code_open_the_desk(client: FlaskClient) -> None:
    answer = client.post(
        "/desk/sign-in", data={"username": " AN ", "password": samples.PASSWORD, "next": "/desk"}
    )
    assert (answer.status_code, answer.location) == (303, "/desk/code?next=/desk")

    answer = client.post("/desk/code", data={"code": code_of(), "next": "/desk/register"})

    assert (answer.status_code, answer.location) == (303, "/desk/register")
    assert client.get("/desk/register").status_code == 200


def test_the_desk_is_closed_between_password_and_code(client: FlaskClient) -> None:
    password(client)

    answer = client.get("/desk")

    assert (answer.status_code, answer.location) == (303, "/desk/sign-in?next=/desk")


def test_the_page_of_the_code_does_not_lead_round_in_a_circle(client: FlaskClient) -> None:
    late = client.get("/desk/code?next=/desk/register")
    assert late.location == "/desk/sign-in?next=/desk/register"
    sign_in(client, "an")

    for path in ("/desk/code", "/desk/enrol", "/desk/phone", "/desk/phone/code"):
        assert client.get(path, follow_redirects=True).status_code == 200


def test_an_ended_session_is_told_once(client: FlaskClient) -> None:
    sentence = "Phiên làm việc đã kết thúc. Vui lòng đăng nhập lại."
    assert sentence not in client.get("/desk", follow_redirects=True).text
    sign_in(client, "an")
    client.post("/desk/sign-out")
    assert sentence not in client.get("/desk", follow_redirects=True).text, "by oneself"

    sign_in(client, "an")
    with client.application.app_context():
        db.session.execute(update(SignIn).values(ended_at=clock.now(), ended_by="office"))
        db.session.commit()
    assert sentence in client.get("/desk", follow_redirects=True).text
    assert sentence not in client.get("/desk", follow_redirects=True).text

    sign_in(client, "an")
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert sentence in client.get("/desk", follow_redirects=True).text


def test_an_unknown_name_and_a_wrong_password_read_the_same(client: FlaskClient) -> None:
    answers = [
        client.post("/desk/sign-in", data={"username": name, "password": "sai"})
        for name in ("an", "nobody")
    ]

    assert [a.status_code for a in answers] == [422, 422]
    assert all(WRONG in a.text for a in answers)


@pytest.mark.parametrize("left_out", ["username", "password"])
def test_an_empty_box_is_no_wrong_password(client: FlaskClient, left_out: str) -> None:
    form = {"username": "an", "password": samples.PASSWORD, left_out: ""}

    answers = [client.post("/desk/sign-in", data=form) for _ in range(6)]

    assert [a.status_code for a in answers] == [422] * 6
    assert "Nhập tên đăng nhập và mật khẩu." in answers[-1].text
    assert password(client) == 303


@pytest.mark.parametrize("name", ["an", "nobody"])
def test_five_wrong_passwords_lock_a_name_whether_it_exists_or_not(
    client: FlaskClient, name: str
) -> None:
    assert [password(client, name, "sai") for _ in range(5)] == [422] * 5

    answer = client.post("/desk/sign-in", data={"username": name, "password": samples.PASSWORD})

    assert answer.status_code == 429
    assert "5 phút" in answer.text


def test_the_lock_ends_after_five_minutes(client: FlaskClient) -> None:
    for _ in range(5):
        password(client, typed="sai")

    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1)):
        assert password(client) == 303


def test_a_code_opens_one_session_only(app: Flask, client: FlaskClient) -> None:
    second = app.test_client()
    password(client)
    password(second)
    code = {"code": code_of()}  # one, also when the half minute ends between the two
    assert client.post("/desk/code", data=code).status_code == 303

    answer = second.post("/desk/code", data=code)

    assert answer.status_code == 422
    assert "đã dùng" in answer.text
    assert second.get("/desk").status_code == 303


def test_five_wrong_codes_lock(client: FlaskClient) -> None:
    password(client)
    typed = [client.post("/desk/code", data={"code": "12345"}).status_code for _ in range(5)]
    assert typed == [422] * 5

    answer = client.post("/desk/code", data={"code": code_of()})

    assert answer.status_code == 429


def test_the_session_gets_a_new_token_with_the_code(client: FlaskClient) -> None:
    password(client)
    before = client.get_cookie("vanthu_staff")

    client.post("/desk/code", data={"code": code_of()})

    after = client.get_cookie("vanthu_staff")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_the_first_time_the_authenticator_is_set_up(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        person = db.session.scalars(select(User).where(User.username == "binh")).one()
        person.totp_secret, person.totp_last_step = None, 0
        db.session.commit()

    answer = client.post("/desk/sign-in", data={"username": "binh", "password": samples.PASSWORD})
    assert answer.location == "/desk/enrol"
    page = client.get("/desk/enrol").text
    assert "<svg" in page
    assert "style=" not in page
    secret = secret_of(app, "binh")
    assert secret in re.sub(r"(?<=\w) (?=\w{4})", "", page)
    wrong = client.post("/desk/enrol", data={"code": "000000"})
    assert wrong.status_code == 422
    right = client.post("/desk/enrol", data={"code": pyotp.TOTP(secret).at(clock.now())})
    assert (right.status_code, right.location) == (303, "/desk")


def secret_of(app: Flask, username: str) -> str:
    with app.app_context():
        person = db.session.scalars(select(User).where(User.username == username)).one()
        return keys.decrypt(str(person.totp_secret))


def test_a_password_alone_never_shows_a_confirmed_secret(client: FlaskClient) -> None:
    password(client)

    answer = client.get("/desk/enrol")

    assert (answer.status_code, answer.location) == (303, "/desk/code")


def test_signing_out_ends_the_session(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")
    cookie = client.get_cookie("vanthu_staff")
    assert cookie is not None

    assert client.post("/desk/sign-out").status_code == 303

    thief = app.test_client()
    thief.set_cookie("vanthu_staff", cookie.value)
    assert thief.get("/desk").status_code == 303


def test_an_idle_session_ends(client: FlaskClient) -> None:
    sign_in(client, "an")

    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert client.get("/desk").status_code == 303


def test_somebody_who_left_is_out_at_once(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")
    with app.app_context():
        db.session.scalars(select(User).where(User.username == "an")).one().is_active = False
        db.session.commit()

    assert client.get("/desk").status_code == 303
    assert password(app.test_client()) == 422


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_house(client: FlaskClient, target: str) -> None:
    password(client)

    answer = client.post("/desk/code", data={"code": code_of(), "next": target})

    assert answer.location == "/desk"


def test_a_password_of_a_megabyte_is_only_wrong(client: FlaskClient) -> None:
    assert password(client, typed="a" * 1_000_000) == 422


def test_the_cookie_is_for_the_server_alone(client: FlaskClient) -> None:
    answer = client.post("/desk/sign-in", data={"username": "an", "password": samples.PASSWORD})

    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("vanthu_staff"))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_table_holds_no_token(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")

    cookie = client.get_cookie("vanthu_staff")

    with app.app_context():
        assert cookie is not None
        assert cookie.value not in db.session.scalars(select(SignIn.token_hash)).all()


def test_an_administrator_lands_where_no_dossier_is(client: FlaskClient) -> None:
    password(client, "quantri")

    answer = client.post("/desk/code", data={"code": code_of("quantri"), "next": "/desk"})

    assert answer.location == "/desk/mail"


def test_the_sample_authenticator_exists_in_development_only(
    app: Flask, client: FlaskClient, department_rows: object
) -> None:
    assert client.get("/authenticator").status_code == 404
    config: Config = app.config["VANTHU"]

    development = create_app(config.model_copy(update={"env": "development"}))

    before = code_of()
    page = development.test_client().get("/authenticator")
    assert page.status_code == 200
    assert before in page.text or code_of() in page.text
    with development.app_context():
        db.session.remove()
        db.engine.dispose()

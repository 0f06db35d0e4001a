"""A member of staff changes the password: when asked, when due, and only with the present one."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, samples
from app.extensions import db
from app.models import AuditEvent, PastPassword
from app.security import passwords
from tests.app.views.desk_account import NEW, change, enter, set_user
from tests.helpers import mails, sign_in, user

OTHERS = [f"Thuyền#giấy-{n}x" for n in range(1, 7)]


def test_a_change_is_made_mailed_and_noted(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")

    answer = change(client)

    assert (answer.status_code, answer.location) == (303, "/desk")
    assert "Mật khẩu đã đổi" in client.get("/desk").text
    with app.app_context():
        assert passwords.verify(user("an").password_hash, NEW)
        written = mails("password_changed")
        assert [m.recipient for m in written] == ["an@soyte.example.vn"]
        assert NEW not in written[0].text
        assert "vừa được đổi lúc" in written[0].text
        row = db.session.scalars(
            select(AuditEvent).where(AuditEvent.what == "password_changed")
        ).one()
        assert (row.user_id, row.about) == (user("an").id, "user:an")
    enter(app.test_client(), password=NEW)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"new": "Soyte@2026"}, "«soyte»"),
        ({"new": "Luong#Thi-An-77"}, "«luongthian»"),
        ({"new": "ngắn"}, "ít nhất 8 ký tự"),
        ({"again": "Thuyền#giấy-28"}, "chưa giống nhau"),
        ({"current": "sai"}, "Mật khẩu hiện tại không đúng"),
        ({"new": "A1#b" * 100}, "nhiều nhất 200 ký tự"),
    ],
)
def test_a_refusal_stands_beside_its_field(
    app: Flask, client: FlaskClient, typed: dict[str, str], sentence: str
) -> None:
    sign_in(client, "an")

    answer = change(client, **typed)

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2  # in the summary and at the field
    assert NEW not in answer.text
    with app.app_context():
        assert passwords.verify(user("an").password_hash, samples.PASSWORD)


def test_no_present_password_is_no_wrong_one(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")

    answers = [change(client, current="") for _ in range(6)]

    assert [a.status_code for a in answers] == [422] * 6
    assert "Nhập mật khẩu hiện tại." in answers[-1].text
    with app.app_context():
        refused = select(AuditEvent).where(AuditEvent.what == "password_refused")
        assert db.session.scalars(refused).all() == []


def test_the_last_five_do_not_come_back(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")
    now = samples.PASSWORD
    for each in OTHERS[:5]:
        assert change(client, now, each).status_code == 303
        now = each

    refused = [change(client, now, old).status_code for old in OTHERS[:5]]
    # The sixth before is free again, but the policy has its own word about that one.
    assert "«vanthu»" in change(client, now, samples.PASSWORD).text

    assert refused == [422] * 5
    assert "đã dùng gần đây" in change(client, now, OTHERS[0]).text
    assert change(client, now, OTHERS[5]).status_code == 303
    assert change(client, OTHERS[5], OTHERS[0]).status_code == 303
    with app.app_context():
        assert db.session.query(PastPassword).count() == 5


def test_attack_guessing_the_present_password_through_used_lately(client: FlaskClient) -> None:
    sign_in(client, "an")
    change(client)

    answer = change(client, current="đoán mò", new=NEW)

    assert "Mật khẩu hiện tại không đúng" in answer.text
    assert "đã dùng gần đây" not in answer.text


def test_attack_guessing_the_present_password_in_a_stolen_session(client: FlaskClient) -> None:
    sign_in(client, "an")

    assert [change(client, current=f"đoán {n}").status_code for n in range(5)] == [422] * 5

    answer = change(client)
    assert answer.status_code == 429
    assert "5 phút" in answer.text
    again = client.post("/desk/sign-in", data={"username": "an", "password": samples.PASSWORD})
    assert again.status_code == 429


@pytest.mark.parametrize("username", ["an", "quantri"])
def test_until_the_first_password_is_changed_nothing_else_opens(
    client: FlaskClient, username: str
) -> None:
    set_user(client, username, must_change_password=True)
    sign_in(client, username)

    for address in ("/desk", "/desk/me", "/desk/mail", "/desk/register", "/desk/confirm"):
        answer = client.get(address)
        assert (answer.status_code, answer.location) == (303, "/desk/me/password"), address
    script = client.get("/desk", headers={"HX-Request": "true"})
    assert (script.status_code, script.headers["HX-Redirect"]) == (403, "/desk/me/password")
    page = client.get("/desk/me/password")
    assert "do người khác đặt" in page.text
    assert "/desk/mail" not in page.text

    assert change(client).status_code == 303
    assert client.get("/desk/mail").status_code == 200


def test_who_must_change_may_leave(client: FlaskClient) -> None:
    set_user(client, must_change_password=True)
    sign_in(client, "an")

    assert client.post("/desk/sign-out").location == "/desk/sign-in"


def test_a_password_of_six_months_is_changed_first_and_announced_before(
    client: FlaskClient,
) -> None:
    set_user(client, password_changed_at=clock.now() - timedelta(days=150))
    sign_in(client, "an")
    assert "cần đổi trước ngày" not in client.get("/desk").text

    set_user(client, password_changed_at=clock.now() - timedelta(days=172))
    assert "cần đổi trước ngày" in client.get("/desk").text

    set_user(client, password_changed_at=clock.now() - timedelta(days=185))
    assert client.get("/desk").location == "/desk/me/password"
    assert "đã hết hạn ngày" in client.get("/desk/me/password").text
    assert change(client).status_code == 303
    assert "cần đổi trước ngày" not in client.get("/desk").text


def test_a_leaked_password_is_changed_at_the_next_sign_in(app: Flask, client: FlaskClient) -> None:
    set_user(client, password_hash=passwords.hash_password("P@ssw0rd"))

    enter(client, password="P@ssw0rd")

    assert client.get("/desk").location == "/desk/me/password"

"""«Tài khoản của tôi»: open sessions, their end from afar, the history, mail of a new device."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app import clock, samples
from app.extensions import db
from app.models import AuditEvent, OutgoingMail, SignIn, SignInAttempt
from app.security import keys, origin
from app.services import outbox
from tests.app.views.desk_account import change, enter, set_user
from tests.helpers import mails, sign_in, user

PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36"
OFFICE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36"
HOME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 coc_coc_browser/130 Chrome/124 Safari/5"


def sessions_of(page: str) -> list[int]:
    return [int(n) for n in re.findall(r"/sessions/(\d+)/end", page)]


@pytest.mark.parametrize("username", ["an", "chi", "giang", "quantri"])
def test_everybody_of_the_staff_has_the_page(client: FlaskClient, username: str) -> None:
    sign_in(client, username)

    page = client.get("/desk/me").text

    assert f"{username}@soyte.example.vn" in page
    assert 'href="/desk/me"' in client.get("/desk/mail").text


def test_sessions_say_device_and_place_and_end_from_afar(app: Flask, client: FlaskClient) -> None:
    enter(client, browser=OFFICE, address="203.0.113.9")
    phone = app.test_client()
    enter(phone, browser=PHONE, address="198.51.100.7")

    page = client.get("/desk/me").text
    assert "Chrome trên Windows" in page
    assert "Chrome trên Android" in page
    assert "203.0.113.9" in page
    assert "198.51.100.7" in page
    assert page.count("Phiên này") == 1
    (other,) = sessions_of(page)

    assert client.post(f"/desk/me/sessions/{other}/end").status_code == 303

    assert phone.get("/desk").location == "/desk/sign-in?next=/desk"
    page = client.get("/desk/me").text
    assert sessions_of(page) == []
    assert "Ông/Bà kết thúc từ thiết bị khác" in page
    with app.app_context():
        row = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "session_ended")).one()
        assert row.about == f"session:{other}"


def test_all_others_end_at_once(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")
    others = [app.test_client() for _ in range(2)]
    for other in others:
        sign_in(other, "an")
    colleague = app.test_client()
    sign_in(colleague, "binh")

    assert client.post("/desk/me/sessions/end").status_code == 303

    assert [other.get("/desk").status_code for other in others] == [303, 303]
    assert client.get("/desk").status_code == 200
    assert colleague.get("/desk").status_code == 200


def test_attack_ending_the_session_of_somebody_else(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")
    colleague = app.test_client()
    sign_in(colleague, "binh")
    with app.app_context():
        number = db.session.scalars(
            select(SignIn.id).where(SignIn.user_id == user("binh").id, SignIn.is_complete)
        ).one()

    answers = [client.post(f"/desk/me/sessions/{n}/end").status_code for n in (number, 999999)]

    assert answers == [404, 404]
    assert colleague.get("/desk").status_code == 200


def test_the_history_has_every_try_at_ones_name(app: Flask, client: FlaskClient) -> None:
    stranger = app.test_client()
    far = {"REMOTE_ADDR": "198.51.100.7"}
    for _ in range(6):
        typed = {"username": "an", "password": "đoán mò"}
        stranger.post("/desk/sign-in", data=typed, environ_overrides=far)
    half = app.test_client()
    half.post("/desk/sign-in", data={"username": "an", "password": samples.PASSWORD})
    half.post("/desk/code", data={"code": "000000"})
    sign_in(client, "an")

    page = client.get("/desk/me").text

    assert page.count("Sai mật khẩu") == 5
    assert page.count("Bị chặn vì nhập sai 5 lần") == 1
    assert page.count("Sai mã xác thực") == 1
    assert page.count("Đăng nhập thành công") == 1
    assert page.count("198.51.100.7") == 6
    assert "Đang mở" in page
    other = app.test_client()
    sign_in(other, "binh")
    assert "Sai mật khẩu" not in other.get("/desk/me").text


def test_what_ran_out_is_not_said_to_have_been_ended(app: Flask, client: FlaskClient) -> None:
    begun = clock.now()
    with time_machine.travel(begun - timedelta(hours=3)):
        enter(app.test_client())
    sign_in(client, "an")
    assert sessions_of(client.get("/desk/me").text) == []

    client.post("/desk/me/sessions/end")
    change(client)

    page = client.get("/desk/me").text
    assert page.count("Hết hạn") == 1
    assert "đổi mật khẩu)" not in page
    assert "kết thúc từ thiết bị khác" not in page


def test_an_unknown_name_is_counted_and_not_kept(app: Flask, client: FlaskClient) -> None:
    client.post("/desk/sign-in", data={"username": "MatKhauCuaToi#1", "password": "x"})

    with app.app_context():
        row = db.session.scalars(select(SignInAttempt)).one()
        assert (row.user_id, row.outcome) == (None, "wrong_password")
        kept = [str(getattr(row, column.key)) for column in SignInAttempt.__table__.columns]
        assert not any("matkhaucuatoi" in value.lower() for value in kept)


def test_addresses_are_stored_sealed(app: Flask, client: FlaskClient) -> None:
    enter(client, browser=OFFICE, address="203.0.113.9")

    with app.app_context():
        rows = [*db.session.scalars(select(SignIn)), *db.session.scalars(select(SignInAttempt))]
        assert len(rows) == 3
        for row in rows:
            assert "203.0.113" not in row.place
            assert keys.decrypt(row.place) == "203.0.113.9"
        assert not any("203.0.113" in m.text for m in mails())


def test_a_new_device_is_announced_and_a_known_one_is_not(app: Flask, client: FlaskClient) -> None:
    enter(client, browser=OFFICE, address="203.0.113.9")
    with app.app_context():
        assert mails("new_device") == []  # nothing to compare the very first one with
    enter(client, browser=HOME, address="192.0.2.1")  # the same cookie, wherever it is
    enter(app.test_client(), browser=OFFICE, address="203.0.113.77")  # the same network and browser
    with app.app_context():
        assert mails("new_device") == []

    enter(app.test_client(), browser=PHONE, address="203.0.113.9")
    enter(app.test_client(), browser=OFFICE, address="198.51.100.7")

    with app.app_context():
        written = mails("new_device")
        assert [m.recipient for m in written] == ["an@soyte.example.vn"] * 2
        first, second = (sent(mail) for mail in written)
        assert "Thiết bị: Chrome trên Android" in first
        assert "Địa chỉ mạng: 203.0.113.9" in first
        assert "Địa chỉ mạng: 198.51.100.7" in second
        assert "kết thúc các phiên khác và đổi mật khẩu ngay" in first
        noted = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "new_device"))
        assert len(noted.all()) == 2


def sent(mail: OutgoingMail) -> str:
    texts: list[str] = []
    assert outbox.deliver(mail.id, {"mail": lambda envelope: texts.append(envelope.text)}) == "sent"
    return texts[0]


def test_a_browser_known_to_a_colleague_is_new_to_me(app: Flask, client: FlaskClient) -> None:
    enter(client, "binh", browser=OFFICE)
    enter(app.test_client(), "an", browser=PHONE)
    enter(client, "an", browser=OFFICE)

    with app.app_context():
        assert [m.recipient for m in mails("new_device")] == ["an@soyte.example.vn"]


def test_browsers_have_names() -> None:
    assert origin.device_name(HOME) == "Cốc Cốc trên Windows"
    assert origin.device_name("Mozilla/5.0 (iPhone) Version/18 Safari/604") == "Safari trên iPhone"
    assert origin.device_name("") == "Thiết bị không rõ"


def test_the_page_asks_the_same_questions_for_two_tries_and_for_twenty(
    app: Flask, client: FlaskClient
) -> None:
    sign_in(client, "an")
    counts = []
    for tries in (2, 18):
        with app.app_context():
            person = user("an").id
            one = db.session.scalars(select(SignIn).where(SignIn.user_id == person)).first()
            assert one is not None
            for n in range(tries):
                session = SignIn(
                    token_hash=f"{tries} {n}", user_id=person, is_complete=True,
                    created_at=one.created_at, seen_at=one.seen_at, place=one.place,
                )  # fmt: skip
                attempt = SignInAttempt(
                    user_id=person, at=one.created_at, outcome="signed_in", sign_in=session
                )
                db.session.add_all([session, attempt])
            db.session.commit()
            asked: list[str] = []
            event.listen(db.engine, "before_cursor_execute", lambda *a, s=asked: s.append(a[2]))
        assert client.get("/desk/me").status_code == 200
        counts.append(len(asked))

    # The first listener also heard the second page.
    assert counts[1] == counts[0]
    page = client.get("/desk/me").text
    older = re.search(r'href="(/desk/me\?below=\d+)"', page)
    assert older is not None
    assert "Đăng nhập thành công" in client.get(older.group(1)).text


def test_the_address_of_a_page_of_the_history_is_checked(client: FlaskClient) -> None:
    sign_in(client, "an")

    for below in ("x", "-1", "9" * 30, "²"):
        assert client.get("/desk/me", query_string={"below": below}).status_code == 200


def test_a_key_that_is_gone_leaves_a_dash(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")
    with app.app_context():
        for row in db.session.scalars(select(SignIn)):
            row.place = "sealed with a key that is gone"
        db.session.commit()

    assert client.get("/desk/me").status_code == 200


def test_a_half_open_session_is_no_session(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "an")
    thief = app.test_client()
    set_user(client, totp_last_step=1)
    thief.post("/desk/sign-in", data={"username": "an", "password": samples.PASSWORD})

    assert sessions_of(client.get("/desk/me").text) == []
    client.post("/desk/me/sessions/end")
    assert thief.get("/desk/code").location == "/desk/sign-in"

"""Attacks on the second step: guessing, replay, other people's codes, restarts."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app import clock, create_app, samples
from app.config import ROOT
from app.extensions import db
from app.models import AuditEvent, OutgoingMail, User
from app.services import recovery, tries
from app.transaction import transaction
from tests.app.views.second_steps import (
    after_password,
    give_phone,
    newest,
    settings,
    wrong,
)
from tests.helpers import mails, user

GUESSER = """
import sys
from pathlib import Path
from app import create_app
from tests.conftest import make_config
folder, url, cookie = sys.argv[1:]
app = create_app(make_config(Path(folder), url))
app.config["WTF_CSRF_ENABLED"] = False
client = app.test_client()
client.set_cookie("vanthu_staff", cookie)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(5):
    print(client.post("/desk/code", data={"by": "totp", "code": "12345"}).status_code, flush=True)
"""


@pytest.fixture(autouse=True)
def sms(app: Flask, department_rows: object) -> Iterator[None]:
    with settings(app, sms="local"):
        yield


def test_otp_brute_force_over_four_processes_meets_one_lock(app: Flask) -> None:
    browser = after_password(app, "an")
    cookie = browser.get_cookie("vanthu_staff")
    assert cookie is not None
    config = app.config["VANTHU"]
    command = [sys.executable, "-c", GUESSER, str(config.data_dir), config.database_url]
    guessers = [
        subprocess.Popen(
            [*command, cookie.value], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, cwd=ROOT,
        )
        for _ in range(4)
    ]  # fmt: skip
    for each in guessers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in guessers:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()

    answers = Counter(line for each in guessers for line in each.communicate()[0].split())

    assert answers == {"422": 5, "429": 15}
    with app.app_context():
        assert user("an").wrong_in_a_row == 5
        assert user("an").locked_until is not None


def test_the_lock_survives_a_restart(app: Flask) -> None:
    browser = after_password(app, "an")
    for _ in range(5):
        browser.post("/desk/code", data={"code": "12345"})
    cookie = browser.get_cookie("vanthu_staff")
    assert cookie is not None

    restarted = create_app(app.config["VANTHU"])
    restarted.config["WTF_CSRF_ENABLED"] = False
    again = restarted.test_client()
    again.set_cookie("vanthu_staff", cookie.value)
    right = pyotp.TOTP(samples.totp_secret("an")).at(clock.now())
    answer = again.post("/desk/code", data={"code": right})

    assert answer.status_code == 429
    with restarted.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_hundred_wrong_codes_lock_until_an_administrator_resets(app: Flask) -> None:
    with app.app_context():
        user("an").wrong_in_a_row = tries.CAP - 1
        db.session.commit()
    browser = after_password(app, "an")
    browser.post("/desk/code", data={"code": "12345"})

    with time_machine.travel(clock.now() + timedelta(minutes=10)):
        right = pyotp.TOTP(samples.totp_secret("an")).at(clock.now())
        answer = browser.post("/desk/code", data={"code": right})

    assert answer.status_code == 429
    assert "quản trị viên" in answer.text
    with app.app_context():
        db.session.scalars(select(AuditEvent).where(AuditEvent.what == "factor_locked")).one()

    with app.app_context():
        done = app.test_cli_runner().invoke(args=["users", "reset-otp", "an"])
    assert done.exit_code == 0, done.output

    with app.app_context():
        assert (user("an").wrong_in_a_row, user("an").totp_secret) == (0, None)
    assert after_password(app, "an").get("/desk/enrol").status_code == 303


def test_a_right_code_forgets_the_wrong_ones(app: Flask) -> None:
    browser = after_password(app, "an")
    for _ in range(4):
        browser.post("/desk/code", data={"code": "12345"})

    right = pyotp.TOTP(samples.totp_secret("an")).at(clock.now())
    assert browser.post("/desk/code", data={"code": right}).status_code == 303

    with app.app_context():
        assert (user("an").failures, user("an").wrong_in_a_row) == (0, 0)


def test_replay_of_the_code_of_the_sign_in_before_an_act(app: Flask) -> None:
    browser = after_password(app, "giang")
    code = pyotp.TOTP(samples.totp_secret("giang")).at(clock.now())
    assert browser.post("/desk/code", data={"code": code}).status_code == 303

    act = {"purpose": "export", "next": "/desk/tracking.xlsx", "otp": code}
    assert browser.post("/desk/confirm", data=act).status_code == 422


def nothing_is_counted(app: Flask, username: str) -> None:
    with app.app_context():
        person = user(username)
        assert (person.failures, person.wrong_in_a_row) == (0, 0)
        told = select(AuditEvent).where(AuditEvent.what.endswith("_refused"))
        assert db.session.scalars(told).all() == []


@pytest.mark.parametrize("by", ["totp", "sms"])
def test_no_code_is_no_wrong_code(app: Flask, by: str) -> None:
    give_phone(app, "an")
    browser = after_password(app, "an")
    browser.post("/desk/code/send", data={"by": "sms"})

    for _ in range(6):
        answer = browser.post("/desk/code", data={"by": by, "code": " "})
        assert answer.status_code == 422
        assert "Nhập mã xác thực gồm 6 chữ số." in answer.text

    nothing_is_counted(app, "an")


def test_no_recovery_code_is_no_wrong_one(app: Flask) -> None:
    make_recovery(app, "an")

    answer = after_password(app, "an").post("/desk/code", data={"by": "recovery", "code": ""})

    assert "Nhập nguyên một mã khôi phục" in answer.text
    nothing_is_counted(app, "an")


def test_no_code_before_an_act_is_no_wrong_one(app: Flask) -> None:
    browser = after_password(app, "giang")
    code = pyotp.TOTP(samples.totp_secret("giang")).at(clock.now())
    browser.post("/desk/code", data={"code": code})
    act = {"purpose": "export", "next": "/desk/tracking.xlsx", "otp_by": "totp"}

    asked = browser.post("/desk/confirm", data=act)
    empty = browser.post("/desk/confirm", data=act | {"otp": ""})

    assert (asked.status_code, empty.status_code) == (403, 422)
    assert "Nhập mã xác thực gồm 6 chữ số." in empty.text
    assert "Nhập mã xác thực gồm 6 chữ số." not in asked.text
    nothing_is_counted(app, "giang")


def test_an_sms_code_opens_the_desk_once(app: Flask) -> None:
    give_phone(app, "an")
    browser = after_password(app, "an")
    assert "Dùng cách khác" in browser.get("/desk/code").text
    page = browser.get("/desk/code?by=sms").text
    assert "Gửi mã" in page
    assert "•••678" in page
    assert "912345" not in page
    browser.post("/desk/code/send", data={"by": "sms"})
    code = newest(app)

    opened = browser.post("/desk/code", data={"by": "sms", "code": code})
    assert opened.status_code == 303
    assert browser.get("/desk/register").status_code == 200

    act = {"purpose": "export", "next": "/desk/tracking.xlsx", "otp": code, "otp_by": "sms"}
    assert browser.post("/desk/confirm", data=act).status_code == 422, "replay before an act"
    second = after_password(app, "an")
    answer = second.post("/desk/code", data={"by": "sms", "code": code})
    assert answer.status_code == 422, "replay at the next sign-in"


def test_a_code_is_bound_to_the_login_it_was_asked_for(app: Flask) -> None:
    give_phone(app, "an")
    owner, thief = after_password(app, "an"), after_password(app, "an")
    owner.post("/desk/code/send", data={"by": "sms"})
    code = newest(app)

    assert thief.post("/desk/code", data={"by": "sms", "code": code}).status_code == 422
    assert owner.post("/desk/code", data={"by": "sms", "code": code}).status_code == 303


def test_somebody_elses_code_is_wrong(app: Flask) -> None:
    give_phone(app, "an")
    give_phone(app, "binh")
    an, binh = after_password(app, "an"), after_password(app, "binh")
    an.post("/desk/code/send", data={"by": "sms"})
    code = newest(app)
    binh.post("/desk/code/send", data={"by": "sms"})

    assert binh.post("/desk/code", data={"by": "sms", "code": code}).status_code == 422


def test_a_resend_waits_and_kills_the_old_code(app: Flask) -> None:
    give_phone(app, "an")
    browser = after_password(app, "an")
    browser.post("/desk/code/send", data={"by": "sms"})
    old = newest(app)
    assert browser.post("/desk/code/send", data={"by": "sms"}).status_code == 429
    assert newest(app) == old

    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        assert browser.post("/desk/code/send", data={"by": "sms"}).status_code == 303
        new = newest(app)
        assert browser.post("/desk/code", data={"by": "sms", "code": old}).status_code == 422
        with app.app_context():
            assert [m.state for m in mails("code")] == ["expired", "pending"]
        assert browser.post("/desk/code", data={"by": "sms", "code": new}).status_code == 303


def test_a_code_dies_after_ten_minutes(app: Flask) -> None:
    give_phone(app, "an")
    browser = after_password(app, "an")
    browser.post("/desk/code/send", data={"by": "sms"})
    code = newest(app)

    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
        assert browser.post("/desk/code", data={"by": "sms", "code": code}).status_code == 422


def test_ten_messages_an_hour_are_enough(app: Flask) -> None:
    give_phone(app, "an")
    start = clock.now()
    answers = []
    for n in range(11):
        with time_machine.travel(start + timedelta(seconds=40 * n)):
            sent = after_password(app, "an").post("/desk/code/send", data={"by": "sms"})
            answers.append(sent.status_code)

    assert answers == [303] * 10 + [429]


def test_wrong_sms_codes_and_wrong_app_codes_count_together(app: Flask) -> None:
    give_phone(app, "an")
    browser = after_password(app, "an")
    browser.post("/desk/code/send", data={"by": "sms"})
    guess = {"by": "sms", "code": wrong(newest(app))}
    answers = [browser.post("/desk/code", data=guess).status_code for _ in range(3)]
    guess = {"by": "totp", "code": "12345"}
    answers += [browser.post("/desk/code", data=guess).status_code for _ in range(3)]

    assert answers == [422] * 5 + [429]


def test_no_code_stands_in_the_database(app: Flask) -> None:
    give_phone(app, "an")
    after_password(app, "an").post("/desk/code/send", data={"by": "sms"})
    code = newest(app)

    with app.app_context():
        row = db.session.scalars(select(OutgoingMail)).one()
        values = [str(getattr(row, c.key)) for c in OutgoingMail.__table__.columns]
        assert not any(code in value for value in values)
        assert (row.channel, row.recipient) == ("sms", "+84912345678")


def test_a_number_that_was_typed_but_not_proved_is_no_factor(app: Flask) -> None:
    give_phone(app, "an")
    with app.app_context():
        user("an").phone = "+84987654321"  # as a page of people would
        db.session.commit()
    browser = after_password(app, "an")

    browser.post("/desk/code/send", data={"by": "sms"})

    assert "tin nhắn SMS" not in browser.get("/desk/code").text
    with app.app_context():
        assert db.session.scalars(select(OutgoingMail)).all() == []


def test_email_is_no_factor_unless_the_department_says_so(app: Flask) -> None:
    browser = after_password(app, "an")
    browser.post("/desk/code/send", data={"by": "mail"})
    assert "thư điện tử" not in browser.get("/desk/code").text

    with settings(app, staff_email_codes=True):
        assert "thư điện tử" in browser.get("/desk/code").text
        browser.post("/desk/code/send", data={"by": "mail"})
        code = newest(app)
        opened = browser.post("/desk/code", data={"by": "mail", "code": code})
    assert opened.status_code == 303


def make_recovery(app: Flask, username: str) -> list[str]:
    with app.test_request_context(), transaction():
        return recovery.make(user(username))


def test_a_recovery_code_opens_once_and_tells_its_owner(app: Flask) -> None:
    codes = make_recovery(app, "an")
    assert len(set(codes)) == 10
    typed = codes[4].upper().replace("-", " ")

    first = after_password(app, "an").post("/desk/code", data={"by": "recovery", "code": typed})
    again = after_password(app, "an").post("/desk/code", data={"by": "recovery", "code": typed})

    assert (first.status_code, again.status_code) == (303, 422)
    with app.app_context():
        told = [m.text for m in mails("recovery_used")]
    assert len(told) == 1
    assert "Còn lại 9 mã" in told[0]


def test_new_recovery_codes_kill_the_old_ones(app: Flask) -> None:
    old = make_recovery(app, "an")
    make_recovery(app, "an")

    answer = after_password(app, "an").post("/desk/code", data={"by": "recovery", "code": old[0]})

    assert answer.status_code == 422


def test_recovery_codes_are_hashed(app: Flask) -> None:
    codes = make_recovery(app, "an")
    with app.app_context():
        rows = db.session.scalars(select(recovery.RecoveryCode)).all()
        assert all(r.code_hash.startswith("$argon2id$") for r in rows)
        assert not any(c[3:].replace("-", "") in r.code_hash for c in codes for r in rows)


def test_a_recovery_code_neither_signs_nor_exports(app: Flask) -> None:
    codes = make_recovery(app, "giang")
    browser = after_password(app, "giang")
    browser.post("/desk/code", data={"by": "recovery", "code": codes[0]})
    act = {"next": "/desk/tracking.xlsx", "otp": codes[1], "otp_by": "recovery"}

    export = browser.post("/desk/confirm", data=act | {"purpose": "export"})
    factors = browser.post("/desk/confirm", data=act | {"purpose": "factors"})

    assert (export.status_code, factors.status_code) == (422, 303)


def test_the_password_alone_sets_no_factor_up_beside_one(app: Flask) -> None:
    give_phone(app, "an", keeps_authenticator=False)
    browser = after_password(app, "an")

    shown = browser.get("/desk/enrol")

    assert (shown.status_code, shown.location) == (303, "/desk/code")
    with app.app_context():
        secret = db.session.scalars(select(User.totp_secret).where(User.username == "an")).one()
        from app.security import keys

        code = pyotp.TOTP(keys.decrypt(str(secret))).at(clock.now())
    assert browser.post("/desk/enrol", data={"code": code}).location == "/desk/code"
    assert browser.post("/desk/code", data={"by": "totp", "code": code}).status_code == 422

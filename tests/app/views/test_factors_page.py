"""«Xác thực hai lớp»: what a person changes behind a code, and the other ways before an act."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import AuditEvent
from app.security import keys
from tests.app.views.desk_walk import act, at_desk, filed, state_of
from tests.app.views.second_steps import MOBILE, give_phone, newest, settings
from tests.helpers import mails, sign_in, user


@pytest.fixture(autouse=True)
def sms(app: Flask, department_rows: object) -> Iterator[None]:
    with settings(app, sms="local"):
        yield


def plain(app: Flask, username: str) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    sign_in(client, username, proven=False)
    return client


def carried(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def test_a_leader_signs_by_sms_and_types_nothing_twice(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    act(officer, code, "propose_grant")
    give_phone(app, "chi")
    leader = plain(app, "chi")
    address = f"/desk/dossiers/{code}/actions/approve"

    asked = act(leader, code, "approve", note="Đồng ý cấp")
    other = leader.post(address, data=carried(asked.text) | {"otp_other": "sms"})
    assert other.status_code == 403
    sent = leader.post(address, data=carried(other.text) | {"otp_send": "sms"})
    assert sent.status_code == 403
    assert carried(sent.text)["note"] == "Đồng ý cấp"
    with app.app_context():
        text = mails("code")[0].text
        assert "để ký văn bản" in text

    digits = newest(app, "sign")
    elsewhere = {"purpose": "export", "next": "/desk/tracking.xlsx", "otp": digits, "otp_by": "sms"}
    assert leader.post("/desk/confirm", data=elsewhere).status_code == 422, "bound to its purpose"
    right = leader.post(address, data=carried(sent.text) | {"otp": digits})
    assert right.status_code == 303
    assert state_of(app, code) == "signed_grant"


def test_a_code_of_another_session_confirms_nothing(app: Flask) -> None:
    give_phone(app, "giang")
    first, second = plain(app, "giang"), plain(app, "giang")
    form = {"purpose": "export", "next": "/desk/tracking.xlsx", "otp_by": "sms"}
    first.post("/desk/confirm", data=form | {"otp_send": "sms"})
    digits = newest(app, "export")

    assert second.post("/desk/confirm", data=form | {"otp": digits}).status_code == 422
    assert first.post("/desk/confirm", data=form | {"otp": digits}).status_code == 303


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/desk/factors/remove", {"factor": "totp"}),
        ("/desk/factors/recovery", {}),
        ("/desk/factors/totp/begin", {}),
        ("/desk/factors/phone", {"phone": "0987654321"}),
        ("/desk/factors/passkey", {"answer": "{}"}),
        ("/desk/factors/passkey/options", {}),
    ],
)
def test_a_stolen_session_changes_no_factor(app: Flask, path: str, data: dict[str, str]) -> None:
    give_phone(app, "an")

    answer = plain(app, "an").post(path, data=data)

    assert answer.status_code == 403
    with app.app_context():
        assert user("an").totp_secret is not None
        assert mails() == []


def test_the_last_factor_stays(app: Flask) -> None:
    browser = at_desk(app, "an")

    answer = browser.post("/desk/factors/remove", data={"factor": "totp"}, follow_redirects=True)

    assert "cách xác thực cuối cùng" in answer.text
    with app.app_context():
        assert user("an").totp_secret is not None


def test_a_phone_is_added_preferred_and_removed(app: Flask) -> None:
    browser = at_desk(app, "quantri")
    assert browser.get("/desk/factors").status_code == 200
    browser.post("/desk/factors/phone", data={"phone": "0912 345 678"})
    empty = browser.post("/desk/factors/phone/code", data={"code": ""})
    assert "Nhập mã xác thực gồm 6 chữ số." in empty.text
    done = browser.post("/desk/factors/phone/code", data={"code": newest(app, "phone")})
    assert done.status_code == 303
    browser.post("/desk/factors/prefer", data={"factor": "sms"})
    assert "•••678" in browser.get("/desk/factors").text
    with app.app_context():
        assert (user("quantri").phone, user("quantri").preferred_factor) == (MOBILE, "sms")

    browser.post("/desk/factors/remove", data={"factor": "sms"})

    with app.app_context():
        assert user("quantri").phone_confirmed_at is None
        assert user("quantri").preferred_factor == ""
        assert len(mails("factor_changed")) == 2
        words = select(AuditEvent.what).where(AuditEvent.what.startswith("factor_"))
        assert db.session.scalars(words.order_by(AuditEvent.id)).all() == [
            "factor_added",
            "factor_preferred",
            "factor_removed",
        ]


def test_the_page_says_which_factor_is_asked_for_first(app: Flask) -> None:
    give_phone(app, "an")
    browser = at_desk(app, "an")

    def rows() -> list[tuple[bool, bool]]:
        found = re.findall(
            r'<li class="vt-factor">.*?</li>', browser.get("/desk/factors").text, re.S
        )
        return [("Đang dùng trước" in row, "factors/prefer" in row) for row in found]

    assert rows() == [(True, False), (False, True)], "who chose none is asked for the strongest"
    browser.post("/desk/factors/prefer", data={"factor": "sms"})
    assert rows() == [(False, True), (True, False)]


def test_a_factor_is_removed_after_a_second_press(app: Flask) -> None:
    give_phone(app, "an")

    page = at_desk(app, "an").get("/desk/factors").text

    asked = re.findall(r'data-confirm="(remove-\w+)">Gỡ</button>', page)
    assert asked == ["remove-totp", "remove-sms"]
    assert all(f'<dialog class="vt-dialog" id="{name}"' in page for name in asked)


def test_a_refused_number_is_told_at_the_top_too(app: Flask) -> None:
    refused = at_desk(app, "an").post("/desk/factors/phone", data={"phone": "12"})

    assert refused.status_code == 422
    assert "govuk-error-summary" in refused.text
    assert 'href="#phone"' in refused.text
    assert 'id="phone"' in refused.text


def test_an_authenticator_is_changed_for_a_new_one(app: Flask) -> None:
    give_phone(app, "an")
    browser = at_desk(app, "an")
    browser.post("/desk/factors/remove", data={"factor": "totp"})
    with app.app_context():
        assert user("an").totp_secret is None
    browser.post("/desk/factors/totp/begin")
    with app.app_context():
        secret = keys.decrypt(str(user("an").totp_secret))
    code = pyotp.TOTP(secret).at(clock.now())
    picture = re.search(r'<svg [^>]*class="vt-qr"[^>]*>', browser.get("/desk/factors/totp").text)
    assert picture is not None
    assert "viewBox" in picture[0], "or a narrow page cuts it off"

    empty = browser.post("/desk/factors/totp", data={"code": ""})
    assert "Nhập mã xác thực gồm 6 chữ số." in empty.text
    assert browser.post("/desk/factors/totp", data={"code": "12345"}).status_code == 422
    assert browser.post("/desk/factors/totp", data={"code": code}).status_code == 303

    again = browser.get("/desk/factors/totp")
    assert again.status_code == 303, "a confirmed secret is never shown"


def test_recovery_codes_are_shown_once(app: Flask) -> None:
    browser = at_desk(app, "an")
    page = browser.post("/desk/factors/recovery").text

    codes = re.findall(r"<code>([\w-]+)</code>", page)

    assert len(codes) == 10
    with app.app_context():
        (mail,) = mails("factor_changed")
        assert "tạo bộ mã khôi phục mới" in mail.text
        assert not any(code in mail.text for code in codes)
    assert "<ol" not in page, "a code begins with its number"
    assert re.search(r"<button [^>]*data-print hidden>", page)
    assert not any(code in browser.get("/desk/factors").text for code in codes)
    assert "10 mã" in browser.get("/desk/factors").text


def test_the_language_switch_is_not_on_pages_it_could_not_come_back_to(app: Flask) -> None:
    browser, stranger = at_desk(app, "an"), app.test_client()
    switch = 'action="/language/en"'
    assert switch in browser.get("/desk/factors").text
    assert switch in stranger.get("/desk/sign-in").text
    assert switch in stranger.get("/apply/start").text

    wrong = {"username": "an", "password": "sai"}
    answers = [
        browser.post("/desk/factors/recovery"),
        browser.post("/desk/factors/phone", data={"phone": "12"}),
        plain(app, "an").post("/desk/factors/recovery"),
        stranger.post("/desk/sign-in", data=wrong),
        stranger.post("/apply/start", data={"email": "sai"}),
    ]

    assert [a.status_code for a in answers] == [200, 422, 403, 422, 422]
    assert not any(switch in a.text for a in answers)

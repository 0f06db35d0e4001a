"""How the POSTs of accounts are called: passwords, sessions, factors, people, own data.

Each function prepares what a route needs and returns the POST itself, with valid data.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import pyotp
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock
from app.extensions import db
from app.models import Account, DataRequest, Delegation, Grant, Prescriber
from app.security import keys
from tests.app.views import test_first_phone as phones
from tests.app.views import test_people as people
from tests.app.views.desk_account import change
from tests.app.views.desk_walk import act, at_desk, filed
from tests.app.views.register_walk import granted, prescriber_registered
from tests.app.views.second_steps import after_password, give_phone, newest
from tests.app.views.test_delegations import delegated
from tests.app.views.test_delegations import form as delegation
from tests.app.views.test_my_data import EMAIL, at_home
from tests.app.views.test_passkeys import Device
from tests.app.views.test_portal_sessions import MINE, again
from tests.helpers import last_code, user, verify_email

Post = Callable[[], TestResponse]
Prepared = Callable[[Flask], Post]
PAUSE = timedelta(seconds=31)


def _staff(who: str, address: str, /, **data: str) -> Prepared:
    def prepared(app: Flask) -> Post:
        client = at_desk(app, who)
        return lambda: client.post(address, data=data)

    return prepared


def _own_data(address: str, **data: str) -> Prepared:
    def prepared(app: Flask) -> Post:
        client = at_home(app)
        return lambda: client.post(f"/my-data/{address}", data=data)

    return prepared


def _with_sms(app: Flask) -> None:
    """Have a gateway; the test puts the configuration back."""
    app.config["VANTHU"] = app.config["VANTHU"].model_copy(update={"sms": "local"})


def _first_other(client: FlaskClient, page: str) -> str:
    (number,) = re.findall(r"/sessions/(\d+)/end", client.get(page).text)
    return str(number)


def portal_session(app: Flask) -> Post:
    client = app.test_client()
    verify_email(client, MINE)
    again(app)
    number = _first_other(client, "/sessions")
    return lambda: client.post(f"/sessions/{number}/end")


def portal_sessions(app: Flask) -> Post:
    client = app.test_client()
    verify_email(client, MINE)
    again(app)
    return lambda: client.post("/sessions/end")


def data_copy(app: Flask) -> Post:
    client = at_home(app)
    client.post("/my-data/code")
    return lambda: client.post("/my-data/copy", data={"code": last_code(client, EMAIL)})


def sent_code(app: Flask) -> Post:
    _with_sms(app)
    give_phone(app, "an")
    client = after_password(app, "an")
    return lambda: client.post("/desk/code/send", data={"by": "sms"})


def first_phone(app: Flask) -> Post:
    _with_sms(app)
    client = phones.newcomer(app)
    solved = phones.solved(client.get("/desk/phone").text)
    typed = {"phone": "0912 345 678", "altcha": solved}
    return lambda: client.post("/desk/phone", data=typed)


def _named_a_phone(app: Flask) -> FlaskClient:
    _with_sms(app)
    client = phones.newcomer(app, phones.MOBILE)
    assert client.post("/desk/phone").status_code == 303
    return client


def first_phone_code(app: Flask) -> Post:
    client = _named_a_phone(app)
    return lambda: client.post("/desk/phone/code", data={"code": newest(app, "phone")})


def first_phone_resend(app: Flask) -> Post:
    client = _named_a_phone(app)

    def later() -> TestResponse:
        with time_machine.travel(clock.now() + PAUSE):
            return client.post("/desk/phone/resend")

    return later


def desk_session(app: Flask) -> Post:
    client = at_desk(app, "an")
    at_desk(app, "an")
    number = _first_other(client, "/desk/me")
    return lambda: client.post(f"/desk/me/sessions/{number}/end")


def desk_sessions(app: Flask) -> Post:
    client = at_desk(app, "an")
    at_desk(app, "an")
    return lambda: client.post("/desk/me/sessions/end")


def my_password(app: Flask) -> Post:
    client = at_desk(app, "an")
    return lambda: change(client)


def _with_two_factors(app: Flask) -> FlaskClient:
    _with_sms(app)
    give_phone(app, "an")
    return at_desk(app, "an")


def factor_remove(app: Flask) -> Post:
    client = _with_two_factors(app)
    return lambda: client.post("/desk/factors/remove", data={"factor": "sms"})


def factor_totp(app: Flask) -> Post:
    client = _with_two_factors(app)
    client.post("/desk/factors/remove", data={"factor": "totp"})
    client.post("/desk/factors/totp/begin")
    with app.app_context():
        secret = keys.decrypt(str(user("an").totp_secret))
    return lambda: client.post("/desk/factors/totp", data={"code": pyotp.TOTP(secret).now()})


def factor_phone(app: Flask) -> Post:
    _with_sms(app)
    client = at_desk(app, "an")
    return lambda: client.post("/desk/factors/phone", data={"phone": "0912 345 678"})


def factor_phone_code(app: Flask) -> Post:
    _with_sms(app)
    client = at_desk(app, "an")
    client.post("/desk/factors/phone", data={"phone": "0912 345 678"})
    code = newest(app, "phone")
    return lambda: client.post("/desk/factors/phone/code", data={"code": code})


def factor_passkey(app: Flask) -> Post:
    client = at_desk(app, "an")
    answer = Device().create(client.post("/desk/factors/passkey/options").get_json())
    typed = {"name": "Khóa thử", "answer": answer}
    return lambda: client.post("/desk/factors/passkey", data=typed)


def answer_data_request(app: Flask) -> Post:
    _own_data("requests", kind="correction", text="Đổi số điện thoại.")(app)()
    with app.app_context():
        number = db.session.scalars(select(DataRequest.id)).one()
    client = at_desk(app, "an")
    said = {"answer": "granted", "reason": "Đã sửa theo đề nghị."}
    return lambda: client.post(f"/desk/data-requests/{number}", data=said)


def delegate(app: Flask) -> Post:
    client = at_desk(app, "dung")
    return lambda: client.post("/desk/delegations", data=delegation())


def revoke(app: Flask) -> Post:
    delegated(app)
    with app.app_context():
        number = db.session.scalars(select(Delegation.id)).one()
    client = at_desk(app, "dung")
    return lambda: client.post(f"/desk/delegations/{number}/revoke")


def end_right(app: Flask) -> Post:
    with app.app_context():
        number = db.session.scalars(select(Grant.id).where(Grant.user_id == user("an").id)).one()
    client = at_desk(app, "quantri")
    return lambda: client.post(f"/desk/people/rights/{number}/end")


def choose_password(app: Flask) -> Post:
    people.invited(app)
    address, typed = people.link_of(app, "mai"), {"password": people.GOOD, "again": people.GOOD}
    return lambda: app.test_client().post(address, data=typed)


def dossier_numbers(app: Flask) -> Post:
    code = filed(app)
    client = at_desk(app, "an")
    act(client, code, "claim")
    return lambda: client.post(f"/desk/dossiers/{code}/numbers")


def account_numbers(app: Flask) -> Post:
    granted(app)
    with app.app_context():
        number = db.session.scalars(select(Account.id)).one()
    client = at_desk(app, "an")
    return lambda: client.post(f"/desk/accounts/{number}/numbers")


def prescriber_numbers(app: Flask) -> Post:
    granted(app)
    prescriber_registered(app)
    with app.app_context():
        number = db.session.scalars(select(Prescriber.id)).one()
    client = at_desk(app, "an")
    return lambda: client.post(f"/desk/prescribers/{number}/numbers")


HOW: Mapping[str, Prepared] = {
    "applicants.ask_about_data": _own_data("requests", kind="correction", text="Đổi số."),
    "applicants.choose_consents": _own_data("consents", purpose="survey"),
    "applicants.data_code": _own_data("code"),
    "applicants.data_copy": data_copy,
    "applicants.end_other_sessions": portal_sessions,
    "applicants.end_session": portal_session,
    "auth.first_phone": first_phone,
    "auth.first_phone_code": first_phone_code,
    "auth.first_phone_resend": first_phone_resend,
    "auth.send": sent_code,
    "desk.account_numbers": account_numbers,
    "desk.answer_data_request": answer_data_request,
    "desk.confirm_rights": _staff("quantri", "/desk/people/review/an"),
    "desk.delegate": delegate,
    "desk.delegation_act": revoke,
    "desk.dossier_numbers": dossier_numbers,
    "desk.end_other_sessions": desk_sessions,
    "desk.end_session": desk_session,
    "desk.factor_passkey": factor_passkey,
    "desk.factor_phone": factor_phone,
    "desk.factor_phone_code": factor_phone_code,
    "desk.factor_prefer": _staff("an", "/desk/factors/prefer", factor="totp"),
    "desk.factor_recovery": _staff("an", "/desk/factors/recovery"),
    "desk.factor_remove": factor_remove,
    "desk.factor_totp": factor_totp,
    "desk.my_password": my_password,
    "desk.new_person": _staff("quantri", "/desk/people/new", **people.NEW),
    "desk.person_act": _staff("quantri", "/desk/people/an/suspend", reason="Nghỉ phép"),
    "desk.prescriber_numbers": prescriber_numbers,
    "desk.right_act": end_right,
    "welcome.choose": choose_password,
}

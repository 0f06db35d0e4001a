"""Registers filled through the real pages, for the tests of the register pages."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock, samples
from app.extensions import db
from app.models import Account, AccountEvent, ConnectionCode, Dossier, Facility, TargetSystem
from tests.app.views.desk_walk import act, at_desk, filed

GRANT = (("an", "claim"), ("an", "propose_grant"), ("chi", "approve"), ("giang", "issue"))
NAME, PHONE, ID_NUMBER = "Hoàng Thị Minh Châu", "0912 345 678", "020185001234"
PRESCRIBER, PRACTICE = "Lục Thị Mai", "009999/LSO-GPHN"
PERSONS = "/desk/registers/persons"


def walked(app: Flask, code: str, *, code_given: str = "20A01", until: str = "issue") -> str:
    for username, name in GRANT:
        answer = act(at_desk(app, username), code, name, assigned_code=code_given)
        assert answer.status_code == 303, answer.text
        if name == until:
            break
    return code


def granted(
    app: Flask, facility: str = "Nhà thuốc An Bình", licence: str = "2101/ĐKKDD-LSO"
) -> str:
    return walked(app, filed(app, facility, licence))


def later(app: Flask, kind: str, email: str = "2101@example.vn", **answers: str) -> str:
    """File another request of the same facility and return the code of its dossier."""
    with app.app_context():
        facility = answers.pop("facility_name", "Nhà thuốc An Bình")
        licence = answers.pop("licence_no", "2101/ĐKKDD-LSO")
        given = {"custodian_name": NAME, **answers}
        key = samples.submit_sample(facility, email, licence, kind=kind, answers=given)
        return str(db.session.scalars(select(Dossier.code).where(Dossier.key == key)).one())


def prescriber_registered(app: Flask) -> str:
    own = {"holder": "prescriber", "licence_no": "123/LSO-GPHĐ"}
    code = later(app, "code_registration", facility_name="Phòng khám Hoa Sen", **own)
    return walked(app, code, code_given="KD-009")


def put_facilities(app: Flask, numbers: range, state: str = "active") -> None:
    """Enter bare facilities with an account and a code each, by one dossier."""
    with app.app_context():
        system = db.session.scalars(select(TargetSystem)).first()
        dossier = db.session.scalars(select(Dossier)).first()
        now = clock.now()
        for n in numbers:
            facility = Facility(name=f"Quầy thuốc số {n}", licence_no=f"{n}/QT", created_at=now)
            account = Account(
                holder=facility, system=system, username=f"lso.q{n}", state=state,
                custodian_name="Lý Văn Ba", custodian_phone="+84987000111",
                custodian_email="ba@example.vn", created_at=now,
            )  # fmt: skip
            event = AccountEvent(
                account=account, dossier=dossier, what="granted", actor_name="An", at=now
            )
            code = ConnectionCode(
                code=f"Q{n:04d}", facility=facility, dossier=dossier, created_at=now
            )
            db.session.add_all([facility, account, event, code])
        db.session.commit()


def search(client: FlaskClient, tab: str, q: str) -> str:
    answer = client.get("/desk/registers", query_string={"tab": tab, "q": q})
    assert answer.status_code == 200
    return answer.text


def person(client: FlaskClient, tab: str = "accounts", **typed: str) -> TestResponse:
    return client.post(PERSONS, data={"tab": tab, **typed})

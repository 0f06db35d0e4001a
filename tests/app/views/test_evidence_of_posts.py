"""Every POST of the application leaves evidence, or stands here with the reason why not.

A new route without an entry fails: say how it is called, or why it needs no row.
"""

import io
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock, samples
from app.extensions import db
from app.models import Account, Activation, AuditEvent, Dossier, Letter, NumberBook
from app.security import keys
from app.services import outbox, seals
from tests.app.services.reviewing import facility, prescriber
from tests.app.services.test_wordings import GRANT_LETTER
from tests.app.views import circulars, portal_steps, posts_of_accounts
from tests.app.views.desk_walk import act, at_desk, filed, refused
from tests.app.views.posts_of_accounts import Post, Prepared
from tests.app.views.register_walk import granted
from tests.app.views.signed_scene import issued
from tests.app.views.test_desk_mail import dead
from tests.app.views.test_desk_reconcile import ROWS, listed, result_of, send
from tests.app.views.test_desk_wordings import HERE, save
from tests.app.views.test_ledger_pages import SAID, arrived, reserved
from tests.helpers import last_code, link_token, sign_in, user, verify_email

EMAIL, KIND = portal_steps.EMAIL, portal_steps.KIND
BULK = "bulk_grant"
_DRAFT = "typing in a draft; what counts is filed, and then is in the history"
_CHECK = "checks a field while people type; nothing is kept"
_CHALLENGE = "a challenge that is dead in minutes; what its answer opens or adds leaves a row"

# No row, and why.
SILENT: Mapping[str, str] = {
    "applicants.form": _DRAFT,
    "applicants.save": _DRAFT,
    "applicants.check_field": _CHECK,
    "auth.passkey_options": _CHALLENGE,
    "desk.draft_form": _DRAFT,
    "desk.draft_save": _DRAFT,
    "desk.draft_check": _CHECK,
    "desk.draft_row": _DRAFT,
    "desk.draft_pick": _DRAFT,
    "desk.draft_remove": _DRAFT,
    "desk.draft_upload": _DRAFT,
    "desk.factor_passkey_options": _CHALLENGE,
    "desk.factor_totp_begin": "a secret nobody confirmed opens nothing; the confirming code does",
    "desk.passkey_options": _CHALLENGE,
    "desk.wording_check": _CHECK,
    "desk.wording_trial": "draws typed sentences on an invented dossier; nothing is kept",
    "portal.language": "a cookie of the browser",
    "verification.check": "reads a file in memory, shows it to nobody and keeps nothing",
}


def _half(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.post("/desk/sign-in", data={"username": "an", "password": samples.PASSWORD})
    return client


def _code(app: Flask) -> str:
    with app.app_context():
        user("an").totp_last_step = 1
        db.session.commit()
    return pyotp.TOTP(samples.totp_secret("an")).now()


def auth_code(app: Flask) -> Post:
    client = _half(app)
    return lambda: client.post("/desk/code", data={"code": _code(app)})


def auth_enrol(app: Flask) -> Post:
    with app.app_context():
        user("an").totp_secret, user("an").totp_last_step = None, 0
        db.session.commit()
    client = _half(app)
    with app.app_context():
        secret = keys.decrypt(str(user("an").totp_secret))
    return lambda: client.post("/desk/enrol", data={"code": pyotp.TOTP(secret).now()})


def confirm(app: Flask) -> Post:
    client = app.test_client()
    sign_in(client, "an", proven=False)
    data = {"purpose": "export", "next": "/desk"}
    return lambda: client.post("/desk/confirm", data={**data, "otp": _code(app)})


def verify(app: Flask) -> Post:
    client = app.test_client()
    client.post("/apply/start", data={"email": EMAIL})
    return lambda: client.post("/apply/verify", data={"code": last_code(client, EMAIL)})


def resend(app: Flask) -> Post:
    client = app.test_client()
    client.post("/apply/start", data={"email": EMAIL})
    return lambda: client.post("/apply/resend")


def _verified(app: Flask) -> FlaskClient:
    client = app.test_client()
    verify_email(client, EMAIL)
    return client


def submit(app: Flask) -> Post:
    client = app.test_client()
    key = portal_steps.begin(client)
    portal_steps.save(client, key, **portal_steps.answers(), **portal_steps.scan())
    return lambda: client.post(f"/dossiers/{key}/actions/submit")


def _link(app: Flask) -> str:
    key = portal_steps.submit(app.test_client())
    portal_steps.walk(app, key, *portal_steps.GRANT)
    with app.app_context():
        return f"/activate/{link_token(db.session.scalars(select(Activation)).one())}"


def show(app: Flask) -> Post:
    client, link = app.test_client(), _link(app)
    client.post(f"{link}/code")
    return lambda: client.post(link, data={"code": last_code(client, EMAIL)})


def send_code(app: Flask) -> Post:
    client, link = app.test_client(), _link(app)
    return lambda: client.post(f"{link}/code")


def custody(app: Flask) -> Post:
    show(app)()
    with app.app_context():
        account = db.session.scalars(select(Account)).one()
        token = keys.derived_token("custody", f"{account.id}:{account.password_due_on}")
        address = f"/custody/{account.id}/{token}"
    return lambda: app.test_client().post(address)


def _circular(app: Flask) -> str:
    officer = at_desk(app, "an")
    key = circulars.begun(officer, BULK)
    circulars.upload(officer, key, BULK, circulars.units(1))
    code = circulars.proposed(officer, key)
    way = "chi approve, giang issue, an record_reply, an propose_grant, dung approve, giang issue"
    circulars.walked(app, code, way, **circulars.REPLY)
    return next(iter(circulars.pages(app, code).values()))


def answer(app: Flask) -> Post:
    page = _circular(app)
    return lambda: app.test_client().post(page, data={"received_by": "Lý Văn Ba"})


def access(app: Flask) -> Post:
    page = _circular(app)
    return lambda: app.test_client().post(f"{page}/access")


def claim(app: Flask) -> Post:
    code = filed(app)
    client = at_desk(app, "an")
    return lambda: act(client, code, "claim")


def propose(app: Flask) -> Post:
    client = at_desk(app, "an")
    key = circulars.begun(client, BULK)
    circulars.upload(client, key, BULK, circulars.units(1))
    with app.app_context():
        version = db.session.scalars(select(Dossier.version).where(Dossier.key == key)).one()
    address = f"/desk/drafts/{key}/propose"
    return lambda: client.post(address, data={"version": str(version)})


def edxml(app: Flask) -> Post:
    issued(app)
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.form == "dispatch")).one()
        outbox.ensure_pdf(letter.id)
        key = letter.key
    clerk = at_desk(app, "giang")
    file = io.BytesIO(clerk.get(f"/desk/letters/{key}.edxml").data)
    return lambda: clerk.post("/desk/incoming/edxml", data={"edxml": (file, "a.edxml")})


def close(app: Flask) -> Post:
    year = clock.today().year - 1
    with app.app_context():
        db.session.add(NumberBook(name="dispatch", year=year, last_number=0))
        db.session.commit()
    client = at_desk(app, "giang")
    return lambda: client.post(f"/desk/register/{year}/close")


def void(app: Flask) -> Post:
    client = at_desk(app, "giang")
    page = reserved(client)
    return lambda: client.post(f"{page}/void", data={"reason": "Ghi nhầm"})


def _codes(app: Flask) -> FlaskClient:
    with app.app_context():
        facility("123/LSO-GPHĐ", "Phòng khám Hoa Sen", "20A01")
        prescriber("009999/LSO-GPHN", "Lục Thị Mai", "KD-009")
        db.session.commit()
    return at_desk(app, "an")


def reconcile(app: Flask) -> Post:
    client = _codes(app)
    return lambda: send(client, listed(*ROWS))


def reconciled(app: Flask) -> Post:
    client = _codes(app)
    page = send(client, listed(*ROWS)).text
    return lambda: result_of(client, page)


def find_person(app: Flask) -> Post:
    granted(app)
    client = at_desk(app, "an")
    typed = {"tab": "accounts", "name": "Hoàng Thị Minh Châu", "phone": "0912 345 678"}
    return lambda: client.post("/desk/registers/persons", data=typed)


def retry(app: Flask) -> Post:
    number = dead(app)
    client = at_desk(app, "an")
    return lambda: client.post(f"/desk/mail/{number}/retry")


def sign_again(app: Flask) -> Post:
    issued(app)
    with app.app_context():
        key = db.session.scalars(select(Letter.key)).first()
    client = at_desk(app, "an")
    return lambda: client.post(f"/desk/letters/{key}/sign")


def restore(app: Flask) -> Post:
    admin = at_desk(app, "quantri")
    save(admin, contact="Liên hệ Sở Y tế để được hướng dẫn.", note="Ngắn gọn")
    return lambda: admin.post(f"{HERE}/versions/0/restore", data={"version": "1"})


def erase_due(app: Flask) -> Post:
    code = refused(app)
    with app.app_context():
        dossier = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        dossier.closed_at = clock.now() - timedelta(days=6 * 366)
        db.session.commit()
    head = at_desk(app, "dung")
    return lambda: head.post("/desk/retention/refused", data={"decision": "12/QĐ-SYT"})


def _at(username: str, address: str, **data: str) -> Prepared:
    def prepared(app: Flask) -> Post:
        client = at_desk(app, username)
        return lambda: client.post(address, data=data)

    return prepared


def _as_applicant(address: str) -> Prepared:
    def prepared(app: Flask) -> Post:
        client = _verified(app)
        return lambda: client.post(address)

    return prepared


# How each route is called with valid data: what is prepared, then the POST itself.
HOW: Mapping[str, Prepared] = posts_of_accounts.HOW | {
    "activation.send": send_code,
    "activation.show": show,
    "applicants.act": submit,
    "applicants.begin": _as_applicant(f"/apply/{KIND}/begin"),
    "applicants.resend": resend,
    "applicants.sign_out": _as_applicant("/sign-out"),
    "applicants.start": lambda app: (
        lambda: app.test_client().post("/apply/start", data={"email": EMAIL})
    ),
    "applicants.verify": verify,
    "auth.code": auth_code,
    "auth.enrol": auth_enrol,
    "auth.sign_in": lambda app: (
        lambda: app.test_client().post(
            "/desk/sign-in", data={"username": "an", "password": samples.PASSWORD}
        )
    ),
    "auth.sign_out": _at("an", "/desk/sign-out"),
    "custody.confirm": custody,
    "desk.act": claim,
    "desk.arrival_edxml": edxml,
    "desk.audit_check": _at("chi", "/desk/audit/check"),
    "desk.begin": _at("an", f"/desk/new/{BULK}"),
    "desk.close_year": close,
    "desk.confirm": confirm,
    "desk.draft_propose": propose,
    "desk.erase_due": erase_due,
    "desk.entry_act": void,
    "desk.find_person": find_person,
    "desk.new_arrival": lambda app: lambda: arrived(at_desk(app, "giang")),
    "desk.new_number": _at("giang", "/desk/register/new/reserve", **SAID),
    "desk.reconcile_file": reconcile,
    "desk.reconciled_workbook": reconciled,
    "desk.retry": retry,
    "desk.wording_restore": restore,
    "desk.wording_save": lambda app: (
        lambda: save(
            at_desk(app, "quantri"), contact="Liên hệ Sở Y tế để được hướng dẫn.", note="Ngắn gọn"
        )
    ),
    "desk_letters.sign_again": sign_again,
    "received.access": access,
    "received.answer": answer,
}


@pytest.fixture(autouse=True)
def same_settings(app: Flask) -> Iterator[None]:
    """Some routes exist for departments with an SMS gateway only."""
    kept = app.config["VANTHU"]
    yield
    app.config["VANTHU"] = kept


def _rows(app: Flask) -> dict[str, int]:
    with app.app_context():
        db.session.rollback()
        return {
            name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for name, (table, _) in seals.TABLES.items()
        }


def test_every_post_route_is_listed(app: Flask) -> None:
    posts = {r.endpoint for r in app.url_map.iter_rules() if "POST" in (r.methods or ())}

    assert posts - HOW.keys() - SILENT.keys() == set(), "say how it is called, or why it is silent"
    assert (HOW.keys() | SILENT.keys()) - posts == set()
    assert HOW.keys() & SILENT.keys() == set()
    assert GRANT_LETTER in HERE


@pytest.mark.parametrize("endpoint", list(HOW))
def test_a_post_leaves_evidence(app: Flask, endpoint: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    post = HOW[endpoint](app)
    before = _rows(app)

    answered = post()

    assert answered.status_code in (200, 303), answered.text
    after = _rows(app)
    assert any(after[name] > before[name] for name in after), f"{endpoint} leaves nothing behind"


# Routes that take a code: what is prepared as for the right one, and the page that refuses.
CODES: Mapping[str, str] = {
    "applicants.data_copy": "/my-data/copy",
    "applicants.verify": "/apply/verify",
    "auth.code": "/desk/code",
    "auth.enrol": "/desk/enrol",
    "auth.first_phone_code": "/desk/phone/code",
    "desk.factor_phone_code": "/desk/factors/phone/code",
    "desk.factor_totp": "/desk/factors/totp",
}


@pytest.mark.parametrize("endpoint", list(CODES))
def test_a_wrong_code_leaves_a_row(
    app: Flask, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    post = HOW[endpoint](app)
    before = _refused(app)
    opened = FlaskClient.post
    monkeypatch.setattr(
        FlaskClient, "post", lambda client, path, data: opened(client, path, data={"code": "x"})
    )

    assert post().status_code == 422
    assert _refused(app) == before + 1


def _refused(app: Flask) -> int:
    with app.app_context():
        db.session.rollback()
        found = select(func.count()).where(AuditEvent.what == "code_refused")
        return db.session.scalar(found) or 0

"""The one-time code once more before signing, issuing, exports: for one purpose, for a while."""

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, samples
from app.extensions import db
from app.models import AuditEvent, Proof
from tests.app.views.desk_walk import act, at_desk, filed, state_of
from tests.helpers import sign_in, user


def plain(app: Flask, username: str) -> FlaskClient:
    """Return a browser in which somebody has signed in and proved nothing since."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    sign_in(client, username, proven=False)
    return client


def next_code(app: Flask, username: str) -> str:
    """Return a code that was not used yet, whatever was used to sign in."""
    with app.app_context():
        user(username).totp_last_step = 1
        db.session.commit()
    return pyotp.TOTP(samples.totp_secret(username)).now()


def ready_to_sign(app: Flask) -> str:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    act(officer, code, "propose_grant")
    return code


def test_a_leader_signs_only_with_a_code_and_types_nothing_twice(app: Flask) -> None:
    code = ready_to_sign(app)
    leader = plain(app, "chi")

    asked = act(leader, code, "approve", note="Đồng ý cấp")

    assert asked.status_code == 403
    assert state_of(app, code) == "pending_grant"
    assert "Cần mã xác thực để ký văn bản" in asked.text
    carried = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    assert carried["note"] == "Đồng ý cấp"

    address = f"/desk/dossiers/{code}/actions/approve"
    wrong = leader.post(address, data=carried | {"otp": "000000"})
    assert wrong.status_code == 422
    assert state_of(app, code) == "pending_grant"

    right = leader.post(address, data=carried | {"otp": next_code(app, "chi")})
    assert right.status_code == 303
    assert state_of(app, code) == "signed_grant"


@pytest.mark.parametrize(
    ("asked_on", "leads_to"),
    [
        ("http://localhost/desk/tracking?year=2026", "/desk/tracking?year=2026"),
        ("https://elsewhere.example/", "/desk"),
        ("", "/desk"),
    ],
)
def test_after_a_download_a_link_leads_back(app: Flask, asked_on: str, leads_to: str) -> None:
    clerk = plain(app, "giang")
    address = "/desk/tracking.xlsx?year=2026"
    asked = clerk.get(address).location

    page = clerk.get(asked, headers={"Referer": asked_on} if asked_on else {}).text
    carried = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    here = {"Referer": f"http://localhost{asked}"}
    wrong = clerk.post("/desk/confirm", data=carried | {"otp": "000000"}, headers=here)
    carried = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', wrong.text))
    typed = carried | {"otp": next_code(app, "giang")}
    done = clerk.post("/desk/confirm", data=typed, headers=here)

    last = clerk.get(done.location, headers=here).text
    assert f'class="vt-back" href="{leads_to}"' in last
    forged = clerk.get(f"/desk/confirmed?next={address}&back=//evil.example").text
    assert "evil.example" not in forged.partition("<main")[2].partition("Đã xác nhận")[0]


def test_a_proof_counts_for_its_purpose_and_a_few_minutes(app: Flask) -> None:
    clerk = plain(app, "giang")
    address = "/desk/tracking.xlsx?year=2026"

    first = clerk.get(address)
    assert first.status_code == 303
    assert first.location.startswith("/desk/confirm?purpose=export&next=")
    page = clerk.get(first.location)
    assert "kết xuất dữ liệu" in page.text
    data = {"purpose": "export", "next": address, "otp": next_code(app, "giang")}
    done = clerk.post("/desk/confirm", data=data)
    assert done.status_code == 303
    assert clerk.get(done.location).headers["Refresh"] == f"0; url={address}"
    assert clerk.get(address).mimetype.endswith("sheet")

    code = ready_to_sign(app)
    act(at_desk(app, "chi"), code, "approve")
    assert act(clerk, code, "issue").status_code == 403, "an export is not an issue"

    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1)):
        assert clerk.get(address).status_code == 303


def test_five_wrong_codes_lock_also_here(app: Flask) -> None:
    client = plain(app, "giang")
    data = {"purpose": "export", "next": "/desk/tracking.xlsx", "otp": "000000"}

    answers = [client.post("/desk/confirm", data=data).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil"])
def test_the_way_on_is_ours(app: Flask, target: str) -> None:
    client = plain(app, "giang")

    answer = client.get("/desk/confirmed", query_string={"next": target})

    assert answer.status_code == 303
    assert answer.location == "/desk"


def test_an_export_is_noted_to_the_person(app: Flask) -> None:
    client = at_desk(app, "an")
    client.get("/desk/review.xlsx?list=facilities")

    with app.app_context():
        row = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "exported")).one()
        assert (row.user_id, row.about) == (user("an").id, "list:review")
        assert row.details == {"list": "facilities"}


def test_what_was_searched_for_is_not_noted(app: Flask) -> None:
    client = at_desk(app, "giang")
    client.get("/desk/register/files/csv?year=2026&book=dispatch&q=Nguyễn Văn A")

    with app.app_context():
        row = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "exported")).one()
        assert row.details == {"year": "2026", "book": "dispatch", "q": "…", "name": "csv"}


def test_signing_out_leaves_no_proof_to_the_next_session(app: Flask) -> None:
    at_desk(app, "giang").post("/desk/sign-out")

    assert plain(app, "giang").get("/desk/tracking.xlsx").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Proof)).first() is not None

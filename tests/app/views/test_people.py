"""People: invited, reset, suspended, moved, gone; by administrators only, and never oneself."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app import clock, samples
from app.extensions import db
from app.models import AuditEvent, DossierEvent, Grant, StaffLink, Unit, User
from app.security import keys, passwords
from app.security.actors import staff
from app.services import audit, routines
from app.transaction import transaction
from tests.app.views.desk_walk import Queries, act, at_desk, filed, state_of
from tests.app.views.second_steps import settings
from tests.helpers import mails, only_on, sign_in, user

NEW = {
    "full_name": "Nông Thị Mai",
    "username": "mai",
    "email": "mai@soyte.example.vn",
    "phone": "",
    "position": "Chuyên viên",
    "unit": "NVD",
    "role": "officer",
    "system": "DTQG",
    "capacity": "-",
    "basis": "QĐ 12/QĐ-SYT",
}
LEAVES = {"basis": "QĐ 15/QĐ-SYT ngày 05/01/2026"}
GOOD = "Suoi-Nung!2026-lang"


def link_of(app: Flask, username: str) -> str:
    """Return the address of the newest link of a person, as its mail will have it."""
    with app.app_context():
        link = db.session.scalars(
            select(StaffLink).where(StaffLink.user_id == user(username).id)
            .order_by(StaffLink.id.desc())
        ).first()  # fmt: skip
        assert link
        return f"/desk/welcome/{keys.derived_token('staff', link.nonce)}"


def invited(app: Flask, **changed: str) -> FlaskClient:
    """Invite somebody as the administrator; return the browser of the administrator."""
    admin = at_desk(app, "quantri")
    answer = admin.post("/desk/people/new", data=NEW | changed)
    assert answer.status_code == 303, answer.text
    return admin


def held(username: str) -> list[tuple[str, str | None, bool]]:
    """Return what somebody has or is proposed for: role, system, in force."""
    return [(g.role, g.system, g.is_in_force) for g in user(username).grants if not g.ended_at]


def test_an_invited_person_chooses_a_password_and_works_on_their_system(app: Flask) -> None:
    filed(app)
    invited(app)
    (mail,) = mails_of(app, "staff_link")
    assert mail == "mai@soyte.example.vn"
    assert mails_of(app, "rights_changed") == []
    stranger = app.test_client()
    address = link_of(app, "mai")

    page = stranger.get(address).text
    assert "Nông Thị Mai" in page
    assert "Không chứa tên của Ông/Bà" in page
    assert stranger.post(address, data={"password": "weak", "again": "weak"}).status_code == 422
    assert stranger.post(address, data={"password": GOOD, "again": "x"}).status_code == 422
    assert stranger.post(address, data={"password": GOOD, "again": GOOD}).status_code == 303
    assert 'value="mai"' in stranger.get("/desk/sign-in").text
    signed = stranger.post("/desk/sign-in", data={"username": "mai", "password": GOOD})

    assert signed.location.startswith("/desk/enrol")
    with app.app_context():
        assert held("mai") == [("officer", "DTQG", True)]
        assert user("mai").unit.symbol == "NVD"
        what = set(db.session.scalars(select(AuditEvent.what)))
        assert {"person_invited", "rights_changed", "password_changed"} <= what


def mails_of(app: Flask, name: str) -> list[str]:
    with app.app_context():
        return [m.recipient for m in mails(name)]


def test_a_link_is_used_once_dies_in_time_and_when_another_is_sent(app: Flask) -> None:
    admin = invited(app)
    first, data = link_of(app, "mai"), {"password": GOOD, "again": GOOD}
    admin.post("/desk/people/mai/reset_password")
    second, client = link_of(app, "mai"), app.test_client()

    assert client.get(first).status_code == client.post(first, data=data).status_code == 410
    assert client.post(second, data=data).status_code == 303
    assert client.post(second, data=data).status_code == 410
    admin.post("/desk/people/mai/reset_password")
    third = link_of(app, "mai")
    with app.app_context(), transaction():
        db.session.execute(update(StaffLink).values(expires_at=clock.now() - timedelta(seconds=1)))
    assert client.post(third, data=data).status_code == 410
    assert client.get("/desk/welcome/unknown").status_code == 410
    with app.app_context():
        token = third.rpartition("/")[2]
        texts = " ".join(m.text for m in mails("staff_link"))
        assert token not in texts


def test_a_reset_kills_the_password_and_the_sessions_of_that_moment(app: Flask) -> None:
    officer, admin = at_desk(app, "an"), at_desk(app, "quantri")

    assert admin.post("/desk/people/an/reset_otp").status_code == 303

    assert officer.get("/desk").status_code == 303
    with app.app_context():
        assert user("an").totp_secret is None
    known = {"username": "an", "password": samples.PASSWORD}
    old = app.test_client().post("/desk/sign-in", data=known)
    assert old.status_code == 422


def test_a_reset_says_that_it_is_one_and_an_invitation_what_comes(app: Flask) -> None:
    admin = invited(app)
    with settings(app, sms="local"):
        admin.post("/desk/people/mai/reset_password")
    at_desk(app, "an")
    admin.post("/desk/people/an/reset_otp")

    with app.app_context():
        assert [m.recipient for m in mails("staff_reset")] == ["an@soyte.example.vn"]
        reset, invitations = mails("staff_reset")[0], mails("staff_link")
        assert "Đặt lại mật khẩu" in reset.subject
        assert "Xác thực hai lớp cũng đã được đặt lại" in reset.text
        assert "gọi ngay cho quản trị" in reset.text
        # Sent again before it was used, it is still an invitation.
        assert [m.recipient for m in invitations] == ["mai@soyte.example.vn"] * 2
        assert "ứng dụng xác thực" in invitations[0].text
        assert "tin nhắn SMS" in invitations[1].text


def test_extra_fields_of_the_forms_are_never_looked_at(app: Flask) -> None:
    smuggled = {
        "password": GOOD, "password_hash": "x", "is_active": "", "roles": "admin",
        "approved_at": "2026-01-01", "totp_secret": "x", "id": "1", "successor_id": "1",
    }  # fmt: skip
    admin = invited(app, **smuggled)
    admin.post("/desk/people/mai/move", data={"unit": "VP", "position": "Văn thư"} | smuggled)
    leader = {"role": "signer", "capacity": "KT.", "basis": "QĐ 1", "system": "*"}
    admin.post("/desk/people/mai/grant", data=leader | smuggled)

    with app.app_context():
        mai = user("mai")
        assert held("mai") == [("officer", "DTQG", True), ("signer", None, False)]
        assert not passwords.verify(mai.password_hash, GOOD)
        assert (mai.is_active, mai.totp_secret, mai.successor_id) == (True, None, None)
        assert mai.unit.symbol == "VP"
        assert mai.id != 1


@pytest.mark.parametrize("name", ["an", "chi", "giang"])
def test_others_see_nothing_of_the_people(app: Flask, name: str) -> None:
    client = at_desk(app, name)
    with app.app_context():
        grant = db.session.scalars(select(Grant.id)).first()

    for address in ("/desk/people", "/desk/people/new", "/desk/people/an", "/desk/people/review",
                    "/desk/people.xlsx"):  # fmt: skip
        assert client.get(address).status_code == 404, address
    for address in ("/desk/people/new", "/desk/people/an/grant", "/desk/people/an/suspend",
                    f"/desk/people/rights/{grant}/end", "/desk/people/review/an"):  # fmt: skip
        assert client.post(address, data=NEW).status_code == 404, address
    assert "Nhân sự" not in client.get("/desk").text


@pytest.mark.parametrize("act_name", ["grant", "suspend", "move", "reset_password", "leave"])
def test_nobody_changes_their_own_account(app: Flask, act_name: str) -> None:
    admin = at_desk(app, "quantri")
    data = {
        "role": "officer",
        "system": "*",
        "basis": "QĐ 1",
        "reason": "Nghỉ phép",
        "unit": "NVD",
        "position": "Chuyên viên",
    }

    answer = admin.post(f"/desk/people/quantri/{act_name}", data=data)

    assert answer.status_code == 403
    assert "không được phép phân quyền cho người dùng" in answer.text
    with app.app_context():
        assert held("quantri") == [("admin", None, True)]
        assert user("quantri").is_active


def test_a_change_of_rights_ends_sessions_and_is_kept_with_before_and_after(app: Flask) -> None:
    officer, admin = at_desk(app, "an"), at_desk(app, "quantri")

    admin.post("/desk/people/an/grant", data={"role": "clerk", "basis": "QĐ 7", "system": "DTQG"})

    assert officer.get("/desk").status_code == 303
    with app.app_context():
        row = db.session.scalars(
            select(AuditEvent).where(AuditEvent.what == "rights_changed")
        ).one()
        assert row.details["before"] == ["officer"]
        assert row.details["after"] == ["clerk:DTQG", "officer"]
        assert row.details["basis"] == "QĐ 7"
    assert "Sau: Văn thư (DTQG), Chuyên viên" in admin.get("/desk/people/an").text


def test_the_history_says_names_not_codes(app: Flask) -> None:
    admin = at_desk(app, "quantri")
    admin.post("/desk/people/an/move", data={"unit": "VP", "position": "Văn thư"})
    with app.app_context(), transaction():
        by, until = staff(user("quantri")), clock.today().isoformat()
        deputed = {"principal": "dung", "kinds": [], "since": until, "until": until}
        audit.record("delegated", by, "user:an", deputed)
        audit.record("person_moved", by, "user:an", {"after": {"phone": "+84912345678"}})
        units = {u.symbol: u.name for u in db.session.scalars(select(Unit))}

    page = admin.get("/desk/people/an").text

    assert f"Trước: {units['NVD']}, Chuyên viên" in page
    assert f"Sau: {units['VP']}, Văn thư" in page
    assert "Người ủy quyền: Hoàng Quốc Dũng" in page
    assert "Sau: 0912 345 678" in page


def test_rights_change_only_behind_a_fresh_code(app: Flask) -> None:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in(client, "quantri", proven=False)
    with app.app_context():
        number = db.session.scalars(select(Grant.id)).first()

    answers = [
        client.post(a, data=NEW | {"reason": "x"}).status_code
        for a in ("/desk/people/new", "/desk/people/an/grant", "/desk/people/an/suspend",
                  f"/desk/people/rights/{number}/end", "/desk/people/review/an",
                  "/desk/delegations")
    ]  # fmt: skip

    assert answers == [403] * 6
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == len(samples.PEOPLE)
        assert held("an") == [("officer", None, True)]


def test_the_last_administrator_stays(app: Flask) -> None:
    with app.app_context():
        user("an").roles = ["admin"]
        db.session.commit()
    first, second = at_desk(app, "quantri"), at_desk(app, "an")
    assert first.post("/desk/people/an/suspend", data={"reason": "nghỉ"}).status_code == 303
    assert second.get("/desk/people").status_code == 303, "signed out"
    with app.app_context(), transaction():
        user("an").is_active = True
    with app.app_context():
        number = db.session.scalars(
            select(Grant.id).where(Grant.user_id == user("quantri").id)
        ).one()
    second = at_desk(app, "an")
    with app.app_context(), transaction():
        # As if another administrator had been ended a moment ago.
        user("an").grants[-1].ended_at = clock.now()
    assert second.post(f"/desk/people/rights/{number}/end").status_code == 403
    with app.app_context(), transaction():
        user("an").grants[-1].ended_at = None
    second.post(f"/desk/people/rights/{number}/end")
    with app.app_context():
        assert held("quantri") == []
        own = db.session.scalars(
            select(Grant.id).where(Grant.user_id == user("an").id, Grant.role == "admin")
        ).one()
    second.post(f"/desk/people/rights/{own}/end")
    with app.app_context():
        assert ("admin", None, True) in held("an")


def test_suspended_people_stay_out_until_they_are_let_in_again(app: Flask) -> None:
    officer, admin = at_desk(app, "an"), at_desk(app, "quantri")

    admin.post("/desk/people/an/suspend", data={"reason": "Nghỉ thai sản"})

    assert officer.get("/desk").status_code == 303
    assert "Nghỉ thai sản" in admin.get("/desk/people/an").text
    admin.post("/desk/people/an/resume")
    at_desk(app, "an")


def test_a_leaver_hands_over_first_and_the_account_closes_then(app: Flask) -> None:
    codes = [filed(app, "Nhà thuốc An Bình"), filed(app, "Nhà thuốc Ba Sao", "2102/ĐKKDD-LSO"),
             filed(app, "Nhà thuốc Chợ Mới", "2103/ĐKKDD-LSO")]  # fmt: skip
    officer, admin = at_desk(app, "an"), at_desk(app, "quantri")
    for code in codes:
        act(officer, code, "claim")
    act(officer, codes[2], "propose_grant")

    page = admin.get("/desk/people/an").text
    refused = admin.post("/desk/people/an/leave", data=LEAVES)

    assert codes[0] in page
    assert "Nhà thuốc" not in page
    assert refused.status_code == 403
    assert "Còn 2 hồ sơ" in refused.text
    assert re.search(r"<details[^>]* open>\s*<summary>Phân công lại hồ sơ", refused.text)
    given = admin.post("/desk/people/an/hand_over", data={"colleague": "Nông Văn Bình (binh)"})
    assert given.status_code == 303, given.text
    assert admin.post("/desk/people/an/leave", data=LEAVES).status_code == 303
    assert officer.get("/desk").status_code == 303
    assert mails_of(app, "handed_over") == ["binh@soyte.example.vn"]
    other = at_desk(app, "binh")
    assert act(other, codes[0], "propose_grant").status_code == 303
    assert state_of(app, codes[2]) == "pending_grant", "what is with the leader is not touched"
    act(at_desk(app, "chi"), codes[2], "send_back")
    assert codes[2] in other.get("/desk?view=mine").text
    with app.app_context():
        an = user("an")
        assert (an.is_active, an.roles) == (False, [])
        steps = db.session.scalars(
            select(DossierEvent).where(DossierEvent.action == "reassign")
        ).all()
        assert [(e.role, e.details["colleague"]) for e in steps] == [
            ("system", "Nông Văn Bình (binh)")
        ] * 2


def test_an_account_is_closed_on_a_document_only(app: Flask) -> None:
    admin = at_desk(app, "quantri")

    assert admin.post("/desk/people/binh/leave").status_code == 422
    with app.app_context():
        assert user("binh").is_active


def test_what_was_entered_wrongly_is_corrected_and_the_old_address_told(app: Flask) -> None:
    admin = invited(app)
    link = link_of(app, "mai")
    page = admin.get("/desk/people/mai").text
    assert 'value="mai@soyte.example.vn"' in page, "the form begins with what is known"
    data = {"full_name": "Nông Thị Mây", "email": "may@soyte.example.vn", "phone": "0205 3800 113"}

    taken = admin.post("/desk/people/mai/correct", data=data | {"email": "an@soyte.example.vn"})
    assert taken.status_code == 422
    assert "của người khác" in taken.text
    assert admin.post("/desk/people/mai/correct", data=data).status_code == 303

    with app.app_context():
        assert user("mai").full_name == "Nông Thị Mây"
        row = db.session.scalars(
            select(AuditEvent).where(AuditEvent.what == "person_corrected")
        ).one()
        assert row.details == {"fields": ["full_name", "email", "phone"]}
    assert mails_of(app, "address_changed") == ["mai@soyte.example.vn"]
    assert app.test_client().get(link).status_code == 410, "it went to the wrong address"


def test_who_uses_a_phone_alone_is_not_called_unopened(app: Flask) -> None:
    with app.app_context(), transaction():
        an = user("an")
        an.totp_last_step, an.totp_secret, an.phone = 0, None, "+84912345678"
        an.phone_confirmed_at = clock.now()
    admin = at_desk(app, "quantri")

    assert "Chưa kích hoạt" not in admin.get("/desk/people/an").text
    assert "Chưa kích hoạt" in admin.get("/desk/people/hanh").text


def test_a_leaver_hands_over_to_somebody_with_rights_only(app: Flask) -> None:
    code = filed(app)
    act(at_desk(app, "an"), code, "claim")
    with app.app_context():
        only_on("binh", "DTQG")
    admin = at_desk(app, "quantri")

    answer = admin.post("/desk/people/an/hand_over", data={"colleague": "Nông Văn Bình (binh)"})

    assert answer.status_code == 422
    assert "Nông Văn Bình" not in admin.get("/desk/people/an").text


def test_accounts_nobody_uses_are_suspended_but_the_last_administrator(app: Flask) -> None:
    at_desk(app, "an")
    with app.app_context():
        with transaction():
            long_ago = clock.now() - timedelta(days=46)
            db.session.execute(update(User).values(active_since=long_ago))

        assert routines.run()["suspended"] == 5
        assert routines.run()["suspended"] == 0

        active = set(db.session.scalars(select(User.username).where(User.is_active)))
        assert active == {"an", "quantri"}
        assert len(mails("idle_suspended")) == 5
        assert "Nông Văn Bình" in mails("idle_suspended_list")[0].text


def test_rights_are_reviewed_person_by_person(app: Flask) -> None:
    admin = at_desk(app, "quantri")
    with app.app_context(), transaction():
        db.session.execute(update(Grant).values(granted_at=clock.now() - timedelta(days=190)))

    assert "7 người quá hạn rà soát" in admin.get("/desk/people/review").text
    admin.post("/desk/people/review/an")
    admin.post("/desk/people/review/quantri")

    page = admin.get("/desk/people/review").text
    assert "6 người quá hạn rà soát" in page
    with app.app_context():
        (done,) = db.session.scalars(
            select(AuditEvent).where(AuditEvent.what == "rights_confirmed")
        )
        assert (done.about, done.details["rights"]) == ("user:an", ["officer"])
        assert user("an").grants[0].confirmed_by == user("quantri")
        assert user("quantri").grants[0].confirmed_at is None
    assert admin.get("/desk/people.xlsx").data[:2] == b"PK"


def test_the_list_is_searched_without_marks_and_reads_a_bounded_number_of_times(
    app: Flask,
) -> None:
    admin = at_desk(app, "quantri")
    with Queries(app) as few:
        assert "Lý Hương Giang" in admin.get("/desk/people?q=giang+huong").text
    with app.app_context(), transaction():
        for n in range(40):
            clone = {"full_name": f"Hoàng Văn Giang {n:02d}", "username": f"giang{n}"}
            someone = User(
                **clone, email=f"{n}@example.vn", position="Chuyên viên",
                unit=user("an").unit, password_hash="x", created_at=clock.now(),
            )  # fmt: skip
            someone.roles = ["officer"]
            db.session.add(someone)
    with Queries(app) as many:
        page = admin.get("/desk/people?q=giang").text

    assert many.count == few.count
    nxt = re.search(r'rel="next" href="([^"]+)"', page)
    assert nxt
    second = admin.get(nxt[1].replace("&amp;", "&")).text
    assert len(re.findall("Hoàng Văn Giang", page + second)) >= 40
    with Queries(app) as review:
        admin.get("/desk/people/review")
    assert review.count <= few.count + 2

"""Who sees what of a dossier, who may act on it, and who learns nothing at all."""

import re

import pytest
from flask import Flask

from app.extensions import db
from app.security.actors import applicant, staff
from app.services import dossiers, queue
from app.transaction import transaction
from tests.app.views.desk_walk import act, at_desk, filed, state_of
from tests.helpers import user


def test_the_brand_leads_to_the_first_item_of_the_menu(app: Flask) -> None:
    for username, first in (("quantri", "/desk/people"), ("an", "/desk")):
        page = at_desk(app, username).get("/desk/mail").text
        assert f'class="vt-rail__brand" href="{first}"' in page


def test_no_two_items_of_a_menu_have_the_same_picture(app: Flask) -> None:
    for username in ("an", "chi", "dung", "giang", "quantri"):
        menu = at_desk(app, username).get("/desk/mail").text.partition('class="vt-menu"')[2]
        found = re.findall(r'icons\.[^#"]*#([a-z]+)"', menu.partition("</ul>")[0])
        assert len(found) == len(set(found)) > 3, (username, found)


def test_who_reviewed_does_not_sign_even_as_a_leader(app: Flask) -> None:
    with app.app_context():
        user("an").roles = ["officer", "signer"]
        db.session.commit()
    code = filed(app)
    both = at_desk(app, "an")
    act(both, code, "claim")
    act(both, code, "propose_grant")

    page = both.get(f"/desk/dossiers/{code}").text
    answer = act(both, code, "approve")

    assert "lãnh đạo khác ký" in page
    assert "actions/approve" not in page
    assert answer.status_code == 403
    assert state_of(app, code) == "pending_grant"


def test_another_officer_only_reads(app: Flask) -> None:
    code = filed(app)
    act(at_desk(app, "an"), code, "claim")
    other = at_desk(app, "binh")

    page = other.get(f"/desk/dossiers/{code}").text

    assert "Lương Thị An đang thụ lý hồ sơ này." in page
    assert "actions/" not in page
    assert act(other, code, "propose_grant").status_code == 403


def test_an_administrator_sees_no_dossier(app: Flask) -> None:
    code = filed(app)
    admin = at_desk(app, "quantri")

    for address in ("/desk", f"/desk/dossiers/{code}", "/desk/dossiers/nothing", "/desk/register",
                    f"/desk/dossiers/{code}/letter.pdf", "/desk/attachments/1"):  # fmt: skip
        answer = admin.get(address)
        assert answer.status_code == 403, address
        assert "không truy cập dữ liệu hồ sơ" in answer.text
        assert "An Bình" not in answer.text
    assert admin.post(f"/desk/dossiers/{code}/actions/claim").status_code == 403
    assert state_of(app, code) == "submitted"


def test_an_administrator_gains_nothing_by_a_second_role(app: Flask) -> None:
    code = filed(app)
    with app.app_context():
        user("quantri").roles = ["admin", "officer"]
        db.session.commit()

    assert at_desk(app, "quantri").get(f"/desk/dossiers/{code}").status_code == 403


def test_who_has_no_role_reaches_the_own_account_and_nothing_else(app: Flask) -> None:
    with app.app_context():
        user("binh").roles = []
        db.session.commit()
    client = at_desk(app, "binh")

    for address in ("/desk", "/desk/mail", "/desk/wordings", "/desk/audit", "/desk/register"):
        answer = client.get(address)
        assert answer.status_code == 403, address
        assert "đề nghị quản trị hệ thống phân quyền" in answer.text
        assert 'href="/desk/mail"' not in answer.text
    for address in ("/desk/me", "/desk/me/password", "/desk/factors"):
        assert client.get(address).status_code == 200, address


def test_unknown_codes_drafts_and_actions_are_a_plain_404(app: Flask) -> None:
    code = filed(app)
    client = at_desk(app, "an")
    with app.app_context(), transaction():
        draft = dossiers.begin("account_issuance", "nhap@example.vn")
        draft.code = "H37.12-000000-0001"

    for address in ("/desk/dossiers/H37.12-261120-9999", "/desk/dossiers/H37.12-000000-0001",
                    "/desk/dossiers/%2e%2e", "/desk/dossiers/1", "/desk/letters/nothing.pdf",
                    f"/desk/dossiers/{code}/letter.pdf", "/desk/attachments/999999"):  # fmt: skip
        assert client.get(address).status_code == 404, address
    assert client.post(f"/desk/dossiers/{code}/actions/explode").status_code == 404
    assert client.post("/desk/dossiers/H37.12-000000-0001/actions/submit").status_code == 404


@pytest.mark.parametrize("name", ["submit", "withdraw", "supplement", "lapse"])
def test_staff_never_act_for_the_applicant_or_the_clock(app: Flask, name: str) -> None:
    code = filed(app)

    assert act(at_desk(app, "an"), code, name).status_code in (403, 409)
    assert state_of(app, code) == "submitted"


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_made_up_version_is_no_way_in(app: Flask, version: str) -> None:
    code = filed(app)
    client = at_desk(app, "an")

    answer = client.post(f"/desk/dossiers/{code}/actions/claim", data={"version": version})

    assert answer.status_code == 409 if version not in ("", "x") else 303


def test_anonymous_people_are_sent_to_the_sign_in(app: Flask) -> None:
    code = filed(app)
    client = app.test_client()

    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/desk") or rule.endpoint.startswith(("auth.", "welcome.")):
            continue
        address = rule.rule
        for old, new in (("<code>", code), ("<name>", "claim"), ("<key>", "k"),
                         ("<int(max=2147483647):number>", "1")):  # fmt: skip
            address = address.replace(old, new)
        address = re.sub(r"<any\((\w+)[^>]*>", r"\1", address)
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        answer = client.open(address, method=method)
        assert answer.status_code == 303, address
        assert answer.location.startswith("/desk/sign-in"), address


def test_an_applicant_is_nobody_on_the_desk(app: Flask) -> None:
    code = filed(app)
    with app.app_context():
        found = queue.find(code, user("an"))
        assert found is not None
        roles = dossiers.roles_of(applicant(found.email), found)
        assert roles == {"applicant"}
        assert dossiers.roles_of(staff(user("quantri")), found) == frozenset()

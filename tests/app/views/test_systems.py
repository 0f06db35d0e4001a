"""Rights on some systems: what lies on another one is unknown, by every address it has."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import Attachment, Dossier, Letter
from app.services import queue
from tests.app.views.desk_walk import act, at_desk, filed, state_of
from tests.helpers import only_on, user

ELSEWHERE, HERE = "DTQG", "CSDL-DUOC"


def addresses(app: Flask, code: str) -> list[str]:
    """Return every GET address of the desk that a dossier, its letters and files have."""
    with app.app_context():
        dossier = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        letter = db.session.scalars(select(Letter).where(Letter.dossier_id == dossier.id)).first()
        file = db.session.scalars(
            select(Attachment).where(Attachment.dossier_id == dossier.id)
        ).first()
        assert letter
        assert file
        values: dict[str, Any] = {"code": code, "key": letter.key, "number": file.id}
        found = []
        with app.test_request_context():
            for rule in app.url_map.iter_rules():
                is_bound = "code" in rule.arguments or rule.endpoint in (
                    "desk_letters.pdf",
                    "desk.letter_edxml",
                    "desk.attachment",
                )
                if rule.rule.startswith("/desk") and is_bound and "GET" in (rule.methods or ()):
                    found.append(app.url_for(rule.endpoint, **values))
        return found


def test_every_address_of_a_dossier_elsewhere_is_a_plain_404(app: Flask) -> None:
    code = filed(app)
    bound = addresses(app, code)
    with app.app_context():
        only_on("binh", ELSEWHERE)
    stranger, colleague = at_desk(app, "binh"), at_desk(app, "an")

    assert len(bound) >= 8
    assert {a: stranger.get(a).status_code for a in bound} == dict.fromkeys(bound, 404)
    # The same addresses do open for who has rights there, as far as there is something to show.
    assert sum(colleague.get(a).status_code in (200, 202) for a in bound) >= 6
    for name in ("claim", "refuse_intake", "reassign"):
        assert stranger.post(f"/desk/dossiers/{code}/actions/{name}").status_code == 404
    assert state_of(app, code) == "submitted"


def test_lists_counts_and_search_leave_out_what_lies_elsewhere(app: Flask) -> None:
    code = filed(app)
    with app.app_context():
        only_on("binh", ELSEWHERE)
    client = at_desk(app, "binh")

    pages = [client.get(a).text for a in (
        "/desk", "/desk?view=all", "/desk?q=an+binh", f"/desk?q={code}", "/desk/tracking",
        "/desk/mail?state=pending", "/desk/mail?state=sent")]  # fmt: skip

    assert not any(f"/desk/dossiers/{code}" in p for p in pages)
    with app.app_context():
        binh, an = user("binh"), user("an")
        assert queue.tallies(binh, queue.views_of(binh))["all"].total == 0
        assert queue.tallies(an, queue.views_of(an))["all"].total == 1


def test_on_their_own_system_they_work_as_before(app: Flask) -> None:
    code = filed(app)
    with app.app_context():
        only_on("binh", HERE, ELSEWHERE)
    client = at_desk(app, "binh")

    assert code in client.get("/desk").text
    assert code in client.get("/desk/tracking").text
    assert act(client, code, "claim").status_code == 303
    assert code in client.get("/desk?view=mine").text


def test_what_belongs_to_no_system_needs_a_right_on_all(app: Flask) -> None:
    code = filed(app)
    with app.app_context():
        db.session.scalars(select(Dossier).where(Dossier.code == code)).one().system = ""
        db.session.commit()
        only_on("binh", HERE, ELSEWHERE)

    assert at_desk(app, "binh").get(f"/desk/dossiers/{code}").status_code == 404
    assert at_desk(app, "an").get(f"/desk/dossiers/{code}").status_code == 200


@pytest.mark.parametrize(("role", "name"), [("signer", "chi"), ("clerk", "giang")])
def test_leaders_and_clerks_are_measured_alike(app: Flask, role: str, name: str) -> None:
    code = filed(app)
    with app.app_context():
        only_on(name, ELSEWHERE, role=role)

    assert at_desk(app, name).get(f"/desk/dossiers/{code}").status_code == 404


def test_an_officer_hands_over_to_a_colleague_with_rights(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    assert "Chuyển người thụ lý" in officer.get(f"/desk/dossiers/{code}").text

    answer = act(officer, code, "reassign", colleague="Nông Văn Bình (binh)")

    assert answer.status_code == 303, answer.text
    assert act(officer, code, "propose_grant").status_code == 403
    other = at_desk(app, "binh")
    assert "Người thụ lý mới: Nông Văn Bình (binh)" in other.get(f"/desk/dossiers/{code}").text
    assert act(other, code, "propose_grant").status_code == 303


@pytest.mark.parametrize("to", ["Nông Văn Bình (binh)", "Triệu Minh Hải (quantri)", "x", ""])
def test_nobody_without_rights_is_handed_a_dossier(app: Flask, to: str) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    with app.app_context():
        only_on("binh", ELSEWHERE)

    answer = act(officer, code, "reassign", colleague=to)

    assert answer.status_code in (409, 422)
    assert act(officer, code, "propose_grant").status_code == 303

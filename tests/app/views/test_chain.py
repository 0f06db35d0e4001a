"""From the dispatch above through ours to each acknowledgement, walked both ways (rule L4)."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import Citation, Dossier, IncomingLetter, Letter
from app.services import chain
from letters import LetterData
from tests.app.views.circulars import REPLY, begun, pages, proposed, units, upload, walked
from tests.app.views.desk_walk import Queries, act, at_desk, filed

ABOVE = {
    "basis_sender": "Bộ Y tế",
    "basis_reference": "27/BYT-KCB",
    "basis_on": "05/01/2026",
    "basis_subject": "đơn thuốc điện tử",
}
WAY = "chi approve, giang issue, an record_reply, an propose_grant, dung approve, giang issue"


@pytest.fixture
def granted(app: Flask) -> str:
    """Carry a dispatch of the ministry out for three units; return the dossier's code."""
    officer = at_desk(app, "an")
    key = begun(officer, "bulk_grant", **ABOVE)
    upload(officer, key, "bulk_grant", units(3))
    code = proposed(officer, key)
    walked(app, code, WAY, **REPLY)
    return code


def titles(app: Flask, code: str) -> list[list[str]]:
    """Return the chain of a dossier level by level."""
    with app.app_context():
        found = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        return [[n.title for n in level] for level in chain.of(found).levels()]


def reference(app: Flask, kind: str) -> str:
    """Return the number of the issued letter of a kind."""
    with app.app_context():
        letter = db.session.scalars(
            select(Letter).where(Letter.kind == kind, Letter.state == "issued")
        ).one()
        return LetterData.from_json(letter.data).reference


def test_from_the_ministry_to_the_units(app: Flask, granted: str) -> None:
    asked, given = reference(app, "bulk_request"), reference(app, "bulk_distribution")
    assert titles(app, granted) == [["27/BYT-KCB"], [asked], ["136/KCB-QLCL"], [given], ["3"]]

    for page in list(pages(app, granted).values())[:2]:
        app.test_client().post(page, data={"received_by": "Lý Văn Ba"})
    shown = at_desk(app, "chi").get(f"/desk/dossiers/{granted}/chain").text
    assert "2 đã trả lời, 1 chưa" in shown
    assert shown.count("<rect") == 5
    assert shown.count('marker-end="url(#tip)"') == 4


def test_it_is_walked_up_again_from_the_incoming_dispatch(app: Flask, granted: str) -> None:
    desk = at_desk(app, "binh")
    shown = desk.get(f"/desk/dossiers/{granted}/chain").text
    for number in ("27/BYT-KCB", "136/KCB-QLCL"):
        href = re.search(rf'href="(/desk/incoming/\d+)">{re.escape(number)}<', shown)
        assert href, shown
        page = desk.get(href[1]).text
        assert granted in page
        assert f"/desk/dossiers/{granted}/chain" in page


def test_a_dossier_that_cites_ours_hangs_below_it(app: Flask, granted: str) -> None:
    given = reference(app, "bulk_distribution")
    with app.app_context():
        on = LetterData.from_json(
            db.session.scalars(select(Letter.data).where(Letter.kind == "bulk_distribution")).one()
        ).issued_on
    assert on is not None
    officer = at_desk(app, "an")
    key = begun(
        officer, "consultation", basis_sender="Sở Y tế", basis_reference=given,
        basis_on=f"{on:%d/%m/%Y}",
    )  # fmt: skip
    upload(officer, key, "consultation", [{"name": "Phòng Y tế", "email": "pyt@example.vn"}])
    below = proposed(officer, key)
    walked(app, below, "chi approve, giang issue")

    with app.app_context():
        assert (
            db.session.scalars(select(Citation).where(Citation.letter_id.is_not(None)))
            .one()
            .dossier.code
            == below
        )
        assert len(db.session.scalars(select(IncomingLetter)).all()) == 2
    own = reference(app, "consultation")
    assert titles(app, granted) == titles(app, below)
    assert titles(app, below)[-2:] == [[own, "3"], ["1"]]


def test_one_dispatch_carried_out_twice_is_one_row(app: Flask, granted: str) -> None:
    officer = at_desk(app, "an")
    key = begun(officer, "consultation", **ABOVE)
    upload(officer, key, "consultation", [{"name": "Phòng Y tế", "email": "pyt@example.vn"}])
    code = proposed(officer, key)
    with app.app_context():
        [found] = db.session.scalars(
            select(IncomingLetter).where(IncomingLetter.reference == "27/BYT-KCB")
        )
        assert [d.code for d in chain.cited_by(found)] == [granted, code]


def test_half_a_dispatch_is_asked_for_in_full(app: Flask) -> None:
    officer = at_desk(app, "an")
    form = officer.post("/desk/new/bulk_grant").location
    answer = officer.post(form, data={"step": "next", "basis_reference": "27/BYT-KCB"})
    assert answer.status_code == 422
    assert "Ghi đủ các thông tin của mục này" in answer.text
    assert "27/BYT-KCB" in answer.text


def test_the_page_costs_the_same_for_a_long_list(app: Flask, granted: str) -> None:
    officer = at_desk(app, "an")
    key = begun(officer, "bulk_grant", **ABOVE | {"basis_reference": "28/BYT-KCB"})
    named = [u | {"name": f"{u['name']} khác", "email": f"k{u['email']}"} for u in units(40)]
    upload(officer, key, "bulk_grant", named)
    other = proposed(officer, key)
    walked(app, other, WAY, **REPLY | {"reply_reference": "137/KCB-QLCL"})
    counts = []
    for code in (granted, other):
        with Queries(app) as queries:
            assert officer.get(f"/desk/dossiers/{code}/chain").status_code == 200
        counts.append(len(queries.statements))
    assert counts[0] == counts[1]


def test_an_officer_names_what_an_application_carries_out(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    refused = act(officer, code, "cite", basis_sender="Bộ Y tế")
    assert refused.status_code == 422
    for _ in range(2):
        assert act(officer, code, "cite", **ABOVE).status_code == 303
    assert titles(app, code) == [["27/BYT-KCB"], [code]]
    with app.app_context():
        assert len(db.session.scalars(select(Citation)).all()) == 1

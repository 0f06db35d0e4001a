"""Numbers of persons are masked until somebody whose work it is asks, and that is noted."""

import pytest
from flask import Flask
from sqlalchemy import JSON, select, type_coerce, update

from app.extensions import db
from app.models import Account, AuditEvent, Dossier, Prescriber
from app.security import keys
from tests.app.views.desk_walk import act, at_desk, filed
from tests.app.views.register_walk import granted, later, prescriber_registered, walked

ID_NUMBER, PHONE = "020185001234", "0912 345 678"
BUTTON = "Xem đầy đủ"


def seen(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        found = select(AuditEvent).where(AuditEvent.what == "personal_data_seen")
        return [(e.actor_name, e.about) for e in db.session.scalars(found.order_by(AuditEvent.id))]


def test_the_page_is_masked_for_everyone_and_one_view_is_whole(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")

    for username in ("an", "binh", "chi", "giang"):
        page = at_desk(app, username).get(f"/desk/dossiers/{code}").text
        for hidden in (ID_NUMBER, PHONE, "345 678"):
            assert hidden not in page, (username, hidden)
        assert "••••••234" in page
        assert (BUTTON in page) is (username == "an"), username
    assert seen(app) == []

    page = officer.post(f"/desk/dossiers/{code}/numbers").text
    assert ID_NUMBER in page
    assert PHONE in page
    assert seen(app) == [("Lương Thị An", f"dossier:{code}")]
    assert ID_NUMBER not in officer.get(f"/desk/dossiers/{code}").text


def test_who_does_not_work_on_a_dossier_asks_in_vain(app: Flask) -> None:
    code = filed(app)
    act(at_desk(app, "an"), code, "claim")

    for username in ("binh", "chi", "giang", "quantri"):
        answer = at_desk(app, username).post(f"/desk/dossiers/{code}/numbers")
        assert answer.status_code == 403, username
        assert ID_NUMBER not in answer.text
    assert app.test_client().post(f"/desk/dossiers/{code}/numbers").status_code == 303
    assert at_desk(app, "an").post("/desk/dossiers/H99-1/numbers").status_code == 404
    assert seen(app) == []


def test_who_decides_may_look_while_it_waits_for_them(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    act(officer, code, "propose_grant")

    assert ID_NUMBER in at_desk(app, "chi").post(f"/desk/dossiers/{code}/numbers").text
    assert at_desk(app, "giang").post(f"/desk/dossiers/{code}/numbers").status_code == 403


@pytest.mark.parametrize("what", ["account", "prescriber"])
def test_entries_of_the_register_are_whole_for_officers_who_ask(app: Flask, what: str) -> None:
    granted(app)
    walked(app, later(app, "account_change"))
    prescriber_registered(app)
    with app.app_context():
        number = db.session.scalars(
            select(Account.id if what == "account" else Prescriber.id)
        ).one()
    address = f"/desk/{what}s/{number}"
    whole = ("moi@example.vn", "0987 654 321", PHONE) if what == "account" else (PHONE,)

    officer = at_desk(app, "an")
    masked = officer.get(address).text
    page = officer.post(f"{address}/numbers").text
    for own in whole:
        assert own not in masked
        assert own in page
    assert BUTTON in masked
    assert BUTTON not in at_desk(app, "chi").get(address).text
    for username in ("chi", "giang", "quantri"):
        assert at_desk(app, username).post(f"{address}/numbers").status_code == 403
    assert seen(app) == [("Lương Thị An", f"{what}:{number}")]
    assert officer.post(f"/desk/{what}s/999999/numbers").status_code == 404


def test_lists_open_no_sealed_value(app: Flask) -> None:
    """Twenty-five rows of a queue would be fifty numbers to open that nobody reads."""
    code = filed(app)
    with app.app_context():
        unreadable = "0" * 32 + keys.seal_text("0912345678")[:-4] + "AAA="
        spoilt = update(Dossier).values(answers=type_coerce({"custodian_id": unreadable}, JSON))
        db.session.execute(spoilt)
        db.session.commit()
        with pytest.raises(ValueError, match="were changed"):
            db.session.scalars(select(Dossier.answers)).all()
    officer = at_desk(app, "an")
    for address in ("/desk", "/desk?q=binh", "/desk/registers", "/desk/register"):
        answer = officer.get(address)
        assert answer.status_code == 200, address
    assert code in officer.get("/desk").text

"""Signing on behalf of the head: in writing, for a time and a matter, and never a way around."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.extensions import db
from app.formats import day
from app.models import AuditEvent, Delegation, Dossier, DossierEvent, Letter
from app.transaction import transaction
from letters import LetterData
from tests.app.views.desk_walk import act, at_desk, filed, state_of
from tests.helpers import mails, only_on, user

DUNG, BINH = "Hoàng Quốc Dũng (dung)", "Nông Văn Bình (binh)"


def form(**changed: object) -> dict[str, object]:
    """Return what is typed to let Bình sign for the head during the next ten days."""
    today = clock.today()
    return {
        "principal": DUNG,
        "deputy": BINH,
        "basis": "Văn bản ủy quyền số 05/UQ-SYT",
        "since": day(today),
        "until": day(today + timedelta(days=10)),
        "kinds": ["account_issuance"],
    } | changed


def delegated(app: Flask, by: str = "dung", **changed: object) -> None:
    """Enter a delegation through the page."""
    answer = at_desk(app, by).post("/desk/delegations", data=form(**changed))
    assert answer.status_code == 303, answer.text


def proposed(app: Flask, officer: str = "an") -> str:
    """File a request and put it before the leaders."""
    code = filed(app)
    client = at_desk(app, officer)
    act(client, code, "claim")
    assert act(client, code, "propose_grant").status_code == 303
    return code


def test_the_deputy_signs_and_letter_and_history_say_for_whom(app: Flask) -> None:
    code = proposed(app)
    assert act(at_desk(app, "binh"), code, "approve").status_code == 403
    delegated(app)
    deputy = at_desk(app, "binh")

    assert code in deputy.get("/desk?view=sign").text
    assert deputy.get(f"/desk/dossiers/{code}/letter.pdf").status_code == 200
    answer = act(deputy, code, "approve")

    assert answer.status_code == 303, answer.text
    page = deputy.get(f"/desk/dossiers/{code}").text
    assert "Nông Văn Bình thay mặt Hoàng Quốc Dũng (Lãnh đạo)" in page
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.state == "signed")).one()
        signer = LetterData.from_json(letter.data).signer
        assert signer
        assert signer.mandate
        assert (signer.capacity, signer.name) == ("TUQ.", "Nông Văn Bình")
        assert signer.head_title == "GIÁM ĐỐC"
        assert signer.mandate.basis == "Văn bản ủy quyền số 05/UQ-SYT"
        assert letter.signer == user("binh")
        event = db.session.scalars(
            select(DossierEvent).where(DossierEvent.action == "approve")
        ).one()
        assert event.details["on_behalf_of"] == "Hoàng Quốc Dũng"
    assert act(at_desk(app, "giang"), code, "issue").status_code == 303


def test_who_reviewed_does_not_sign_through_a_delegation(app: Flask) -> None:
    delegated(app, deputy="Lương Thị An (an)")
    code = proposed(app)
    officer = at_desk(app, "an")

    assert act(officer, code, "approve").status_code == 403
    assert "lãnh đạo khác ký" in officer.get(f"/desk/dossiers/{code}").text
    assert state_of(app, code) == "pending_grant"


def test_nobody_signs_on_behalf_of_who_reviewed(app: Flask) -> None:
    with app.app_context():
        user("dung").roles = ["officer", "signer"]
        db.session.commit()
    delegated(app)
    code = proposed(app, officer="dung")

    assert act(at_desk(app, "dung"), code, "approve").status_code == 403
    assert act(at_desk(app, "binh"), code, "approve").status_code == 403
    assert state_of(app, code) == "pending_grant"
    assert act(at_desk(app, "chi"), code, "approve").status_code == 303


def _revoked(made: Delegation) -> None:
    made.revoked_at = clock.now()


def _over(made: Delegation) -> None:
    made.since, made.until = (clock.today() - timedelta(days=n) for n in (9, 1))


def _early(made: Delegation) -> None:
    made.since = clock.today() + timedelta(days=1)


def _matter(made: Delegation) -> None:
    made.kinds = ["account_change"]


def _unapproved(made: Delegation) -> None:
    made.approved_at = None


def _suspended(made: Delegation) -> None:
    made.principal.is_active = False


def _no_leader(made: Delegation) -> None:
    made.principal.roles = ["officer"]


def _no_head(made: Delegation) -> None:
    made.principal.capacity = "KT."


def _administrator(made: Delegation) -> None:
    made.deputy.roles = ["officer", "admin"]


@pytest.mark.parametrize(
    "change",
    [_revoked, _over, _early, _matter, _unapproved, _suspended, _no_leader, _no_head,
     _administrator],
)  # fmt: skip
def test_a_delegation_passes_on_what_holds_today_and_no_more(app: Flask, change: object) -> None:
    code = proposed(app)
    delegated(app)
    with app.app_context(), transaction():
        change(db.session.scalars(select(Delegation)).one())  # type: ignore[operator]

    assert act(at_desk(app, "binh"), code, "approve").status_code == 403
    assert state_of(app, code) == "pending_grant"


def test_a_delegation_does_not_reach_beyond_the_systems_of_its_principal(app: Flask) -> None:
    code = proposed(app)
    with app.app_context():
        only_on("dung", "DTQG", role="signer")
        only_on("binh", "DTQG")
    delegated(app)

    assert at_desk(app, "binh").get(f"/desk/dossiers/{code}").status_code == 404


def test_the_deputy_of_few_systems_sees_what_is_to_be_signed(app: Flask) -> None:
    code = proposed(app)
    with app.app_context():
        only_on("binh", "DTQG")
    delegated(app)
    deputy = at_desk(app, "binh")

    assert code in deputy.get("/desk").text
    assert act(deputy, code, "approve").status_code == 303
    with app.app_context():
        dossier = db.session.scalars(select(Dossier).where(Dossier.code == code)).one()
        assert dossier.state == "signed_grant"


def test_it_ends_at_once_and_both_ends_are_kept(app: Flask) -> None:
    code = proposed(app)
    delegated(app)
    deputy = at_desk(app, "binh")
    with app.app_context():
        number = db.session.scalars(select(Delegation.id)).one()

    at_desk(app, "dung").post(f"/desk/delegations/{number}/revoke")

    assert deputy.get("/desk").status_code == 303, "the session with the old rights is over"
    assert act(at_desk(app, "binh"), code, "approve").status_code == 403
    with app.app_context():
        what = db.session.scalars(
            select(AuditEvent.what).where(AuditEvent.about == "user:binh")
        ).all()
        assert what == ["delegated", "delegation_revoked"]
        assert len(mails("delegation")) == 2


def test_an_administrator_cannot_make_anybody_sign(app: Flask) -> None:
    code = proposed(app)
    delegated(app, by="quantri")
    with app.app_context():
        number = db.session.scalars(select(Delegation.id)).one()
    approve = f"/desk/delegations/{number}/approve"

    for name in ("quantri", "chi", "binh", "an"):
        at_desk(app, name).post(approve)
    assert act(at_desk(app, "binh"), code, "approve").status_code == 403
    at_desk(app, "dung").post(approve)

    assert act(at_desk(app, "binh"), code, "approve").status_code == 303


@pytest.mark.parametrize(
    ("by", "changed", "status"),
    [
        ("dung", {"deputy": "Triệu Minh Hải (quantri)"}, 422),
        ("dung", {"deputy": DUNG}, 422),
        ("dung", {"kinds": []}, 422),
        ("dung", {"kinds": ["nonsense"]}, 422),
        ("dung", {"basis": ""}, 422),
        ("dung", {"until": "01/01/2020"}, 422),
        ("dung", {"until": "31/02/2027"}, 422),
        ("dung", {"since": "x"}, 422),
        ("quantri", {"principal": "Vi Thị Kim Chi (chi)"}, 422),
        ("chi", {}, 404),
        ("binh", {}, 404),
        ("giang", {}, 404),
    ],
)
def test_what_is_no_delegation_by_law_is_not_written(
    app: Flask, by: str, changed: dict[str, object], status: int
) -> None:
    answer = at_desk(app, by).post("/desk/delegations", data=form(**changed))

    assert answer.status_code == status
    with app.app_context():
        assert db.session.scalars(select(Delegation)).first() is None


def test_everything_that_is_wrong_is_said_at_once_and_at_the_top(app: Flask) -> None:
    head = at_desk(app, "dung")
    typed = form(deputy="", basis="", since="31/02/2027", until="mai", kinds=[])

    page = head.post("/desk/delegations", data=typed).text

    summary = page.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
    assert page.index("govuk-error-summary__list") < page.index("<h1>")
    assert summary.count("<li>") == 5
    assert "Không có ngày này" in summary
    assert "Nhập ngày dạng 05/01/2026." in summary
    target = re.search(r'href="#(kind-\w+)">Chọn ít nhất một loại hồ sơ', summary)
    assert target
    assert f'id="{target[1]}"' in page


def test_the_only_head_is_chosen_already(app: Flask) -> None:
    page = at_desk(app, "quantri").get("/desk/delegations").text

    assert re.search(rf'value="{re.escape(DUNG)}"[^>]* checked', page)


def test_the_same_matter_is_not_delegated_twice_for_the_same_days(app: Flask) -> None:
    delegated(app)
    head, today = at_desk(app, "dung"), clock.today()
    both = ["account_issuance", "account_change"]

    again = head.post("/desk/delegations", data=form(kinds=both, until=day(today)))

    assert again.status_code == 422
    until = day(today + timedelta(days=10))
    assert f"Nông Văn Bình đã được ủy quyền từ {day(today)} đến hết {until}" in again.text
    assert "«Văn bản ủy quyền số 05/UQ-SYT» cho: Cấp tài khoản" in again.text
    delegated(app, kinds=["account_change"])
    later = {"since": day(today + timedelta(days=11)), "until": day(today + timedelta(days=12))}
    delegated(app, **later)
    with app.app_context(), transaction():
        db.session.execute(update(Delegation).values(revoked_at=clock.now()))
    delegated(app)


def test_a_deputy_does_not_delegate_further(app: Flask) -> None:
    delegated(app)

    answer = at_desk(app, "binh").post(
        "/desk/delegations", data=form(principal=BINH, deputy="Lương Thị An (an)")
    )

    assert answer.status_code == 404


def test_others_neither_see_nor_end_a_delegation(app: Flask) -> None:
    delegated(app)
    with app.app_context():
        number = db.session.scalars(select(Delegation.id)).one()
        db.session.execute(update(Delegation).values(kinds=["account_issuance"]))

    for name in ("an", "giang", "chi"):
        assert at_desk(app, name).post(f"/desk/delegations/{number}/revoke").status_code == 404
    assert at_desk(app, "an").get("/desk/delegations").status_code == 404
    assert "Nông Văn Bình" not in at_desk(app, "chi").get("/desk/delegations").text
    with app.app_context():
        assert db.session.scalars(select(Delegation)).one().revoked_at is None

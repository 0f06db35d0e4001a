"""What a leader and an administrator may do takes two persons, and says how somebody signs."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import Grant
from app.security.actors import is_head
from tests.app.views.desk_walk import at_desk
from tests.app.views.test_people import held
from tests.helpers import mails, user

SIGNER = {"role": "signer", "system": "*", "basis": "QĐ 1", "capacity": "KT."}


def proposed(app: Flask, whom: str = "an", **changed: str) -> int:
    """Propose a right as the administrator; return its number."""
    answer = at_desk(app, "quantri").post(f"/desk/people/{whom}/grant", data=SIGNER | changed)
    assert answer.status_code == 303, answer.text
    with app.app_context():
        return db.session.scalars(select(Grant.id).where(Grant.approved_at.is_(None))).one()


@pytest.mark.parametrize("role", ["signer", "admin"])
def test_what_stands_above_an_administrator_needs_a_second_person(app: Flask, role: str) -> None:
    admin = at_desk(app, "quantri")
    number = proposed(app, role=role)
    approve = f"/desk/people/rights/{number}/approve"

    admin.post(approve)
    others = [at_desk(app, n).post(approve).status_code for n in ("an", "binh", "chi", "giang")]
    with app.app_context():
        assert (role, None, False) in held("an")
    head = at_desk(app, "dung")
    assert "Lương Thị An" in head.get("/desk/people/waiting").text
    head.post(approve)

    assert others == [404, 404, 404, 404]
    with app.app_context():
        assert (role, None, True) in held("an")
        assert [m.recipient for m in mails("rights_changed")] == ["an@soyte.example.vn"]


def test_whoever_gets_a_right_does_not_approve_it(app: Flask) -> None:
    with app.app_context():
        user("an").roles = ["admin"]
        db.session.commit()
    number = proposed(app)

    answer = at_desk(app, "an").post(f"/desk/people/rights/{number}/approve", follow_redirects=True)

    assert "không được phép phân quyền cho người dùng" in answer.text
    with app.app_context():
        assert ("signer", None, False) in held("an")


def test_how_a_leader_signs_is_asked_shown_and_confirmed(app: Flask) -> None:
    admin = at_desk(app, "quantri")
    unsaid = admin.post("/desk/people/an/grant", data=SIGNER | {"capacity": ""})
    assert unsaid.status_code == 422
    assert "Thẩm quyền ký" in unsaid.text
    number = proposed(app)
    with app.app_context():
        assert user("an").capacity == "", "nothing counts before the second person"
    head = at_desk(app, "dung")
    assert "KT. (ký thay: cấp phó)" in head.get("/desk/people/waiting").text

    head.post(f"/desk/people/rights/{number}/approve")

    with app.app_context():
        assert user("an").capacity == "KT."
        assert not is_head(user("an"))
    assert "KT. (ký thay: cấp phó)" in admin.get("/desk/people/an").text
    assert "Không ký" in admin.get("/desk/people/binh").text


@pytest.mark.parametrize("capacity", ["-", "Q."])
def test_there_is_one_head(app: Flask, capacity: str) -> None:
    answer = at_desk(app, "quantri").post(
        "/desk/people/an/grant", data=SIGNER | {"capacity": capacity}
    )

    assert answer.status_code == 403
    assert "người đứng đầu là Hoàng Quốc Dũng" in answer.text
    with app.app_context():
        assert held("an") == [("officer", None, True)]


def test_a_proposal_is_refused_by_the_second_person(app: Flask) -> None:
    number = proposed(app)
    head = at_desk(app, "dung")

    assert "Không đồng ý" in head.get("/desk/people/waiting").text
    assert head.post(f"/desk/people/rights/{number}/end").status_code == 303

    with app.app_context():
        assert held("an") == [("officer", None, True)]
        officer = db.session.scalars(select(Grant.id).where(Grant.user_id == user("an").id)).first()
    assert head.post(f"/desk/people/rights/{officer}/end").status_code == 404, "not a proposal"


def test_the_same_right_is_not_proposed_twice(app: Flask) -> None:
    proposed(app)

    again = at_desk(app, "quantri").post("/desk/people/an/grant", data=SIGNER)

    assert again.status_code == 403
    assert "đang chờ xác nhận" in again.text


def test_the_head_reviews_the_rights_of_the_only_administrator(app: Flask) -> None:
    head = at_desk(app, "dung")
    assert "Triệu Minh Hải" in head.get("/desk/people/review").text

    assert head.post("/desk/people/review/quantri").status_code == 303
    own = head.post("/desk/people/review/dung", follow_redirects=True)

    assert "không ai tự thay đổi quyền của mình" in own.text
    with app.app_context():
        assert user("quantri").grants[0].confirmed_by == user("dung")
    assert at_desk(app, "chi").get("/desk/people/review").status_code == 404


def test_the_address_of_a_leader_is_no_way_around_the_second_person(app: Flask) -> None:
    admin = at_desk(app, "quantri")
    data = {"full_name": "Vi Thị Kim Chi", "email": "khac@soyte.example.vn", "phone": ""}

    refused = admin.post("/desk/people/chi/correct", data=data)

    assert refused.status_code == 403
    assert "mở quyền lãnh đạo" in refused.text
    with app.app_context():
        assert user("chi").email == "chi@soyte.example.vn"
        assert mails("address_changed") == []

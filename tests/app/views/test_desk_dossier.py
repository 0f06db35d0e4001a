"""The dossier on the desk: the whole way, and everything that goes wrong on it."""

import re

from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import DossierEvent, User
from app.services import queue
from tests.app.views.desk_walk import REASON, Queries, act, at_desk, filed, state_of
from tests.helpers import mails, user


def test_the_whole_way_from_officer_over_leader_to_clerk(app: Flask) -> None:
    code = filed(app)
    officer, leader, clerk = (at_desk(app, n) for n in ("an", "chi", "giang"))

    assert act(officer, code, "claim").location == f"/desk/dossiers/{code}"
    assert act(officer, code, "propose_grant").location == "/desk"
    page = leader.get(f"/desk/dossiers/{code}").text
    assert f"/desk/dossiers/{code}/letter.pdf" in page
    assert act(leader, code, "approve").location == "/desk"
    assert "Cấp số và phát hành" in clerk.get(f"/desk/dossiers/{code}").text
    answer = act(clerk, code, "issue")

    assert answer.location == f"/desk/dossiers/{code}"
    page = clerk.get(answer.location).text
    assert "Số 01/SYT-NVD, ngày" in page
    assert "Vi Thị Kim Chi" in page
    assert state_of(app, code) == "granted"


def test_a_code_in_lower_case_is_found(app: Flask) -> None:
    code = filed(app)

    answer = at_desk(app, "an").get(f"/desk/dossiers/{code.lower()}")

    assert (answer.status_code, answer.location) == (303, f"/desk/dossiers/{code}")


def test_a_leader_refuses_and_signs_the_refusal(app: Flask) -> None:
    code = filed(app)
    officer, leader, clerk = (at_desk(app, n) for n in ("an", "dung", "giang"))
    act(officer, code, "claim")
    act(officer, code, "propose_grant")

    answer = act(leader, code, "refuse")

    assert answer.location == f"/desk/dossiers/{code}"
    assert "Công văn không giải quyết hồ sơ" in leader.get(answer.location).text
    act(leader, code, "approve")
    act(clerk, code, "issue")
    assert state_of(app, code) == "refused"


def test_an_officer_asks_for_a_supplement(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")

    assert act(officer, code, "ask_supplement").location == "/desk"

    assert code in officer.get("/desk?view=waiting").text
    page = officer.get(f"/desk/dossiers/{code}").text
    assert "Hạn bổ sung" in page
    assert "Phiếu yêu cầu bổ sung" in page
    with app.app_context():
        assert [m.name for m in mails()] == ["received", "supplement_asked"]


def test_a_leader_sends_back_with_a_note(app: Flask) -> None:
    code = filed(app)
    officer, leader = at_desk(app, "an"), at_desk(app, "chi")
    act(officer, code, "claim")
    act(officer, code, "propose_grant")

    act(leader, code, "send_back", note="Xem lại số giấy chứng nhận.")

    page = officer.get(f"/desk/dossiers/{code}").text
    assert "Xem lại số giấy chứng nhận." in page
    assert state_of(app, code) == "in_review"


def test_of_two_officers_the_second_reads_the_name_of_the_first(app: Flask) -> None:
    code = filed(app)
    first, second = at_desk(app, "an"), at_desk(app, "binh")
    page = second.get(f"/desk/dossiers/{code}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    act(first, code, "claim")

    late = second.post(f"/desk/dossiers/{code}/actions/claim", data={"version": version[1]})

    assert late.status_code == 409
    assert "Lương Thị An đã nhận xử lý lúc" in late.text


def test_a_stale_page_gives_the_typed_text_back(app: Flask) -> None:
    code = filed(app)
    officer, leader = at_desk(app, "an"), at_desk(app, "chi")
    act(officer, code, "claim")
    page = officer.get(f"/desk/dossiers/{code}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    act(officer, code, "propose_grant")
    act(leader, code, "send_back")

    stale = officer.post(
        f"/desk/dossiers/{code}/actions/propose_refusal",
        data={"version": version[1], "reason": "Giấy chứng nhận <đã> hết hạn."},
    )

    assert stale.status_code == 409
    assert "Vi Thị Kim Chi đã trả lại chuyên viên lúc" in stale.text
    assert "Giấy chứng nhận &lt;đã&gt; hết hạn." in stale.text
    assert state_of(app, code) == "in_review"


def test_typed_text_is_not_lost_when_the_action_is_gone(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    other_tab = officer.get(f"/desk/dossiers/{code}").text
    version = re.search(r'name="version" value="(\d+)"', other_tab)
    assert version is not None
    act(officer, code, "propose_grant")

    late = officer.post(
        f"/desk/dossiers/{code}/actions/ask_supplement",
        data={"version": version[1], "missing": "Mặt sau giấy chứng nhận"},
    )

    assert late.status_code == 409
    assert "Mặt sau giấy chứng nhận" in late.text


def test_a_double_click_is_one_act_and_no_error(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    page = officer.get(f"/desk/dossiers/{code}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    data = {"version": version[1]}

    answers = [officer.post(f"/desk/dossiers/{code}/actions/claim", data=data) for _ in range(2)]

    assert [a.status_code for a in answers] == [303, 303]
    with app.app_context():
        acts = db.session.scalars(select(DossierEvent.action)).all()
    assert acts == ["submit", "claim"]


def test_what_is_missing_is_said_at_its_field_and_the_rest_is_kept(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")

    answer = act(officer, code, "ask_supplement", missing="", reason="Thiếu mặt sau")

    assert answer.status_code == 422
    assert 'href="#ask_supplement-missing"' in answer.text
    assert 'id="ask_supplement-missing"' in answer.text
    assert "Nhập: Nội dung cần bổ sung." in answer.text
    assert "Thiếu mặt sau" in answer.text
    assert state_of(app, code) == "in_review"


def test_a_premise_that_failed_is_told_before_and_after(app: Flask) -> None:
    first, second = filed(app), ""
    officer, leader = at_desk(app, "an"), at_desk(app, "chi")
    with app.app_context():
        from app import samples

        key = samples.submit_sample("Nhà thuốc An Bình", "khac@example.vn", "2101/ĐKKDD-LSO")
        found = next(d for d in queue.search("an binh", user("an")).rows if d.code != first)
        second = str(found.code)
        assert key
    for code in (first, second):
        act(officer, code, "claim")
    act(officer, first, "propose_grant")
    act(leader, first, "approve")

    page = officer.get(f"/desk/dossiers/{second}").text
    answer = act(officer, second, "propose_grant")

    assert "Cơ sở đã có tài khoản lso.2101" in page
    assert answer.status_code == 409
    assert "Cơ sở đã có tài khoản lso.2101" in answer.text


def test_the_page_of_a_dossier_reads_a_bounded_number_of_times(app: Flask) -> None:
    code = filed(app)
    officer, leader = at_desk(app, "an"), at_desk(app, "chi")
    act(officer, code, "claim")
    with Queries(app) as before:
        officer.get(f"/desk/dossiers/{code}")
    for _ in range(4):
        act(officer, code, "propose_grant")
        act(leader, code, "send_back")

    with Queries(app) as after:
        officer.get(f"/desk/dossiers/{code}")

    assert after.count == before.count
    # Three are the rights of who looks and the colleagues it may be handed to; two are whether
    # this look was noted already and whether this person may read who looked.
    assert after.count <= 22, after.statements


def test_the_history_tells_who_did_what_and_why(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    act(officer, code, "propose_refusal")

    page = officer.get(f"/desk/dossiers/{code}").text

    assert "Đã trình lãnh đạo từ chối" in page
    assert "Lương Thị An (Chuyên viên)" in page
    assert REASON["reason"] in page
    with app.app_context():
        assert db.session.scalars(select(User).where(User.username == "an")).one()

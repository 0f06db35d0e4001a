"""The page of the evidence: who sees which rows of it, its search, its file, its check."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.config import ROOT
from app.extensions import db
from app.models import Account, AuditEvent, EvidenceCheck
from app.security.actors import staff
from app.services import audit, evidence_checks
from app.transaction import transaction
from app.views import desk_audit_rows
from tests.app.views.desk_walk import Queries, act, at_desk, filed
from tests.app.views.register_walk import granted
from tests.guards import tamper
from tests.helpers import sign_in, user


def rows(page: str) -> list[str]:
    """Return the text of each line of the list."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", r).split()) for r in body.split("</tr>")[:-1]]


def noted(app: Flask, what: str) -> list[AuditEvent]:
    """Return the rows of a word."""
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.what == what)))


def test_a_leader_reads_who_looked_at_a_dossier(app: Flask) -> None:
    code = filed(app)
    at_desk(app, "binh").get(f"/desk/dossiers/{code}")
    leader = at_desk(app, "chi")
    page = leader.get(f"/desk/dossiers/{code}").text
    link = re.search(r'href="(/desk/audit[^"]+)">Ai đã xem', page)
    assert link

    found = rows(leader.get(link[1].replace("&amp;", "&")).text)

    assert len(found) == 2
    assert "xem hồ sơ" in found[1]
    assert "Bình" in found[1]


def test_the_officer_in_charge_reads_who_looked_and_nobody_else_does(app: Flask) -> None:
    code = filed(app)
    officer, other = at_desk(app, "an"), at_desk(app, "binh")
    act(officer, code, "claim")
    other.get(f"/desk/dossiers/{code}")
    address = f"/desk/audit?thing={code}&group=views"

    assert "Ai đã xem" in officer.get(f"/desk/dossiers/{code}").text
    assert "Ai đã xem" not in other.get(f"/desk/dossiers/{code}").text
    assert any("Bình" in row for row in rows(officer.get(address).text))
    assert not any(" An " in row for row in rows(other.get(address).text))


def test_an_account_says_who_looked_at_it(app: Flask) -> None:
    granted(app)
    with app.app_context():
        number = db.session.scalars(select(Account.id)).one()
    leader = at_desk(app, "chi")

    link = re.search(r'href="([^"]+)">Ai đã xem', leader.get(f"/desk/accounts/{number}").text)
    assert link
    assert any("sổ đăng ký" in r for r in rows(leader.get(link[1].replace("&amp;", "&")).text))


def test_officers_see_their_own_rows_only(app: Flask) -> None:
    code = filed(app)
    act(at_desk(app, "binh"), code, "claim")
    mine = at_desk(app, "an")

    page = mine.get("/desk/audit").text
    found = rows(page)

    assert found
    assert all("Lương Thị An" in row for row in found)
    assert 'name="person"' not in page
    with app.app_context():
        number = user("binh").id
    assert rows(mine.get(f"/desk/audit?person={number}").text) == []
    assert mine.post("/desk/audit/check").status_code == 403


def test_an_administrator_sees_sign_ins_and_no_dossier_data(app: Flask) -> None:
    code = filed(app)
    act(at_desk(app, "an"), code, "claim")
    at_desk(app, "chi").get("/desk/tracking.xlsx")
    client = app.test_client()
    client.post("/apply/start", data={"email": "nguoi.nop@example.vn"})
    client.post("/apply/verify", data={"code": "000000"})
    admin = at_desk(app, "quantri")

    page = admin.get("/desk/audit").text

    assert any("kết xuất dữ liệu" in row for row in rows(page))
    assert any("Người nộp nhập sai mã" in row for row in rows(page))
    assert "nguoi.nop@" not in page
    assert "An Bình" not in page
    assert "xem hồ sơ" not in page
    assert rows(admin.get("/desk/audit?group=acts").text) != []  # an unknown group is no filter
    assert not any("nhận hồ sơ" in r for r in rows(admin.get("/desk/audit?group=acts").text))
    assert "nguoi.nop@" not in admin.get("/desk/audit.csv").text


def test_an_administrator_reads_which_right_changed_and_no_dossier(app: Flask) -> None:
    admin = at_desk(app, "quantri")
    given = {"role": "clerk", "basis": "QĐ 7", "system": "DTQG"}
    admin.post("/desk/people/an/grant", data=given)
    with app.app_context(), transaction():
        details = {"to": "binh", "dossiers": ["H37.12-261120-0001"]}
        audit.record("dossiers_handed_over", staff(user("quantri")), "user:an", details)

    page = admin.get("/desk/audit").text
    found = rows(page)

    (granted_,) = (row for row in found if "thay đổi quyền" in row)
    assert "Quyền: Văn thư (DTQG); Căn cứ: QĐ 7" in granted_
    (moved,) = (row for row in found if "phân công lại hồ sơ" in row)
    assert "Người tiếp nhận: Nông Văn Bình" in moved
    assert "H37.12-261120-0001" not in page


def test_a_wrong_day_does_not_tell_an_administrator_of_own_rows(app: Flask) -> None:
    page = at_desk(app, "quantri").get("/desk/audit?since=31/02/2026").text

    assert "ngày/tháng/năm" in page
    assert "các dòng của chính mình" not in page
    assert "các dòng của chính mình" in at_desk(app, "an").get("/desk/audit").text


def _kinds() -> Iterator[str]:
    """Yield what the code writes before the colon of a thing, and lists with their names."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == "export" and isinstance(node.args[0], ast.Constant):
                yield f"list:{node.args[0].value}"
            elif name in ("record", "note", "_note", "Thing"):
                for text in node.args:
                    first = text.values[0] if isinstance(text, ast.JoinedStr) else text
                    if isinstance(first, ast.Constant) and ":" in str(first.value):
                        yield str(first.value)


def test_everything_the_trail_is_about_has_a_label() -> None:
    kinds = set(_kinds())
    assert {"user:", "session:", "list:people", "list:audit"} <= kinds
    for kind, _, name in (each.partition(":") for each in kinds):
        assert kind in desk_audit_rows.THINGS or kind in desk_audit_rows.UNNAMED, kind
        assert kind != "list" or not name or name in desk_audit_rows.LISTS, name


def test_it_is_searched_by_person_word_and_day(app: Flask) -> None:
    code = filed(app)
    act(at_desk(app, "an"), code, "claim")
    leader = at_desk(app, "chi")
    with app.app_context():
        number = user("an").id
        tomorrow = (user("an").created_at + timedelta(days=2)).strftime("%d/%m/%Y")

    mine = rows(leader.get(f"/desk/audit?person={number}&group=access").text)
    assert mine
    assert all("Lương Thị An" in r for r in mine)
    acts = rows(leader.get(f"/desk/audit?thing={code}&group=acts").text)
    assert len(acts) == 2
    assert rows(leader.get(f"/desk/audit?since={tomorrow}").text) == []
    assert "ngày/tháng/năm" in leader.get("/desk/audit?since=2026-13-01").text
    assert "Không có hồ sơ, tài khoản" in leader.get("/desk/audit?thing=không+có").text


def many(app: Flask, n: int) -> None:
    with app.app_context(), transaction():
        for i in range(n):
            audit.record("exported", staff(user("chi")), f"list:{i}", {"year": str(i)})


def test_it_is_paged_without_gap_or_double_and_costs_the_same(app: Flask) -> None:
    leader = at_desk(app, "chi")
    counts = []
    for n in (3, 130):
        many(app, n)
        with Queries(app) as queries:
            leader.get("/desk/audit?group=exports")
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 20, queries.statements

    seen, address = [], "/desk/audit?group=exports"
    while address:
        page = leader.get(address).text
        seen += rows(page)
        found = re.search(r'href="([^"]+)">Trang sau', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == 133
    assert [r for r in seen if "năm: 129" in r] == [seen[0]]


@pytest.mark.parametrize("after", ["x", "1-2", "-1-2-3", "9" * 30 + "-1-1", "1-9-99999999999"])
def test_a_made_up_place_in_the_list_is_the_beginning_or_the_end(app: Flask, after: str) -> None:
    assert at_desk(app, "chi").get(f"/desk/audit?after={after}").status_code == 200


def test_each_opening_is_a_row_and_the_file_asks_for_a_code(app: Flask) -> None:
    leader = at_desk(app, "chi")
    leader.get("/desk/audit?group=views")
    leader.get("/desk/audit?group=views")
    assert [e.details for e in noted(app, "audit_seen")] == [{"group": "views"}] * 2

    file = leader.get("/desk/audit.csv")
    lines = file.text.splitlines()
    head = '\ufeff"Thời điểm (giờ Việt Nam, +07:00)",Ai,Tên đăng nhập,Việc,Về,Chi tiết'
    assert lines[0] == head
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,Vi Thị Kim Chi,chi,", lines[1]), lines[1]
    with app.app_context():
        at = clock.local(noted(app, "exported")[0].at)
    assert lines[1].startswith(f"{at:%Y-%m-%d %H:%M:%S}")
    assert "xem nhật ký" in file.text
    assert [e.about for e in noted(app, "exported")] == ["list:audit"]
    bare = app.test_client()
    sign_in(bare, "chi", proven=False)
    assert bare.get("/desk/audit.csv").location.startswith("/desk/confirm")


def test_a_check_is_asked_for_here_and_made_by_the_worker(app: Flask) -> None:
    leader = at_desk(app, "chi")
    assert "chưa được kiểm tra" in leader.get("/desk/audit").text

    assert leader.post("/desk/audit/check").status_code == 303
    assert "Đang kiểm tra" in leader.get("/desk/audit").text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(EvidenceCheck)) == 1
        evidence_checks.run_waiting()
    assert "Nhật ký nguyên vẹn" in leader.get("/desk/audit").text

    with app.app_context():
        tamper("UPDATE audit_events SET about = 'list:none' WHERE what = 'check_asked'")
    leader.post("/desk/audit/check")
    with app.app_context():
        evidence_checks.run_waiting()
    page = leader.get("/desk/audit").text
    assert "không khớp" in page
    assert "was changed" in page


def statements(app: Flask, client: FlaskClient, address: str) -> int:
    with Queries(app) as queries:
        assert client.get(address).status_code == 200
    return queries.count


def test_a_second_look_is_no_row_and_almost_no_statement(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    address = f"/desk/dossiers/{code}"

    first, second = (statements(app, officer, address) for _ in range(2))

    assert len(noted(app, "dossier_seen")) == 1
    assert first - second >= 3  # the row itself; what the look-up costs is in test_desk_dossier
    with Queries(app) as queries:
        officer.get(address)
    assert sum("audit_events" in s for s in queries.statements) == 1
    assert not any(s.startswith(("INSERT", "UPDATE")) for s in queries.statements)


def test_a_search_for_a_person_leaves_no_number(app: Flask) -> None:
    granted(app)
    typed = {"tab": "accounts", "name": "Hoàng Thị Minh Châu", "phone": "0912 345 678"}
    at_desk(app, "an").post("/desk/registers/persons", data=typed)

    (row,) = noted(app, "person_searched")

    assert row.details["found"] == 1
    assert set(row.details) == {"found", "after", "name", "phone"}
    assert "345" not in str(row.details) or "0912" not in str(row.details)
    assert "Châu" not in str(row.details)

"""Vendors on the desk: who would be cut off, and the registers of vendors and offices."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, formats
from app.extensions import db
from app.language import COOKIE
from app.models import Account, Dossier, Facility, Office, Recipient, TargetSystem
from app.security import keys
from app.transaction import transaction
from tests.app.english import leftovers
from tests.app.services.test_dossiers import GRANT, walked
from tests.app.services.vendors import NAME, TAX_CODE, asked, connected, put_facilities, vendor
from tests.app.views.desk_walk import Queries, act, at_desk
from tests.app.views.register_walk import search


def revocation(app: Flask, n: int = 3, *, without_account: int = 0) -> str:
    """File the revocation of a vendor that connects n facilities; return its code."""
    with app.app_context():
        connected()
        if n:
            put_facilities(range(1000, 1000 + n), without_account=without_account)
        key = asked("account_revocation", holder="vendor")
        return str(db.session.scalars(select(Dossier.code).where(Dossier.key == key)).one())


def page_of_vendor(app: Flask) -> str:
    with app.app_context():
        return f"/desk/organisations/{vendor().id}"


def test_officer_and_leader_see_who_would_be_cut_off_before_they_decide(app: Flask) -> None:
    code = revocation(app, 120, without_account=1)
    officer = at_desk(app, "an")
    assert "sẽ bị ngắt kết nối" not in officer.get(f"/desk/dossiers/{code}").text

    act(officer, code, "claim")
    seen = officer.get(f"/desk/dossiers/{code}").text

    assert "Duyệt hồ sơ này là ngắt kết nối 120 cơ sở" in seen
    assert "1 cơ sở không có tài khoản" in seen
    assert len(re.findall(r"Quầy thuốc số \d+", seen)) == 5
    assert f"/desk/dossiers/{code}/affected" in seen
    act(officer, code, "propose_grant")
    assert "ngắt kết nối 120 cơ sở" in at_desk(app, "chi").get(f"/desk/dossiers/{code}").text


def test_the_whole_list_is_read_page_by_page(app: Flask) -> None:
    code = revocation(app, 120, without_account=1)
    officer = at_desk(app, "an")
    address = f"/desk/dossiers/{code}/affected"
    assert officer.get(address).status_code == 404
    act(officer, code, "claim")

    pages = [officer.get(f"{address}?page={n}").text for n in (1, 2, 3)]

    found = [re.findall(r"Quầy thuốc số (\d+)", page) for page in pages]
    assert [len(f) for f in found] == [50, 50, 20]
    assert {int(n) for f in found for n in f} == set(range(1000, 1120))
    assert "51–100 trong 120" in pages[1]
    assert "120 cơ sở sẽ bị ngắt kết nối" in pages[0]
    assert "Không có tài khoản" in pages[2]
    for odd in ("0", "-1", "x", "99", "9" * 30):
        assert officer.get(f"{address}?page={odd}").status_code == 200


@pytest.mark.parametrize("where", ["affected", "", "vendor"])
def test_no_page_asks_more_when_the_list_is_long(app: Flask, where: str) -> None:
    code = revocation(app, 3)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    act(officer, code, "propose_grant")
    leader = at_desk(app, "chi")
    address = {"vendor": page_of_vendor(app)}.get(
        where, f"/desk/dossiers/{code}/{where}".rstrip("/")
    )

    def count() -> int:
        with Queries(app) as queries:
            assert leader.get(address).status_code == 200
        return queries.count

    count()  # the first look is a row of its own
    few = count()
    with app.app_context():
        put_facilities(range(2000, 2300))
    assert count() == few


def test_a_list_that_has_changed_is_said_before_the_leader_tries(app: Flask) -> None:
    code = revocation(app)
    officer = at_desk(app, "an")
    act(officer, code, "claim")
    act(officer, code, "propose_grant")
    with app.app_context():
        put_facilities(range(2000, 2002))
    leader = at_desk(app, "chi")

    page = leader.get(f"/desk/dossiers/{code}").text
    answer = act(leader, code, "approve")

    assert "thêm 2, bớt 0 cơ sở" in page
    assert "actions/approve" not in page
    assert answer.status_code == 409
    assert "trình lại với danh sách mới" in answer.text


def test_once_decided_the_list_is_that_of_the_recipients(app: Flask) -> None:
    code = revocation(app)
    for name, action in GRANT:
        assert act(at_desk(app, name), code, action).status_code == 303
    officer = at_desk(app, "an")

    moved = officer.get(f"/desk/dossiers/{code}/affected")
    page = officer.get(f"/desk/dossiers/{code}").text

    assert moved.location.endswith(f"/desk/dossiers/{code}/recipients")
    assert "Quầy thuốc số 1002" in officer.get(moved.location).text
    assert "sẽ bị ngắt kết nối" not in page
    assert page.count("Ngắt kết nối qua đơn vị phần mềm") == 0, "three hundred lines say nothing"
    assert "Thu hồi tài khoản" in page


def test_a_facility_reads_the_letter_on_its_own_page_and_confirms(app: Flask) -> None:
    code = revocation(app)
    for name, action in GRANT:
        act(at_desk(app, name), code, action)
    with app.app_context():
        row = db.session.scalars(
            select(Recipient).where(Recipient.email == "n1001@example.vn")
        ).one()
        address = f"/received/{keys.derived_token('recipient', row.nonce)}"
    stranger = app.test_client()

    page = stranger.get(address).text
    answer = stranger.post(address, data={"received_by": "Lý Văn Ba"})

    assert "Quầy thuốc số 1001" in page
    assert f"{address}/letters/" in page
    assert "/access" not in page
    assert answer.status_code == 303
    assert "Lý Văn Ba" in at_desk(app, "an").get(f"/desk/dossiers/{code}/recipients").text


def test_other_dossiers_have_no_such_list(app: Flask) -> None:
    with app.app_context():
        done = walked(asked(), *GRANT)
        code = str(done.code)
    officer = at_desk(app, "an")

    assert officer.get(f"/desk/dossiers/{code}/affected").status_code == 404
    assert "ngắt kết nối" not in officer.get(f"/desk/dossiers/{code}").text


def test_vendors_are_found_by_name_and_tax_code(app: Flask) -> None:
    with app.app_context():
        connected()
        put_facilities(range(1000, 1003))
    client = at_desk(app, "binh")

    for text in ("", "sao mai", "Phần mềm SAO", TAX_CODE, "syt.pm"):
        page = search(client, "vendors", text)
        assert NAME in page
        assert '<div class="vt-table__cell vt-number">3</div>' in page
    assert NAME not in search(client, "vendors", "zzz")
    assert NAME not in search(client, "facilities", "sao mai")


def test_the_page_of_a_vendor_lists_its_facilities_and_theirs_name_it(app: Flask) -> None:
    with app.app_context():
        connected()
        put_facilities(range(1000, 1060), without_account=1)
        facility = db.session.scalars(
            select(Facility.id).where(Facility.number == "1000/ĐKKDD-LSO")
        ).one()
    client = at_desk(app, "binh")

    pages = [client.get(f"{page_of_vendor(app)}?page={n}").text for n in (1, 2)]

    assert "60 cơ sở kết nối qua phần mềm của đơn vị" in pages[0]
    assert [len(re.findall(r"Quầy thuốc số \d+", p)) for p in pages] == [50, 10]
    assert TAX_CODE in pages[0]
    assert "Số giấy</dt>" not in pages[0]
    own = client.get(f"/desk/organisations/{facility}").text
    assert re.search(rf'<dt>Đơn vị phần mềm</dt>\s*<dd><a href="{page_of_vendor(app)}">{NAME}', own)
    account = re.search(r'href="(/desk/accounts/\d+)">syt\.pm', pages[0])
    assert account is not None
    shown = client.get(account[1]).text
    assert "<dt>Đơn vị phần mềm</dt>" in shown
    assert "<dt>Mã số thuế</dt>" in shown


def test_the_history_of_an_account_says_who_disconnected_it(app: Flask) -> None:
    code = revocation(app)
    for name, action in GRANT:
        act(at_desk(app, name), code, action)
    with app.app_context():
        account = db.session.scalars(select(Account.id).where(Account.username == "lso.1000")).one()

    page = at_desk(app, "an").get(f"/desk/accounts/{account}").text

    assert "Ngắt kết nối qua đơn vị phần mềm" in page
    assert re.search(rf"<dt>Đơn vị phần mềm</dt><dd><del>{NAME}</del>.*<ins>–</ins>", page)
    assert code in page


def test_offices_have_a_register_of_their_own(app: Flask) -> None:
    name = "Văn phòng HĐND và UBND xã Bắc Sơn"
    with app.app_context(), transaction():
        system = db.session.scalars(select(TargetSystem)).first()
        office = Office(number=formats.fold(name), name=name, created_at=clock.now())
        account = Account(
            holder=office, system=system, username="bacson@example.vn", state="active",
            custodian_name="Lý Văn Ba", custodian_phone="", custodian_email="bacson@example.vn",
            created_at=clock.now(),
        )  # fmt: skip
        db.session.add_all([office, account])
        db.session.flush()
        number, account_id = office.id, account.id
    client = at_desk(app, "binh")

    assert name in search(client, "offices", "uy ban") + search(client, "offices", "bac son")
    assert "bacson@example.vn" in search(client, "offices", "bacson@")
    for address in (f"/desk/organisations/{number}", f"/desk/accounts/{account_id}",
                    "/desk/registers?tab=accounts"):  # fmt: skip
        page = client.get(address).text
        assert name in page
        assert formats.fold(name) not in page, "the folded name is no number to show"


def test_these_pages_are_english_by_switch(app: Flask) -> None:
    code = revocation(app, 60, without_account=1)
    client = at_desk(app, "an")
    act(client, code, "claim")
    client.get("/desk")  # what was done is said once, in the language it was done in
    client.set_cookie(COOKIE, "en")

    for address in (f"/desk/dossiers/{code}/affected", page_of_vendor(app),
                    *(f"/desk/registers?tab={t}" for t in ("vendors", "offices"))):  # fmt: skip
        page = client.get(address)
        assert page.status_code == 200
        found = leftovers(app, page.text)
        assert [x for x in found if not re.search("Quầy thuốc số|đường Bắc Sơn", x)] == [], address

"""Entries of the registers: who reads what in full, and the way to a dossier and back."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.language import COOKIE
from app.models import Account, Activation, Dossier, Facility, Letter, Prescriber
from app.services import activations
from app.transaction import transaction
from tests.app.english import leftovers
from tests.app.views.desk_walk import Queries, act, at_desk, filed
from tests.app.views.register_walk import (
    NAME,
    PHONE,
    PRESCRIBER,
    granted,
    later,
    person,
    prescriber_registered,
    walked,
)
from tests.helpers import link_token


def test_an_account_needs_no_query_more_for_a_longer_history(app: Flask) -> None:
    granted(app)
    client = at_desk(app, "an")
    counts = []
    for what, email in (
        ("account_change", "2101@example.vn"),
        ("password_reset", "moi@example.vn"),
    ):
        walked(app, later(app, what, email))
        with app.app_context():
            number = db.session.scalars(select(Account.id)).one()
            facility = db.session.scalars(select(Facility.id)).one()
        client.get(f"/desk/accounts/{number}")  # the first look is a row of its own
        client.get(f"/desk/organisations/{facility}")
        with Queries(app) as queries:
            client.get(f"/desk/accounts/{number}")
            client.get(f"/desk/organisations/{facility}")
        counts.append(queries.count)

    # Of each page two are the rights of who looks, one is whether the look was noted.
    assert counts[0] == counts[1] <= 29, queries.statements


def test_phones_and_mails_are_masked_on_every_page(app: Flask) -> None:
    granted(app)
    walked(app, later(app, "account_change"))
    prescriber_registered(app)
    with app.app_context():
        account = db.session.scalars(select(Account.id)).one()
        prescriber = db.session.scalars(select(Prescriber.id)).one()
    addresses = (f"/desk/accounts/{account}", f"/desk/prescribers/{prescriber}")

    for username in ("an", "binh", "chi", "giang"):
        pages = [at_desk(app, username).get(a).text for a in addresses]
        for hidden in ("moi@example.vn", "2101@example.vn", "654 321", "345 678", "12345678"):
            assert hidden not in "".join(pages), hidden
        assert "mo•••@example.vn" in pages[0]
        assert "••••••321" in pages[0]
        assert "Nữ" in pages[0]
        assert "••••••678" in pages[1]


def test_the_history_names_dossier_letter_and_what_changed(app: Flask) -> None:
    first = granted(app)
    second = walked(app, later(app, "account_change"))
    third = walked(app, later(app, "password_reset", "moi@example.vn"), until="approve")
    with app.app_context():
        number = db.session.scalars(select(Account.id)).one()
        issued = (
            select(Dossier.code, Letter.key)
            .join(Letter.dossier)
            .where(Letter.form == "dispatch", Letter.state == "issued")
        )
        keys = {row.code: row.key for row in db.session.execute(issued)}
    client = at_desk(app, "an")

    page = client.get(f"/desk/accounts/{number}").text
    history = page[page.index("Lịch sử tài khoản") :]

    order = [history.index(t) for t in ("Cấp lại mật khẩu", "Thay đổi thông tin", "Cấp tài khoản")]
    assert order == sorted(order)
    for code in (first, second, third):
        assert f'href="/desk/dossiers/{code}"' in history
    for code in (first, second):
        assert f'href="/desk/letters/{keys[code]}.pdf"' in history
    assert history.count("Văn bản chờ phát hành") == 1  # the third is not issued yet
    assert "Văn bản số 02/SYT-NVD" in history
    assert "<del>••••••678</del>" in history
    assert "<ins>••••••321</ins>" in history
    assert "Vi Thị Kim Chi" in history


def access(client: FlaskClient, number: int) -> str:
    page = client.get(f"/desk/accounts/{number}").text
    return page[page.index("Liên kết kích hoạt") : page.index("Lịch sử tài khoản")]


def test_the_first_access_is_told_without_token_or_secret(app: Flask) -> None:
    code = walked(app, filed(app), until="approve")
    client = at_desk(app, "an")
    with app.app_context():
        link = db.session.scalars(select(Activation)).one()
        number, token = link.account_id, link_token(link)
        hidden = [token, link.nonce, link.token_hash, str(link.secret)]

    assert "Chưa gửi, chờ phát hành văn bản" in access(client, number)
    act(at_desk(app, "giang"), code, "issue")
    assert "Còn hiệu lực, chưa dùng" in access(client, number)
    with app.app_context(), transaction():
        link = db.session.scalars(select(Activation)).one()
        kept, link.expires_at = link.expires_at, clock.now() - timedelta(days=1)
    assert "Hết hạn, chưa dùng" in access(client, number)
    with app.app_context(), transaction():
        link = db.session.scalars(select(Activation)).one()
        link.expires_at = kept
        secret = activations.open_once(link)
    shown = access(client, number)
    page = client.get(f"/desk/accounts/{number}").text
    assert "Đã dùng lúc" in shown
    assert "Đang sử dụng" in page
    assert "Kích hoạt tài khoản" in page
    for word in [*hidden, str(secret)]:
        assert word not in page


def test_a_link_that_was_replaced_or_revoked_is_not_called_used(app: Flask) -> None:
    granted(app)
    walked(app, later(app, "account_revocation"))
    with app.app_context():
        number = db.session.scalars(select(Account.id)).one()
    client = at_desk(app, "an")

    assert "Đã hủy, không dùng được nữa" in access(client, number)
    page = client.get(f"/desk/accounts/{number}").text
    assert "Đã thu hồi" in page
    assert "Ngày thu hồi" in page


def test_a_facility_shows_accounts_code_and_dossiers(app: Flask) -> None:
    first = granted(app)
    asked = later(app, "account_change")
    own = {"licence_no": "2101/ĐKKDD-LSO"}
    registered = walked(app, later(app, "code_registration", "khac@example.vn", **own))
    filed(app, "Nhà thuốc Khác", "12101/ĐKKDD-LSO")
    with app.app_context():
        number = db.session.scalars(
            select(Facility.id).where(Facility.licence_no == "2101/ĐKKDD-LSO")
        ).one()
        account = db.session.scalars(select(Account.id)).one()

    page = at_desk(app, "giang").get(f"/desk/organisations/{number}").text

    assert f'href="/desk/accounts/{account}"' in page
    assert "20A01" in page
    assert "Nhà thuốc</dd>" in page  # the type, in words
    assert set(re.findall(r'href="/desk/dossiers/([^"]+)"', page)) == {first, asked, registered}


def test_a_dossier_shows_the_account_and_whether_the_mail_is_the_one_on_record(app: Flask) -> None:
    code = filed(app)
    officer = at_desk(app, "an")
    assert "Sổ chưa có tài khoản của đơn vị này" in officer.get(f"/desk/dossiers/{code}").text
    walked(app, code)
    same = later(app, "account_change")
    other = later(app, "password_reset", "la@example.vn")
    with app.app_context():
        number = db.session.scalars(select(Account.id)).one()
    act(officer, other, "claim")

    mine = officer.get(f"/desk/dossiers/{other}").text
    theirs = at_desk(app, "binh").get(f"/desk/dossiers/{other}").text

    assert "với sổ" not in officer.get(f"/desk/dossiers/{code}").text  # decided
    assert "Thư điện tử người nộp trùng với sổ." in officer.get(f"/desk/dossiers/{same}").text
    whole = officer.post(f"/desk/dossiers/{other}/numbers").text
    assert "không trùng với sổ; sổ ghi 2101@example.vn." in whole
    for page in (mine, theirs):
        assert "không trùng với sổ; sổ ghi 21•••@example.vn." in page
    assert f'href="/desk/accounts/{number}"' in mine
    for username in ("chi", "giang"):
        assert "Trên sổ" not in at_desk(app, username).get(f"/desk/dossiers/{other}").text


def test_a_dossier_shows_what_it_changed_and_the_account_leads_back(app: Flask) -> None:
    granted(app)
    code = later(app, "account_change")
    leader = at_desk(app, "chi")
    assert "Đã thay đổi trên sổ" not in leader.get(f"/desk/dossiers/{code}").text
    walked(app, code, until="approve")

    page = leader.get(f"/desk/dossiers/{code}").text
    panel = page[page.index("Đã thay đổi trên sổ") : page.index("Lịch sử xử lý")]
    account = re.search(r'href="(/desk/accounts/\d+)"', panel)

    assert "<ins>••••••321</ins>" in panel
    assert "0987 654 321" not in page
    assert account
    assert f'href="/desk/dossiers/{code}"' in leader.get(account[1]).text


def test_a_closed_account_stays_on_the_page_of_its_dossier(app: Flask) -> None:
    granted(app)
    code = walked(app, later(app, "account_revocation"))

    page = at_desk(app, "an").get(f"/desk/dossiers/{code}").text
    panel = page[page.index("Trên sổ") : page.index("Lịch sử xử lý")]

    assert "Đã thu hồi" in panel
    assert "Thu hồi tài khoản" in panel


def test_a_code_is_on_the_page_of_its_dossier(app: Flask) -> None:
    code = prescriber_registered(app)
    officer = at_desk(app, "an")

    page = officer.get(f"/desk/dossiers/{code}").text
    holder = re.search(r'href="(/desk/prescribers/\d+)"', page)

    assert "Ghi mã vào sổ" in page
    assert holder
    own = officer.get(holder[1]).text
    assert PRESCRIBER in own
    assert f'href="/desk/dossiers/{code}"' in own


def test_staff_have_the_registers_in_their_menu_administrators_have_not(app: Flask) -> None:
    granted(app)
    for username in ("an", "chi", "giang"):
        client = at_desk(app, username)
        page = client.get("/desk/registers").text
        assert re.search(r'href="/desk/registers" aria-current="page"', page), username
    admin = at_desk(app, "quantri")
    assert "/desk/registers" not in admin.get("/desk/mail").text
    for address in ("/desk/registers", "/desk/accounts/1", "/desk/organisations/1",
                    "/desk/prescribers/1", "/desk/accounts/999"):  # fmt: skip
        answer = admin.get(address)
        assert answer.status_code == 403, address
        assert "An Bình" not in answer.text
    assert person(admin, name=NAME, phone=PHONE).status_code == 403


@pytest.mark.parametrize("number", ["0", "999", "2147483647", "2147483648", "-1", "x"])
def test_unknown_entries_are_a_plain_404(app: Flask, number: str) -> None:
    client = at_desk(app, "an")

    for register in ("accounts", "facilities", "prescribers"):
        assert client.get(f"/desk/{register}/{number}").status_code == 404


def test_the_registers_are_english_by_switch(app: Flask) -> None:
    granted(app)
    walked(app, later(app, "account_change"))
    prescriber_registered(app)
    client = at_desk(app, "an")
    client.set_cookie(COOKIE, "en")
    with app.app_context():
        account, facility = db.session.execute(select(Account.id, Account.holder_id)).one()
        prescriber = db.session.scalars(select(Prescriber.id)).one()
        codes = db.session.scalars(select(Dossier.code)).all()

    tabs = [f"/desk/registers?tab={t}" for t in ("accounts", "facilities", "codes", "prescribers")]
    for address in (*tabs, *(f"{t}&q=zzz" for t in tabs[:3]), f"/desk/accounts/{account}",
                    f"/desk/organisations/{facility}", f"/desk/prescribers/{prescriber}",
                    *(f"/desk/dossiers/{c}" for c in codes)):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200
        assert leftovers(app, answer.text) == [], address
    for typed in ({"name": "x"}, {"name": "x", "phone": "1"}, {"name": "x", "phone": PHONE}):
        assert leftovers(app, person(client, **typed).text) == []

"""Accounts for a list: the sheet, the superior's reply, one dispatch, each office's own access."""

import re

from flask import Flask
from sqlalchemy import func, select

from app.extensions import db
from app.models import (
    Account,
    AccountEvent,
    Activation,
    BookEntry,
    IncomingLetter,
    Letter,
    Recipient,
)
from app.services import outbox, recipients
from letters import LetterData
from tests.app.views.circulars import REPLY, begun, pages, proposed, units, upload, walked, written
from tests.app.views.desk_walk import Queries, act, at_desk, state_of
from tests.helpers import last_code

KIND = "bulk_grant"
TO_REPLY = "chi approve, giang issue, an record_reply"
TO_END = f"{TO_REPLY}, an propose_grant, dung approve, giang issue"
BAD = {
    3: ("email", "khong-phai-thu"),
    17: ("custodian_phone", "0205 3812 345"),
    40: ("custodian_name", "Lan 2"),
    58: ("custodian_gender", "?"),
    99: ("name", ""),
}


def test_120_offices_from_a_sheet_with_5_bad_rows(app: Flask) -> None:
    officer = at_desk(app, "an")
    key = begun(officer, KIND)
    rows = units(120)
    for number, (column, value) in BAD.items():
        rows[number - 1][column] = value

    assert upload(officer, key, KIND, rows).status_code == 303
    page = officer.get(f"/desk/drafts/{key}/list").text
    assert "5 dòng cần sửa" in page
    for number, (column, value) in BAD.items():
        assert f"Dòng {number + 1}, cột" in page, column  # the headings are row 1 of the sheet
        assert not value or value in page
    assert page.count('class="vt-open"') == 120, "a row was lost"
    refused = officer.post(f"/desk/drafts/{key}/propose")
    assert refused.status_code == 409
    assert "Danh sách còn 5 dòng cần sửa" in refused.text

    for href in re.findall(rf'href="(/desk/drafts/{key}/list/\d+)#', page):
        mended = officer.post(href, data=units(120)[_row_of(app, href) - 2])
        assert mended.status_code == 303, mended.text
    code = proposed(officer, key)
    walked(app, code, TO_END, **REPLY)

    assert state_of(app, code) == "granted"
    with app.app_context():
        letters = db.session.scalars(
            select(Letter).where(Letter.state == "issued").order_by(Letter.id)
        ).all()
        assert [x.kind for x in letters] == ["bulk_request", "bulk_distribution"]
        data = LetterData.from_json(letters[-1].data)
        assert len(data.facts["units"]) == 120
        assert data.facts["reply_reference"] == "136/KCB-QLCL"
        assert data.facts["request_reference"] == LetterData.from_json(letters[0].data).reference
        assert db.session.scalars(select(func.count()).select_from(BookEntry)).one() == 2
        assert db.session.scalars(select(func.count()).select_from(Account)).one() == 120
        reply = db.session.scalars(select(IncomingLetter).order_by(IncomingLetter.id)).all()[-1]
        assert reply.attachment is not None
        assert reply.answers_id == letters[0].id
    told = written(app, "distributed")
    assert len({m.recipient for m in told}) == len(told) == 120
    _every_link_works_once(app, code)


def _row_of(app: Flask, href: str) -> int:
    with app.app_context():
        return db.session.get_one(Recipient, int(href.rpartition("/")[2])).row


def _every_link_works_once(app: Flask, code: str) -> None:
    client = app.test_client()
    secrets = set()
    for page in pages(app, code).values():
        assert client.get(page).status_code == 200
        link = client.post(f"{page}/access").location
        email = _email_of(app, page)
        client.post(f"{link}/code")
        shown = client.post(link, data={"code": last_code(client, email)})
        assert shown.status_code == 200, shown.text
        secrets.add(shown.text)
        assert client.get(link).status_code == 410
        assert client.post(f"{page}/access").status_code == 404
    assert len(secrets) == 120
    with app.app_context():
        assert (
            db.session.scalars(
                select(func.count()).select_from(Account).where(Account.state == "active")
            ).one()
            == 120
        )
        assert (
            db.session.scalars(
                select(func.count()).select_from(Activation).where(Activation.secret.is_not(None))
            ).one()
            == 0
        )


def _email_of(app: Flask, page: str) -> str:
    with app.app_context():
        found = recipients.find(page.rpartition("/")[2])
        assert found is not None
        return found.email


def test_the_superior_gets_the_request_and_offices_never_see_it(app: Flask) -> None:
    officer = at_desk(app, "an")
    key = begun(officer, KIND)
    upload(officer, key, KIND, units(11))
    code = proposed(officer, key)
    walked(app, code, "chi approve, giang issue")

    [asked] = written(app, "request_sent")
    assert asked.recipient == "vanthu@cuc.example.vn"
    assert all(app.test_client().get(p).status_code == 404 for p in pages(app, code).values())

    walked(app, code, "an record_reply, an propose_grant, dung approve, giang issue", **REPLY)
    page = next(iter(pages(app, code).values()))
    with app.app_context():
        request, grant = db.session.scalars(
            select(Letter).where(Letter.state == "issued").order_by(Letter.id)
        ).all()
        for letter in (request, grant):
            outbox.ensure_pdf(letter.id)
        keys = request.key, grant.key
    client = app.test_client()
    assert client.get(f"{page}/letters/{keys[0]}.pdf").status_code == 404
    assert client.get(f"{page}/letters/{keys[1]}.pdf").data.startswith(b"%PDF")


def test_receipt_is_acknowledged_once_and_the_silent_are_reminded(app: Flask) -> None:
    officer = at_desk(app, "an")
    key = begun(officer, KIND)
    upload(officer, key, KIND, units(11))
    code = proposed(officer, key)
    walked(app, code, TO_END, **REPLY)

    client = app.test_client()
    links = list(pages(app, code).values())
    for link in links[:4]:
        assert client.post(link, data={"received_by": "Lý Văn Ba"}).status_code == 303
    assert client.post(links[0], data={"received_by": "Ai Khác"}).status_code == 409
    assert client.post(links[5], data={"received_by": ""}).status_code == 422
    assert "7 chưa trả lời" in officer.get(f"/desk/dossiers/{code}/recipients").text

    assert act(officer, code, "remind").status_code == 303
    assert len(written(app, "reminded")) == 7
    again = act(officer, code, "remind")
    assert again.status_code == 409
    assert "Hôm nay đã nhắc" in again.text
    assert state_of(app, code) == "granted"


def test_the_link_of_one_unit_is_issued_again(app: Flask) -> None:
    officer = at_desk(app, "an")
    key = begun(officer, KIND)
    upload(officer, key, KIND, units(3))
    code = proposed(officer, key)
    walked(app, code, TO_END, **REPLY)
    first, second, _ = pages(app, code).values()
    client = app.test_client()
    old = client.post(f"{first}/access").location

    assert act(officer, code, "reissue_unit", unit_email="xa1@example.vn").status_code == 303
    assert client.get(old).status_code == 410
    new = client.post(f"{first}/access").location
    assert new != old
    [told] = written(app, "access_again")
    assert told.recipient == "xa1@example.vn"
    assert client.post(f"{second}/access").status_code == 303, "others keep theirs"
    client.post(f"{new}/code")
    assert client.post(new, data={"code": last_code(client, "xa1@example.vn")}).status_code == 200

    for address, reason in (("xa1@example.vn", "đã được mở"), ("ai@example.vn", "Không có")):
        refused = act(officer, code, "reissue_unit", unit_email=address)
        assert refused.status_code == 422
        assert reason in refused.text


def test_a_unit_that_has_an_account_stops_the_distribution_and_is_named(app: Flask) -> None:
    officer = at_desk(app, "an")
    for rows in (units(2), units(3)):
        key = begun(officer, KIND)
        upload(officer, key, KIND, rows)
        code = proposed(officer, key)
        walked(app, code, TO_REPLY, **REPLY)
        answer = act(officer, code, "propose_grant")
        if len(rows) == 2:
            assert answer.status_code == 303
            walked(app, code, "dung approve, giang issue")
    assert answer.status_code == 409
    assert "Văn phòng HĐND và UBND xã Số 1; Văn phòng HĐND và UBND xã Số 2" in answer.text

    walked(app, code, "an revise")
    page = officer.get(f"/desk/drafts/{key}/list").text
    for row in re.findall(r"/list/([1-9]\d*)\"", page)[:2]:
        officer.post(f"/desk/drafts/{key}/list/remove", data={"row": row})
    assert proposed(officer, key) == code
    walked(app, code, TO_END, **REPLY)
    with app.app_context():
        assert db.session.scalars(select(func.count()).select_from(Account)).one() == 3
        assert db.session.scalars(select(func.count()).select_from(AccountEvent)).one() == 3


def test_the_refusal_of_the_superior_goes_to_every_unit(app: Flask) -> None:
    officer = at_desk(app, "an")
    key = begun(officer, KIND)
    upload(officer, key, KIND, units(3))
    code = proposed(officer, key)
    walked(app, code, f"{TO_REPLY}, an propose_refusal, dung approve, giang issue", **REPLY)

    assert state_of(app, code) == "refused"
    assert len(written(app, "bulk_refused")) == 3
    with app.app_context():
        assert db.session.scalars(select(Account)).all() == []


def test_statements_do_not_grow_with_the_list(app: Flask) -> None:
    officer = at_desk(app, "an")
    counts = []
    for n in (3, 60):
        key = begun(officer, KIND)
        named = [u | {"name": f"{u['name']} ({n})", "email": f"{n}{u['email']}"} for u in units(n)]
        upload(officer, key, KIND, named)
        code = proposed(officer, key)
        walked(app, code, TO_REPLY, **REPLY)
        pair = []
        for address in (f"/desk/dossiers/{code}", f"/desk/dossiers/{code}/recipients"):
            with Queries(app) as queries:
                assert officer.get(address).status_code == 200
            pair.append(len(queries.statements))
        counts.append(pair)
    assert counts[0] == counts[1], counts

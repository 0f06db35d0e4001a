"""Searching the registers: what finds whom, page by page; a person only by two fields."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from app import clock, create_app
from app.extensions import db
from app.models import Facility
from tests.app.views.desk_walk import Queries, at_desk, filed
from tests.app.views.register_walk import (
    ID_NUMBER,
    NAME,
    PHONE,
    PRACTICE,
    PRESCRIBER,
    granted,
    later,
    person,
    prescriber_registered,
    put_facilities,
    search,
    walked,
)
from tests.conftest import fresh_database, make_config


@pytest.mark.parametrize(
    "typed", ["nha thuoc an binh", "AN BÌNH", "2101/đkkdd", "2101/dkkdd-lso", "LSO.2101"]
)
@pytest.mark.parametrize("tab", ["accounts", "facilities"])
def test_facilities_are_found_by_name_licence_and_username(
    app: Flask, tab: str, typed: str
) -> None:
    granted(app)
    granted(app, "Quầy thuốc Na Sầm", "2102/ĐKKDD-LSO")

    page = search(at_desk(app, "an"), tab, typed)

    assert "lso.2101" in page
    assert "lso.2102" not in page


@pytest.mark.parametrize("typed", ["Hoàng Thị Minh Châu", "0912345678", "2101@example.vn",
                                   ID_NUMBER, "%", "_", "\\", "'"])  # fmt: skip
@pytest.mark.parametrize("tab", ["accounts", "facilities", "codes"])
def test_the_one_field_finds_no_person(app: Flask, tab: str, typed: str) -> None:
    granted(app)
    prescriber_registered(app)

    page = search(at_desk(app, "an"), tab, typed)

    assert "lso.2101" not in page
    assert "KD-009" not in page
    assert "Tìm một người cần hai thông tin." in page


@pytest.mark.parametrize("typed", [{"name": NAME}, {"phone": PHONE}, {"number": ID_NUMBER},
                                   {"phone": PHONE, "number": ID_NUMBER}, {}])  # fmt: skip
@pytest.mark.parametrize("tab", ["accounts", "prescribers"])
def test_one_field_alone_finds_nobody_and_says_so(
    app: Flask, tab: str, typed: dict[str, str]
) -> None:
    granted(app)

    answer = person(at_desk(app, "an"), tab, **typed)

    assert answer.status_code == 422
    assert "nhập hai thông tin cùng lúc" in answer.text
    assert "lso.2101" not in answer.text
    for value in typed.values():
        assert value in answer.text  # what was typed is not lost


@pytest.mark.parametrize(
    "typed",
    [
        {"name": NAME, "phone": PHONE},
        {"name": "hoang thi minh chau", "phone": "+84 912 345 678"},
        {"name": NAME, "number": "020 185 001 234"},
        {"name": NAME, "number": "2101/đkkdd-lso"},
        {"name": NAME, "phone": PHONE, "number": ID_NUMBER},
    ],
)
def test_a_custodian_is_found_by_two_fields(app: Flask, typed: dict[str, str]) -> None:
    granted(app)

    answer = person(at_desk(app, "an"), **typed)

    assert answer.status_code == 200
    assert "lso.2101" in answer.text


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Châu", "phone": PHONE},
        {"name": NAME, "phone": "0912 345 679"},
        {"name": NAME, "number": "020185001235"},
        {"name": NAME, "phone": PHONE, "number": "020185001235"},
        {"name": "Nông Văn Hòa", "phone": PHONE},
    ],
)
def test_a_field_that_does_not_fit_finds_nobody(app: Flask, typed: dict[str, str]) -> None:
    granted(app)

    answer = person(at_desk(app, "an"), **typed)

    assert answer.status_code == 200
    assert "lso.2101" not in answer.text
    assert "Không tìm thấy ai" in answer.text


def test_a_number_that_is_no_phone_is_explained(app: Flask) -> None:
    answer = person(at_desk(app, "an"), name=NAME, phone="12")

    assert answer.status_code == 422
    assert "Nhập số điện thoại Việt Nam" in answer.text


def test_an_id_number_counts_for_its_own_custodian_only(app: Flask) -> None:
    granted(app)
    walked(app, later(app, "account_handover", custodian_name="Nông Văn Hòa"))
    client = at_desk(app, "an")

    for name in (NAME, "Nông Văn Hòa"):
        assert "lso.2101" not in person(client, name=name, number=ID_NUMBER).text


def test_prescribers_are_never_listed_only_found(app: Flask) -> None:
    prescriber_registered(app)
    client = at_desk(app, "an")

    listed = client.get("/desk/registers?tab=prescribers").text
    codes = client.get("/desk/registers?tab=codes").text
    found = person(client, "prescribers", name="luc thi mai", number=PRACTICE.lower()).text

    assert PRESCRIBER not in listed + codes
    assert "KD-009" in codes
    assert PRESCRIBER in found
    assert "KD-009" in person(client, "prescribers", name=PRESCRIBER, phone=PHONE).text
    assert "KD-009" in search(client, "codes", "kd-009")
    assert "KD-009" not in search(client, "codes", "kd")


def test_codes_of_facilities_are_found_by_part_and_by_facility(app: Flask) -> None:
    filed(app)
    put_facilities(app, range(1, 3))
    client = at_desk(app, "an")

    for typed in ("q0001", "000", "quay thuoc so 1", "1/qt"):
        assert "Q0001" in search(client, "codes", typed)
    assert "Q0002" not in search(client, "codes", "q0001")


def test_pages_go_forth_and_back_and_lose_nothing(app: Flask) -> None:
    filed(app)
    put_facilities(app, range(100, 160))
    client = at_desk(app, "an")

    for tab, mark in (("accounts", r">lso\.q(\d+)<"), ("facilities", r"thuốc số (\d+)<"),
                      ("codes", r">Q0(\d+)<")):  # fmt: skip
        address = f"/desk/registers?tab={tab}&q=quay"
        pages = []
        while address:
            page = client.get(address).text
            pages.append(re.findall(mark, page))
            found = re.search(r'rel="next" href="([^"]+)"', page)
            address = found[1].replace("&amp;", "&") if found else ""
        back = re.search(r'rel="prev" href="([^"]+)"', page)
        assert back
        assert re.findall(mark, client.get(back[1].replace("&amp;", "&")).text) == pages[1]
        assert [len(p) for p in pages] == [25, 25, 10]
        assert [int(n) for p in pages for n in p] == list(reversed(range(100, 160)))


def test_a_person_with_many_accounts_has_pages_too(app: Flask) -> None:
    filed(app)
    put_facilities(app, range(1, 31))
    client = at_desk(app, "an")
    who = {"name": "Lý Văn Ba", "phone": "0987 000 111"}

    first = person(client, **who).text
    after = re.search(r'name="after" value="(\d+)"', first)
    assert after
    second = person(client, **who, after=after[1]).text

    assert [len(re.findall(r"lso\.q\d+<", p)) for p in (first, second)] == [25, 5]


@pytest.mark.parametrize("cursor", ["x", "-1", "0", "99999999999999999999"])
def test_a_cursor_that_somebody_made_up_does_no_harm(app: Flask, cursor: str) -> None:
    client = at_desk(app, "an")

    for name in ("after", "before"):
        answer = client.get("/desk/registers", query_string={"tab": "nothing", name: cursor})
        assert answer.status_code == 200
    assert person(client, "codes", name=NAME, phone=PHONE, after=cursor).status_code == 200


@pytest.mark.parametrize("tab", ["accounts", "facilities", "codes"])
def test_a_register_needs_no_query_more_for_more_rows(app: Flask, tab: str) -> None:
    filed(app)
    client = at_desk(app, "an")
    counts = []
    for numbers in (range(1, 3), range(3, 60)):
        put_facilities(app, numbers)
        client.get(f"/desk/registers?tab={tab}")  # the first look is a row of its own
        with Queries(app) as queries:
            client.get(f"/desk/registers?tab={tab}")
        counts.append(queries.count)

    # Two are the rights of who looks.
    assert counts[0] == counts[1] <= 12, queries.statements


def test_names_of_older_rows_are_folded_by_the_migration(tmp_path: Path) -> None:
    app = create_app(make_config(tmp_path, fresh_database(tmp_path, "folding")))
    with app.app_context():
        upgrade(revision="0002")
        db.session.execute(
            text(
                "INSERT INTO facilities (id, licence_no, name, kind, tax_code, address, created_at)"
                " VALUES (1, '2101/ĐKKDD-LSO', 'Nhà  thuốc Đèo Giàng', '', '', '', :now)"
            ),
            {"now": clock.now()},
        )
        db.session.commit()
        upgrade(revision="0003")
        folded = db.session.execute(text("SELECT folded FROM facilities")).scalar_one()
        assert folded == "nha thuoc deo giang 2101/dkkdd-lso"
        db.session.remove()
        downgrade(revision="0002")
        upgrade()
        found = db.session.scalars(select(Facility)).one()
        assert found.folded == "nha thuoc deo giang 2101/dkkdd-lso"
        found.name = "Quầy thuốc Đỏ"
        db.session.commit()
        assert found.folded == "quay thuoc do 2101/dkkdd-lso"
        db.session.remove()
        db.engine.dispose()

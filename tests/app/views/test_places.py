"""Communes on the form, on the desk and in the register: a code inside, a name to read."""

from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.models import Facility, Letter, Place
from app.transaction import transaction
from letters import LetterData
from tests.app.services.test_places import without_places
from tests.app.views.desk_walk import at_desk, filed
from tests.app.views.portal_steps import ASK, GRANT, answers, begin, save, scan, submit, walk
from tests.app.views.register_walk import granted
from tests.helpers import dossier, mails


def test_the_form_offers_the_communes_of_today_and_no_district(client: FlaskClient) -> None:
    page = unescape(client.get(f"/dossiers/{begin(client)}/form").text)

    select_box = page[page.index('id="commune"') :].split("</select>")[0]
    assert select_box.count("<option") == 66
    assert '<option value="06187">Phường Kỳ Lừa</option>' in select_box
    assert "Huyện" not in select_box
    assert "Tỉnh" not in select_box


@pytest.mark.parametrize("wrong", ["99999", "188", "Phường Kỳ Lừa"])
def test_an_unknown_code_is_refused_and_the_form_comes_back_filled(
    client: FlaskClient, wrong: str
) -> None:
    key = begin(client)

    answer = save(client, key, **answers(commune=wrong), **scan())

    page = unescape(answer.text)
    assert answer.status_code == 422
    assert '<a href="#commune">Chọn một trong các mục của danh sách.</a>' in page
    assert 'value="Nhà thuốc An Bình"' in page
    assert 'value="Số 12, đường Lê Lợi"' in page


def test_everybody_reads_the_name_and_nobody_the_code(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    with app.app_context():
        code = dossier(key).code
    status = client.get(f"/dossiers/{key}").text
    review = at_desk(app, "an").get(f"/desk/dossiers/{code}").text
    walk(app, key, *GRANT)

    for page in (status, review):
        assert "Phường Kỳ Lừa" in page
        assert "06187" not in page
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "account_grant")).one()
        facts = LetterData.from_json(letter.data).facts
        assert facts["commune"] == "Phường Kỳ Lừa"
        assert facts["applicant_address"] == "Số 12, đường Lê Lợi, phường Kỳ Lừa, tỉnh Lạng Sơn"
        assert not [m for m in mails() if "06187" in m.text]


def test_the_desk_finds_dossiers_by_the_name_of_the_commune(app: Flask) -> None:
    code = filed(app)
    client = at_desk(app, "an")

    assert code in client.get("/desk?q=phường kỳ lừa").text
    assert code not in client.get("/desk?q=06187").text


def test_a_supplement_keeps_a_commune_that_is_gone(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    walk(app, key, *ASK)
    with app.app_context(), transaction():
        db.session.get_one(Place, "06187").valid_until = date(2025, 7, 31)

    page = client.get(f"/dossiers/{key}/form").text
    line = client.post(f"/dossiers/{key}/check/commune", data={"commune": "06187"}).text
    answer = save(client, key, address="Số 14, đường Lê Lợi")

    assert '<option value="06187" selected>Phường Kỳ Lừa</option>' in page
    assert "govuk-error" not in line
    assert answer.location.endswith("/review")


def test_without_places_the_commune_is_typed(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        without_places()

    key = submit(client, commune="Xã Tự Viết")

    with app.app_context():
        assert dossier(key).answers["commune"] == "Xã Tự Viết"
    assert "Xã Tự Viết" in client.get(f"/dossiers/{key}").text


def _register_page(app: Flask, *, commune: str | None = None) -> str:
    granted(app)
    with app.app_context():
        facility = db.session.scalars(select(Facility)).one()
        number = facility.id
        if commune:
            with transaction():
                db.session.get_one(Facility, number).place_code = commune
    return at_desk(app, "an").get(f"/desk/organisations/{number}").text


def test_the_register_shows_commune_and_province(app: Flask) -> None:
    page = _register_page(app)

    assert "Phường Kỳ Lừa" in page
    assert "Tỉnh Lạng Sơn" in page
    assert "Trước ngày 01/07/2025" not in page, "it was made of parts of two districts"


def test_the_register_says_which_district_it_was(app: Flask) -> None:
    page = _register_page(app, commune="06541")

    assert "Xã Mẫu Sơn" in page
    assert "Trước ngày 01/07/2025" in page
    assert "Huyện Lộc Bình" in page


def test_a_body_without_a_place_has_no_empty_lines(app: Flask) -> None:
    granted(app)
    with app.app_context():
        with transaction():
            db.session.scalars(select(Facility)).one().place_code = None
        number = db.session.scalars(select(Facility.id)).one()
        assert db.session.scalars(select(Place)).first()

    page = at_desk(app, "an").get(f"/desk/organisations/{number}").text

    assert "Tỉnh Lạng Sơn" not in page

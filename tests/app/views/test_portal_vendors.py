"""The forms of vendors and of facilities that connect through one, on the real pages."""

import io
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import workflows
from app import samples
from app.extensions import db
from app.models import Attachment, Dossier
from tests.app.services.vendors import NAME, TAX_CODE, connected
from tests.app.views.desk_walk import act, at_desk
from tests.app.views.portal_steps import EMAIL, answers, begin, key_of, save, scan
from tests.helpers import verify_email
from workflows import FieldType

THROUGH = {"connection": "vendor", "software_vendor": TAX_CODE}


def paper(name: str) -> dict[str, Any]:
    return {name: (io.BytesIO(samples.licence_scan()), f"{name}.jpg")}


def granted(app: Flask) -> None:
    with app.app_context():
        connected()
        db.session.remove()


def group_of(page: str, name: str) -> str:
    """Return the group of the form that only one answer asks for, with this field in it."""
    groups = re.split(r'(?=<div data-when=)|<div>\s*<fieldset class="vt-form-section"', page)
    return next(g for g in groups if f'name="{name}"' in g)


def test_contract_and_minutes_are_asked_only_of_those_who_choose_a_vendor(
    app: Flask, client: FlaskClient
) -> None:
    granted(app)
    key = begin(client)
    group = group_of(client.get(f"/dossiers/{key}/form").text, "software_vendor")
    assert 'data-when="connection" data-is="vendor"' in group
    assert f"{NAME} ({TAX_CODE})" in group
    assert "Đăng ký kết nối của đơn vị cung cấp phần mềm" in group
    assert all(f'name="{n}"' in group for n in ("vendor_contract", "confirmation_minutes"))

    refused = save(client, key, **answers(**THROUGH), **scan())
    assert refused.status_code == 422
    assert "Đính kèm: Hợp đồng bảo mật thông tin." in refused.text
    assert "Đính kèm: Biên bản xác nhận liên thông." in refused.text

    files = paper("vendor_contract") | paper("confirmation_minutes")
    assert save(client, key, **answers(**THROUGH), **files).status_code == 303
    review = client.get(f"/dossiers/{key}/review").text
    assert NAME in review
    assert "vendor_contract.jpg" in review
    client.post(f"/dossiers/{key}/actions/submit")

    with app.app_context():
        code = db.session.scalars(select(Dossier.code).where(Dossier.key == key)).one()
    officer = at_desk(app, "an")
    act(officer, str(code), "claim")
    desk = officer.get(f"/desk/dossiers/{code}").text
    assert "confirmation_minutes.jpg" in desk
    assert NAME in desk


def test_whoever_connects_directly_is_asked_for_nothing_of_it(
    app: Flask, client: FlaskClient
) -> None:
    granted(app)
    key = begin(client)

    # Attached before the answer was changed: it is no part of the dossier.
    stray = paper("vendor_contract")
    assert save(client, key, **answers(connection="direct"), **scan(), **stray).status_code == 303
    assert "vendor_contract" not in client.get(f"/dossiers/{key}/review").text
    assert client.post(f"/dossiers/{key}/actions/submit").status_code == 303

    with app.app_context():
        fields = db.session.scalars(select(Attachment.field).join(Attachment.dossier).where(
            Dossier.key == key)).all()  # fmt: skip
    assert fields == ["licence_scan"]


def test_without_any_vendor_the_form_still_works(client: FlaskClient) -> None:
    key = begin(client)
    group = group_of(client.get(f"/dossiers/{key}/form").text, "software_vendor")
    assert re.search(r'<select[^>]*name="software_vendor"', group)

    refused = save(client, key, **answers(**THROUGH), **scan())

    assert refused.status_code == 422
    assert "Chọn một trong các mục của danh sách." in refused.text
    assert save(client, key, **answers(connection="direct")).status_code == 303


def test_a_vendor_files_and_gives_back_by_its_own_page(app: Flask, client: FlaskClient) -> None:
    granted(app)
    verify_email(client, EMAIL)
    key = key_of(client.post("/apply/account_revocation/begin"))
    page = client.get(f"/dossiers/{key}/form").text
    assert 'data-is="facility"' in page
    assert 'data-is="vendor"' in group_of(page, "vendor_tax_code")
    fields = workflows.get("account_revocation").fields
    typed = {f.name: f.sample for f in fields if f.type is not FieldType.FILE}

    sent = save(
        client, key, **typed | {"holder": "vendor", "licence_no": "?"}, **paper("request_scan")
    )

    assert sent.status_code == 303, "what is not asked may be wrong"
    client.post(f"/dossiers/{key}/actions/submit")
    mine = client.get("/dossiers").text
    assert NAME in mine
    assert "Nhà thuốc An Bình" not in mine


def test_a_change_leaves_the_vendor_alone_unless_somebody_says_so(client: FlaskClient) -> None:
    verify_email(client, EMAIL)
    key = key_of(client.post("/apply/account_change/begin"))

    page = client.get(f"/dossiers/{key}/form").text

    chosen = re.findall(r'<input[^>]*name="new_connection"[^>]*\bchecked\b[^>]*>', page)
    assert len(chosen) == 1
    assert 'value=""' in chosen[0]

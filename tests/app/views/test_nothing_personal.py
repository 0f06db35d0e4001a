"""Addresses and log lines name no person: they end up in proxies, histories and files."""

import io
import logging
import re
from collections.abc import Iterator

import pytest
from flask import Flask, request, request_started
from sqlalchemy import select

from app import logs
from app.extensions import db
from app.models import Account, DataRequest, Dossier
from app.services import facts
from tests.app.views.desk_walk import at_desk, filed
from tests.app.views.portal_steps import submit
from tests.app.views.register_walk import granted, later, person, walked
from tests.helpers import last_code, verify_email

PERSONAL = re.compile(
    r"[\w.+-]+(@|%40)[\w-]+\.\w+|(\+|%2B)84[35789]\d{8}|0[35789]\d{2} ?\d{3} ?\d{3}|\b0\d{11}\b"
    r"|Minh( |\+|%20)Ch"
)


@pytest.fixture
def addresses(app: Flask) -> Iterator[list[str]]:
    """Every address that was asked for, as an access log has it."""
    seen: list[str] = []

    def note(_: Flask, **_more: object) -> None:
        seen.append(request.full_path)

    with request_started.connected_to(note, app):
        yield seen


@pytest.fixture
def lines(app: Flask) -> Iterator[io.StringIO]:
    """Every line of the log, as the real handler writes it, down to DEBUG of our own modules."""
    target = io.StringIO()
    handler = logging.StreamHandler(target)
    handler.setFormatter(logs.formatter())
    root, own = logging.getLogger(), logging.getLogger("app")
    level = own.level
    root.addHandler(handler)
    own.setLevel(logging.DEBUG)
    yield target
    root.removeHandler(handler)
    own.setLevel(level)


def test_no_address_and_no_log_line_names_a_person(
    app: Flask, addresses: list[str], lines: io.StringIO
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    applicant = app.test_client()
    key = submit(applicant)
    applicant.get(f"/dossiers/{key}")
    granted(app, "Nhà thuốc Bình An", "2102/ĐKKDD-LSO")
    walked(app, later(app, "account_change", "2102@example.vn", licence_no="2102/ĐKKDD-LSO"))
    officer = at_desk(app, "an")
    person(officer, name="Hoàng Thị Minh Châu", phone="0912 345 678")
    person(officer, name="Hoàng Thị Minh Châu", number="020185001234")
    with app.app_context():
        number = db.session.scalars(select(Account.id)).first()
        code = filed(app, "Nhà thuốc Ba", "2103/ĐKKDD-LSO")
    officer.post(f"/desk/accounts/{number}/numbers")
    officer.post(f"/desk/dossiers/{code}/numbers")
    home = app.test_client()
    verify_email(home, "2102@example.vn")
    home.post("/my-data/code")
    home.post("/my-data/copy", data={"code": last_code(home, "2102@example.vn")})
    home.post("/my-data/requests", data={"kind": "erasure", "text": "Xin xóa 0912 345 678."})
    with app.app_context():
        asked = db.session.scalars(select(DataRequest.id)).one()
    officer.post(f"/desk/data-requests/{asked}", data={"answer": "refused", "reason": "0912345678"})
    app.test_client().post("/desk/sign-in", data={"username": "an", "password": "an@example.vn"})
    logging.getLogger("app.trial").warning("for %s and +84912345678", "who@example.vn")

    assert len(addresses) > 40
    assert [a for a in addresses if PERSONAL.search(a)] == []
    written = lines.getvalue()
    assert "app.trial" in written
    assert [line for line in written.splitlines() if PERSONAL.search(line)] == []


def test_a_qr_code_of_a_dossier_says_nothing(app: Flask) -> None:
    filed(app)
    with app.app_context():
        dossier = db.session.scalars(select(Dossier)).one()
        assert not PERSONAL.search(facts.status_url(dossier))
        assert str(dossier.code) not in facts.status_url(dossier)

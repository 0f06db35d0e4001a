"""A first access issued again, and a password confirmed, through the real pages."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import structlog
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, logs
from app.extensions import db
from app.language import COOKIE
from app.models import Account, Activation
from app.security import keys
from app.services import activations, routines
from app.transaction import transaction
from tests.app.english import leftovers
from tests.app.views.desk_walk import act, at_desk
from tests.app.views.register_walk import granted, later, walked
from tests.helpers import last_code, link_token, mails, user, verify_email

EMAIL = "2101@example.vn"


def newest_link(app: Flask) -> str:
    with app.app_context():
        found = db.session.scalars(select(Activation).order_by(Activation.id.desc())).first()
        assert found is not None
        return f"/activate/{link_token(found)}"


def opened(client: FlaskClient, link: str) -> str:
    """Open an account as its custodian does and return the last page."""
    client.post(f"{link}/code")
    return client.post(link, data={"code": last_code(client, EMAIL)}).text


def expire(app: Flask) -> None:
    with app.app_context(), transaction():
        for link in db.session.scalars(select(Activation).where(Activation.used_at.is_(None))):
            link.expires_at = clock.now() - timedelta(hours=1)


def test_an_expired_link_says_whom_to_call_and_what_to_name(app: Flask) -> None:
    code = granted(app)
    link = newest_link(app)
    expire(app)
    client = app.test_client()

    for answer in (client.get(link), client.get(f"{link}/code"), client.post(f"{link}/code"),
                   client.post(link, data={"code": "1"})):  # fmt: skip
        assert answer.status_code == 410
        assert "đã hết hạn lúc" in answer.text
        assert code in answer.text
        assert "0205 3800 111" in answer.text  # the officer's unit
        assert EMAIL not in answer.text
        assert "lso.2101" not in answer.text
    client.set_cookie(COOKIE, "en")
    assert leftovers(app, client.get(link).text) == []


def test_an_officer_issues_it_again_and_the_new_link_works_once(app: Flask) -> None:
    code = granted(app)
    old = newest_link(app)
    expire(app)
    officer = at_desk(app, "an")
    with app.app_context():
        number = db.session.scalars(select(Account.id)).one()
    assert f'href="/desk/dossiers/{code}#decision"' in officer.get(f"/desk/accounts/{number}").text
    assert "Cấp lại liên kết kích hoạt" in officer.get(f"/desk/dossiers/{code}").text

    answer = act(officer, code, "reissue", note="Người giữ tài khoản đi công tác.")

    assert answer.location.endswith(f"/desk/dossiers/{code}")
    page = officer.get(answer.location).text
    assert "Đã cấp lại liên kết kích hoạt" in page
    assert "Người giữ tài khoản đi công tác." in page
    history = officer.get(f"/desk/accounts/{number}").text
    assert "Cấp lại liên kết kích hoạt" in history
    assert "#decision" not in history
    new, client = newest_link(app), app.test_client()
    assert client.get(old).status_code == 410
    assert "thư gần nhất" in client.get(old).text
    assert "Mật khẩu đầu tiên" in opened(client, new)
    assert client.get(new).status_code == 410
    blocked = officer.get(f"/desk/dossiers/{code}").text
    assert "Tài khoản lso.2101 đã được kích hoạt." in blocked
    assert act(officer, code, "reissue").status_code == 409


def test_the_applicant_reads_that_the_link_was_issued_again(app: Flask) -> None:
    code = granted(app)
    act(at_desk(app, "an"), code, "reissue", note="Nội bộ")
    client = app.test_client()
    verify_email(client, EMAIL)
    with app.app_context():
        key = db.session.scalars(select(activations.Dossier.key)).one()
    page = client.get(f"/dossiers/{key}").text

    assert "Cấp lại liên kết kích hoạt" in page
    assert "Nội bộ" not in page


def test_leader_clerk_and_other_officers_have_neither_button_nor_token(app: Flask) -> None:
    code = granted(app)
    act(at_desk(app, "an"), code, "reissue")
    hidden = []
    with app.app_context():
        account = db.session.scalars(select(Account)).one()
        for link in db.session.scalars(select(Activation)):
            hidden += [link_token(link), link.nonce, link.token_hash, str(link.secret)]
            if link.secret:
                hidden.append(keys.decrypt(link.secret))
        number = account.id
    hidden.remove("None")  # the first one is revoked and its secret gone

    for username in ("chi", "dung", "giang", "binh", "an"):
        desk = at_desk(app, username)
        for path in (f"/desk/dossiers/{code}", f"/desk/accounts/{number}", "/desk/mail",
                     "/desk/registers", "/desk?view=done"):  # fmt: skip
            page = desk.get(path).text
            assert not [h for h in hidden if h in page], (username, path)
        if username != "an":
            assert "actions/reissue" not in desk.get(f"/desk/dossiers/{code}").text
            refused = act(desk, code, "reissue")
            assert refused.status_code in (403, 409)
    assert "actions/reissue" in at_desk(app, "an").get(f"/desk/dossiers/{code}").text


def test_the_code_goes_to_the_address_on_record_by_now(app: Flask) -> None:
    granted(app)
    link = newest_link(app)
    walked(app, later(app, "account_change"))  # to moi@example.vn
    client = app.test_client()

    intro = client.get(link).text
    client.post(f"{link}/code")

    assert "mo•••@example.vn" in intro
    with app.app_context():
        assert [m.recipient for m in mails("code")] == ["moi@example.vn"]
        assert mails("granted")[0].recipient == EMAIL


@pytest.fixture
def due(app: Flask) -> tuple[int, str, date]:
    """Activate an account; return its id, the address of the reminder's link and the date."""
    granted(app)
    page = opened(app.test_client(), newest_link(app))
    with app.app_context():
        account = db.session.scalars(select(Account)).one()
        assert account.password_due_on is not None
        assert f"{account.password_due_on:%d/%m/%Y}" in page
        token = keys.derived_token("custody", f"{account.id}:{account.password_due_on}")
        return account.id, f"/custody/{account.id}/{token}", account.password_due_on


def test_a_custodian_confirms_with_one_button(app: Flask, due: tuple[int, str, date]) -> None:
    number, link, day = due
    client = app.test_client()

    with time_machine.travel(day - timedelta(days=4)):
        page = client.get(link)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert f"{day:%d/%m/%Y}" in page.text
        assert EMAIL not in page.text
        assert "Tôi đã đổi mật khẩu" in client.get(link).text, "a GET records nothing"

        first, second = client.post(link), client.post(link)

        assert "Đã ghi nhận" in first.text
        assert "đã được ghi nhận trước đó" in second.text
        assert "đã được ghi nhận trước đó" in client.get(link).text
        assert "Tôi đã đổi mật khẩu" not in first.text + second.text
        history = at_desk(app, "giang").get(f"/desk/accounts/{number}").text
    assert "Xác nhận đã đổi mật khẩu" in history
    assert f"<del>{day:%d/%m/%Y}</del>" in history


def test_a_stale_or_foreign_link_says_so(app: Flask, due: tuple[int, str, date]) -> None:
    number, link, _ = due
    client = app.test_client()
    walked(app, later(app, "password_reset"))

    for path in (link, f"/custody/{number}/x", f"/custody/{number + 1}/{'x' * 43}"):
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 410
            assert "Liên kết xác nhận không còn hiệu lực" in answer.text
    assert client.get("/custody/2147483648/x").status_code == 404


def test_the_account_page_marks_what_is_overdue(app: Flask, due: tuple[int, str, date]) -> None:
    number, _, day = due
    for on, is_marked in ((day, False), (day + timedelta(days=1), True)):
        with time_machine.travel(on):
            with app.app_context():
                user("chi").password_changed_at = clock.now()  # or her own is overdue too
                db.session.commit()
            page = at_desk(app, "chi").get(f"/desk/accounts/{number}").text
        assert "Đổi mật khẩu trước ngày" in page
        assert f"{day:%d/%m/%Y}" in page
        assert ("Quá hạn</span>" in page) is is_marked


def test_the_pages_of_custodians_are_english_by_switch(
    app: Flask, due: tuple[int, str, date]
) -> None:
    _, link, day = due
    client = app.test_client()
    client.set_cookie(COOKIE, "en")
    with time_machine.travel(day):
        answers = [client.get(link), client.post(link), client.post(link), client.get(f"{link}x")]

    for answer in answers:
        assert leftovers(app, answer.text) == []


@pytest.fixture
def log(app: Flask) -> Iterator[io.StringIO]:
    """Catch what the program logs, as it would reach standard error."""
    root, kept = logging.getLogger(), logging.getLogger().handlers[:]
    level = root.level
    logs.configure(app.config["VANTHU"].model_copy(update={"env": "production"}))
    stream = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers, root.level = kept, level
    structlog.reset_defaults()


def test_no_log_holds_a_token_of_a_link(
    app: Flask, due: tuple[int, str, date], log: io.StringIO
) -> None:
    _, link, day = due
    with time_machine.travel(day), app.app_context():
        routines.run()
    logging.getLogger("access").warning("GET %s 200", link)

    token = link.rpartition("/")[2]
    assert token not in log.getvalue()
    assert "/custody/" in json.loads(log.getvalue().splitlines()[-1])["event"]

"""What an applicant does with a dossier: submits, supplements, withdraws, registers again."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.extensions import db
from app.samples import submit_sample
from app.services import routines
from tests.app.views.portal_steps import (
    ASK,
    EMAIL,
    KIND,
    REFUSAL,
    answers,
    begin,
    save,
    scan,
    submit,
    walk,
)
from tests.helpers import dossier, mails, verify_email


def stranger(client: FlaskClient) -> FlaskClient:
    return client.application.test_client()


def test_submitting_twice_ends_at_the_same_receipt(client: FlaskClient, app: Flask) -> None:
    key = begin(client)
    # One blank too many: the history keeps the name in its checked form.
    save(client, key, **answers(custodian_name="Hoàng  Thị Minh Châu "), **scan())
    version = {"version": "1"}

    first = client.post(f"/dossiers/{key}/actions/submit", data=version)
    second = client.post(f"/dossiers/{key}/actions/submit", data=version)

    assert first.location == second.location == f"/dossiers/{key}/receipt"
    with app.app_context():
        assert len(dossier(key).events) == 1
        assert len(mails("received")) == 1


def test_submitting_an_incomplete_draft_leads_back_to_the_form(client: FlaskClient) -> None:
    key = begin(client)
    save(client, key, step="save", facility_name="Nhà thuốc An Bình")

    answer = client.post(f"/dossiers/{key}/actions/submit")

    assert answer.status_code == 422
    assert 'value="Nhà thuốc An Bình"' in answer.text
    assert '<a href="#tax_code">' in answer.text


def test_a_draft_sent_after_another_registration_is_told_so(
    client: FlaskClient, app: Flask
) -> None:
    key = begin(client)
    save(client, key, **answers(), **scan())
    with app.app_context():
        # The draft is moved aside, as if the other window had begun at the same moment.
        stored = dossier(key)
        stored.email = "khac@example.vn"
        db.session.commit()
        submit_sample("Nhà thuốc An Bình", EMAIL, "3101/ĐKKDD-LSO")
        stored = dossier(key)
        stored.email = EMAIL
        db.session.commit()

    answer = client.post(f"/dossiers/{key}/actions/submit")

    assert answer.status_code == 409
    assert "Mỗi địa chỉ chỉ đăng ký một lần" in answer.text


def test_a_supplement_goes_in_once_and_counts_anew(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    walk(app, key, *ASK)
    page = client.get(f"/dossiers/{key}").text
    assert "Bản chụp rõ mặt sau" in page
    assert f'href="/dossiers/{key}/form"' in page

    save(client, key, **answers(facility_name="Nhà thuốc An Bình 2"), **scan("rõ.jpg"))
    with app.app_context():
        version = dossier(key).version
        assert dossier(key).subject == "Nhà thuốc An Bình"
    first = client.post(f"/dossiers/{key}/actions/supplement", data={"version": version})
    second = client.post(f"/dossiers/{key}/actions/supplement", data={"version": version})

    assert first.location == second.location == f"/dossiers/{key}/receipt"
    with app.app_context():
        stored = dossier(key)
        assert (stored.state, stored.subject) == ("in_review", "Nhà thuốc An Bình 2")
        assert stored.due_on is not None
        assert len(mails("supplement_received")) == 1


def test_an_autosave_that_comes_late_is_no_conflict(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    walk(app, key, *ASK)
    typed = answers(facility_name="Nhà thuốc An Bình 2")
    save(client, key, **typed, **scan("rõ.jpg"))
    with app.app_context():
        version = dossier(key).version

    assert client.post(f"/dossiers/{key}/save", data=typed).status_code == 200
    sent = client.post(f"/dossiers/{key}/actions/supplement", data={"version": version})

    assert sent.location == f"/dossiers/{key}/receipt"


def test_withdrawing_asks_first_and_opens_the_address_again(
    client: FlaskClient, app: Flask
) -> None:
    key = submit(client)
    assert "Không, giữ hồ sơ" in client.get(f"/dossiers/{key}/actions/withdraw").text

    first = client.post(f"/dossiers/{key}/actions/withdraw")
    second = client.post(f"/dossiers/{key}/actions/withdraw")

    assert first.location == second.location == f"/dossiers/{key}"
    assert "Người nộp đã rút" in client.get(f"/dossiers/{key}").text
    with app.app_context():
        assert len(dossier(key).events) == 2
    assert client.post(f"/apply/{KIND}/begin").location.endswith("/form")


def test_a_step_too_late_says_who_was_first(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    with app.app_context():
        version = dossier(key).version
    walk(app, key, ("an", "claim"))

    answer = client.post(f"/dossiers/{key}/actions/withdraw", data={"version": version})

    assert answer.status_code == 409
    assert "Lương Thị An đã nhận xử lý lúc" in answer.text


@pytest.mark.parametrize("action", ["claim", "approve", "issue", "lapse", "nothing"])
def test_steps_of_others_are_not_an_applicants(
    client: FlaskClient, app: Flask, action: str
) -> None:
    key = submit(client)

    assert client.post(f"/dossiers/{key}/actions/{action}").status_code in (403, 409)

    with app.app_context():
        assert dossier(key).state == "submitted"


def test_a_refused_address_is_open_again(client: FlaskClient, app: Flask) -> None:
    key = submit(client)
    walk(app, key, *REFUSAL)

    assert client.post(f"/apply/{KIND}/begin").location.endswith("/form")
    assert "Từ chối giải quyết" in client.get(f"/dossiers/{key}").text


def test_a_broken_promise_is_told_with_an_apology_and_opens_the_address(
    client: FlaskClient, app: Flask
) -> None:
    key = submit(client)  # rule Q4

    with time_machine.travel(clock.now() + timedelta(days=30)):
        with app.app_context():
            routines.run()
            db.session.remove()
        verify_email(client, EMAIL)
        page = client.get(f"/dossiers/{key}").text

        assert "Sở Y tế xin lỗi Ông/Bà" in page
        assert "đã được mở lại để đăng ký" in page
        assert "Quá hạn" in page
        assert "Sở Y tế xin lỗi" not in stranger(client).get(f"/dossiers/{key}").text
        assert client.post(f"/apply/{KIND}/begin").location.endswith("/form")

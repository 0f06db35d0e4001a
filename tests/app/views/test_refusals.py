"""What was refused stands in the technical log: where and to whom by number, and no name."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.app.views.desk_walk import at_desk, filed
from tests.app.views.portal_steps import EMAIL
from tests.helpers import sign_in, user, verify_email

LOGGER = "app.views.refusals"


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == LOGGER]


def test_missing_rights_are_noted_by_number(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with app.app_context():
        number = user("quantri").id
    admin = at_desk(app, "quantri")
    caplog.set_level(logging.WARNING, LOGGER)

    assert admin.get("/desk").status_code == 403

    (line,) = lines(caplog)
    assert line.startswith(f"refused 403: GET desk.queue, user {number} from ")
    assert "127.0.0.1" not in line


def test_a_look_at_what_is_not_ones_own_is_noted(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    filed(app)
    verify_email(client, EMAIL)
    caplog.set_level(logging.WARNING, LOGGER)
    key = "AAAAAAAAAAAAAAAAAAAAAA"

    assert client.get(f"/dossiers/{key}/form").status_code == 404

    (line,) = lines(caplog)
    assert line.startswith("refused 404: GET applicants.form, applicant's session ")
    assert key not in line
    assert EMAIL not in line


def test_a_forged_form_is_noted(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    caplog.set_level(logging.WARNING, LOGGER)

    assert app.test_client().post("/apply/start", data={"email": EMAIL}).status_code == 400

    assert lines(caplog)[0].startswith("refused 400: POST applicants.start, nobody from ")


def test_a_page_that_is_not_there_and_a_question_for_a_code_are_no_refusals(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    officer = app.test_client()
    sign_in(officer, "an", proven=False)
    caplog.set_level(logging.WARNING, LOGGER)

    assert client.get("/nowhere").status_code == 404
    assert officer.post("/desk/me/sessions/end").status_code == 303
    asked = officer.post("/desk/factors/totp", data={})
    assert asked.status_code == 403
    assert "mã xác thực" in asked.text

    assert lines(caplog) == []

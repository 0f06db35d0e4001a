"""Requests no form of ours makes: HEAD, NUL, a session that has ended, a body too large."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import encode_multipart

from app import clock
from tests.app.views.desk_walk import at_desk, filed
from tests.app.views.portal_steps import EMAIL, answers, begin, save, scan
from tests.helpers import last_code, verify_email


def test_a_head_changes_nothing_in_a_draft(client: FlaskClient) -> None:
    key = begin(client)
    save(client, key, step="save", whole="1", **answers(), **scan())

    answer = client.head(f"/dossiers/{key}/form")

    assert answer.status_code == 200
    page = client.get(f"/dossiers/{key}/form").text
    assert 'value="Nhà thuốc An Bình"' in page
    assert " checked" in page


def test_a_head_is_not_a_wrong_code(client: FlaskClient) -> None:
    client.post("/apply/start", data={"email": EMAIL})

    for _ in range(6):
        assert client.head("/apply/verify").status_code == 200

    assert client.post("/apply/verify", data={"code": last_code(client, EMAIL)}).status_code == 303


@pytest.mark.parametrize("path", ["/desk/sign-in", "/apply/start"])
def test_a_head_is_answered_like_a_get(client: FlaskClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code == 200


def test_a_head_without_a_session_keeps_the_way_back(client: FlaskClient) -> None:
    assert client.head("/desk?view=all").location == client.get("/desk?view=all").location


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", "/dossiers/%00", {}),
        ("GET", "/desk?q=%00", {}),
        ("GET", "/desk?%00=1", {}),
        ("GET", "/desk/letters/%00.pdf", {}),
        ("POST", "/desk/sign-in", {"username": "an\0", "password": "x"}),
        ("POST", "/apply/start", {"email": "an\0@example.vn"}),
        ("POST", "/apply/start", {"email\0": "an@example.vn"}),
    ],
)
def test_a_nul_is_refused_with_a_sentence(
    app: Flask, method: str, path: str, sent: dict[str, str]
) -> None:
    answer = at_desk(app, "an").open(path, method=method, data=sent)

    assert answer.status_code == 400
    assert "ký tự không hợp lệ" in answer.text


def test_a_nul_in_a_field_that_is_checked_alone_is_refused(client: FlaskClient) -> None:
    key = begin(client)

    answer = client.post(
        f"/dossiers/{key}/check/tax_code",
        data={"tax_code": "01\0"},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("rest", ["check/tax_code", "save"])
def test_a_script_learns_in_one_sentence_that_the_session_has_ended(
    client: FlaskClient, rest: str
) -> None:
    key = begin(client)

    with time_machine.travel(clock.now() + timedelta(hours=9)):
        answer = client.post(f"/dossiers/{key}/{rest}", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.text.startswith("Phiên làm việc đã hết; ")
    assert 'href="/apply/start"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://localhost/desk/dossiers/{code}", "/desk/dossiers/{code}"),
        ("http://localhost/desk/dossiers/{code}?v=1", "/desk/dossiers/{code}?v=1"),
        ("http://localhost/desk/dossiers/{code}/actions/claim", "/desk/dossiers/{code}"),
    ],
    ids=["page", "query", "a refused step"],
)
def test_after_signing_in_again_staff_stand_where_the_form_stood(
    app: Flask, referer: str, page: str
) -> None:
    code = filed(app)
    client = at_desk(app, "an")

    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        answer = client.post(
            f"/desk/dossiers/{code}/actions/claim", headers={"Referer": referer.format(code=code)}
        )
        form = client.get(answer.location).text

    assert answer.status_code == 303
    assert f'name="next" value="{page.format(code=code)}"' in form


@pytest.mark.parametrize(
    "referer",
    ["https://evil.example/desk", "http://localhost/nowhere", "http://[", "//localhost:x/", ""],
)
def test_no_other_address_becomes_the_way_back(client: FlaskClient, referer: str) -> None:
    answer = client.post(
        "/desk/dossiers/x/actions/claim", headers={"Referer": referer} if referer else {}
    )

    assert answer.location == "/desk/sign-in"


def test_an_applicant_comes_back_to_the_form(client: FlaskClient) -> None:
    key = begin(client)

    with time_machine.travel(clock.now() + timedelta(hours=9)):
        answer = save(client, key, step="next")
        again = client.post(
            f"/dossiers/{key}/form", headers={"Referer": f"http://localhost/dossiers/{key}/form"}
        )

    assert answer.location == "/apply/start"
    assert again.location == f"/apply/start?next=/dossiers/{key}/form"
    verify_email(client, EMAIL)
    assert client.get(f"/dossiers/{key}/form").status_code == 200


def test_too_many_fields_are_not_a_large_file_and_lead_back(client: FlaskClient) -> None:
    key = begin(client)
    page = f"/dossiers/{key}/form"
    boundary, body = encode_multipart({f"x{n}": "1" for n in range(1100)})

    answer = client.post(
        page,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Referer": f"http://localhost{page}"},
    )

    assert answer.status_code == 400
    assert "quá nhiều mục" in answer.text
    assert "Tệp quá lớn" not in answer.text
    assert f'href="{page}"' in answer.text


def test_a_body_too_large_leads_back_to_its_form(client: FlaskClient, app: Flask) -> None:
    key = begin(client)
    page = f"/dossiers/{key}/form"

    answer = client.post(
        page,
        data=b"",
        content_type="application/x-www-form-urlencoded",
        headers={"Referer": f"http://localhost{page}"},
        environ_overrides={"CONTENT_LENGTH": str(app.config["MAX_CONTENT_LENGTH"] + 1)},
    )

    assert answer.status_code == 413
    assert "Tệp quá lớn" in answer.text
    assert f'href="{page}"' in answer.text


def test_an_error_of_a_page_leads_home_only(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"Referer": "http://localhost/track"})

    assert 'href="/track"' not in answer.text

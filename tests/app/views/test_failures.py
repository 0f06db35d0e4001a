"""When something is missing or broken people still get a page that says what to do."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app
from app.extensions import db
from app.views import nearest_page
from tests.conftest import make_config
from tests.helpers import sign_in


def test_an_unknown_page_is_a_plain_404(client: FlaskClient) -> None:
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert "Không tìm thấy trang" in answer.text


def test_without_a_database_there_is_still_a_sentence(tmp_path: Path) -> None:
    config = make_config(
        tmp_path, "postgresql+psycopg://nobody@127.0.0.1:1/none", VANTHU_ENV="development"
    )

    answer = create_app(config).test_client().get("/")

    assert answer.status_code == 503
    assert "Hồ sơ đã nộp không bị ảnh hưởng" in answer.text


def test_before_the_department_is_entered_nobody_sees_a_traceback(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        for table in ("grants", "users", "units", "departments"):
            db.session.execute(text(f"DELETE FROM {table}"))
        db.session.commit()

    assert client.get("/").status_code == 503


@pytest.mark.parametrize("path", ["/", "/desk/sign-in", "/nowhere"])
def test_every_answer_has_its_fences(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_pages_and_assets_travel_compressed_to_who_can_read_it(client: FlaskClient) -> None:
    plain = client.get("/")
    style = re.search(r'href="([^"]+[.]css)"', plain.text)
    assert style is not None
    for address, kind in (("/", "text/html"), (style.group(1), "text/css")):
        with client.get(address, headers={"Accept-Encoding": "gzip"}) as small:
            assert small.headers["Content-Encoding"] == "gzip"
            assert small.mimetype == kind
            unpacked = gzip.decompress(small.get_data())
        with client.get(address) as whole:
            assert "Content-Encoding" not in whole.headers
            assert len(whole.get_data()) == len(unpacked)


def test_a_form_without_its_token_is_refused_kindly(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post("/desk/sign-in", data={"username": "an", "password": "x"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False

    assert answer.status_code == 400
    assert "hết hiệu lực" in answer.text


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("/desk/people/binh/suspend", "/desk/people/binh"),
        ("/desk/factors/recovery?x=1", "/desk/factors"),
        ("/desk/code/send", "/desk/code"),
        ("/desk/sign-out", "/desk"),
        ("/language/en", "/"),
    ],
)
def test_an_address_that_is_only_posted_to_leads_to_the_page_above(
    client: FlaskClient, asked: str, page: str
) -> None:
    for ask in (client.get, client.head):
        answer = ask(asked)
        assert (answer.status_code, answer.location) == (303, page)


def test_no_address_that_is_only_posted_to_leads_round_in_a_circle(
    app: Flask, client: FlaskClient
) -> None:
    sign_in(client, "an")
    for rule in app.url_map.iter_rules():
        if rule.methods is None or "POST" not in rule.methods or "GET" in rule.methods:
            continue
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        answer = client.get(address, follow_redirects=True)  # raises after twenty
        assert answer.status_code in (200, 403, 404, 410), address


def test_the_page_above_is_never_another_host(app: Flask) -> None:
    with app.app_context():
        assert nearest_page("//desk/sign-out") == "/desk"
        assert nearest_page("//evil.example/language/en") == ""


def test_other_methods_stay_refused(client: FlaskClient) -> None:
    assert client.delete("/desk/sign-out").status_code == 405
    assert client.post("/desk/people").status_code == 405


def test_the_desk_opens_with_a_slash_too(client: FlaskClient) -> None:
    sign_in(client, "an")

    assert client.get("/desk/").status_code == 200

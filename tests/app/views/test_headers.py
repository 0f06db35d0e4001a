"""Every answer of every route, also an error, says what a browser may do with it."""

import logging
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from werkzeug.test import TestResponse

from app import create_app, samples
from app.extensions import db
from tests.app.views import routes
from tests.app.views.desk_walk import at_desk
from tests.conftest import fresh_database, make_config
from tests.helpers import verify_email

HOST = "vanthu.example.vn"


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The product as an office runs it, behind its own name."""
    folder = tmp_path_factory.mktemp("production")
    handlers = logging.getLogger().handlers
    app = create_app(
        make_config(
            folder,
            fresh_database(folder, "production"),
            VANTHU_ENV="production",
            base_url=f"https://{HOST}",
            mail_from="vanthu@example.vn",
            trusted_hosts="ten-khac.example.vn",
        )
    )
    logging.getLogger().handlers = handlers
    with app.app_context():
        upgrade()
        samples.load_department()
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def checked(answer: TestResponse, where: str) -> None:
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    if not where.startswith(("/f/", "/mailbox/")):
        # Those two show what others wrote; nothing in there may run, but it may have styles.
        assert "unsafe" not in policy, where
        for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "worker-src",
                     "connect-src 'self'", "manifest-src", "frame-ancestors 'self'"):  # fmt: skip
            assert part in policy, (where, part)
    assert not re.search(r"script-src[^;]*unsafe", policy), where
    assert headers["X-Content-Type-Options"] == "nosniff", where
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), where
    assert "camera=()" in headers["Permissions-Policy"], where
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", where
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin", where
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000"), where
    cache = headers["Cache-Control"]
    assert "no-store" in cache or where.startswith("/static") or "qr.svg" in where, (where, cache)
    assert "Server" not in headers


def test_every_route_answers_with_all_headers(app: Flask, client: FlaskClient) -> None:
    staff = at_desk(app, "an")
    verify_email(staff, "anbinh@example.vn")
    for rule in app.url_map.iter_rules():
        where = routes.address(rule)
        for browser in (client, staff):
            for method in sorted((rule.methods or set()) - {"OPTIONS"}) or ["GET"]:
                if rule.endpoint.endswith("sign_out"):
                    continue
                answer = browser.open(where, method=method, base_url="https://localhost")
                assert answer.status_code < 500, where
                checked(answer, where)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("POST", "/nowhere", 404),
        ("DELETE", "/", 405),
        ("TRACE", "/", 405),
        ("GET", "/desk?q=%00", 400),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/static/../../app/config.py", 404),
        ("OPTIONS", "/", 200),
    ],
)
def test_errors_carry_them_too(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method, base_url="https://localhost")

    assert answer.status_code == status
    checked(answer, path.replace("/static", "/x"))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "vanthu.example.vn.evil.example", "", "localhost", "127.0.0.1",
        "a b", "x" * 9000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_production_answers_to_its_own_names_only(
    production: Flask, host: str, method: str
) -> None:
    client = production.test_client()
    answer = client.open(
        "/", method=method, base_url=f"https://{HOST}", environ_overrides={"HTTP_HOST": host}
    )

    assert answer.status_code == 400
    assert "evil" not in answer.text
    checked(answer, "/")


@pytest.mark.parametrize("host", [HOST, f"{HOST}:443", "ten-khac.example.vn"])
def test_its_own_names_are_answered(production: Flask, host: str) -> None:
    answer = production.test_client().get(
        "/track", base_url=f"https://{HOST}", headers={"Host": host}
    )

    assert answer.status_code == 200


def test_forwarded_headers_of_a_stranger_say_nothing(production: Flask) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-For": "192.0.2.66",
        "X-Original-URL": "/desk",
        "X-Rewrite-URL": "/desk",
        "Forwarded": "host=evil.example",
    }
    client = production.test_client()
    page = client.get("/apply/account_issuance/qr.svg", base_url=f"https://{HOST}", headers=forged)
    led = client.get("/desk", base_url=f"https://{HOST}", headers=forged)

    assert page.status_code == 200
    assert "evil" not in page.text
    assert f"https://{HOST}/apply/account_issuance" in page.text
    assert led.location == "/desk/sign-in?next=/desk"


def test_cookies_are_tied_to_the_host_and_closed_to_scripts(production: Flask) -> None:
    client = production.test_client()
    first = client.get("/desk/sign-in", base_url=f"https://{HOST}")
    production.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(
        "/desk/sign-in",
        base_url=f"https://{HOST}",
        data={"username": "an", "password": samples.PASSWORD},
    )
    production.config["WTF_CSRF_ENABLED"] = True
    set_cookies = first.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")

    assert len(set_cookies) >= 2
    for cookie in set_cookies:
        assert cookie.startswith("__Host-vanthu"), cookie
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert part in cookie, cookie
        assert "Domain" not in cookie


def test_the_ceilings_of_a_form_are_set(app: Flask) -> None:
    assert app.config["MAX_CONTENT_LENGTH"] == 41 * 1024 * 1024
    assert app.config["MAX_FORM_MEMORY_SIZE"] == 500_000
    assert app.config["MAX_FORM_PARTS"] == 1000

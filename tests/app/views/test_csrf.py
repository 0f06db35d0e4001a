"""No form of another site, and no link, changes anything: over every route that may."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Base
from tests.app.views import routes
from tests.app.views.desk_walk import at_desk
from tests.helpers import csrf_of, verify_email

MEANT = re.compile("Biểu mẫu đã hết hiệu lực")
FOREIGN = "không được gửi từ trang của Sở Y tế"


@pytest.fixture
def insider(app: Flask, client: FlaskClient) -> Iterator[FlaskClient]:
    """Somebody with both sessions in one browser, as a forged form would find them."""
    app.config["WTF_CSRF_ENABLED"] = False
    someone = at_desk(app, "an")
    verify_email(someone, "anbinh@example.vn")
    app.config["WTF_CSRF_ENABLED"] = True
    yield someone
    app.config["WTF_CSRF_ENABLED"] = False


def rows(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {
            t.name: len(db.session.execute(t.select()).all()) for t in Base.metadata.sorted_tables
        }


def test_no_route_takes_a_form_without_our_token(app: Flask, insider: FlaskClient) -> None:
    before = rows(app)
    foreign = csrf_of(app.test_client().get("/desk/sign-in").text)
    seen = 0
    for method, rule in routes.unsafe(app):
        seen += 1
        for data in ({}, {"csrf_token": "x"}, {"csrf_token": foreign}):
            answer = insider.open(routes.address(rule), method=method, data=data)
            assert answer.status_code == 400, (rule.rule, data)
            assert MEANT.search(answer.text), (rule.rule, answer.text[:300])
    assert seen > 40
    assert rows(app) == before


def test_with_our_token_a_form_is_taken(insider: FlaskClient) -> None:
    token = csrf_of(insider.get("/verify").text)

    answer = insider.post("/verify", data={"csrf_token": token})

    assert answer.status_code == 422


def test_what_changes_something_does_not_answer_a_link(app: Flask, insider: FlaskClient) -> None:
    before = rows(app)
    for _, rule in routes.unsafe(app):
        answer = insider.get(routes.address(rule))
        # A page under the same address may be there, of this rule or another one.
        assert answer.status_code in (200, 303, 403, 404, 405, 410), rule.rule
    assert rows(app) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8080"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
)
def test_a_form_from_elsewhere_is_refused_whatever_token_it_has(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    for method, rule in routes.unsafe(app):
        answer = client.open(routes.address(rule), method=method, headers=headers)
        assert answer.status_code == 400, rule.rule
        assert FOREIGN in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
)
def test_our_own_forms_are_taken(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/verify", headers=headers).status_code == 422

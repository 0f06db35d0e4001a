"""One address cannot keep everybody waiting, over all processes, and pages cost no write."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app import clock
from app.extensions import db
from app.models import RateWindow
from app.services import limits
from app.transaction import transaction
from app.views import limits as guards
from tests.app.views.portal_steps import begin

NOW = clock.now().replace(minute=1, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def limited(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Switch the limits on, small, at a moment well inside a window."""
    before = app.config["VANTHU"]
    app.config["VANTHU"] = before.model_copy(update={"rate_limit_factor": 1})
    monkeypatch.setattr(limits, "LIMITS", dict.fromkeys(limits.LIMITS, 3))
    with time_machine.travel(NOW, tick=False):
        yield
    app.config["VANTHU"] = before


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/desk/sign-in", {"username": "an", "password": "sai"}),
        ("/apply/start", {"email": ""}),
        ("/verify", {}),
    ],
)
def test_the_fourth_is_one_too_many(client: FlaskClient, path: str, data: dict[str, str]) -> None:
    codes = [client.post(path, data=data).status_code for _ in range(3)]
    answer = client.post(path, data=data)

    assert 429 not in codes
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert "quá nhiều yêu cầu" in answer.text
    assert "phút" in answer.text
    with time_machine.travel(NOW + timedelta(minutes=5)):
        assert client.post(path, data=data).status_code != 429


def test_another_address_goes_on(client: FlaskClient) -> None:
    def ask(address: str) -> int:
        environ = {"REMOTE_ADDR": address}
        return client.post("/verify", environ_overrides=environ).status_code

    assert [ask("192.0.2.1") for _ in range(4)] == [422, 422, 422, 429]
    assert ask("192.0.2.2") == 422
    # Who has one address of IPv6 has all of its network.
    assert [ask(f"2001:db8::{n}") for n in range(1, 5)] == [422, 422, 422, 429]
    assert ask("2001:db8:0:1::1") == 422
    assert ask("::ffff:192.0.2.1") == 429


def test_guessing_tokens_ends_and_right_ones_are_not_counted(client: FlaskClient) -> None:
    for n in range(3):
        assert client.get(f"/verify/guess-{n}").status_code == 404

    assert client.get("/verify/guess-3").status_code == 429
    for path in ("/activate/x", "/received/x", "/f/x/y.pdf", "/dossiers/x"):
        assert client.get(path).status_code == 429, path
    assert client.get("/verify").status_code == 200


def test_files_are_counted(client: FlaskClient) -> None:
    key = begin(client)

    def send() -> int:
        data = {"licence_scan": (BytesIO(b"x"), "a.pdf"), "step": "save"}
        return client.post(f"/dossiers/{key}/form", data=data).status_code

    assert [send() for _ in range(4)] == [422, 422, 422, 429]
    assert client.post(f"/dossiers/{key}/form", data={"step": "save"}).status_code == 303


def test_pages_write_nothing_and_no_address_is_kept(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        engine = db.engine
    written: list[str] = []

    def note(*args: object) -> None:
        if not str(args[2]).lstrip().upper().startswith(("SELECT", "BEGIN")):
            written.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        for path in ("/", "/track", "/verify", "/apply/account_issuance", "/desk/sign-in"):
            assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert written == []

    client.get("/verify/nothing")
    with app.app_context():
        row = db.session.scalars(select(RateWindow)).one()
        assert "127.0.0.1" not in row.client
        assert len(row.client) == 32


def test_old_windows_are_removed(context: Flask) -> None:
    with transaction():
        limits.take("guess", "192.0.2.1")
    with time_machine.travel(NOW + timedelta(hours=2)), transaction():
        limits.take("guess", "192.0.2.1")
        assert limits.prune() == 1
    db.session.rollback()
    assert len(db.session.scalars(select(RateWindow)).all()) == 1


_COUNT = """
import sys, os
from app import create_app
from app.config import Config
from app.services import limits
from app.transaction import transaction
from datetime import datetime, UTC
from app import clock
clock.now = lambda: datetime.fromtimestamp(float(sys.argv[1]), UTC)
app = create_app(Config.model_validate(__import__("json").loads(sys.argv[2])))
with app.app_context():
    limits.LIMITS = {"sign_in": 30}
    refused = 0
    for _ in range(20):
        with transaction():
            refused += bool(limits.take("sign_in", "192.0.2.9"))
print(refused)
"""


def test_the_limit_holds_over_processes(app: Flask, department_rows: object) -> None:
    import json

    config = app.config["VANTHU"]
    said = json.dumps(
        {
            "VANTHU_ENV": "test",
            "data_dir": str(config.data_dir),
            "database_url": config.database_url,
            "secret_key": config.secret_key,
        }
    )
    command = [sys.executable, "-c", _COUNT, str(NOW.timestamp()), said]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    refused = [int(p.communicate(timeout=120)[0]) for p in started]

    assert sum(refused) == 30


def test_what_is_limited_exists(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert set(guards.TAKES) | guards.GUESSED_ENDPOINTS <= endpoints
    assert set(app.blueprints) >= guards.GUESSED
    assert set(guards.TAKES.values()) | {"guess", "upload"} == set(limits.LIMITS)

"""Nothing of a day's work that is personal or secret stands in the log, and no line is forged."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import logs, samples
from tests.app.views.desk_walk import act, at_desk
from tests.app.views.portal_steps import EMAIL, answers, submit
from tests.helpers import dossier, last_code


@pytest.fixture
def log() -> Iterator[StringIO]:
    """The log as production writes it, of everything down to the smallest word."""
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.formatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(before)


def test_a_day_leaves_no_secret_and_no_person_in_the_log(
    client: FlaskClient, app: Flask, log: StringIO
) -> None:
    key = submit(client)
    code_of_mail = last_code(client, EMAIL)
    officer = at_desk(app, "an")
    with app.app_context():
        code = str(dossier(key).code)
    for step in ("claim", "propose_grant"):
        act(officer, code, step)
    client.post("/desk/sign-in", data={"username": "binh", "password": "Sai-mat-khau-1"})
    client.post("/desk/sign-in", data={"username": "binh", "password": samples.PASSWORD})
    client.post("/desk/code", data={"code": "999999"})
    client.get("/activate/abcdefghijklmnop")
    client.get("/desk/nowhere", headers={"Authorization": "Bearer abc.def"})
    # The relay of the tests does not answer; its reasons are logged.
    app.extensions["vanthu_jobs"].drain()
    logging.getLogger("app").error("refused %s", {"email": EMAIL, "otp": code_of_mail})
    text = log.getvalue()

    assert "refused" in text, "it is this log that is looked at"
    personal = [v for n, v in answers().items() if n in ("phone", "id_number", "email", "id_no")]
    totp = pyotp.TOTP(samples.totp_secret("an")).now()
    for secret in (
        EMAIL, code_of_mail, samples.PASSWORD, "Sai-mat-khau-1", totp, "abc.def", *personal,
        samples.totp_secret("an"), *(c.value for c in client._cookies.values()),
    ):  # fmt: skip
        assert secret not in text, secret


@pytest.mark.parametrize(
    ("message", "args", "gone"),
    [
        ("Authorization: Bearer abc.def", (), "abc.def"),
        ("Cookie: vanthu=xyz", (), "xyz"),
        ("posted password=hunter2&x=1", (), "hunter2"),
        ("otp=%s", ("123456",), "123456"),
        ("%s", ({"csrf_token": "short", "deep": {"secret": "s3cret"}},), "s3cret"),
        ("to %s", ("an@example.vn",), "an@example.vn"),
        ("phone 0912345678", (), "0912345678"),
        ("id 020185001234", (), "020185001234"),
        ("token AbCdEfGhIjKlMnOpQrStUvWx", (), "AbCdEfGh"),
        ("smtp_password: 'p w'", (), "p w"),
    ],
)
def test_secrets_are_masked_wherever_they_stand(
    log: StringIO, message: str, args: tuple[object, ...], gone: str
) -> None:
    logging.getLogger("some.library").warning(message, *args)

    assert gone not in log.getvalue()
    assert "•••" in log.getvalue()


def test_what_an_exception_says_is_masked(log: StringIO) -> None:
    try:
        raise ValueError("password=hunter2 an@example.vn")
    except ValueError:
        logging.getLogger("app").exception("failed")

    line = json.loads(log.getvalue())
    assert "hunter2" not in line["exception"]
    assert "an@example.vn" not in line["exception"]
    assert "ValueError" in line["exception"]


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\u2028", "\x85", "\x1b[2J", "\u202e", "\0"])
def test_no_line_can_be_forged(log: StringIO, sign: str) -> None:
    forged = f'x{sign}{{"event": "signed in", "level": "info"}}'
    logging.getLogger("app").warning("unknown user %s", forged)

    text = log.getvalue()
    assert text.count("\n") == 1
    assert len(text.splitlines()) == 1
    assert sign not in text.rstrip("\n")
    assert json.loads(text)["event"].startswith("unknown user x")

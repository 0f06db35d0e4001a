"""The house stands as drawn: imports point inwards, every endpoint is closed, config documented."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

import workflows
from app.cli.check import problems
from app.config import ROOT
from app.views import app_view

# Whoever opens an endpoint adds it here, on purpose.
PUBLIC = {
    "activation.code",
    "activation.open",
    "activation.send",
    "activation.show",
    "applicants.resend",
    "applicants.start",
    "applicants.status",
    "applicants.verify",
    "auth.sign_in",
    "custody.confirm",
    "custody.open",
    "files.open",
    "health.alive",
    "health.ready",
    "mailbox.attachment",
    "mailbox.html",
    "mailbox.index",
    "mailbox.message",
    "mailbox.raw",
    "portal.home",
    "portal.language",
    "portal.poster",
    "portal.qr",
    "portal.request_type",
    "portal.track",
    "received.access",
    "received.answer",
    "received.draft",
    "received.letter",
    "received.open",
    "verification.ask",
    "verification.check",
    "verification.letter",
    "welcome.choose",
}


def test_imports_point_inwards() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_every_endpoint_is_closed_except_the_listed_ones(app: Flask) -> None:
    with app.app_context():
        endpoints = {rule.endpoint for rule in app.url_map.iter_rules()} - {"static"}
        is_public = {e for e in endpoints if getattr(app_view(e), "is_public", False)}

    assert is_public == PUBLIC


def test_anonymous_visitors_are_sent_to_sign_in_everywhere_else(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC | {"static"} or "GET" not in (rule.methods or set()):
            continue
        # What the converters want does not matter: nobody looks before the door.
        url = rule.rule
        for name, converter in rule._converters.items():
            filler = "1" if type(converter).__name__ == "IntegerConverter" else "x" * 22
            url = url.replace(next(p for p in _places(url) if name in p), filler)
        answer = client.get(url)
        assert answer.status_code == 303, f"{rule.endpoint} answers {answer.status_code}"
        assert "/start" in answer.location or "/sign-in" in answer.location


def _places(url: str) -> list[str]:
    return [part.split(">")[0] + ">" for part in url.replace("<", "\0<").split("\0")[1:]]


def test_everything_is_in_its_place(context: Flask) -> None:
    assert list(problems()) == []


@pytest.mark.parametrize("folder", ["app", "workflows", "letters"])
def test_files_say_what_they_are(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        if "versions" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), f"{path} has no first sentence"
        assert len(text.splitlines()) <= 300, f"{path} answers more than one question"


def test_the_readme_names_every_request_type_and_command(app: Flask) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [k for k in workflows.all_workflows() if f"`{k}`" not in readme] == []
    ours = {"serve", "web", "worker", "demo", "check"} | set(app.cli.commands)
    assert [c for c in ours if c not in readme] == []


def test_the_clock_has_one_reader() -> None:
    for path in (ROOT / "app").rglob("*.py"):
        if path.name == "clock.py":
            continue
        text = path.read_text(encoding="utf-8")
        assert "datetime.now(" not in text, path
        assert "date.today(" not in text, path

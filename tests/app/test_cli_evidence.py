"""Commands that change something are acts of whoever sits at the console; seals as files."""

import json
import os
import pwd
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from app import clock, create_app, samples
from app.cli import database
from app.cli.database import _noted
from app.extensions import db
from app.models import AuditEvent, DossierEvent, OutgoingMail
from app.services import seals
from tests.conftest import fresh_database, make_config
from tests.guards import tamper

PASSWORD = "Suoi7-cay-Ngan-xa"


def run(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    return result.output


def rows() -> list[tuple[str, str, str, str]]:
    db.session.rollback()
    found = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [(e.lane, e.actor_name, e.what, e.about) for e in found]


def me() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize(
    ("arguments", "what", "about"),
    [
        (("users", "add", "moi", "--full-name", "Lý Mới", "--email", "moi@example.vn",
          "--position", "Chuyên viên", "--unit", "NVD", "--role", "officer",
          "--password", PASSWORD), "person_invited", "user:moi"),
        (("users", "reset-otp", "an"), "factors_reset", "user:an"),
        (("books", "plan", "decision", "chung", "--from-year", "2090", "--reason", "QĐ 1"),
         "book_planned", "book:chung"),
        (("mail", "flush"), "mail_retried", "mail:due"),
        (("department", "load", "docs/department.example.toml"), "department_loaded",
         "department"),
    ],
)  # fmt: skip
def test_a_command_that_changes_something_is_a_row(
    context: Flask, arguments: tuple[str, ...], what: str, about: str
) -> None:
    run(context, *arguments)

    assert rows() == [("console", me(), what, about)]


def test_a_dead_mail_tried_again_from_the_console_is_a_row(context: Flask) -> None:
    samples.submit_sample("Nhà thuốc An Bình", "ab@example.vn", "2101/ĐKKDD-LSO")
    mail = db.session.scalars(select(OutgoingMail)).one()
    mail.state, number = "dead", mail.id
    db.session.commit()

    assert run(context, "mail", "retry", str(number)).strip() == "1"
    assert rows()[-1] == ("console", me(), "mail_retried", f"mail:{number}")


def test_a_change_of_the_schema_is_a_row(tmp_path: Path) -> None:
    app = create_app(make_config(tmp_path, fresh_database(tmp_path, "noted")))
    with app.app_context():
        database.upgrade()
        found = db.session.scalars(select(AuditEvent)).one()
        assert (found.lane, found.what) == ("console", "schema_changed")
        assert found.details["from"] == ""
        _noted(upgrade)()  # nothing to do, nothing to note
        assert len(rows()) == 1
        db.session.remove()
        db.engine.dispose()


def test_seals_are_kept_as_a_file_that_names_what_differs(context: Flask, tmp_path: Path) -> None:
    samples.submit_sample("Nhà thuốc An Bình", "ab@example.vn", "2101/ĐKKDD-LSO")
    file = tmp_path / "seals.json"
    with time_machine.travel(clock.now() + timedelta(days=1, hours=1)):
        assert run(context, "audit", "seal").strip() == "1"
        run(context, "audit", "export-seals", "--out", str(file))
        assert run(context, "audit", "verify", "--seals", str(file)) == ""
        number = db.session.scalars(select(DossierEvent.id)).one()
        tamper(f"UPDATE dossier_events SET action = 'approve' WHERE id = {number}")
        result = context.test_cli_runner().invoke(
            args=["audit", "verify", "--seals", str(file), "--json"]
        )

    assert result.exit_code == 1
    found = [row["problem"] for row in json.loads(result.output)]
    assert any(
        p.startswith("kept seal") and f"dossier_events: row {number} was" in p for p in found
    )
    assert json.loads(file.read_text())["key"] == seals.public_key()
    assert run(context, "audit", "key").strip() == seals.public_key()


@pytest.mark.parametrize("content", ["", "{}", '{"format": "x"}', "[1]"])
def test_a_file_that_holds_no_seals_is_one_sentence(
    context: Flask, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(content)

    result = context.test_cli_runner().invoke(args=["audit", "verify", "--seals", str(file)])

    assert result.exit_code == 1
    assert "bad.json" in result.output

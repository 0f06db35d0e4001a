"""The command line, as a person and as a program would read it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

import letters
from app import samples
from app.cli import serve
from app.cli.check import warnings
from app.config import ROOT
from app.extensions import db
from app.models import User
from app.security import passwords
from tests.app.services.test_dossiers import GRANT, filed, walked
from tests.guards import tamper

VANTHU = (sys.executable, "-m", "app.cli")
REPORTS = (
    "workflows list",
    "workflows show account_issuance",
    "workflows show account_issuance --fields",
    "keys status",
    "retention preview",
    "retention run",
    "keys rotate",
    "workflows simulate account_issuance",
    "workflows simulate password_reset",
    "workflows simulate code_registration",
    "letters kinds",
    "calendar year 2026",
    "books list",
    "books verify",
    "mail list",
    "audit verify",
    "users list",
)


@pytest.mark.parametrize("command", REPORTS)
def test_reports_are_a_list_of_objects_with_a_name(context: Flask, command: str) -> None:
    walked(filed(), *GRANT)
    db.session.remove()

    result = context.test_cli_runner().invoke(args=[*command.split(), "--json"])

    assert result.exit_code == 0, result.output
    rows = json.loads(result.output)
    assert isinstance(rows, list)
    assert rows or command == "audit verify"
    assert all("name" in row for row in rows)


def test_dispatches_are_known_by_their_form(context: Flask) -> None:
    result = context.test_cli_runner().invoke(args=["letters", "kinds", "--json"])

    forms = {row["name"]: row["form"] for row in json.loads(result.output)}
    assert forms["account_grant"] == forms["refusal"] == "dispatch"
    assert forms["receipt"] != "dispatch"


def test_letters_say_which_prescribed_form_they_follow_and_since_when(context: Flask) -> None:
    result = context.test_cli_runner().invoke(args=["letters", "kinds", "--json"])

    rows = {row["name"]: row for row in json.loads(result.output)}
    assert rows["apology"] | {"title": ""} == {
        "name": "apology",
        "title": "",
        "form": "apology",
        "form_code": "Mẫu số 04",
        "form_basis": "Thông tư 03/2025/TT-VPCP, Phụ lục I",
        "valid_from": "2025-09-15",
        "valid_until": None,
    }


def test_a_form_out_of_its_days_is_a_warning_not_a_failure(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(warnings()) == []
    old = replace(letters.kinds()["apology"], valid_until=date(2025, 12, 31))
    monkeypatch.setitem(letters.kinds(), "apology", old)

    result = context.test_cli_runner().invoke(args=["check"])

    assert "warning: letter apology: Mẫu số 04" in result.output
    assert "15/09/2025 – 31/12/2025" in result.output
    assert "\nok: " in result.output or result.output.startswith("ok: ")
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["--from", "2026-11-20", "--days", "10"], "2026-12-07"),
        (["--from", "2026-11-20", "--days", "10", "--at", "16:45"], "2026-12-07"),
        (["--from", "2026-11-20", "--days", "10", "--at", "17:30"], "2026-12-08"),
    ],
)
def test_the_calendar_promises(context: Flask, arguments: list[str], printed: str) -> None:
    result = context.test_cli_runner().invoke(args=["calendar", "due", *arguments])

    assert result.output == f"{printed}\n"


def test_the_calendar_works_before_there_is_a_database(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "app.cli",
            "calendar",
            "due",
            "--from",
            "2026-11-20",
            "--days",
            "10",
        ],
        env=os.environ | {"DATA_DIR": str(tmp_path), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "2026-12-07\n")
    assert not (tmp_path / "vanthu.db").exists()


def test_a_hole_in_a_book_is_found(context: Flask) -> None:
    walked(filed(), *GRANT)
    walked(filed("hai@example.vn", "2102/ĐKKDD-LSO"), *GRANT)
    db.session.execute(text("DELETE FROM book_entries WHERE number = 1"))
    db.session.commit()

    result = context.test_cli_runner().invoke(args=["books", "verify"])

    assert result.exit_code == 1


def test_a_touched_history_is_found(context: Flask) -> None:
    walked(filed(), *GRANT)
    tamper("UPDATE dossier_events SET at = '2020-01-01 00:00:00+00:00'")

    result = context.test_cli_runner().invoke(args=["audit", "verify"])

    assert result.exit_code == 1


def test_a_letter_is_rendered_to_a_file(context: Flask, tmp_path: Path) -> None:
    out = tmp_path / "letter.pdf"

    result = context.test_cli_runner().invoke(
        args=["letters", "render", "receipt", "--out", str(out)]
    )

    assert result.exit_code == 0, result.output
    assert out.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    "command",
    [
        "workflows show nothing",
        "letters render nothing --out x.pdf",
        "calendar due --from yesterday --days 1",
        "users reset-otp nobody",
    ],
)
def test_mistakes_are_one_sentence_and_not_zero(context: Flask, command: str) -> None:
    result = context.test_cli_runner().invoke(args=command.split())

    assert result.exit_code != 0
    assert "Traceback" not in result.output


def test_people_are_added_and_lose_their_authenticator(context: Flask) -> None:
    runner = context.test_cli_runner()
    person = [
        *("users", "add", "moi", "--full-name", "Lục Văn Mới", "--email", "moi@example.vn"),
        *("--position", "Chuyên viên", "--unit", "NVD", "--role", "officer"),
    ]
    refused = runner.invoke(args=[*person, "--password", samples.PASSWORD])
    assert "«vanthu»" in refused.output
    added = runner.invoke(args=[*person, "--password", "Thuyền#giấy-27"])
    assert added.exit_code == 0, added.output
    assert db.session.scalars(select(User).where(User.username == "moi")).one().must_change_password
    second = ["hai" if a == "moi" else a.replace("moi@", "hai@") for a in person]
    head = runner.invoke(args=[*second, "--role", "signer", "--password", "Thuyền#giấy-27"])
    assert "người đứng đầu là Hoàng Quốc Dũng" in head.output
    assert head.exit_code != 0

    runner.invoke(args=["users", "reset-otp", "an"])

    an = db.session.scalars(select(User).where(User.username == "an")).one()
    assert (an.totp_secret, an.totp_last_step) == (None, 0)


def test_a_password_set_by_an_administrator_serves_for_one_sign_in(context: Flask) -> None:
    runner = context.test_cli_runner()

    refused = runner.invoke(
        args=["users", "reset-password", "an", "--password", "Luong.Thi.An#1990"]
    )
    done = runner.invoke(args=["users", "reset-password", "an", "--password", "Thuyền#giấy-27"])

    assert "«luongthian»" in refused.output
    assert done.exit_code == 0, done.output
    an = db.session.scalars(select(User).where(User.username == "an")).one()
    assert an.must_change_password
    assert passwords.verify(an.password_hash, "Thuyền#giấy-27")


def test_the_demonstration_does_the_main_job(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = subprocess.run(
        [*VANTHU, "demo", "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    texts = {
        path.name: subprocess.run(
            ["pdftotext", "-layout", str(path), "-"],  # noqa: S607 - where the machine has it
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for path in out.glob("*.pdf")
    }
    everything = "\n".join(texts.values())
    for sentence in (
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ",
        "Số: 01/SYT-NVD",
        "Số: 02/SYT-NVD",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Kính gửi: Nhà thuốc An Bình",
        "Kính gửi: Quầy thuốc Thanh Mai",
    ):
        assert sentence in everything
    assert "chưa" not in (out / "nhat-ky.md").read_text(encoding="utf-8")


def test_a_department_is_written_from_its_file_and_written_again(context: Flask) -> None:
    runner = context.test_cli_runner()
    example = str(ROOT / "docs" / "department.example.toml")

    assert runner.invoke(args=["department", "load", example]).exit_code == 0
    assert runner.invoke(args=["department", "load", example]).exit_code == 0

    shown = json.loads(runner.invoke(args=["department", "show", "--json"]).output)
    assert [row["name"] for row in shown].count("SỞ Y TẾ") == 1
    assert [row["symbol"] for row in shown].count("NVD") == 1


def test_a_file_with_a_blank_is_refused_by_name(context: Flask, tmp_path: Path) -> None:
    path = tmp_path / "department.toml"
    path.write_text('[department]\nname = ""\n', encoding="utf-8")

    result = context.test_cli_runner().invoke(args=["department", "load", str(path)])

    assert result.exit_code != 0
    assert "department.name" in result.output


@pytest.mark.parametrize("has_mailbox", [True, False])
def test_only_a_mailbox_of_its_own_is_announced(
    context: Flask, capsys: pytest.CaptureFixture[str], has_mailbox: bool
) -> None:
    serve._announce(context.config["VANTHU"], has_mailbox=has_mailbox)

    assert ("Hộp thư cục bộ" in capsys.readouterr().out) is has_mailbox


def test_a_mail_server_of_ones_own_is_told_to_the_announcement(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example.vn")
    monkeypatch.setenv("BASE_URL", "http://localhost")
    monkeypatch.setattr(serve, "_prepare", lambda: None)
    monkeypatch.setattr(
        serve,
        "_announce_when_open",
        lambda _host, _port, *, has_mailbox: told.append(has_mailbox),
    )
    monkeypatch.setattr(serve, "_supervise", lambda _commands, *, announce: announce())

    result = context.test_cli_runner().invoke(args=["serve", "--port", "0"])

    assert result.exit_code == 0, result.output
    assert told == [False]

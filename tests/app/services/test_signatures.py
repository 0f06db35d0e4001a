"""After the decision the worker signs: once, or it waits for the key; nothing leaves unsigned."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from app import clock, rendering, storage
from app.cli.check import signing as line
from app.config import ROOT, Config, ConfigError
from app.extensions import db
from app.mail.envelope import Envelope
from app.models import Letter, OutgoingMail
from app.services import letters, outbox, signatures
from letters.signing import KeyProblem, SigningError
from letters.signing.verify import Report, verify
from tests.app.views import signed_scene as scene
from tests.app.views.desk_walk import at_desk
from tests.helpers import mails


@pytest.fixture
def keys(app: Flask, tmp_path: Path) -> Iterator[Path]:
    with scene.signing(app, tmp_path / "keys"):
        yield tmp_path / "keys"


def examined(app: Flask, pdf: bytes) -> Report:
    with app.app_context():
        return verify(pdf, signatures.roots())


def stored(app: Flask) -> list[Path]:
    folder: Path = app.config["VANTHU"].files_dir
    return sorted(p for p in folder.rglob("*") if p.is_file())


def deliver(app: Flask) -> tuple[str, OutgoingMail, list[Envelope]]:
    """Try the mail that brings the dispatch; return how it stands and what was sent."""
    sent: list[Envelope] = []
    with app.app_context():
        mail = mails("granted")[0]
        state = outbox.deliver(mail.id, {"mail": sent.append})
        db.session.expire_all()
        return state, db.session.get_one(OutgoingMail, mail.id), sent


def test_the_leader_signs_then_the_department_seals(app: Flask, keys: Path) -> None:
    _, pdf = scene.made(app)

    report = examined(app, pdf)

    assert report.complete
    assert [s.role for s in report.signatures] == ["person", "body"]
    assert all(s.intact and s.trusted and s.demonstration for s in report.signatures)
    assert "Vi Thị Kim Chi" in report.signatures[0].name
    assert sorted(p.name for p in (keys / "demonstration").iterdir()) == [
        "body.p12",
        "chi.p12",
        "root.p12",
    ]


def test_what_is_mailed_is_the_one_signed_file(app: Flask, keys: Path) -> None:
    before = set(stored(app))
    scene.issued(app)

    state, mail, (envelope,) = deliver(app)

    assert (state, mail.error) == ("sent", "")
    with app.app_context():
        letter = db.session.get_one(Letter, mail.letter_id)
        assert envelope.attachments[0].content == letters.pdf(letter)
    assert len(set(stored(app)) - before) <= 2  # the letter, and the photo that came with it
    assert examined(app, envelope.attachments[0].content).complete


def test_a_letter_without_its_key_waits_and_goes_on_by_itself(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.issued(app)
    with scene.signing(app, tmp_path / "none"):
        monkeypatch.setattr(signatures, "are_for_show", lambda: False)
        state, mail, sent = deliver(app)

        assert (state, sent) == ("pending", [])
        assert mail.error == "Văn bản chờ ký số, chưa tìm thấy khóa ký: chi"
        assert signatures.is_waiting(mail.error)
        with app.app_context():
            letter = db.session.get_one(Letter, mail.letter_id)
            # What was decided stands: state, number and date.
            assert (letter.state, letter.pdf_sha256) == ("issued", None)
            assert letter.entry is not None

    with scene.signing(app, tmp_path / "back"), time_machine.travel(mail.next_at):
        monkeypatch.undo()
        state, mail, sent = deliver(app)

        assert (state, mail.error) == ("sent", "")
        assert examined(app, sent[0].attachments[0].content).complete


def test_a_mail_that_waits_for_a_key_is_never_given_up(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.issued(app)
    with scene.signing(app, tmp_path / "none"):
        monkeypatch.setattr(signatures, "are_for_show", lambda: False)
        for days in range(6):
            with time_machine.travel(clock.now() + timedelta(days=days)):
                state, _, _ = deliver(app)
            assert state == "pending"


def test_the_reason_stands_on_the_page_of_the_dossier_and_can_be_tried_again(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = scene.issued(app)
    _, key = scene.dispatch(app)
    client = at_desk(app, "giang")
    assert "chờ ký số" not in client.get(f"/desk/dossiers/{code}").text
    with scene.signing(app, tmp_path / "none"):
        monkeypatch.setattr(signatures, "are_for_show", lambda: False)
        deliver(app)

        page = client.get(f"/desk/dossiers/{code}").text
        assert "chưa tìm thấy khóa ký: chi" in page
        assert "đã cấp số, chưa gửi" in page
        client.set_cookie("vanthu_lang", "en")
        assert "the signing key was not found: chi" in client.get(f"/desk/dossiers/{code}").text

        answer = client.post(f"/desk/letters/{key}/sign")

    assert answer.status_code == 303
    with app.app_context():
        assert mails("granted")[0].next_at <= clock.now()


def test_a_wrong_pin_is_said_and_mended_while_it_runs(
    app: Flask, keys: Path, tmp_path: Path
) -> None:
    scene.made(app)
    own = tmp_path / "own"
    own.mkdir()
    from letters.signing import Party, Role, demonstration

    for name in ("chi", "body"):
        content = demonstration.key(keys, Party(Role.BODY, name, name)).read_bytes()
        (own / f"{name}.p12").write_bytes(content)
    pins = tmp_path / "pins"
    pins.write_text("chi = wrong\n* = wrong\n")
    with scene.signing(app, own, signing_pin_file=pins), app.app_context():
        letter = db.session.get_one(Letter, scene.dispatch(app)[0])
        unsigned = rendering.letter(letters.LetterData.from_json(letter.data))
        with pytest.raises(SigningError) as refused:
            signatures.sign(letter, unsigned)
        pins.write_text(f"* = {demonstration.PIN}\n")
        signed = signatures.sign(letter, unsigned)

    assert refused.value.problem is KeyProblem.REFUSED
    assert examined(app, signed).complete


KILLED = """
import os, signal, sys
from app import create_app, storage
from app.services import outbox

app = create_app()
app.extensions.pop("vanthu_signer", None)
put = storage.put
def dying(content):
    if sys.argv[2] == "after":
        put(content)
    os.kill(os.getpid(), signal.SIGKILL)
storage.put = dying
with app.app_context():
    outbox.ensure_pdf(int(sys.argv[1]))
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_killed_between_signing_and_recording_leaves_one_file(
    app: Flask, keys: Path, moment: str
) -> None:
    scene.issued(app)
    letter_id, key = scene.dispatch(app)
    config: Config = app.config["VANTHU"]
    before = set(stored(app))

    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(letter_id), moment],
        cwd=ROOT,
        env={
            **os.environ,
            "VANTHU_ENV": "test",
            "DATA_DIR": str(config.data_dir),
            "DATABASE_URL": config.database_url,
            "SECRET_KEY": config.secret_key,
            "BASE_URL": config.base_url,
            "SIGNING": "software",
            "SIGNING_DIR": str(keys),
            "PYTHONPATH": str(ROOT),
        },
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    with app.app_context():
        kept = storage.kept(key)
        assert kept is not None

        letter = outbox.ensure_pdf(letter_id)

        assert letters.pdf(letter) == kept  # not signed a second time
        assert storage.kept(key) is None
    assert len(set(stored(app)) - before) == 1


def test_two_workers_that_sign_at_once_store_one_file(
    app: Flask, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.issued(app)
    letter_id, _ = scene.dispatch(app)
    before = set(stored(app))
    sign = signatures.sign

    def slower(letter: Letter, pdf: bytes) -> bytes:
        content = sign(letter, pdf)
        monkeypatch.setattr(signatures, "sign", sign)
        # Meanwhile another worker makes the same letter from beginning to end.
        outbox._record_pdf(letter_id, letters.make_pdf(letter))
        return content

    monkeypatch.setattr(signatures, "sign", slower)
    with app.app_context():
        letter = outbox.ensure_pdf(letter_id)

        assert letters.pdf(letter)
    assert len(set(stored(app)) - before) == 1


def test_the_request_of_the_clerk_signs_nothing(
    app: Flask, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signatures, "sign", lambda *_: pytest.fail("signed in a request"))

    scene.issued(app)

    assert not (keys / "demonstration").exists()


def test_production_is_off_until_somebody_says_who_holds_the_keys(tmp_path: Path) -> None:
    real = {
        "VANTHU_ENV": "production",
        "secret_key": "x" * 40,
        "database_url": "postgresql://db/vanthu",
        "base_url": "https://motcua.example",
        "smtp_url": "smtps://relay",
        "mail_from": "vanthu@soyte.example",
    }

    assert Config.model_validate(real).signs_with == "off"
    assert "without digital signatures" in line(Config.model_validate(real))
    assert "no legal force" in line(Config.model_validate({"data_dir": tmp_path}))
    held = Config.model_validate(real | {"signing": "software"})
    assert line(held) == "signing: software, level B-B"
    with pytest.raises(ConfigError, match="SIGNING_SERVICE"):
        Config.model_validate(real | {"signing": "pkcs11"})
    with pytest.raises(ConfigError, match="TIMESTAMP_URL"):
        Config.model_validate(real | {"signature_level": "B-T"})


def test_in_production_no_key_is_ever_made(app: Flask, keys: Path) -> None:
    with scene.signing(app, keys, env="production"), app.app_context():
        assert not signatures.are_for_show()
        assert signatures.roots() == []

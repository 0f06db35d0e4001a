"""Anybody may ask whether a file is what the department issued; the file is kept nowhere."""

import logging
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, confined, examination
from app.extensions import db
from app.models import Letter, NumberBook
from letters import LetterData
from tests.app.views import signed_scene as scene
from tests.helpers import csrf_of


@pytest.fixture
def keys(app: Flask, tmp_path: Path) -> Iterator[Path]:
    with scene.signing(app, tmp_path / "keys"):
        yield tmp_path / "keys"


def check(client: FlaskClient, content: bytes, key: str = "") -> str:
    answer = client.post(
        "/verify",
        data={"file": (BytesIO(content), "van-ban.pdf"), "key": key},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    return answer.text


def changed(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def test_an_issued_letter_holds_in_every_respect(
    app: Flask, client: FlaskClient, keys: Path
) -> None:
    _, pdf = scene.made(app)

    page = check(client, pdf)

    assert "Không phát hiện sai khác" in page
    for sentence in (
        "Chữ ký số của người có thẩm quyền còn nguyên vẹn: Trình diễn: Vi Thị Kim Chi",
        "Chữ ký số của cơ quan còn nguyên vẹn",
        "Không có gì được thêm hay sửa sau chữ ký cuối cùng.",
        "chữ ký và dấu không có giá trị pháp lý",
        "Sổ đăng ký văn bản đi có văn bản số 01/SYT-NVD",
        "Tệp trùng khớp hoàn toàn với bản cơ quan đang lưu.",
    ):
        assert sentence in page, sentence
    assert "Không đúng:" not in page


@pytest.mark.parametrize("part", [0.05, 0.3, 0.5, 0.8, 0.999])
def test_one_changed_byte_is_named(
    app: Flask, client: FlaskClient, keys: Path, part: float
) -> None:
    key, pdf = scene.made(app)

    page = check(client, changed(pdf, int(len(pdf) * part)), key)

    assert "Tệp không đạt" in page
    assert "Tệp khác với bản cơ quan đang lưu." in page
    assert "Tệp trùng khớp" not in page


def test_a_changed_copy_is_still_led_to_its_letter(
    app: Flask, client: FlaskClient, keys: Path
) -> None:
    _, pdf = scene.made(app)

    page = check(client, pdf + b"\n% one more line\n")

    assert "01/SYT-NVD" in page
    assert "Tệp bị thêm hoặc sửa nội dung sau khi ký." in page
    assert "Tệp khác với bản cơ quan đang lưu." in page


def test_the_page_of_a_letter_shows_four_things_and_no_more(
    app: Flask, client: FlaskClient, keys: Path
) -> None:
    key, _ = scene.made(app)
    with app.app_context():
        stored = db.session.scalars(select(Letter.data).where(Letter.key == key)).one()
        data = LetterData.from_json(stored)

    page = client.get(f"/verify/{key}").text

    assert "01/SYT-NVD" in page
    assert data.subject[1:] in page
    assert "Đã phát hành" in page
    assert clock.today().strftime("%d/%m/%Y") in page
    for hidden in ("applicant_name", "applicant_email", "applicant_phone", "dossier_code"):
        assert str(data.facts[hidden]) not in page, hidden
    assert client.get("/verify/nobody-knows-this-key").status_code == 404


def test_a_draft_has_no_page(app: Flask, client: FlaskClient) -> None:
    from tests.app.views.desk_walk import act, at_desk, filed

    code = filed(app)
    act(at_desk(app, "an"), code, "claim")
    act(at_desk(app, "an"), code, "propose_grant")
    _, key = scene.dispatch(app)

    assert client.get(f"/verify/{key}").status_code == 404


def test_the_qr_code_of_a_dispatch_leads_there_and_that_of_a_slip_to_its_dossier(
    app: Flask, client: FlaskClient
) -> None:
    scene.issued(app)
    _, key = scene.dispatch(app)
    with app.app_context():
        found = {
            letter.form: LetterData.from_json(letter.data).qr_url
            for letter in db.session.scalars(select(Letter))
        }

    assert found["dispatch"] == f"http://localhost/verify/{key}"
    assert "/dossiers/" in found["receipt"]


def test_another_letter_than_the_one_of_the_code_is_said(
    app: Flask, client: FlaskClient, keys: Path
) -> None:
    _, pdf = scene.made(app)
    with app.app_context():
        other = db.session.scalars(select(Letter).where(Letter.kind == "receipt")).one().key

    assert "không phải văn bản của mã QR này" in check(client, pdf, other)


def test_a_recalled_and_a_replaced_letter_are_no_longer_in_force(
    app: Flask, client: FlaskClient, keys: Path
) -> None:
    key, pdf = scene.made(app)
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.key == key)).one()
        letter.recalled_at = clock.now()
        db.session.commit()

    assert "Đã thu hồi" in client.get(f"/verify/{key}").text
    page = check(client, pdf)
    assert "Văn bản không còn hiệu lực: đã thu hồi." in page
    assert "Tệp không đạt" in page


def test_a_letter_that_left_unsigned_is_compared_with_the_copy(
    app: Flask, client: FlaskClient
) -> None:
    _, pdf = scene.made(app)

    page = check(client, pdf)

    assert "Tệp không có chữ ký số." in page
    assert "Tệp trùng khớp hoàn toàn" in page
    assert "Không phát hiện sai khác" in page
    assert "Tệp không đạt" in check(client, pdf + b" ")


@pytest.mark.parametrize("content", [b"no pdf at all", b"%PDF-1.7\n\xff\xfe", b"PK\x03\x04zip"])
def test_what_is_no_letter_is_told_apart(
    app: Flask, client: FlaskClient, keys: Path, content: bytes
) -> None:
    page = check(client, content)

    assert "Tệp không phải là PDF đọc được" in page
    assert "Không tìm thấy văn bản này trong sổ" in page


def test_nothing_and_too_much_are_refused(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    nothing = client.post("/verify", data={})
    with scene.signing(app, tmp_path, upload_max_mb=0):
        large = client.post("/verify", data={"file": (BytesIO(b"x"), "a.pdf")})

    assert (nothing.status_code, large.status_code) == (422, 422)
    assert "Ông/Bà chọn tệp PDF" in nothing.text
    assert "Tệp lớn hơn 0 MB." in large.text


def test_the_form_has_a_token_and_wants_it(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        client = app.test_client()
        token = csrf_of(client.get("/verify").text)
        sent = {"file": (BytesIO(b"x"), "a.pdf")}
        refused = client.post("/verify", data=sent)
        again = {"file": (BytesIO(b"x"), "a.pdf"), "csrf_token": token}
        taken = client.post("/verify", data=again)
    finally:
        app.config["WTF_CSRF_ENABLED"] = False

    assert refused.status_code == 400
    assert taken.status_code == 200


def test_the_file_is_neither_kept_nor_logged(
    app: Flask,
    client: FlaskClient,
    keys: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _, pdf = scene.made(app)
    client.get("/verify")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    mark = "Nguyễn Văn Riêng Tư"
    strange = pdf + f"\n1 0 obj << /Title ({mark}) >> endobj\n".encode()
    folder: Path = app.config["VANTHU"].data_dir
    before = {p for p in folder.rglob("*") if "db" not in p.suffix}

    with caplog.at_level(logging.DEBUG):
        page = check(client, strange)

    assert mark not in page
    assert mark not in caplog.text
    assert mark not in "".join(capfd.readouterr())
    assert {p for p in folder.rglob("*") if "db" not in p.suffix} == before
    assert [p for p in tmp_path.rglob("*") if p.is_file() and mark.encode() in p.read_bytes()] == []
    with app.app_context():
        assert db.session.scalars(select(NumberBook)).all()


def test_when_too_many_ask_at_once_the_last_one_reads_so(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confined, "PATIENCE", 0.01)
    held = [examination.READER.places.acquire() for _ in range(2)]
    try:
        answer = client.post("/verify", data={"file": (BytesIO(b"%PDF-"), "a.pdf")})
    finally:
        for _ in held:
            examination.READER.places.release()

    assert answer.status_code == 503
    assert "thử lại sau ít phút" in answer.text


def test_a_file_that_kills_its_reader_does_not_hold(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confined, "SECONDS", 0.001)

    assert "Tệp không phải là PDF đọc được" in check(client, b"%PDF-1.7")


def test_the_command_says_the_same_and_ends_with_1_when_something_does_not_hold(
    app: Flask, keys: Path, tmp_path: Path
) -> None:
    _, pdf = scene.made(app)
    (tmp_path / "good.pdf").write_bytes(pdf)
    (tmp_path / "bad.pdf").write_bytes(changed(pdf, 4000))
    runner = app.test_cli_runner()

    with app.app_context():
        good = runner.invoke(args=["letters", "verify", str(tmp_path / "good.pdf")])
        bad = runner.invoke(args=["letters", "verify", str(tmp_path / "bad.pdf"), "--json"])

    assert good.exit_code == 0, good.output
    assert "Chữ ký số của cơ quan còn nguyên vẹn" in good.output
    assert bad.exit_code == 1
    assert '"holds": false' in bad.output

"""What people send is written anew: it reads the same and can do nothing."""

import io
import resource
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from PIL import Image

from app import cleaning, confined
from app.services import attachments
from tests.app import strange_files as strange
from tests.app.views import signed_scene as scene

MOST = 10 * 1024 * 1024


@pytest.fixture
def keys(app: Flask, tmp_path: Path) -> Iterator[None]:
    with scene.signing(app, tmp_path / "keys"):
        yield


def cleaned(content: bytes) -> bytes:
    return cleaning.clean(content, MOST)[1]


def test_a_photo_loses_where_it_was_taken_and_stands_upright() -> None:
    before = strange.photo()
    kind, after = cleaning.clean(before, MOST)

    assert b"PhoneMaker" in before
    assert kind == "image/jpeg"
    with Image.open(io.BytesIO(after)) as image:
        assert image.size == (80, 120)
        assert dict(image.getexif()) == {}
        red, green, blue = image.getpixel((40, 60))  # type: ignore[misc]  # three, for RGB
    assert abs(red - 0xC9) + abs(green - 0xA2) + abs(blue - 0x27) < 12
    for secret in (b"PhoneMaker", b"Exif", b"secret comment"):
        assert secret not in after


def test_a_picture_beyond_every_need_is_made_smaller() -> None:
    after = cleaned(strange.picture("PNG", size=(7000, 1000)))

    with Image.open(io.BytesIO(after)) as image:
        assert image.size == (6000, 857)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_stays_one(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (9, 9)).save(out, "PNG")

    kind, after = cleaning.clean(out.getvalue(), MOST)

    assert kind == "image/png"
    with Image.open(io.BytesIO(after)) as image:
        image.load()
        assert image.size == (9, 9)


@pytest.mark.parametrize("name", strange.ACTIVE)
def test_nothing_that_acts_comes_through(name: str) -> None:
    content = strange.ACTIVE[name]
    kind, after = cleaning.clean(content, MOST)

    assert after != content
    if kind != "application/pdf":
        assert b"MARK" not in after
        assert b"PK" not in after
        return
    with pikepdf.open(io.BytesIO(after)) as pdf:
        plain = io.BytesIO()
        decoded = pikepdf.StreamDecodeLevel.generalized
        pdf.save(plain, compress_streams=False, stream_decode_level=decoded)
        assert b"noi dung" in plain.getvalue() or name == "stream elsewhere"
    for trace in (b"MARK", b"/JavaScript", b"/Launch", b"/OpenAction", b"/EmbeddedFile", b"<html"):
        assert trace not in plain.getvalue()
    assert after.rstrip().endswith(b"%%EOF")


def test_a_jump_within_the_document_stays() -> None:
    def change(made: pikepdf.Pdf) -> None:
        there = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])
        strange.acts(pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=there))(made)

    with pikepdf.open(io.BytesIO(cleaned(strange.pdf(change)))) as pdf:
        assert pdf.pages[0].Annots[0].A.S == "/GoTo"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (strange.pixel_bomb(), "không đọc được"),
        (strange.stream_bomb(), "không đọc được"),
        (strange.page_bomb(), "không đọc được"),
        (strange.many_pages(), "không đọc được"),
        (strange.locked_pdf("mo"), "mật khẩu"),
        (strange.locked_pdf(""), "mật khẩu"),
        (strange.picture()[:-900], "không đọc được"),
        (strange.pdf()[:40], "không đọc được"),
        (b"PK\x03\x04" + strange.pdf(), "không đọc được"),
        (b"\x89PNG\r\n\x1a\n%PDF-1.7", "không đọc được"),
        (b"GIF89a" + strange.picture(), "không đọc được"),
    ],
    ids=[
        "pixel bomb", "stream bomb", "page bomb", "pages", "password", "restricted", "cut off",
        "cut pdf", "zip before", "two signatures", "other picture",
    ],
)  # fmt: skip
def test_what_cannot_be_cleaned_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(cleaning.Unclean) as refused:
        cleaning.clean(content, MOST)

    assert sentence in str(refused.value.message)


def test_bombs_cost_this_process_nothing() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for bomb in (strange.pixel_bomb(), strange.page_bomb()):
        with pytest.raises(cleaning.Unclean):
            cleaning.clean(bomb, MOST)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_a_reader_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "SECONDS", 0.001)

    with pytest.raises(cleaning.Unclean):
        cleaning.clean(strange.pdf(), MOST)


def test_the_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "x" * 40)
    code = "import os, sys; sys.stdout.write(repr(dict(os.environ)))"

    told = confined.Reader(("-c", code), cleaning.READER.busy).answer(b"")

    assert told is not None
    assert b"SECRET_KEY" not in told
    assert b"PATH" in told


def test_the_process_writes_nowhere_and_takes_no_more_memory_than_it_may() -> None:
    write = "import tempfile; tempfile.TemporaryFile(buffering=0).write(b'x'); print('written')"
    fill = "import sys; sys.stdin.read(); x = bytearray(2 << 30); print('filled')"
    for code in (write, fill):
        late = f"import sys; sys.stdin.buffer.read(); {code}"
        assert confined.Reader(("-c", late), cleaning.READER.busy).answer(b"x") is None


def test_a_signed_letter_keeps_its_bytes_and_a_signed_trap_is_refused(
    app: Flask, keys: None
) -> None:
    _, signed = scene.made(app)

    assert cleaned(signed) == signed

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("x"))
        pdf.Root.OpenAction = action
        pdf.save(out)
    for trap in (out.getvalue(), signed + b"PK\x05\x06" + bytes(18)):
        with pytest.raises(cleaning.Unclean) as refused:
            cleaned(trap)
        assert "ký số" in str(refused.value.message)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("giay\u202efdp.exe", "giayfdp.jpg"),
        ("..\\..\\boot.ini", "boot.jpg"),
        ("giấy\0phép.png", "giấyphép.jpg"),
        ("a" * 400 + ".pdf", "a" * 100 + ".jpg"),
        ("CON.", "CON.jpg"),
        ('x"; filename="y.html', "x filenamey.jpg"),
    ],
)
def test_names_say_nothing_but_words(context: Flask, name: str, kept: str) -> None:
    assert attachments.receive((name, strange.picture()), 10).name == kept

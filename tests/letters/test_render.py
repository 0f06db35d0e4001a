"""Letters become PDFs: whole, the same each time, and never less than the template says."""

import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

import letters
from letters import LetterError, catalog, html, render

KINDS = sorted(letters.kinds())
FRONT = '{#---\ntitle = "Thử"\nform = "dispatch"\nsubject = "thử"\n[sample]\n---#}\n'


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_in_the_template_can_be_read_in_the_pdf(read, blocks_of, kind):
    letter = letters.sample(kind)
    text = read(letters.render_pdf(letter)).text

    missing = [block for block in blocks_of(letters.render_html(letter)) if block not in text]

    assert missing == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_letter_carries_an_id_number_or_a_password(kind):
    letter = letters.sample(kind)
    secret = dict(letter.facts) | {"custodian_id": "020185001234", "password": "Bi-Mat-2026!"}

    page = letters.render_html(replace(letter, facts=secret))

    assert "020185001234" not in page
    assert "Bi-Mat" not in page


@pytest.mark.parametrize("kind", KINDS)
def test_an_absent_fact_is_an_error_not_a_gap(kind):
    letter = letters.sample(kind)
    facts = dict(letter.facts)
    del facts["dossier_code"]

    with pytest.raises(LetterError, match="dossier_code"):
        letters.render_pdf(replace(letter, facts=facts))


def test_a_fact_of_another_shape_is_an_error():
    letter = letters.sample("receipt")

    with pytest.raises(LetterError, match="receipt"):
        letters.render_html(replace(letter, facts=dict(letter.facts) | {"documents": "một tờ"}))


@pytest.mark.parametrize("kind", KINDS)
def test_letters_do_without_an_officer(kind):
    letter = letters.sample(kind)
    unknown = dict.fromkeys(("officer_name", "officer_phone", "unit_name", "unit_phone"), "")

    page = letters.render_html(replace(letter, facts=dict(letter.facts) | unknown, signer=None))

    assert "Sở Y tế (điện thoại: 0205\u00a03000\u00a0000)" in page


@pytest.mark.parametrize("kind", KINDS)
def test_one_letter_has_one_sequence_of_bytes(kind):
    letter = letters.sample(kind)

    assert letters.render_pdf(letter) == letters.render_pdf(
        letters.LetterData.from_json(letter.to_json())
    )


def test_another_process_draws_the_same_bytes():
    code = "import sys, letters as l; sys.stdout.buffer.write(l.render_pdf(l.sample('refusal')))"
    letters.render_pdf(letters.sample("receipt"))  # what was drawn before leaves no trace

    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert other.stdout == letters.render_pdf(letters.sample("refusal"))


def test_importing_letters_loads_no_pdf_library():
    code = "import sys, letters; sys.exit('weasyprint' in sys.modules or 'jinja2' in sys.modules)"

    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_the_pdf_says_what_it_is(read):
    document = read(letters.render_pdf(letters.sample("account_grant"))).document

    assert document.metadata.title.startswith("Công văn 05/SYT-NVD: cấp tài khoản")
    assert document.trailer["/Root"]["/Lang"] == "vi"
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert not {"/CreationDate", "/ModDate"} & document.metadata.keys()


def test_only_our_family_is_embedded_as_subsets_that_can_be_read(read):
    letter = replace(letters.sample("account_grant"), urgency=letters.Urgency.FLASH)
    page = read(letters.render_pdf(letter)).document.pages[0]

    for font in page["/Resources"]["/Font"].values():
        descendant = font["/DescendantFonts"][0].get_object()
        prefix, _, name = font["/BaseFont"].lstrip("/").partition("+")
        assert (len(prefix), name.startswith("Vanthu-Letter")) == (6, True)
        assert "/FontFile2" in descendant["/FontDescriptor"]
        assert "/ToUnicode" in font


def test_an_unknown_kind_is_refused():
    with pytest.raises(LetterError, match="no_such_letter"):
        letters.render_pdf(replace(letters.sample("refusal"), kind="no_such_letter"))


@pytest.mark.parametrize("name", ["letter", "qr", "paragraphs"])
def test_a_fact_cannot_replace_a_part_of_the_frame(name):
    letter = letters.sample("refusal")

    with pytest.raises(LetterError, match="frame"):
        letters.render_html(replace(letter, facts=dict(letter.facts) | {name: "x"}))


@pytest.fixture(scope="module")
def server():
    """A web server of this machine that remembers who came."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def listener(server):
    server[1].clear()
    return server


@pytest.mark.parametrize(
    "probe",
    [
        '<img src="{}">',
        '<p style="background: url({})">x</p>',
        '<p style="content: url({})">x</p>',
        '<ul><li style="display: list-item; list-style-image: url({})">x</li></ul>',
        '<link rel="stylesheet" href="{}">',
        '<link rel="attachment" href="{}">',
        '<a rel="attachment" href="{}">x</a>',
        '<style>@import "{}";</style>',
        "<style>@font-face {{ font-family: x; src: url({}) }}</style>",
        '<object data="{}"></object>',
        '<embed src="{}">',
        '<svg viewBox="0 0 9 9" width="9" height="9"><image href="{}" width="9" height="9"/></svg>',
        '<base href="{}/"><img src="x.png">',
    ],
)
@pytest.mark.parametrize(
    "where",
    [
        "web",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "assets/../../../../../../../../etc/passwd",
        "data:image/svg+xml,<svg/>",
    ],
)
def test_nothing_outside_the_assets_is_fetched(listener, probe, where):
    address, asked = listener
    page = probe.format(f"{address}/secret" if where == "web" else where)

    try:
        pdf = render.to_pdf(f"<!doctype html><html><body>{page}</body></html>", "probe")
    except LetterError:
        pdf = b""

    assert asked == []
    assert b"/EmbeddedFile" not in pdf
    assert "attachment" in probe or pdf == b""


def test_a_template_that_reaches_outside_gives_no_letter(tmp_path, monkeypatch, fresh):
    shutil.copytree(catalog.TEMPLATES, tmp_path, dirs_exist_ok=True)
    body = (
        '{% extends "_dispatch.html" %}{% block body %}<img src="file:///etc/passwd">{% endblock %}'
    )
    (tmp_path / "curious.html").write_text(FRONT + body, encoding="utf-8")
    monkeypatch.setattr(catalog, "TEMPLATES", tmp_path)

    with pytest.raises(LetterError, match="refused"):
        letters.render_pdf(letters.sample("curious"))
    assert "passwd" in html.render_html(letters.sample("curious"))


def test_a_missing_image_gives_no_letter():
    with pytest.raises(LetterError, match=r"missing: seal\.svg"):
        render.to_pdf('<!doctype html><html><body><img src="seal.svg"></body></html>', "probe")


@pytest.fixture
def assets(tmp_path, monkeypatch, fresh):
    shutil.copytree(render.ASSETS, tmp_path / "assets")
    monkeypatch.setattr(render, "ASSETS", tmp_path / "assets")
    monkeypatch.setattr(render, "_BASE", f"{(tmp_path / 'assets').as_uri()}/")
    return tmp_path / "assets"


def test_a_missing_font_gives_no_letter(assets):
    (assets / "fonts" / "Tinos-Bold.ttf").unlink()

    for _ in range(2):
        with pytest.raises(LetterError, match=r"Tinos-Bold\.ttf"):
            letters.render_pdf(letters.sample("refusal"))


def test_a_broken_font_gives_no_letter_also_the_second_time(assets):
    (assets / "fonts" / "Tinos-Bold.ttf").write_bytes(b"not a font")

    for _ in range(2):
        with pytest.raises(LetterError):
            letters.render_pdf(letters.sample("refusal"))


def test_a_broken_image_gives_no_letter(assets):
    (assets / "seal.png").write_bytes(b"not an image")

    with pytest.raises(LetterError, match=r"seal\.png"):
        render.to_pdf('<!doctype html><html><body><img src="seal.png"></body></html>', "probe")


def test_letters_drawn_at_once_by_two_threads_are_the_same():
    letter = letters.sample("refusal")
    drawn: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: drawn.append(letters.render_pdf(letter))) for _ in range(2)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert drawn == [letters.render_pdf(letter)] * 2

"""English by switch: a whole catalogue, no page in two languages, mails and letters Vietnamese."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import samples
from app.config import ROOT
from app.extensions import db
from app.language import COOKIE, say_stored
from app.mail.failures import EXPLANATIONS, TemporaryFailure
from app.models import Letter, OutgoingMail
from tests.app.english import VIETNAMESE, leftovers
from tests.app.views import desk_walk, portal_steps
from tests.helpers import dossier, verify_email

_FOLDER = ROOT / "app" / "translations"
_CATALOGUE = _FOLDER / "en" / "LC_MESSAGES" / "messages.po"
_NUMBER = re.compile(r"\d*/\S+")
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def _extracted() -> set[tuple[str, ...]]:
    with (_FOLDER / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = set()
    for folder in ("app", "templates"):
        for _file, _line, message, *_rest in extract_from_dir(
            ROOT / folder,
            methods,
            options,
            keywords={**DEFAULT_KEYWORDS, "lazy_gettext": None},
            # Babel leaves out folders like _macros unless it is told not to.
            directory_filter=lambda path: Path(path).name not in {"static", "__pycache__"},
        ):
            found.add(_tuple(message))
    return found


def _tuple(message: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)


def _catalogue() -> Catalog:
    with _CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def _messages() -> list[Message]:
    return [m for m in _catalogue() if m.id]


def test_the_catalogue_has_exactly_the_sentences_of_the_product() -> None:
    assert {_tuple(m.id) for m in _messages()} == _extracted(), "run make translations"


def test_every_sentence_has_its_english() -> None:
    assert not _catalogue().obsolete
    for message in _messages():
        assert not message.fuzzy, message.id
        wanted = set(_PLACEHOLDER.findall(_tuple(message.id)[0]))
        for english in _tuple(message.string):
            assert english.strip(), message.id
            assert set(_PLACEHOLDER.findall(english)) == wanted, message.id
            assert english == "Văn Thư" or not VIETNAMESE.search(english), english
            # It also stands in attributes.
            assert not set(english) & set('"<>'), english


def test_what_is_compiled_is_what_is_written() -> None:
    compiled = _CATALOGUE.with_suffix(".mo")
    assert compiled.exists(), "run make setup"
    with compiled.open("rb") as file:
        found = {_tuple(m.id): _tuple(m.string) for m in read_mo(file) if m.id}

    assert found == {_tuple(m.id): _tuple(m.string) for m in _messages()}, "run make setup"


def test_no_template_says_anything_past_the_catalogue() -> None:
    said = re.compile(r"\{#.*?#\}|\b(?:_|ngettext)\((?:\s*(?:'[^']*'|\"[^\"]*\"),?)+", re.DOTALL)
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if path.name in _DOCUMENTS:
            continue
        rest = said.sub("", path.read_text(encoding="utf-8"))
        assert [x for x in rest.splitlines() if VIETNAMESE.search(x)] == [], path


# Names, the letters that are folded, and what only letters say.
_VIETNAMESE_ALWAYS = {
    "đ",
    "Đ",
    "Văn Thư",
    "Tiếng Việt",
    "Cốc Cốc",
    "Hệ thống",
    "Như trên",
    " giờ ",
    " phút, ngày ",
    # Before anything knows the language of the request.
    "Máy chủ đang bận nhận tệp. Vui lòng gửi lại sau ít phút.\n",
}
# What leaves as a file of somebody's own, in Vietnamese like letters and mails.
_DOCUMENTS = {"my_data_export.html"}


def test_no_code_says_anything_past_the_catalogue() -> None:
    app, skipped = ROOT / "app", ("cli", "migrations", "samples.py")
    files = [p for p in app.rglob("*.py") if p.relative_to(app).parts[0] not in skipped]
    for path in sorted([*files, *(ROOT / "workflows").rglob("*.py")]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        spoken = [s for s in _strings(tree) if VIETNAMESE.search(s)]
        assert set(spoken) <= _VIETNAMESE_ALWAYS, path


def _strings(node: ast.AST) -> Iterator[str]:
    """Yield the strings of code that no translation goes with."""
    match node:
        case ast.Call(func=ast.Name(id="Text"), args=[_, english]):
            yield from _strings(english)
        case ast.Call(func=ast.Name(id="_" | "ngettext" | "lazy_gettext")):
            return
        case ast.Call(func=ast.Attribute(attr="compile")) | ast.keyword(arg="sample"):
            return
        case ast.Expr(value=ast.Constant()):
            return  # a docstring
        case ast.Constant(value=str(text)):
            yield _NUMBER.sub("", text)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _strings(child)


def _in_english(client: FlaskClient) -> FlaskClient:
    client.set_cookie(COOKIE, "en")
    return client


def _read(client: FlaskClient, path: str, status: int = 200) -> None:
    _check(client, path, client.get(path), status)


def _check(client: FlaskClient, name: str, answer: object, status: int = 200) -> None:
    page, got = answer.text, answer.status_code  # type: ignore[attr-defined]
    assert (name, got) == (name, status)
    assert '<html lang="en"' in page, name
    assert leftovers(client.application, page) == [], name


def test_the_way_of_an_applicant_is_english(client: FlaskClient) -> None:
    _in_english(client)
    for path in ("/", "/track", "/apply/account_issuance", "/apply/password_reset"):
        _read(client, path)
    _read(client, "/apply/start?kind=account_issuance")
    _check(client, "bad address", client.post("/apply/start", data={"email": "x"}), 422)
    client.post("/apply/start", data={"email": portal_steps.EMAIL})
    _read(client, "/apply/verify")
    _check(client, "bad code", client.post("/apply/verify", data={"code": "1"}), 422)
    key = portal_steps.begin(client)
    _read(client, f"/dossiers/{key}/form")
    _check(client, "empty form", portal_steps.save(client, key), 422)
    checked = client.post(f"/dossiers/{key}/check/tax_code", data={"tax_code": "1"})
    assert leftovers(client.application, checked.text) == []
    assert "Saved at" in client.post(f"/dossiers/{key}/save", data={}).text
    portal_steps.save(client, key, **portal_steps.answers(), **portal_steps.scan())
    for page in ("form", "review"):
        _read(client, f"/dossiers/{key}/{page}")
    client.post(f"/dossiers/{key}/actions/submit")
    _read(client, f"/dossiers/{key}/receipt")
    _read(client, f"/dossiers/{key}")
    _read(client, f"/dossiers/{key}/actions/withdraw")
    _read(client, "/dossiers")
    _read(client, "/apply/account_issuance/registered")
    _read(client, "/nowhere", 404)
    stranger = _in_english(client.application.test_client())
    _read(stranger, f"/dossiers/{key}")


@pytest.mark.parametrize("way", [portal_steps.ASK, portal_steps.GRANT, portal_steps.REFUSAL])
def test_a_dossier_is_english_however_it_goes(
    app: Flask, client: FlaskClient, way: tuple[tuple[str, str], ...]
) -> None:
    _in_english(client)
    key = portal_steps.submit(client)
    for step in way:
        portal_steps.walk(app, key, step)
        _read(client, f"/dossiers/{key}")
    _read(client, "/dossiers")
    if way is portal_steps.ASK:
        _read(client, f"/dossiers/{key}/form")


def test_the_desk_is_english(app: Flask, client: FlaskClient) -> None:
    _read(_in_english(client), "/desk/sign-in")
    wrong = {"username": "an", "password": "wrong"}
    _check(client, "bad password", client.post("/desk/sign-in", data=wrong), 422)
    client.post("/desk/sign-in", data={"username": "an", "password": samples.PASSWORD})
    _read(client, "/desk/code")
    _check(client, "bad code", client.post("/desk/code", data={"code": "1"}), 422)
    code = desk_walk.filed(app)
    for username, action in (("binh", "release"), *portal_steps.GRANT):
        desk = _in_english(desk_walk.at_desk(app, username))
        _desk_pages(desk, code)
        desk_walk.act(desk, code, action)
        _desk_pages(desk, code)
    refused = desk_walk.filed(app, licence="2102/ĐKKDD-LSO")
    officer = _in_english(desk_walk.at_desk(app, "an"))
    desk_walk.act(officer, refused, "claim")
    _read(officer, f"/desk/dossiers/{refused}")  # an account is there: the guard says why not
    empty = {"reason": "", "missing": ""}
    _check(officer, "empty", desk_walk.act(officer, refused, "ask_supplement", **empty), 422)
    other = _in_english(desk_walk.at_desk(app, "binh"))
    _check(other, "too late", desk_walk.act(other, refused, "claim"), 409)


def _desk_pages(desk: FlaskClient, code: str) -> None:
    for view in ("new", "mine", "waiting", "sign", "issue", "all", "done"):
        _read(desk, f"/desk?view={view}")
    _read(desk, "/desk?q=nothing")
    _read(desk, f"/desk/dossiers/{code}")
    _read(desk, "/desk/register")
    registers = desk.get("/desk/registers").text
    shown = re.findall(r'href="(/desk/(?:accounts|facilities|prescribers)/\d+)"', registers)
    for path in ("/desk/registers", *shown):
        _read(desk, path)
    for state in ("pending", "sent", "dead", "expired"):
        _read(desk, f"/desk/mail?state={state}")


def test_an_administrator_reads_english(app: Flask) -> None:
    desk = _in_english(desk_walk.at_desk(app, "quantri"))

    _read(desk, "/desk/mail")
    _read(desk, "/desk", 403)


def test_staff_switch_the_language_where_they_are(app: Flask) -> None:
    desk = desk_walk.at_desk(app, "an")
    assert 'action="/language/en"' in desk.get("/desk").text
    answer = desk.post("/language/en", data={"next": "/desk?view=all"})
    assert answer.location == "/desk?view=all"
    assert "Dossiers" in desk.get(answer.location).text
    refused = desk.post("/language/vi", data={"next": "/desk/dossiers/X/actions/claim"})
    assert refused.location == "/desk"


def test_why_a_mail_failed_is_kept_in_vietnamese_and_read_in_english(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": f"{COOKIE}=en"}):
        kept = TemporaryFailure("timeout", "data").sentence
        assert kept == EXPLANATIONS["timeout"]
        assert VIETNAMESE.search(kept)
        assert say_stored(kept) == "The mail server answered too slowly. The system will try again."
        assert say_stored("Chưa tạo được văn bản kèm theo: font") == (
            "The attached letter could not be made yet: font"
        )
        assert say_stored("") == ""


def test_mails_and_letters_do_not_follow_the_language(app: Flask) -> None:
    written = []
    for language, email in (("vi", "a@example.vn"), ("en", "b@example.vn")):
        client, licence = (
            app.test_client(),
            "2101/ĐKKDD-LSO" if language == "vi" else "2102/ĐKKDD-LSO",
        )
        app.config["WTF_CSRF_ENABLED"] = False
        client.set_cookie(COOKIE, language)
        verify_email(client, email)
        key = portal_steps.submit(client, email, licence_no=licence)
        with app.app_context():
            code = str(dossier(key).code)
        for username, action in portal_steps.GRANT:
            desk = desk_walk.at_desk(app, username)
            desk.set_cookie(COOKIE, language)
            desk_walk.act(desk, code, action)
        written.append(_written(app, key, code, email))

    assert len(written[0]) >= 4
    assert written[0] == written[1]


def _written(app: Flask, key: str, code: str, email: str) -> list[str]:
    """Return mails and letters of a dossier without what tells it from another."""
    with app.app_context():
        mails = db.session.scalars(
            select(OutgoingMail).where(OutgoingMail.recipient == email).order_by(OutgoingMail.id)
        )
        texts = [f"{m.subject}\n{m.text}" for m in mails]
        of_dossier = select(Letter).where(Letter.dossier_id == dossier(key).id).order_by(Letter.id)
        of_one = db.session.scalars(of_dossier).all()
        texts += [json.dumps(x.data, ensure_ascii=False) for x in of_one]
        keys = [x.key for x in of_one]
        db.session.remove()
    for own in (key, code, email, *keys):
        texts = [t.replace(own, "…") for t in texts]
    return [re.sub(r"\d+", "0", t) for t in texts]

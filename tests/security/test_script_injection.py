"""S4, S15: what people type is drawn as it was typed: no tag, no expression, no formula."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

import workflows
from app.extensions import db
from app.models import Dossier, Letter, OutgoingMail
from app.security.actors import staff
from app.services import dossiers, filling
from app.transaction import transaction
from letters import LetterData
from letters.html import render_html
from tests.helpers import user
from tests.security import actors
from tests.security.actors import (
    ADMINISTRATOR,
    APPLICANT,
    CLERK,
    EMAILS,
    OFFICER,
    OWN,
    SIGNER,
)  # fmt: skip
from tests.security.conftest import World, nothing_is_kept
from tests.security.payloads import FORMULAS, RAW, SCRIPTS, SUM, TEMPLATES
from tests.security.policy import TABLE
from tests.security.test_access_matrix import Cell
from workflows import FieldType

TYPED = " ".join((FORMULAS[0], *SCRIPTS, *TEMPLATES))
FREE = frozenset({FieldType.TEXT, FieldType.PARAGRAPHS, FieldType.LINES})
EVALUATED = (SUM, "<class ", "&lt;class ", "only for tests, at least")


@pytest.fixture(scope="module")
def poisoned(world: World) -> Iterator[World]:
    """Write payloads where people write: into every text of every row that pages show."""
    kept = {}
    with world.app.app_context():
        for found in list(db.session.scalars(select(Dossier))):
            kept[found.id] = (found.answers, found.typed, found.subject)
            with transaction():
                dossier = db.session.get_one(Dossier, found.id)
                fields = [f for f in workflows.get(dossier.kind).fields if f.type in FREE]
                typed = {f.name: TYPED for f in fields if not f.choices_from}
                # As their form keeps them while they are typed, right or wrong.
                if not dossier.submitted_at:
                    filling.type_in(dossier, typed)
                else:
                    dossier.answers = {**dossier.answers, **typed}
                    dossier.subject = TYPED[:250]
        db.session.remove()
    yield world
    with world.app.app_context(), transaction():
        for ident, (answers, typed, subject) in kept.items():
            dossier = db.session.get_one(Dossier, ident)
            dossier.answers, dossier.typed, dossier.subject = answers, typed, subject


def pages(world: World) -> Iterator[tuple[str, bytes, str]]:
    with nothing_is_kept():
        for name in (n for n in TABLE if " GET" in n):
            for person in (OFFICER, SIGNER, CLERK, ADMINISTRATOR, APPLICANT, actors.ANONYMOUS):
                cell = Cell(world, name, OWN)
                if cell.may(person) and not TABLE[name].door:
                    answer = cell.ask(world.people.clients[person])
                    yield f"{name} as {person}", answer.data, answer.content_type


def test_no_page_draws_what_people_typed(poisoned: World) -> None:
    shown = 0
    for name, content, kind in pages(poisoned):
        if "html" not in kind and "svg" not in kind:
            continue
        text = content.decode()
        shown += "&lt;svg/onload" in text
        for raw in RAW:
            assert raw not in text, f"{name} draws {raw}"
        for sign in EVALUATED:
            assert sign not in text, f"{name} evaluates to {sign}"
    assert shown >= 5, "the payloads reached no page: the test looks past them"


def test_every_page_forbids_script_in_it(world: World) -> None:
    with nothing_is_kept():
        for name in (n for n in TABLE if " GET" in n):
            answer = Cell(world, name, OWN).ask(world.people.clients[OFFICER])
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe-eval" not in policy
            script = re.search(r"script-src ([^;]*)", policy)
            assert script is None or "unsafe" not in script[1], name
            assert "default-src" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
            if name not in ("portal.qr GET", "portal.poster GET"):  # the same for everybody
                assert "no-store" in answer.headers["Cache-Control"], name
            if "html" in (answer.content_type or ""):
                assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>[^<]*\w", answer.text), name
                bare = re.sub(r'"[^"]*"', '""', answer.text)  # without what attributes say
                assert not re.search(r"<[^>]+\son[a-z]+=", bare), name


def test_nothing_typed_is_evaluated(poisoned: World) -> None:
    """Reasons in letters and mails, through the real act, drawn as the worker draws them."""
    world = poisoned
    with world.app.app_context(), nothing_is_kept(), transaction():
        key = world.targets[OWN]["review key"]
        said = {"reason": TYPED, "missing": TYPED, "note": TYPED}
        dossiers.act(key, "ask_supplement", staff(user("an")), supplied=said)
        letter = db.session.scalars(select(Letter).order_by(Letter.id.desc())).first()
        mail = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
        assert letter is not None
        assert mail is not None
        html = render_html(LetterData.from_json(letter.data))
        assert "&lt;svg/onload" in html
        for raw in RAW:
            assert raw not in html
        for sign in EVALUATED:
            assert sign not in html
            assert sign not in mail.text
        assert "7*191" in html
        assert "\n" not in mail.subject


def test_formulas_are_text(poisoned: World) -> None:
    books = 0
    for name, content, kind in pages(poisoned):
        if "sheet" in kind:
            books += 1
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                parts = {n: packed.read(n).decode() for n in packed.namelist() if n.endswith("xml")}
            assert not any("<f>" in p for n, p in parts.items() if "worksheets" in n), name
            assert not any("<svg/onload" in p for p in parts.values()), name
        if "csv" in kind:
            books += 1
            for cell in re.split(r'[,\r\n]"?', content.decode("utf-8-sig")):
                assert not cell.startswith(("=", "+", "@", "\t")), name
    assert books >= 2


def test_a_reflected_search_is_drawn_as_typed(world: World) -> None:
    app: Flask = world.app
    with app.test_request_context():
        rules = [r for r in app.url_map.iter_rules() if "GET" in (r.methods or ())]
    names = ("q", "code", "tab", "view", "state", "year", "month", "kind", "next", "after", "book",
             "before", "form", "since", "until", "page", "version", "purpose", "email")  # fmt: skip
    with nothing_is_kept():
        for rule in (r for r in rules if not r.arguments):
            for payload in (*SCRIPTS, *TEMPLATES[:3]):
                for person in (OFFICER, ADMINISTRATOR, APPLICANT):
                    answer = world.people.clients[person].get(
                        rule.rule, query_string=dict.fromkeys(names, payload), buffered=True
                    )
                    assert answer.status_code < 500, rule.rule
                    if "html" in (answer.content_type or ""):
                        assert not any(raw in answer.text for raw in RAW), rule.rule
                        assert SUM not in answer.text


def test_what_is_typed_on_the_portal_comes_back_literal(world: World) -> None:
    client = world.people.clients[APPLICANT]
    key = world.targets[OWN]["draft key"]
    assert EMAILS[OWN]
    with nothing_is_kept():
        for kind in sorted(workflows.all_workflows()):
            fields = {f.name: TYPED for f in workflows.get(kind).fields}
            answer = client.post(f"/dossiers/{key}/form", data={"step": "next", **fields})
            assert answer.status_code == 422
            assert "&lt;svg/onload" in answer.text
            assert not any(raw in answer.text for raw in RAW)
            assert SUM not in answer.text

"""Every address × method × person × whose it is, really asked for, against one table."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.services.step_up import Purpose
from app.views import app_view
from tests.security.actors import (
    ALL,
    DESK,
    HALF,
    IS,
    OFFICER,
    OTHER_UNIT,
    OTHERS,
    OWN,
    USERNAMES,
)  # fmt: skip
from tests.security.conftest import World, nothing_is_kept
from tests.security.policy import ONLY_IN_DEVELOPMENT, TABLE

NONE, MIXED = "nobody's", "mixed"
OPENED, CLOSED, CODE = "opened", "closed", "asks for a code"
_DOORS = ("/desk/sign-in", "/apply/start")


def endpoint_of(name: str) -> tuple[str, str]:
    endpoint, method, *_ = name.split()
    return endpoint, method


def routes(world: World) -> dict[tuple[str, str], Any]:
    """Return every rule of the application by endpoint and method."""
    return {
        (rule.endpoint, method): rule
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }


def test_every_route_has_a_row(world: World) -> None:
    written = {endpoint_of(name) for name in TABLE}
    missing = sorted(" ".join(r) for r in set(routes(world)) - written)
    stale = sorted(" ".join(r) for r in written - set(routes(world)))

    assert not missing, f"add to TABLE of tests/security/policy.py who may: {missing}"
    assert not stale, f"TABLE of tests/security/policy.py has rows of no route: {stale}"
    assert not ONLY_IN_DEVELOPMENT & {endpoint for endpoint, _ in routes(world)}


def test_every_address_is_filled(world: World) -> None:
    for name, row in TABLE.items():
        rule = routes(world)[endpoint_of(name)]
        assert set(row.at) == rule.arguments, f"{name}: fill {sorted(rule.arguments)}"


class Cell:
    """One question: this row, of this target."""

    def __init__(self, world: World, name: str, target: str) -> None:
        self.world, self.name, self.target, self.row = world, name, target, TABLE[name]
        self.endpoint, self.method = endpoint_of(name)
        self.values = {k: self._value(v, n) for n, (k, v) in enumerate(self.row.at.items())}
        self.asked = {k: self._value(v, 0) for k, v in self.row.asked.items()}

    def _value(self, thing: str, place: int) -> str:
        if thing.startswith("="):
            return thing[1:]
        if self.target == NONE:
            return unknown(self._known(thing, OWN))
        owner = (OWN if place == 0 else OTHERS) if self.target == MIXED else self.target
        return self._known(thing, owner)

    def _known(self, thing: str, owner: str) -> str:
        shared: str = self.world.shared.get(thing) or self.world.targets[owner][thing]
        return shared

    def may(self, person: str) -> bool:
        """Tell what the table says."""
        if self.target in (NONE, MIXED):
            return False
        relations = {IS[w].get(self.target, "") if w in IS else w for w in self.row.who}
        return person in relations

    def ask(self, client: FlaskClient) -> TestResponse:
        with self.world.app.test_request_context():
            rule = routes(self.world)[self.endpoint, self.method]
            _, self.path = rule.build(self.converted(rule))
        kept = dict(client._cookies)
        try:
            return client.open(
                self.path, method=self.method, data=self.row.sent, query_string=self.asked,
                buffered=True,
            )  # fmt: skip
        finally:  # who signed out is back: nothing is kept, on neither side
            client._cookies = kept

    def converted(self, rule: Any) -> dict[str, Any]:
        return {
            name: int(value) if "Integer" in type(rule._converters.get(name)).__name__ else value
            for name, value in self.values.items()
        }

    def size_of(self, answer: TestResponse) -> tuple[int, int]:
        """Return what tells two refusals apart: status and length, but for what was asked for."""
        text = answer.get_data(as_text=True)
        for said in (self.path, quote(self.path, safe=""), *self.asked.values()):
            text = text.replace(said, "")
        return answer.status_code, len(re.sub(r'value="[^"]*"', "", text))


def unknown(value: str) -> str:
    """Return a name of the same shape that nothing has."""
    if value.isdecimal():
        return str(10**9 + int(value))
    return value[:-6] + ("zzzzzz" if not value[-6:].isdecimal() else "990099")


def cells(world: World, name: str) -> Iterator[Cell]:
    row = TABLE[name]
    things = [v for v in row.at.values() if not v.startswith("=")]
    yield Cell(world, name, OWN)
    if not things:
        return
    yield Cell(world, name, NONE)
    if all(thing in world.shared for thing in things):
        return
    yield Cell(world, name, OTHERS)
    yield Cell(world, name, OTHER_UNIT)
    if len(things) > 1:
        yield Cell(world, name, MIXED)


def outcome(answer: TestResponse) -> str:
    """Say what an answer comes to."""
    status, target = answer.status_code, answer.location or ""
    if status in (303, 302, 308):
        if "/desk/confirm?" in target:
            return CODE
        return CLOSED if target.startswith(_DOORS) else OPENED
    if status == 403:
        return CODE if 'name="otp"' in answer.text else CLOSED
    if status in (401, 404, 410):
        return CLOSED
    return OPENED if status < 300 or status in (409, 422, 429) else f"answered {status}"


@pytest.mark.parametrize("name", TABLE)
def test_each_cell_is_as_the_table_says(world: World, name: str) -> None:
    wrong, refusals = [], {}
    with nothing_is_kept():
        for cell in cells(world, name):
            for person in sorted(ALL):
                answer = cell.ask(world.people.clients[person])
                found, may = outcome(answer), cell.may(person)
                is_right = found == (OPENED if may else CLOSED)
                if cell.row.door:
                    is_right = answer.status_code < 400 or answer.status_code in (422, 429)
                if not is_right:
                    wrong.append(f"{person} on {cell.target}: {found} ({answer.status_code})")
                if not may and person not in cell.row.knows:
                    refusals.setdefault(person, {})[cell.target] = cell.size_of(answer)

    assert not wrong, f"{name}: " + "; ".join(wrong)
    # Unknown and not yours look the same, or asking tells what there is.
    told = {p: seen for p, seen in refusals.items() if len(set(seen.values())) > 1}
    assert not told, f"{name} tells what exists: {told}"


def test_the_table_says_what_needs_a_code(world: World) -> None:
    """What asks only once it knows the person has no mark; the next test asks it in earnest."""
    with world.app.app_context():
        for name, row in TABLE.items():
            marked = getattr(app_view(endpoint_of(name)[0]), "needs_code", None)
            assert marked in (None, row.needs), name


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.needs])
def test_without_a_code_nobody_passes(world: World, name: str) -> None:
    cell = Cell(world, name, OWN)
    with nothing_is_kept():
        for person in sorted(USERNAMES):
            found = outcome(cell.ask(world.people.unproven[person]))
            # Whoever may not has to give the code first, or is turned away at once.
            may = (CODE,) if cell.may(person) else (CODE, CLOSED)
            assert found in may, f"{person}: {found}"


def test_nothing_leaves_the_house_without_a_code(world: World) -> None:
    """Whatever is sent as a file of rows is guarded, also what a new route sends."""
    blank = {"desk.draft_template GET", "desk.reconcile_template GET"}  # headings alone
    with nothing_is_kept():
        for name in (n for n in TABLE if n.startswith("desk")):
            answer = Cell(world, name, OWN).ask(world.people.clients[OFFICER])
            kind = answer.content_type or ""
            if name in blank or not any(x in kind for x in ("sheet", "csv", "edxml", "zip")):
                continue
            assert TABLE[name].needs is Purpose.EXPORT, f"{name} sends {kind} without a code"


@pytest.mark.parametrize(
    ("person", "thing", "action"),
    [("signer", "pending", "approve"), ("clerk", "to issue", "issue")],
)
def test_what_binds_asks_for_a_code(world: World, person: str, thing: str, action: str) -> None:
    address = f"/desk/dossiers/{world.shared.get(thing) or world.targets[OWN][thing]}"
    with nothing_is_kept():
        unproven = world.people.unproven[person].post(f"{address}/actions/{action}")
        proven = world.people.clients[person].post(f"{address}/actions/{action}")

    assert outcome(unproven) == CODE
    assert outcome(proven) == OPENED


def test_the_body_names_nothing_of_anothers(world: World) -> None:
    """A row, a unit or a letter named in a form is looked for within what the address names."""
    own, other = world.targets[OWN], world.targets[OTHERS]
    officer = world.people.clients[OFFICER]
    with nothing_is_kept():
        answer = officer.post(
            f"/desk/drafts/{own['desk draft']}/list/remove", data={"row": other["desk row"]}
        )
        page = officer.get(answer.location).text
    assert "Đã bỏ 0 dòng" in page or "Đã bỏ 1 dòng" not in page


def test_the_half_signed_in_reach_their_code_and_no_more(world: World) -> None:
    opened = {name for name, row in TABLE.items() if HALF in row.who and not row.door}
    beyond = {n for n in opened if TABLE[n].who != ALL}

    assert all(endpoint_of(n)[0].startswith("auth.") for n in beyond)
    assert not DESK & frozenset().union(*(TABLE[n].who for n in beyond))

"""Generated bad input over every address and form: `python -m tests.security.fuzz --cases 10000`.

The pages are described as a small OpenAPI document made of the url map and of the forms, from
which schemathesis makes cases; each is sent by somebody who may, and really committed. Afterwards
nothing may be half-written.
"""

import argparse
import logging
import sys
import tempfile
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from sqlalchemy import inspect, select, text

import workflows
from app.extensions import db
from app.models import Base, BookEntry, Dossier
from app.services import audit, book_proof, history
from tests.security.actors import IS, OWN
from tests.security.policy import TABLE
from tests.security.test_access_matrix import Cell, endpoint_of, routes
from workflows import FieldType

_ASKED = ("q", "code", "tab", "view", "state", "year", "month", "kind", "after", "before", "book",
          "form", "since", "until", "page", "version", "purpose", "next")  # fmt: skip
_SAID = ("email", "code", "username", "password", "version", "step", "remove", "note", "reason",
         "name", "phone", "number", "row", "all", "unit", "lines", "purpose", "next", "last",
         "form", "symbol", "subject", "addressee", "issued_on", "copies", "decided_by")  # fmt: skip
_WORD = {"type": "string", "minLength": 1, "maxLength": 300}


def document(world: Any) -> dict[str, Any]:
    """Return the pages as OpenAPI: what each address and form takes, by name."""
    fields = {f.name for w in workflows.all_workflows().values() for f in w.fields}
    asks = {
        f.name for w in workflows.all_workflows().values() for a in w.actions for f in a.asks
        if f.type is not FieldType.FILE
    }  # fmt: skip
    paths: dict[str, Any] = {}
    for (endpoint, method), rule in routes(world).items():
        path, parameters = rule.rule, []
        for name in rule.arguments:
            is_number = "Integer" in type(rule._converters[name]).__name__
            spelt = next(p for p in path.split("<") if p.partition(">")[0].endswith(name))
            path = path.replace("<" + spelt.partition(">")[0] + ">", "{" + name + "}")
            schema = {"type": "integer"} if is_number else _WORD
            parameters.append({"name": name, "in": "path", "required": True, "schema": schema})
        parameters += [{"name": n, "in": "query", "schema": {"type": "string"}} for n in _ASKED]
        operation: dict[str, Any] = {
            "operationId": f"{endpoint} {method}",
            "parameters": parameters,
            "responses": {"default": {"description": "a page"}},
        }
        if method == "POST":
            named = sorted({*_SAID, *fields, *asks} if "form" in endpoint or "act" in endpoint
                           else {*_SAID, *asks})  # fmt: skip
            body = {"type": "object", "properties": {n: {"type": "string"} for n in named}}
            content = {"application/x-www-form-urlencoded": {"schema": body}}
            operation["requestBody"] = {"content": content}
        paths.setdefault(path, {})[method.lower()] = operation
    return {"openapi": "3.0.3", "info": {"title": "vanthu", "version": "1"}, "paths": paths}


def run(world: Any, cases: int) -> Counter[int]:
    """Send cases, half of them to made-up addresses, half to real ones; return the statuses."""
    schema = schemathesis.openapi.from_dict(document(world))
    operations = [op.ok() for op in schema.get_all_operations()]
    # Whoever has signed out is only sent to the door: that comes last.
    operations.sort(key=lambda op: "sign_out" in op.definition.raw["operationId"])
    each = max(1, -(-cases // len(operations)))
    counts: Counter[int] = Counter()
    for operation in operations:
        _drive(world, operation, each, counts)
    return counts


def _drive(world: Any, operation: Any, each: int, counts: Counter[int]) -> None:
    endpoint, method = endpoint_of(operation.definition.raw["operationId"])
    # An address with several acts has a row for each; one of them is enough to begin with.
    name = next(n for n in TABLE if endpoint_of(n) == (endpoint, method))
    row = TABLE[name]
    cell = Cell(world, name, OWN)
    who = sorted(IS[w][OWN] if w in IS else w for w in row.who) or ["anonymous"]
    tries = 0

    @settings(
        max_examples=each, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        nonlocal tries
        tries += 1
        client = world.people.clients[who[tries % len(who)]]
        kept = dict(client._cookies)
        path = case.formatted_path
        if tries % 2:  # where there is something to break
            with world.app.test_request_context():
                _, path = routes(world)[endpoint, method].build(cell.converted(
                    routes(world)[endpoint, method]))  # fmt: skip
        body = case.body if isinstance(case.body, dict) else {}
        said = {n: v for n, v in body.items() if isinstance(v, str)}
        asked = {n: v for n, v in (case.query or {}).items() if isinstance(v, str)}
        answer = client.open(path, method=method, data=said, query_string=asked, buffered=True)
        client._cookies = kept
        counts[answer.status_code] += 1
        assert answer.status_code < 500 or answer.status_code == 503, f"{method} {path[:200]}"

    send()


def half_written() -> list[str]:
    """Return what is not whole: states, chains, numbers, rows that hang on nothing, spelling."""
    wrong = []
    for found in db.session.scalars(select(Dossier)):
        if found.state not in workflows.get(found.kind).by_state:
            wrong.append(f"dossier {found.id} is {found.state}")
        if found.events and found.events[-1].after != found.state:
            wrong.append(f"dossier {found.id} is not where its last step led")
        for name, value in found.answers.items():
            if value != unicodedata.normalize("NFC", value):
                wrong.append(f"dossier {found.id}: {name} is not NFC")
    wrong += [*history.problems(), *audit.problems()]
    wrong += [p for report in book_proof.verify() for p in report.problems]
    letters = db.session.scalars(select(BookEntry.letter_id).where(BookEntry.letter_id > 0)).all()
    if len(letters) != len(set(letters)):
        wrong.append("a letter has two numbers")
    for table in Base.metadata.sorted_tables:
        for key in inspect(db.engine).get_foreign_keys(table.name):
            [own], [far], other = (
                key["constrained_columns"], key["referred_columns"], key["referred_table"]
            )  # fmt: skip
            orphans = db.session.scalar(text(
                f"SELECT count(*) FROM {table.name} a WHERE a.{own} IS NOT NULL AND NOT EXISTS"
                f" (SELECT 1 FROM {other} b WHERE b.{far} = a.{own})"
            ))  # fmt: skip
            if orphans:
                wrong.append(f"{table.name}.{own}: {orphans} rows hang on nothing")
    return [str(w) for w in wrong]


def main() -> int:
    from tests.security.conftest import built

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    arguments = parser.parse_args()
    # Thousands of refusals are what is wanted here, and no news.
    logging.getLogger("app.views.refusals").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, built(Path(folder), "fuzz") as world:
        counts = run(world, arguments.cases)
        with world.app.app_context():
            wrong = half_written()
    sys.stdout.write(f"{sum(counts.values())} cases: {dict(sorted(counts.items()))}\n")
    sys.stdout.write("\n".join(wrong) + "\n" if wrong else "nothing is half-written\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

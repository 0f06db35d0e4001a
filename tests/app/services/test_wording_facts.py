"""A wording may use what every dossier of its letter knows, and nothing a dossier may lack."""

import pytest
from flask import Flask

import letters
import workflows
from app.extensions import db
from app.services import dossiers, facts, filling, wordings
from app.services import letters as drafting
from app.transaction import transaction
from letters import wording as plain
from tests.helpers import user
from workflows import Role


@pytest.mark.parametrize(
    ("kind", "letter"),
    [
        (kind, letter)
        for kind, workflow in sorted(workflows.all_workflows().items())
        for letter in sorted(workflow.letters & wordings.editable().keys())
    ],
)
def test_every_dossier_knows_the_facts_its_letters_may_use(
    context: Flask, kind: str, letter: str
) -> None:
    about = letters.kinds()[letter]
    with transaction():
        is_own = workflows.get(kind).filed_by == Role.OFFICER
        draft = dossiers.begin(
            kind, "" if is_own else "ai@example.vn", user("an") if is_own else None
        )
        filling.type_in(draft, {f.name: f.sample for f in workflows.get(kind).fields})
        db.session.flush()
        data = drafting.compose(draft, letter, facts.proposed(draft))

    for block in about.wording:
        parts = set(plain.placeholders(about.wording[block])) - set(data.facts)
        unknown = {
            name
            for name in about.placeholders(block)
            if not isinstance(data.facts.get(name), str) and name not in parts
        }
        assert unknown == set(), block

"""S16: what a form does not ask for, nobody can say."""

from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Base, Dossier, Recipient, User
from tests.security.actors import OWN, STAFF
from tests.security.conftest import World, nothing_is_kept
from tests.security.policy import TABLE
from tests.security.test_access_matrix import Cell

MARK = "4711471147"
# Columns that a careless `Model(**request.form)` would set.
EXTRA = {
    "officer_id": MARK, "state": MARK, "phase": MARK, "once_key": MARK, "email_verified": MARK,
    "is_active": MARK, "roles": MARK, "due_on": "2099-01-01", "code_given": MARK, "id": MARK,
    "key": MARK, "kind_": MARK, "user_id": MARK, "unit_id": MARK, "password_hash": MARK,
    "totp_secret": MARK, "is_complete": MARK, "signer_id": MARK, "signed_at": "2099-01-01",
    "issued_at": "2099-01-01", "pdf_sha256": MARK, "nonce": MARK, "token_hash": MARK,
    "letter_id": MARK, "book_id": MARK, "entered_by": MARK, "author_id": MARK, "closed_at": MARK,
    "created_at": "2099-01-01", "answers": MARK, "typed": MARK, "events": MARK, "hash": MARK,
    "previous_hash": MARK, "officer": MARK, "dossier_id": MARK, "sent_at": MARK, "role": MARK,
    "actor_name": MARK, "is_public": MARK, "holder_id": MARK, "account_id": MARK,
    "__class__": MARK, "_sa_instance_state": MARK,
}  # fmt: skip
POSTS = [name for name in TABLE if " POST" in name]


def texts() -> str:
    """Return every value of every row, as the open transaction sees it."""
    found: list[Any] = []
    for table in Base.metadata.sorted_tables:
        if table.name != "audit_events":  # may name what was sent
            found += [repr(tuple(r)) for r in db.session.execute(select(table))]
    return "\n".join(found)


@pytest.mark.parametrize("name", POSTS)
def test_extra_fields_change_nothing(world: World, name: str) -> None:
    seen: list[str] = []
    cell = Cell(world, name, OWN)
    # `key` and the like may be what this form asks for.
    extra = {n: v for n, v in EXTRA.items() if n not in cell.row.sent and n != "key"}
    sent = {**TABLE[name].sent, **extra}
    object.__setattr__(cell, "row", type(cell.row)(**{**vars(cell.row), "sent": sent}))
    with nothing_is_kept(), pytest.MonkeyPatch.context() as patch:

        def looked_at() -> None:
            db.session.flush()
            seen.append(texts())

        patch.setattr(db.session, "commit", looked_at)
        for person in ("applicant", *sorted(STAFF), "administrator", "anonymous", "half signed in"):
            answer = cell.ask(world.people.clients[person])
            assert answer.status_code < 500

    assert seen or name not in ("applicants.save POST", "desk.draft_save POST", "desk.act POST")
    assert not any(MARK in rows or "2099-01-01" in rows for rows in seen)


def test_the_rows_are_as_they_were(world: World) -> None:
    with world.app.app_context():
        assert not db.session.scalars(select(Dossier).where(Dossier.state == MARK)).first()
        assert {r for u in db.session.scalars(select(User)) for r in u.roles} <= {
            "officer", "signer", "clerk", "admin",
        }  # fmt: skip
        assert db.session.scalars(select(Recipient.id)).first()

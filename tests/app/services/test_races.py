"""Several people at once: exactly one wins, the others get a sentence, nothing is done twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from app import samples
from app.errors import AppError
from app.extensions import db
from app.models import Account, Dossier
from app.security.actors import applicant, staff
from app.services import codes, dossiers, filling, history
from app.transaction import transaction
from tests.app.services.test_dossiers import EMAIL, GRANT, REASON, filed, walked
from tests.helpers import dossier, mails, user
from workflows import ActionRefused

ROUNDS = 5


def race(app: Flask, *moves: Callable[[], object]) -> list[str]:
    """Start all moves at the same moment; return "done" or the name of each refusal."""
    barrier = Barrier(len(moves))

    def run(move: Callable[[], object]) -> str:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    move()
            except (AppError, ActionRefused) as refusal:
                return type(refusal).__name__
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(len(moves)) as pool:
        return list(pool.map(run, moves))


def by(name: str, key: str, action: str, version: int | None = None) -> Callable[[], object]:
    return lambda: dossiers.act(key, action, staff(user(name)), version=version, supplied=REASON)


@pytest.mark.parametrize("n", range(ROUNDS))
def test_officers_who_claim_at_once(context: Flask, n: int) -> None:
    key = filed()
    version = dossier(key).version
    db.session.remove()

    ends = race(context, *(by(name, key, "claim", version) for name in ("an", "binh") * 3))

    assert ends.count("done") == 1
    claimed = dossier(key)
    assert [e.action for e in claimed.events] == ["submit", "claim"]
    assert claimed.officer_id == claimed.events[-1].user_id
    assert list(history.problems()) == []


@pytest.mark.parametrize("n", range(ROUNDS))
def test_a_leader_signs_while_the_other_sends_back(context: Flask, n: int) -> None:
    key = filed()
    walked(key, *GRANT[:2])
    db.session.remove()

    ends = race(context, by("chi", key, "approve"), by("dung", key, "send_back"))

    assert sorted(ends)[1] == "done"
    assert ends.count("done") == 1
    accounts = len(db.session.scalars(select(Account)).all())
    assert (dossier(key).state, accounts) in {("signed_grant", 1), ("in_review", 0)}


def test_an_applicant_withdraws_while_the_officer_proposes(context: Flask) -> None:
    key = filed()
    walked(key, GRANT[0])
    db.session.remove()

    ends = race(
        context,
        by("an", key, "propose_grant"),
        lambda: dossiers.act(key, "withdraw", applicant(EMAIL)),
    )

    assert ends.count("done") == 1
    assert dossier(key).state in {"pending_grant", "withdrawn"}


@pytest.mark.parametrize("n", range(ROUNDS))
def test_two_grants_for_one_facility(context: Flask, n: int) -> None:
    one, two = filed(), filed("khac@example.vn")
    for key in (one, two):
        walked(key, *GRANT[:2])
    db.session.remove()

    ends = race(context, by("chi", one, "approve"), by("dung", two, "approve"))

    assert ends.count("done") == 1
    assert len(db.session.scalars(select(Account)).all()) == 1
    states = sorted(db.session.scalars(select(Dossier.state)))
    assert states == ["pending_grant", "signed_grant"]


def test_a_draft_submitted_in_two_windows(context: Flask) -> None:
    with transaction():
        draft = dossiers.begin("password_reset", EMAIL)
        filling.type_in(
            draft, {f.name: f.sample for f in samples.workflows.get("password_reset").fields}
        )
        samples.attachments.attach(draft, "request_scan", samples.received_scan(), 10)
        db.session.flush()
        key = draft.key
    db.session.remove()

    move = lambda: dossiers.act(key, "submit", applicant(EMAIL, "Hoàng Thị Minh Châu"))  # noqa: E731
    ends = race(context, move, move, move)

    assert sorted(ends) == ["AlreadyDone", "AlreadyDone", "done"]
    assert len(mails("received")) == 1


def test_one_code_opens_one_door(context: Flask) -> None:
    with transaction():
        codes.send(EMAIL, "portal")
    nonce = mails("code")[0].secret.partition(":")[2]
    code = codes.keys.derived_code("code", nonce)
    db.session.remove()
    opened: list[bool] = []

    race(context, *(lambda: opened.append(codes.spend(EMAIL, "portal", code)) for _ in range(6)))

    assert opened.count(True) == 1

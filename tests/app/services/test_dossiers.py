"""The one way a dossier changes: what goes through, what is refused, and what is left behind."""

from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app import clock, formats, samples
from app.errors import AlreadyDone, Conflict, Invalid, Refused
from app.extensions import db
from app.models import Account, Activation, Dossier, Letter
from app.security.actors import SYSTEM, Actor, applicant, staff
from app.services import dossiers, filling, history, routines
from app.transaction import transaction
from letters import LetterData
from tests.guards import tamper
from tests.helpers import dossier, mails, user
from workflows import GuardFailed, NotPermitted

REASON = {
    "reason": "Giấy chứng nhận đã hết hiệu lực.",
    "missing": "Bản chụp rõ",
    "note": "Xem",
    "assigned_code": "20A01",
}
EMAIL = "anbinh@example.vn"


def filed(email: str = EMAIL, licence: str = "2101/ĐKKDD-LSO") -> str:
    return samples.submit_sample("Nhà thuốc An Bình", email, licence)


def step(key: str, name: str, action: str, version: int | None = None) -> None:
    with transaction():
        dossiers.act(key, action, staff(user(name)), version=version, supplied=REASON)


def walked(key: str, *steps: tuple[str, str]) -> Dossier:
    for name, action in steps:
        step(key, name, action)
    return dossier(key)


GRANT = (("an", "claim"), ("an", "propose_grant"), ("chi", "approve"), ("giang", "issue"))
REFUSE = (("an", "claim"), ("an", "propose_refusal"), ("dung", "approve"), ("giang", "issue"))


def test_the_main_job_leaves_an_account_a_letter_and_a_link(context: Flask) -> None:
    key = filed()

    done = walked(key, *GRANT)

    assert (done.state, done.phase) == ("granted", "done")
    account = db.session.scalars(select(Account)).one()
    assert account.username == "lso.2101"
    assert [(e.what, e.dossier_id) for e in account.events] == [("granted", done.id)]
    assert [m.name for m in mails()] == ["received", "granted"]
    letter = mails("granted")[0].letter
    assert letter is not None
    data = LetterData.from_json(letter.data)
    assert (data.reference, data.issued_on) == ("01/SYT-NVD", clock.today())
    assert data.signer is not None
    assert data.signer.name == "Vi Thị Kim Chi"
    activation = db.session.scalars(select(Activation)).one()
    assert activation.expires_at is not None
    assert list(history.problems()) == []


def test_what_is_issued_is_what_was_signed_but_for_number_and_date(context: Flask) -> None:
    key = filed()
    walked(key, *GRANT[:3])
    letter = db.session.scalars(select(Letter).where(Letter.kind == "account_grant")).one()
    signed = LetterData.from_json(letter.data)

    step(key, "giang", "issue")

    db.session.refresh(letter)
    assert LetterData.from_json(letter.data) == signed.with_number(1, clock.today())


def test_a_refusal_reopens_the_e_mail(context: Flask) -> None:
    refused = walked(filed(), *REFUSE)

    assert refused.once_key is None
    assert "hết hiệu lực" in str(
        LetterData.from_json(mails("refused")[0].letter.data).facts["reason"]  # type: ignore[union-attr]
    )
    again = dossier(filed())
    assert again.state == "submitted"


def test_a_second_registration_names_the_first(context: Flask) -> None:
    first = dossier(filed())

    with pytest.raises(Refused) as refused, transaction():
        dossiers.begin("account_issuance", EMAIL)
    assert str(first.code) in refused.value.message


def test_two_drafts_of_one_e_mail_cannot_both_be_submitted(context: Flask) -> None:
    # Two browsers resume the same draft, so a second one can only be made behind our back.
    with transaction():
        draft = dossiers.begin("account_issuance", EMAIL)
        draft.typed = {}
    filed()

    with pytest.raises(Refused), transaction():
        dossiers.begin("account_issuance", EMAIL)


def test_two_approvals_for_one_facility_make_one_account(context: Flask) -> None:
    one, two = filed(), filed("khac@example.vn")
    walked(one, *GRANT[:2])
    walked(two, *GRANT[:2])
    step(one, "chi", "approve")

    with pytest.raises(GuardFailed) as refused:
        step(two, "chi", "approve")
    assert str(dossier(one).code) in refused.value.reason
    assert dossier(two).state == "pending_grant"
    assert len(db.session.scalars(select(Account)).all()) == 1


def test_the_second_officer_reads_who_was_first(context: Flask) -> None:
    key = filed()
    version = dossier(key).version
    step(key, "an", "claim", version)

    with pytest.raises(Conflict) as refused:
        step(key, "binh", "claim", version)
    assert "Lương Thị An đã nhận xử lý lúc" in refused.value.message
    assert dossier(key).officer_id == user("an").id


def test_a_double_click_is_no_error_and_no_second_event(context: Flask) -> None:
    key = filed()
    version = dossier(key).version
    step(key, "an", "claim", version)

    with pytest.raises(AlreadyDone):
        step(key, "an", "claim", version)
    assert [e.action for e in dossier(key).events] == ["submit", "claim"]


def test_who_reviewed_does_not_sign(context: Flask) -> None:
    key = filed()
    walked(key, *GRANT[:2])
    with transaction():
        user("an").roles = ["officer", "signer"]

    with pytest.raises(NotPermitted):
        step(key, "an", "approve")


def test_an_administrator_is_nobody_on_a_dossier(context: Flask) -> None:
    key = filed()
    with transaction():
        user("quantri").roles = ["admin", "officer"]

    with pytest.raises(NotPermitted):
        step(key, "quantri", "claim")


def test_somebody_elses_e_mail_cannot_withdraw(context: Flask) -> None:
    key = filed()

    with pytest.raises(NotPermitted), transaction():
        dossiers.act(key, "withdraw", applicant("khac@example.vn"))


def test_a_reason_must_be_given(context: Flask) -> None:
    key = filed()
    step(key, "an", "claim")

    with pytest.raises(Invalid) as refused, transaction():
        dossiers.act(key, "propose_refusal", staff(user("an")), supplied={"reason": "  "})
    assert refused.value.errors["reason"] == "Nhập: Lý do."
    assert dossier(key).state == "in_review"


def test_a_leader_may_turn_a_proposal_into_a_refusal_and_sees_it_before_signing(
    context: Flask,
) -> None:
    key = filed()
    walked(key, *GRANT[:2], ("chi", "refuse"))

    waiting = db.session.scalars(select(Letter).where(Letter.state == "draft")).one()
    assert waiting.kind == "refusal"
    assert walked(key, ("chi", "approve"), ("giang", "issue")).state == "refused"
    assert db.session.scalars(select(Account)).all() == []


def test_a_draft_sent_back_is_void(context: Flask) -> None:
    key = filed()
    walked(key, *GRANT[:2], ("chi", "send_back"))

    states = db.session.scalars(select(Letter.state).where(Letter.kind == "account_grant")).all()
    assert states == ["void"]
    assert walked(key, *GRANT[1:]).state == "granted"


def test_a_supplement_stops_the_clock_and_restarts_it(context: Flask) -> None:
    key = filed()
    first_promise = dossier(key).due_on
    asked = walked(key, ("an", "claim"), ("an", "ask_supplement"))
    assert asked.due_on is None
    assert asked.supplement_due_on is not None

    with time_machine.travel(clock.now() + timedelta(days=5)), transaction():
        held = db.session.scalars(select(Dossier).where(Dossier.key == key)).one()
        filling.type_in(held, {"address": "Số 14, đường Lê Lợi"})
        dossiers.act(key, "supplement", applicant(EMAIL))

    back = dossier(key)
    assert back.state == "in_review"
    assert back.events[-1].details["changed"] == ["address"]
    receipt = mails("supplement_received")[0].letter
    assert receipt is not None
    assert back.due_on is not None
    assert LetterData.from_json(receipt.data).facts["due_on"] == formats.day(back.due_on)
    assert back.due_on is not None
    assert first_promise is not None
    assert back.due_on > first_promise


def test_an_empty_supplement_is_no_supplement(context: Flask) -> None:
    key = filed()
    walked(key, ("an", "claim"), ("an", "ask_supplement"))

    with pytest.raises(Refused), transaction():
        dossiers.act(key, "supplement", applicant(EMAIL))
    assert dossier(key).state == "supplement_requested"


def test_a_broken_promise_reopens_the_e_mail_once_and_says_so(context: Flask) -> None:
    key = filed()
    due_on = dossier(key).due_on
    assert due_on is not None

    with time_machine.travel(date.fromordinal(due_on.toordinal() + 1)):
        assert routines.run()["reopened"] == 1
        assert routines.run()["reopened"] == 0

    assert dossier(key).once_key is None
    assert dossier(key).state == "submitted"
    assert [m.name for m in mails()] == ["received", "reopened"]


def test_no_promise_is_broken_on_its_last_day(context: Flask) -> None:
    due_on = dossier(filed()).due_on
    assert due_on is not None

    with time_machine.travel(due_on):
        assert routines.run()["reopened"] == 0


def test_without_a_supplement_the_dossier_lapses(context: Flask) -> None:
    key = filed()
    asked = walked(key, ("an", "claim"), ("an", "ask_supplement"))
    assert asked.supplement_due_on is not None

    with time_machine.travel(asked.supplement_due_on + timedelta(days=1)):
        assert routines.run()["lapsed"] == 1
        assert routines.run()["lapsed"] == 0

    assert dossier(key).state == "lapsed"
    assert dossier(key).once_key is None


def test_a_failure_anywhere_leaves_no_trace(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = filed()
    walked(key, *GRANT[:3])
    before = (dossier(key).version, len(dossier(key).events), len(mails()))

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the mail cannot be written")

    monkeypatch.setattr("app.services.announcements.mails.queue", broken)
    with pytest.raises(RuntimeError):
        step(key, "giang", "issue")

    assert (dossier(key).version, len(dossier(key).events), len(mails())) == before
    assert dossier(key).state == "signed_grant"
    assert db.session.scalars(select(Letter.state).where(Letter.form == "dispatch")).all() == [
        "signed"
    ]


@pytest.mark.parametrize("actor", [SYSTEM, Actor(name="x")])
def test_nobody_else_may_issue(context: Flask, actor: Actor) -> None:
    key = filed()
    walked(key, *GRANT[:3])

    with pytest.raises(NotPermitted), transaction():
        dossiers.act(key, "issue", actor)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE dossier_events SET actor_name = 'Người khác' WHERE action = 'approve'",
        "DELETE FROM dossier_events WHERE action = 'propose_grant'",
        "DELETE FROM dossier_events WHERE action = 'issue'",
        "UPDATE dossier_events SET seq = 99 WHERE action = 'claim'",
        "UPDATE dossiers SET state = 'refused'",
    ],
)
def test_tampering_with_the_history_is_found(context: Flask, tampering: str) -> None:
    walked(filed(), *GRANT)
    tamper(tampering)

    assert list(history.problems())

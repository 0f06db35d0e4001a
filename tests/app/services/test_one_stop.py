"""Intake refused, the day put off, and dossiers that stop: what law and applicant are owed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app import clock, formats
from app.errors import Conflict, Invalid
from app.extensions import db
from app.models import Dossier, Letter
from app.security.actors import applicant, staff
from app.services import calendar, control, deadlines, dossiers, filling, history, outbox, routines
from app.transaction import transaction
from letters import LetterData
from tests.app.services.test_dossiers import EMAIL, GRANT, REASON, filed, walked
from tests.app.services.test_races import race
from tests.helpers import dossier, mails, user
from workflows import GuardFailed

ASKED = (("an", "claim"), ("an", "ask_supplement"))


def days_on(key: str, days: int) -> str:
    """Return a day so many working days after the promise."""
    due = dossier(key).due_on
    assert due is not None
    return calendar.office().due(due, days).isoformat()


def put_off(key: str, days: int = 5, who: str = "an", **typed: str) -> None:
    """Apologise with a new day."""
    supplied = {"reason": "Cần xác minh.", "new_due_on": days_on(key, days)} | typed
    with transaction():
        dossiers.act(key, "extend", staff(user(who)), supplied=supplied)


def letter_of(kind: str) -> LetterData:
    """Return the one issued letter of a kind, its PDF made as the worker would."""
    letter = db.session.scalars(select(Letter).where(Letter.kind == kind)).one()
    made = outbox.ensure_pdf(letter.id)
    assert made is not None
    assert made.pdf_sha256
    assert letter.entry is not None
    return LetterData.from_json(letter.data)


def test_a_refused_intake_opens_the_address_and_mails_the_slip(context: Flask) -> None:
    key = filed()

    done = walked(key, ("an", "refuse_intake"))

    assert (done.state, done.phase, done.once_key) == ("intake_refused", "refused", None)
    assert done.officer is not None
    assert done.officer.username == "an"
    [mail] = mails("intake_refused")
    assert mail.recipient == EMAIL
    assert mail.letter is not None
    slip = letter_of("intake_refusal")
    assert (slip.reference, slip.facts["reason"]) == ("01/TCHS", REASON["reason"])
    assert filed() != key


def test_what_was_taken_is_no_longer_refused_at_the_counter(context: Flask) -> None:
    key = filed()
    walked(key, ("an", "claim"))

    with pytest.raises(Conflict):
        walked(key, ("an", "refuse_intake"))

    assert dossier(key).state == "in_review"


def test_an_apology_moves_the_day_once(context: Flask) -> None:
    key = filed()
    promised = walked(key, GRANT[0]).due_on
    assert promised is not None

    put_off(key, 5)

    late = dossier(key)
    assert late.state == "in_review"
    assert late.due_on == calendar.office().due(promised, 5)
    assert deadlines.promised_before(late) == promised
    slip = letter_of("apology")
    assert slip.reference == "01/PXL"
    assert slip.facts["promised_on"] == formats.day(promised)
    assert slip.facts["due_on"] == formats.day(late.due_on)
    [mail] = mails("apologised")
    assert formats.day(promised) in mail.text
    assert formats.day(late.due_on) in mail.text
    assert list(history.problems()) == []
    with pytest.raises(GuardFailed) as refused:
        put_off(key, 1)
    assert "chỉ cho hẹn lại một lần" in refused.value.reason
    assert dossier(key).due_on == late.due_on


@pytest.mark.parametrize("wrong", ["same", "before", "weekend"])
def test_a_new_day_is_a_working_day_behind_the_promise(context: Flask, wrong: str) -> None:
    key = filed()
    promised = walked(key, GRANT[0]).due_on
    assert promised is not None
    saturday = promised + timedelta(days=(5 - promised.weekday()) % 7 or 7)
    day = {"same": promised, "before": clock.today() + timedelta(days=1), "weekend": saturday}

    with pytest.raises(Invalid) as refused:
        put_off(key, new_due_on=day[wrong].isoformat())

    assert set(refused.value.errors) == {"new_due_on"}
    assert dossier(key).due_on == promised
    assert mails("apologised") == []


def test_a_new_day_lies_in_the_future_also_when_the_promise_is_broken(context: Flask) -> None:
    key = filed()
    walked(key, GRANT[0])
    after = days_on(key, 1)

    with time_machine.travel(clock.now() + timedelta(days=40)):
        with pytest.raises(Invalid):
            put_off(key, new_due_on=after)
        put_off(key, 40)

        assert deadlines.promised_before(dossier(key)) is not None


def test_a_day_put_off_takes_nothing_from_the_right_to_register_again(context: Flask) -> None:
    key = filed()  # rule Q4
    walked(key, GRANT[0])
    promised = dossier(key).due_on
    assert promised is not None
    put_off(key, 20)

    assert routines.run()["reopened"] == 0
    with time_machine.travel(clock.now() + timedelta(days=(promised - clock.today()).days + 1)):
        assert routines.run()["reopened"] == 1
        assert routines.run()["reopened"] == 0

        assert dossier(key).once_key is None
        [mail] = mails("reopened")
        assert f"quá ngày hẹn trả {formats.day(promised)}" in mail.text
        due = dossier(key).due_on
        assert due is not None
        assert f"ngày hẹn trả mới là {formats.day(due)}" in mail.text


def test_an_apology_after_the_broken_promise_closes_nothing_again(context: Flask) -> None:
    key = filed()
    walked(key, GRANT[0])

    with time_machine.travel(clock.now() + timedelta(days=30)):
        routines.run()
        put_off(key, 30)
        routines.run()

        assert dossier(key).once_key is None
        assert len(mails("reopened")) == 1
        assert filed() != key


def test_a_supplement_begins_a_count_of_its_own(context: Flask) -> None:
    key = filed()
    walked(key, GRANT[0])
    first = dossier(key).due_on
    assert first is not None
    put_off(key, 3)
    walked(key, ("an", "ask_supplement"))

    with time_machine.travel(clock.now() + timedelta(days=7)):
        with transaction():
            held = db.session.scalars(select(Dossier).where(Dossier.key == key)).one()
            filling.type_in(held, {"address": "Số 14, đường Lê Lợi"})
            dossiers.act(key, "supplement", applicant(EMAIL))
        anew = dossier(key)

        assert deadlines.promised_before(anew) is None
        assert anew.due_on is not None
        assert anew.due_on > first
        with pytest.raises(GuardFailed) as refused:
            put_off(key)
        assert formats.day(first) in refused.value.reason
    with time_machine.travel(clock.now() + timedelta(days=(first - clock.today()).days + 1)):
        assert routines.run()["reopened"] == 0


def test_who_withdraws_gets_a_notice(context: Flask) -> None:
    key = filed()

    with transaction():
        dossiers.act(key, "withdraw", applicant(EMAIL, "Hoàng Thị Minh Châu"))

    [mail] = mails("withdrawn")
    assert mail.letter is not None
    notice = letter_of("stop_notice")
    assert notice.reference == "01/TBDHS"
    assert notice.facts["withdrawn_at"]


def test_what_lapses_is_stopped_with_a_notice(context: Flask) -> None:
    key = filed()
    until = walked(key, *ASKED).supplement_due_on
    assert until is not None

    with time_machine.travel(clock.now() + timedelta(days=30)):
        assert routines.run()["lapsed"] == 1

        assert dossier(key).once_key is None
        [mail] = mails("lapsed")
        assert mail.letter is not None
        notice = letter_of("stop_notice")
        assert notice.facts["supplement_due_on"] == formats.day(until)
        assert notice.facts["withdrawn_at"] == ""


@pytest.mark.parametrize("n", range(3))
def test_an_apology_while_the_leader_signs(context: Flask, n: int) -> None:
    key = filed()
    walked(key, *GRANT[:2])
    promised, version, day = dossier(key).due_on, dossier(key).version, days_on(key, 5)
    typed = {"reason": "Cần xác minh.", "new_due_on": day}
    db.session.remove()

    def by(name: str, action: str) -> Callable[[], object]:
        return lambda: dossiers.act(key, action, staff(user(name)), version=version, supplied=typed)

    ends = race(context, by("an", "extend"), by("chi", "approve"))

    assert sorted(ends) == ["Conflict", "done"]
    after = dossier(key)
    signed = after.state == "signed_grant"
    assert (after.due_on == promised) is signed
    assert len(mails("apologised")) == (0 if signed else 1)
    assert list(history.problems()) == []


def test_the_control_slip_has_every_step_with_its_times(context: Flask) -> None:
    key = filed()
    walked(key, ("an", "claim"))
    put_off(key, 2)
    walked(key, ("an", "propose_grant"), ("chi", "send_back"), *GRANT[1:])

    held = control.stretches(dossier(key))

    assert [h.receiver for h in held] == [
        "Bộ phận tiếp nhận hồ sơ",
        "Chuyên viên Lương Thị An",
        f"Lãnh đạo Sở {user('chi').full_name}",
        "Chuyên viên Lương Thị An",
        f"Lãnh đạo Sở {user('chi').full_name}",
        f"Văn thư {user('giang').full_name}",
        "Người nộp hồ sơ",
    ]
    assert [h.giver for h in held[1:]] == [h.receiver for h in held[:-1]]
    assert [h.until for h in held[:-1]] == [h.since for h in held[1:]]
    assert len(held[1].notes) == 2
    slip = control.slip(dossier(key))
    rows = slip.facts["handovers"]
    assert [row["result"] for row in rows] == ["Trước hạn"] * 7  # type: ignore[index]
    assert slip.number is None


def test_the_control_slip_knows_late_from_in_time(context: Flask) -> None:
    key = filed()
    walked(key, GRANT[0])
    due = dossier(key).due_on
    assert due is not None

    with time_machine.travel(clock.now() + timedelta(days=(due - clock.today()).days)):
        walked(key, GRANT[1])
    with time_machine.travel(clock.now() + timedelta(days=(due - clock.today()).days + 3)):
        open_ = [h.result(is_over=False) for h in control.stretches(dossier(key))]
        walked(key, *GRANT[2:])
        ended = [h.result(is_over=True) for h in control.stretches(dossier(key))]

    assert open_ == ["Trước hạn", "Đúng hạn", "Quá hạn"]
    assert ended == ["Trước hạn", "Đúng hạn", "Quá hạn", "Quá hạn", "Quá hạn"]


def test_the_control_slip_measures_a_supplement_by_its_own_day(context: Flask) -> None:
    key = filed()
    walked(key, *ASKED)
    with time_machine.travel(clock.now() + timedelta(days=30)):
        routines.run()

        held = control.stretches(dossier(key))

    assert [h.result(is_over=True) for h in held] == [
        "Trước hạn",
        "Trước hạn",
        "Quá hạn",
        "",
    ]

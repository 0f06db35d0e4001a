"""What approval changes in the registers, and what it must never leave behind."""

import pytest
from flask import Flask
from sqlalchemy import select

from app import samples
from app.errors import Refused
from app.extensions import db
from app.models import Account, Activation, ConnectionCode, Dossier, Facility, Prescriber
from app.services import activations
from app.transaction import transaction
from tests.app.services.test_dossiers import EMAIL, GRANT, filed, step, walked
from tests.helpers import dossier, link_token, mails
from workflows import GuardFailed

LICENCE = "2101/ĐKKDD-LSO"


def asked(kind: str, email: str = EMAIL, **answers: str) -> str:
    return samples.submit_sample("Nhà thuốc An Bình", email, LICENCE, kind=kind, answers=answers)


def account() -> Account:
    db.session.rollback()
    return db.session.scalars(select(Account).where(Account.state != "closed")).one()


def latest_token() -> str:
    activation = db.session.scalars(select(Activation).order_by(Activation.id.desc())).first()
    assert activation is not None
    return link_token(activation)


def opened(token: str) -> str | None:
    with transaction():
        found = activations.find(token)
        return activations.open_once(found) if found else None


@pytest.fixture
def granted(context: Flask) -> Dossier:
    return walked(filed(), *GRANT)


def test_a_reset_gives_a_new_link_and_kills_the_old_one(granted: Dossier) -> None:
    old = latest_token()

    walked(asked("password_reset"), *GRANT)

    assert activations.find(old) is None
    assert opened(latest_token())
    assert [e.what for e in account().events] == ["granted", "reset", "activated"]


def test_a_change_keeps_before_and_after(granted: Dossier) -> None:
    walked(asked("account_change", new_phone="0987654321", new_facility_name="Nhà thuốc Mới"),
           *GRANT)  # fmt: skip

    changed = account()
    assert changed.custodian_phone == "+84987654321"
    assert changed.holder.name == "Nhà thuốc Mới"
    assert changed.events[-1].changes == {
        "custodian_phone": ["+84912345678", "+84987654321"],
        "custodian_email": [EMAIL, "moi@example.vn"],
        "facility_name": ["Nhà thuốc An Bình", "Nhà thuốc Mới"],
    }
    assert mails("granted")[-1].secret == "", "a change opens no new access"


def test_after_a_handover_the_former_custodian_is_out_at_once(granted: Dossier) -> None:
    old = latest_token()
    key = asked("account_handover", "moi@example.vn", custodian_name="Nông Thị Mới")

    walked(key, *GRANT[:3])

    assert activations.find(old) is None, "the old link must die on approval, not on issue"
    taken = account()
    assert (taken.custodian_name, taken.custodian_email) == ("Nông Thị Mới", "moi@example.vn")
    assert taken.state == "granted", "the new custodian starts with a first access"
    walked(key, GRANT[3])
    assert opened(latest_token())


def test_a_revoked_account_is_closed_and_can_be_granted_anew(granted: Dossier) -> None:
    old = latest_token()

    walked(asked("account_revocation"), *GRANT)

    closed = db.session.scalars(select(Account)).one()
    assert closed.state == "closed"
    assert closed.closed_at is not None
    assert activations.find(old) is None
    again = walked(filed("khac@example.vn"), *GRANT)
    assert account().events[0].dossier_id == again.id


def test_a_reset_of_an_account_that_was_closed_meanwhile_is_refused(granted: Dossier) -> None:
    reset, revocation = asked("password_reset"), asked("account_revocation", "khac@example.vn")
    walked(reset, *GRANT[:2])
    walked(revocation, *GRANT[:3])

    with pytest.raises(GuardFailed) as refused:
        step(reset, "chi", "approve")
    assert "chưa có tài khoản" in refused.value.reason
    assert dossier(reset).state == "pending_grant"


def test_a_facility_gets_one_code(context: Flask) -> None:
    walked(asked("code_registration"), *GRANT)

    code = db.session.scalars(select(ConnectionCode)).one()
    assert code.code == "20A01"
    assert code.facility is not None
    assert code.facility.licence_no == LICENCE
    with pytest.raises(GuardFailed) as refused:
        asked("code_registration", "khac@example.vn")
    assert "20A01" in refused.value.reason


def test_a_prescriber_gets_one_code_wherever_he_works(context: Flask) -> None:
    walked(asked("code_registration", holder="prescriber"), *GRANT)

    code = db.session.scalars(select(ConnectionCode)).one()
    assert code.prescriber is not None
    assert code.prescriber.licence_no == "009999/LSO-GPHN"
    assert db.session.scalars(select(Facility)).all() == []
    with pytest.raises(GuardFailed):
        asked("code_registration", "khac@example.vn", holder="prescriber")
    # The facility itself is another holder.
    assert asked("code_registration", "khac@example.vn", holder="facility")


def test_two_codes_proposed_for_one_holder_make_one(context: Flask) -> None:
    one, two = asked("code_registration"), asked("code_registration", "khac@example.vn")
    walked(one, *GRANT[:2])
    walked(two, *GRANT[:2])
    step(one, "chi", "approve")

    with pytest.raises(GuardFailed):
        step(two, "chi", "approve")
    assert len(db.session.scalars(select(ConnectionCode)).all()) == 1


def test_answers_that_do_not_apply_are_not_kept(context: Flask) -> None:
    key = asked("code_registration", holder="facility", prescriber_name="Lục Thị Mai")

    assert dossier(key).answers["prescriber_name"] == ""
    assert db.session.scalars(select(Prescriber)).all() == []


def test_the_second_request_waits_for_the_first(granted: Dossier) -> None:
    asked("password_reset")

    with pytest.raises(Refused) as refused:
        asked("password_reset")
    assert "sau khi hồ sơ này kết thúc" in refused.value.message


def test_no_first_password_and_no_link_token_stands_anywhere_in_clear(granted: Dossier) -> None:
    token = latest_token()
    secret = opened(token)
    assert secret is not None

    db.session.rollback()
    everything = " ".join(
        str(value)
        for table in db.metadata.sorted_tables
        for row in db.session.execute(table.select())
        for value in row
    )
    assert secret not in everything
    assert token not in everything

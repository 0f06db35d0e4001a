"""One account per vendor (V2), and facilities that connect through it (V1)."""

import pytest
from flask import Flask
from sqlalchemy import select

from app import samples
from app.errors import Conflict, Invalid
from app.extensions import db
from app.models import Account, Activation, Dossier, Facility, Letter, Vendor
from app.services import activations, dossiers
from app.transaction import transaction
from letters import LetterData
from tests.app.services.test_dossiers import GRANT, step, walked
from tests.app.services.test_races import ROUNDS, by, race
from tests.app.services.vendors import EMAIL, NAME, TAX_CODE, asked, connected, vendor
from tests.helpers import dossier, link_token, mails
from workflows import GuardFailed

LICENCE = "2101/ĐKKDD-LSO"
THROUGH = {"connection": "vendor", "software_vendor": TAX_CODE}


def facility_asks(kind: str = "account_issuance", **answers: str) -> str:
    email = "anbinh@example.vn"
    return samples.submit_sample("Nhà thuốc An Bình", email, LICENCE, kind=kind, answers=answers)


def facility() -> Facility:
    db.session.rollback()
    return db.session.scalars(select(Facility)).one()


def revoked() -> None:
    walked(asked("account_revocation", holder="vendor"), *GRANT)


def test_a_vendor_gets_its_account_its_letter_and_its_link(context: Flask) -> None:
    done = walked(asked(), *GRANT)

    assert (done.subject, done.state) == (NAME, "granted")
    account = db.session.scalars(select(Account)).one()
    assert isinstance(account.holder, Vendor)
    assert (account.holder.number, account.holder.name) == (TAX_CODE, NAME)
    assert account.username == f"syt.pm.{TAX_CODE}"
    assert account.holder.address.endswith("phường Tam Thanh, tỉnh Lạng Sơn")
    letter = LetterData.from_json(mails("granted")[0].letter.data)  # type: ignore[union-attr]
    assert (letter.kind, letter.addressees) == ("vendor_connection", (NAME,))
    assert NAME in mails("granted")[0].text
    activation = db.session.scalars(select(Activation)).one()
    assert activations.find(link_token(activation)) is not None


def test_the_letter_and_the_mails_carry_no_secret(context: Flask) -> None:
    done = walked(asked(), *GRANT)
    activation = db.session.scalars(select(Activation)).one()
    token = link_token(activation)
    with transaction():
        secret = activations.open_once(activation)
    assert secret is not None

    letters = db.session.scalars(select(Letter.data).where(Letter.dossier_id == done.id)).all()
    everything = " ".join([*letters, *(m.subject + m.text for m in mails())])
    assert done.answers["custodian_id"]
    assert all(x not in everything for x in (secret, token, done.answers["custodian_id"]))


def test_contract_and_minutes_must_be_attached(context: Flask) -> None:
    with transaction():
        draft = dossiers.begin("vendor_connection", EMAIL)
        samples.filling.type_in(
            draft, {f.name: f.sample for f in samples.workflows.get("vendor_connection").fields}
        )
        db.session.flush()
        key = draft.key

    with pytest.raises(Invalid) as refused, transaction():
        dossiers.act(key, "submit", samples.applicant(EMAIL))
    assert set(refused.value.errors) == {"vendor_contract", "confirmation_minutes"}


def test_a_second_account_of_a_vendor_is_refused_with_the_first_one_named(context: Flask) -> None:
    first = walked(asked(), *GRANT)
    second = asked(email="khac@example.vn")
    walked(second, GRANT[0])

    with pytest.raises(GuardFailed) as refused:
        step(second, "an", "propose_grant")
    assert str(first.code) in refused.value.reason
    assert "cho tất cả các cơ sở" in refused.value.reason


@pytest.mark.parametrize("n", range(ROUNDS))
def test_two_dossiers_of_one_vendor_approved_at_once(context: Flask, n: int) -> None:
    one, two = asked(), asked(email="khac@example.vn")
    for key in (one, two):
        walked(key, *GRANT[:2])
    db.session.remove()

    ends = race(context, by("chi", one, "approve"), by("dung", two, "approve"))

    assert ends.count("done") == 1
    granted = db.session.scalars(select(Account)).one()
    won, lost = sorted((one, two), key=lambda k: dossier(k).state, reverse=True)
    assert granted.events[0].dossier_id == dossier(won).id
    with pytest.raises((GuardFailed, Conflict)) as refused:
        step(lost, "dung", "approve")
    sentence = getattr(refused.value, "reason", "") or getattr(refused.value, "message", "")
    assert str(dossier(won).code) in sentence


def test_a_facility_connects_through_a_vendor_with_contract_and_minutes(context: Flask) -> None:
    connected()

    done = walked(facility_asks(**THROUGH), *GRANT)

    assert facility().vendor is not None
    assert facility().vendor.number == TAX_CODE  # type: ignore[union-attr]
    assert {a.field for a in dossier(done.key).attachments} == {
        "licence_scan",
        "vendor_contract",
        "confirmation_minutes",
    }
    receipt = db.session.scalars(
        select(Letter).where(Letter.dossier_id == done.id, Letter.form == "receipt")
    ).one()
    assert "Biên bản xác nhận liên thông" in LetterData.from_json(receipt.data).facts["documents"]


def test_a_facility_that_connects_by_itself_is_asked_for_none_of_it(context: Flask) -> None:
    done = walked(facility_asks(), *GRANT)

    assert facility().vendor is None
    assert done.answers["software_vendor"] == done.answers["vendor_contract"] == ""
    assert [a.field for a in done.attachments] == ["licence_scan"]


def test_a_file_that_is_no_longer_asked_for_is_no_part_of_the_dossier(context: Flask) -> None:
    with transaction():
        draft = dossiers.begin("account_issuance", EMAIL)
        fields = samples.workflows.get("account_issuance").fields
        samples.filling.type_in(draft, {f.name: f.sample for f in fields})
        for name in ("licence_scan", "vendor_contract"):
            samples.attachments.attach(draft, name, samples.received_scan(), 10)
        db.session.flush()
        key = draft.key
    with transaction():
        dossiers.act(key, "submit", samples.applicant(EMAIL))

    assert [a.field for a in dossier(key).attachments] == ["licence_scan"]


def test_only_a_vendor_with_an_open_account_can_be_named(context: Flask) -> None:
    with pytest.raises(Invalid) as refused:
        facility_asks(**THROUGH)
    assert set(refused.value.errors) == {"software_vendor"}


@pytest.mark.parametrize("at", [1, 2])
def test_a_vendor_that_lost_its_account_meanwhile_connects_nobody(context: Flask, at: int) -> None:
    connected()
    key = facility_asks(**THROUGH)
    walked(key, *GRANT[:at])
    revoked()

    with pytest.raises(GuardFailed) as refused:
        step(key, *GRANT[at])
    assert f"{NAME} không còn tài khoản kết nối" in refused.value.reason
    assert db.session.scalars(select(Facility)).all() == []


def test_a_facility_changes_its_vendor_and_back(context: Flask) -> None:
    connected()
    walked(facility_asks(), *GRANT)
    change = {"new_phone": "", "new_email": "", "new_facility_name": ""}

    there = change | {"new_connection": "vendor", "software_vendor": TAX_CODE}
    done = walked(facility_asks("account_change", **there), *GRANT)

    assert facility().vendor_id == vendor().id
    account = facility().accounts[0]
    assert account.events[-1].changes == {"vendor": ["", NAME]}
    letter = mails("granted")[-1].letter
    assert letter is not None
    assert NAME in str(LetterData.from_json(letter.data).facts["software_vendor"])
    assert {"vendor_contract", "confirmation_minutes"} <= {a.field for a in done.attachments}

    walked(facility_asks("account_change", **change, new_connection="direct"), *GRANT)
    assert facility().vendor_id is None
    assert facility().accounts[0].events[-1].changes == {"vendor": [NAME, ""]}


def test_a_change_of_nothing_is_no_change(context: Flask) -> None:
    connected()
    walked(facility_asks(), *GRANT)
    nothing = {"new_phone": "", "new_email": "", "new_facility_name": "", "new_connection": ""}

    with pytest.raises(Invalid) as refused:
        facility_asks("account_change", **nothing)
    assert set(refused.value.errors) == {"new_phone"}


def test_a_facility_that_comes_back_by_itself_has_no_vendor(context: Flask) -> None:
    connected()
    walked(facility_asks(**THROUGH), *GRANT)
    walked(facility_asks("account_revocation"), *GRANT)
    assert db.session.scalars(select(Dossier.state).order_by(Dossier.id.desc())).first()

    again = samples.submit_sample("Nhà thuốc An Bình", "khac@example.vn", LICENCE)
    walked(again, *GRANT)

    assert facility().vendor_id is None

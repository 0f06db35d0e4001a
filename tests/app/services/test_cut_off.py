"""Revoking a vendor's account: every facility is seen before, cut off at once, and told."""

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.errors import Conflict
from app.extensions import db
from app.models import (
    Account,
    AccountEvent,
    Activation,
    BookEntry,
    Dossier,
    Facility,
    Letter,
    Recipient,
)
from app.security import keys
from app.security.actors import staff
from app.services import activations, connections, recipients
from app.services.effects import close_account
from app.transaction import transaction
from letters import LetterData
from tests.app.services.test_dossiers import GRANT, REFUSE, step, walked
from tests.app.services.test_races import ROUNDS, by, race
from tests.app.services.vendors import EMAIL, NAME, asked, connected, put_facilities, vendor
from tests.app.views.desk_walk import Queries
from tests.helpers import dossier, link_token, mails, user
from workflows import GuardFailed

MANY = 300


@pytest.fixture
def many(context: Flask) -> Flask:
    connected()
    put_facilities(range(1000, 1000 + MANY), without_account=2)
    return context


def revocation() -> str:
    return asked("account_revocation", holder="vendor", cause="contract")


def data_of(done: Dossier, kind: str = "vendor_revocation") -> LetterData:
    letter = db.session.scalars(
        select(Letter).where(Letter.dossier_id == done.id, Letter.kind == kind)
    ).one()
    return LetterData.from_json(letter.data)


def still_connected() -> list[Facility]:
    return list(db.session.scalars(select(Facility).where(Facility.vendor_id.is_not(None))))


def test_the_list_is_seen_from_the_moment_the_dossier_is_taken(many: Flask) -> None:
    key = revocation()
    assert connections.affected(dossier(key)) is None

    walked(key, GRANT[0])

    found = connections.affected(dossier(key))
    assert found is not None
    assert (found.total, found.without_account, found.pages) == (MANY, 2, 6)
    seen = [
        line.number
        for page in range(1, found.pages + 1)
        for line in connections.affected(dossier(key), page).rows  # type: ignore[union-attr]
    ]
    assert len(set(seen)) == len(seen) == MANY


def test_three_hundred_facilities_are_cut_off_and_told_by_one_dispatch(many: Flask) -> None:
    key = revocation()
    walked(key, *GRANT[:2])
    before = len(mails())
    booked = db.session.scalar(select(func.count()).select_from(BookEntry))

    step(key, *GRANT[2])

    assert vendor().accounts[0].state == "closed"
    assert still_connected() == []
    events = db.session.scalars(
        select(AccountEvent).where(AccountEvent.what == "disconnected")
    ).all()
    assert len({e.account_id for e in events}) == len(events) == MANY - 2
    assert all(e.changes == {"vendor": [NAME, ""]} for e in events)
    assert all(e.account.state == "active" for e in events), "their own accounts stay open"
    listed = recipients.rows(dossier(key))
    assert [r.row for r in listed] == list(range(1, MANY + 1))
    assert sum(r.email == "" for r in listed) == 2
    assert len(mails()) == before, "nobody is told before the letter has its number"

    done = walked(key, GRANT[3])

    told = mails("cut_off")
    assert len(told) == MANY - 2
    assert len({m.recipient for m in told}) == MANY - 2
    letter = data_of(done)
    assert db.session.scalar(select(func.count()).select_from(BookEntry)) == (booked or 0) + 1
    assert {m.letter_id for m in told} == {mails("granted")[-1].letter_id}
    assert letter.number is not None
    assert letter.addressees == (NAME, "Các cơ sở có tên trong danh sách kèm theo")
    assert [row["name"] for row in letter.facts["affected"]] == [r.name for r in listed]  # type: ignore[index,call-overload]
    assert letter.facts["count"] == str(MANY)
    assert all((r.sent_at is None) == (r.email == "") for r in recipients.rows(done))
    assert mails("granted")[-1].recipient == EMAIL


def test_each_is_written_to_with_a_link_of_its_own(many: Flask) -> None:
    done = walked(revocation(), *GRANT)

    one = mails("cut_off")[0]
    row = db.session.scalars(select(Recipient).where(Recipient.email == one.recipient)).one()
    assert one.secret == recipients.secret_of(row)
    token = keys.derived_token(*one.secret.split(":"))
    assert recipients.find(token) == row
    assert row.name in one.subject
    assert row.account_id is None, "no page of a list leads to the first access of an account"
    everything = " ".join(m.text for m in mails()) + data_of(done).to_json()
    assert token not in everything


@pytest.mark.parametrize("n", [20, MANY])
def test_the_number_of_statements_does_not_follow_the_list(context: Flask, n: int) -> None:
    connected()
    put_facilities(range(1000, 1000 + n))
    key = revocation()
    walked(key, GRANT[0])

    with Queries(context) as queries:
        walked(key, *GRANT[1:])

    assert queries.count < 120, "\n".join(s[:90] for s in queries.statements)


def test_links_of_the_vendor_are_dead_on_approval(context: Flask) -> None:
    connected()
    token = link_token(db.session.scalars(select(Activation)).one())
    assert activations.find(token) is not None

    walked(revocation(), *GRANT[:3])

    assert activations.find(token) is None


def joins(number: int) -> None:
    put_facilities(range(number, number + 1))


def leaves(number: int) -> None:
    with transaction():
        db.session.execute(
            update(Facility).where(Facility.number == f"{number}/ĐKKDD-LSO").values(vendor_id=None)
        )


def test_a_list_that_changed_after_the_proposal_is_proposed_again(context: Flask) -> None:
    connected()
    put_facilities(range(1000, 1003))
    key = revocation()
    walked(key, *GRANT[:2])
    joins(2000)
    leaves(1000)

    with pytest.raises(GuardFailed) as refused:
        step(key, *GRANT[2])
    assert "thêm 1, bớt 1 cơ sở" in refused.value.reason
    assert vendor().accounts[0].state == "granted"
    assert recipients.rows(dossier(key)) == []

    done = walked(key, ("chi", "send_back"), *GRANT[1:])
    assert len(mails("cut_off")) == 3
    listed = [r.name for r in recipients.rows(done)]
    assert "Quầy thuốc số 2000" in listed
    assert "Quầy thuốc số 1000" not in listed


def test_the_list_is_looked_at_once_more_under_the_lock(context: Flask) -> None:
    connected()
    put_facilities(range(1000, 1003))
    key = revocation()
    walked(key, *GRANT[:2])
    joins(2000)

    with pytest.raises(Conflict) as refused, transaction():
        close_account(dossier(key), staff(user("chi")))
    assert "thêm 1, bớt 0" in refused.value.message


@pytest.mark.parametrize("n", range(ROUNDS))
def test_a_facility_joins_while_its_vendor_is_cut_off(context: Flask, n: int) -> None:
    from tests.app.services.test_vendors import THROUGH, facility_asks

    connected()
    put_facilities(range(1000, 1003))
    joining, closing = facility_asks(**THROUGH), revocation()
    for key in (joining, closing):
        walked(key, *GRANT[:2])
    db.session.remove()

    ends = race(context, by("chi", joining, "approve"), by("dung", closing, "approve"))

    assert ends.count("done") == 1, "whoever is second meets a list or a vendor that has changed"
    left = still_connected()
    is_open = db.session.scalars(
        select(Account).where(Account.holder_id == vendor().id, Account.state != "closed")
    ).all()
    assert bool(left) == bool(is_open)


def test_a_vendor_without_facilities_is_the_only_one_told(context: Flask) -> None:
    connected()

    done = walked(revocation(), *GRANT)

    assert (done.state, mails("cut_off"), recipients.rows(done)) == ("granted", [], [])
    assert data_of(done).addressees == (NAME,)


def test_a_refused_revocation_cuts_nobody_off(many: Flask) -> None:
    done = walked(revocation(), *REFUSE)

    assert done.state == "refused"
    assert (
        len(db.session.scalars(select(Facility.id).where(Facility.vendor_id.is_not(None))).all())
        == MANY
    )
    assert mails("cut_off") == []
    assert "affected" not in data_of(done, "refusal").facts


def test_a_facility_still_gives_its_own_account_back(many: Flask) -> None:
    key = asked("account_revocation", email="n1000@example.vn", holder="facility",
                facility_name="Quầy thuốc số 1000", licence_no="1000/ĐKKDD-LSO")  # fmt: skip

    done = walked(key, *GRANT)

    assert done.subject == "Quầy thuốc số 1000"
    assert data_of(done, "account_revocation").addressees == ("Quầy thuốc số 1000",)
    assert recipients.rows(done) == []
    assert connections.affected(done) is None

"""First access issued again: the old link is dead, everybody reads it, nobody reads the secret."""

from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select

from app import clock
from app.extensions import db
from app.jobs import Jobs
from app.mail.mailbox import serve_mailbox
from app.models import Account, Activation, Base
from app.services import accounts, activations, dossiers, facts, history
from tests.app.services.test_dossiers import EMAIL, GRANT, step, walked
from tests.app.services.test_races import by, race
from tests.app.services.test_registers import account, asked, filed, latest_token, opened
from tests.helpers import dossier, mails
from workflows import GuardFailed, NotPermitted, get

AGAIN = ("an", "reissue")


@pytest.fixture
def granted(context: Flask) -> str:
    return walked(filed(), *GRANT).key


def test_a_new_link_takes_the_place_of_the_old_one(granted: str) -> None:
    old, before = latest_token(), dossier(granted)
    closed, once, due = before.closed_at, before.once_key, before.due_on

    with time_machine.travel(clock.now() + timedelta(days=9)):
        assert activations.find(old) is None
        assert activations.expired(old) is not None
        again = walked(granted, AGAIN)
        new = latest_token()
        assert new != old
        assert activations.expired(old) is activations.find(old) is None
        link = activations.find(new)
        assert link is not None
        assert link.expires_at is not None
        assert timedelta(days=6) < link.expires_at - clock.now() <= timedelta(days=7)
        assert opened(new)
        assert opened(new) is None

    assert (again.state, again.closed_at, again.once_key, again.due_on) == (
        "granted", closed, once, due,
    )  # fmt: skip
    last = again.events[-1]
    assert (last.action, last.before, last.after) == ("reissue", "granted", "granted")
    assert (last.actor_name, last.details["note"]) == ("Lương Thị An", "Xem")
    assert list(history.problems()) == []
    assert [(e.what, e.dossier_id, e.actor_name) for e in account().events] == [
        ("granted", again.id, "Vi Thị Kim Chi"),
        ("reissued", again.id, "Lương Thị An"),
        ("activated", again.id, "Hoàng Thị Minh Châu"),
    ]


def test_the_mail_brings_the_link_and_no_table_holds_it(
    context: Flask, granted: str, tmp_path: Path
) -> None:
    walked(granted, AGAIN)
    token, secret = latest_token(), sealed()
    db.session.remove()

    text = delivered(context, tmp_path / "mailbox")["Liên kết kích hoạt mới của tài khoản lso.2101"]

    assert f"http://localhost/activate/{token}\n" in text
    assert "trong 7 ngày (đến " in text
    assert "06 tháng" in text
    everything = " ".join(
        str(tuple(row))
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table))
    )
    assert token not in everything
    password = opened(token)
    assert password
    assert password not in everything + text
    assert secret
    assert sealed() is None


def sealed() -> str | None:
    return db.session.scalars(select(Activation.secret).order_by(Activation.id.desc())).first()


def delivered(app: Flask, folder: Path) -> dict[str, str]:
    """Send what waits over a real SMTP server; return the texts by subject."""
    config = app.config["VANTHU"]
    with serve_mailbox("127.0.0.1", 0, folder) as server:
        app.config["VANTHU"] = config.model_copy(update={"smtp_url": server.url})
        try:
            Jobs(app).drain()
        finally:
            app.config["VANTHU"] = config
    texts = {}
    for path in folder.rglob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        assert body is not None
        texts[str(message["Subject"])] = str(body.get_content()).replace("\r\n", "\n")
    return texts


def test_it_is_mailed_to_the_custodian_on_record(granted: str) -> None:
    walked(asked("account_change", new_email="moi@example.vn"), *GRANT)

    walked(granted, AGAIN)

    assert [m.recipient for m in mails("reissued")] == ["moi@example.vn"]
    assert [m.recipient for m in mails("granted")] == [EMAIL, EMAIL]


def test_a_link_in_the_former_mailbox_opens_with_a_code_to_the_new_one_only(
    granted: str,
) -> None:
    old = latest_token()
    walked(asked("account_change", new_email="moi@example.vn"), *GRANT)

    link = activations.find(old)

    assert link is not None
    assert link.account.custodian_email == "moi@example.vn"


@pytest.mark.parametrize("name", ["binh", "chi", "dung", "giang", "quantri"])
def test_only_the_officer_who_holds_the_dossier_may(granted: str, name: str) -> None:
    with pytest.raises(NotPermitted):
        step(granted, name, "reissue")
    assert mails("reissued") == []


def test_a_link_that_was_used_is_not_issued_again(granted: str) -> None:
    opened(latest_token())

    with pytest.raises(GuardFailed) as refused:
        step(granted, *AGAIN)
    assert "đã được kích hoạt" in refused.value.reason


def test_a_link_that_a_later_dossier_replaced_is_issued_again_there(granted: str) -> None:
    reset = walked(asked("password_reset"), *GRANT)

    with pytest.raises(GuardFailed) as refused:
        step(granted, *AGAIN)
    assert str(reset.code) in refused.value.reason
    old = latest_token()
    walked(reset.key, AGAIN)
    assert activations.find(old) is None
    assert opened(latest_token())
    assert [e.what for e in account().events] == ["granted", "reset", "reissued", "activated"]


def test_a_link_of_a_closed_account_is_not_issued_again(granted: str) -> None:
    walked(asked("account_revocation"), *GRANT)

    with pytest.raises(GuardFailed) as refused:
        step(granted, *AGAIN)
    assert "lso.2101 đã được thu hồi" in refused.value.reason
    walked(filed("khac@example.vn"), *GRANT)  # the facility has an account again
    with pytest.raises(GuardFailed):
        step(granted, *AGAIN)


@pytest.mark.parametrize("kind", ["account_change", "account_revocation", "code_registration"])
def test_requests_without_access_have_nothing_to_issue_again(kind: str) -> None:
    assert ("reissue", "granted") not in get(kind).edges


def test_a_double_click_makes_one_link(granted: str) -> None:
    version = dossier(granted).version
    step(granted, *AGAIN, version)

    with pytest.raises(dossiers.AlreadyDone):
        step(granted, *AGAIN, version)
    assert len(mails("reissued")) == 1


def test_the_premise_needs_as_many_queries_after_many_links(granted: str) -> None:
    counts = []
    for _ in range(2):
        walked(granted, AGAIN)
        held = dossier(granted)
        held.events  # noqa: B018 - loaded before the count
        statements: list[str] = []
        note = lambda *args, kept=statements: kept.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        facts.first_access(held)
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(statements))

    assert counts == [1, 1]


@pytest.mark.parametrize("n", range(5))
def test_the_custodian_opens_while_the_officer_issues_again(
    context: Flask, granted: str, n: int
) -> None:
    old = latest_token()
    db.session.remove()
    seen: list[str | None] = []

    def spend() -> None:
        found = activations.find(old)
        seen.append(activations.open_once(found) if found else None)

    ends = race(context, spend, by("an", granted, "reissue"))

    events = [e.what for e in account().events]
    if seen == [None]:
        assert events == ["granted", "reissued"]
        assert opened(latest_token())
    else:
        assert ends[1] in {"Conflict", "GuardFailed"}
        assert events == ["granted", "activated"]
    assert opened(old) is None


@pytest.mark.parametrize("n", range(5))
def test_a_handover_is_approved_while_the_old_link_is_issued_again(
    context: Flask, granted: str, n: int
) -> None:
    key = asked("account_handover", "moi@example.vn", custodian_name="Nông Thị Mới")
    walked(key, *GRANT[:2])
    db.session.remove()

    ends = race(context, by("chi", key, "approve"), by("an", granted, "reissue"))

    assert ends[0] == "done"
    alive = db.session.scalars(select(Activation).where(Activation.used_at.is_(None))).all()
    assert [a.dossier_id for a in alive] == [dossier(key).id]
    assert account().custodian_email == "moi@example.vn"


def test_a_password_is_due_six_months_after_it_was_opened(granted: str) -> None:
    assert account().password_due_on is None
    with time_machine.travel(date(2026, 8, 31)):
        step(granted, *AGAIN)
        assert opened(latest_token())
    assert account().password_due_on == date(2027, 2, 28)

    key = asked("password_reset")
    walked(key, *GRANT[:3])
    assert account().password_due_on is None
    walked(key, GRANT[3])
    opened(latest_token())
    assert account().password_due_on == accounts.next_due()

    walked(asked("account_revocation"), *GRANT)
    closed = db.session.scalars(select(Account)).one()
    assert (closed.state, closed.password_due_on) == ("closed", None)


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2026, 1, 15), 6, date(2026, 7, 15)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 30), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 6, 30), 12, date(2027, 6, 30)),
        (date(2026, 7, 31), 18, date(2028, 1, 31)),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, due: date) -> None:
    assert accounts.months_after(day, months) == due

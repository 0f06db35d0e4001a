"""SMS in the outbox: delivered after the decision, once at most, never after its time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from app import clock
from app.extensions import db
from app.jobs import Jobs
from app.models import OutgoingMail
from app.services import mails, outbox
from app.sms.gateway import Sms
from app.sms.local import LocalInbox
from app.transaction import transaction
from tests.app.views.second_steps import MOBILE, after_password, give_phone, newest, settings
from tests.helpers import mails as sent_mails


@pytest.fixture(autouse=True)
def sms(app: Flask, department_rows: object) -> Iterator[None]:
    with settings(app, sms="local"):
        yield


def queue_code() -> int:
    with transaction():
        row = mails.queue(
            "code",
            MOBILE,
            channel="sms",
            once="factor:test",
            secret="code:test",
            expires_at=clock.now() + timedelta(minutes=10),
            context={"minutes": 10, "what": "đăng nhập"},
        )
        return row.id


def test_a_message_reaches_the_inbox_with_its_code(app: Flask) -> None:
    give_phone(app, "an")
    after_password(app, "an").post("/desk/code/send", data={"by": "sms"})
    inbox = LocalInbox(app.config["VANTHU"].sms_dir)
    before = len(inbox.newest())

    Jobs(app).drain()

    kept = inbox.newest()
    assert len(kept) == before + 1
    assert kept[0].number == MOBILE
    assert newest(app) in kept[0].text
    assert "đăng nhập" in kept[0].text
    with app.app_context():
        assert [m.state for m in sent_mails("code")] == ["sent"]


def test_a_worker_that_dies_while_sending_sends_no_second_one(context: Flask) -> None:
    number = queue_code()
    taken: list[Sms] = []

    def die(message: Sms) -> None:
        taken.append(message)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.deliver(number, {"sms": die})
    with time_machine.travel(clock.now() + outbox.LEASE + timedelta(seconds=1)):
        assert number in outbox.waiting_ids()
        assert outbox.deliver(number, {"sms": taken.append}) == "dead"

    assert len(taken) == 1
    assert "yêu cầu mã mới" in sent_mails("code")[0].error


def test_a_code_is_not_sent_after_its_time(context: Flask) -> None:
    number = queue_code()
    taken: list[Sms] = []

    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert outbox.deliver(number, {"sms": taken.append}) == "expired"

    assert taken == []


def test_an_absent_mail_relay_does_not_hold_codes_back(context: Flask) -> None:
    number = queue_code()
    taken: list[Sms] = []

    assert outbox.deliver(number, {"mail": taken.append}) == "not due"
    assert outbox.deliver(number, {"sms": taken.append}) == "sent"

    assert len(taken) == 1


def test_without_a_gateway_the_row_says_so(app: Flask, context: Flask) -> None:
    queue_code()
    with settings(app, sms="off"):
        Jobs(app).drain()

    row = sent_mails("code")[0]
    assert row.state == "dead"
    assert "SMS" in row.error


def test_a_number_is_masked_where_staff_see_the_outbox(app: Flask) -> None:
    from tests.app.views.desk_walk import at_desk

    with app.app_context():
        queue_code()
        db.session.execute(update(OutgoingMail).values(state="dead", error="x"))
        db.session.commit()

    page = at_desk(app, "an").get("/desk/mail?state=dead").text

    assert "•••678" in page
    assert "912345678" not in page
    assert "Gửi lại" not in page, "a code of unknown fate does not go out twice"

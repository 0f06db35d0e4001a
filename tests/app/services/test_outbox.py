"""Mail leaves once, whatever the relay and the worker do; a real SMTP server receives it."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import time_machine
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import update

from app import clock, samples, storage
from app.extensions import db
from app.jobs import Jobs
from app.mail.mailbox import serve_mailbox
from app.models import OutgoingMail
from app.services import codes, outbox
from app.transaction import transaction
from tests.helpers import mails


@dataclass
class Relay:
    """A real SMTP server and where it keeps what it received."""

    url: str
    directory: Path


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    with serve_mailbox("127.0.0.1", 0, tmp_path / "mailbox") as server:
        yield Relay(server.url, tmp_path / "mailbox")


@pytest.fixture
def drain(context: Flask) -> Callable[[str], int]:
    """Deliver what is due to a relay, as the worker would."""

    def run(smtp_url: str) -> int:
        config = context.config["VANTHU"]
        context.config["VANTHU"] = config.model_copy(update={"smtp_url": smtp_url})
        try:
            return Jobs(context).drain()
        finally:
            context.config["VANTHU"] = config

    return run


def received(relay: Relay) -> list[EmailMessage]:
    return [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted(relay.directory.glob("*.eml"))
    ]


def file_one() -> None:
    samples.submit_sample("Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")


def test_the_receipt_arrives_with_its_pdf(drain: Callable[[str], int], relay: Relay) -> None:
    file_one()

    drain(relay.url)

    (message,) = received(relay)
    (mail,) = mails()
    assert message["To"] == "anbinh@example.vn"
    assert message["Message-ID"] == mail.message_id
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "giay-tiep-nhan-ho-so-va-hen-tra-ket-qua-01-TNHS.pdf"
    content = attached.get_payload(decode=True)
    assert mail.letter is not None
    assert mail.letter.pdf_sha256 is not None
    assert content == storage.get(mail.letter.pdf_sha256)
    assert mail.state == "sent"


def test_a_mail_is_sent_once_however_often_it_is_tried(
    drain: Callable[[str], int], relay: Relay
) -> None:
    file_one()

    assert [drain(relay.url) for _ in range(3)] == [1, 0, 0]
    assert len(received(relay)) == 1


def test_while_the_relay_is_down_the_decision_stands_and_the_mail_waits(
    drain: Callable[[str], int], relay: Relay
) -> None:
    file_one()

    drain("smtp://127.0.0.1:1")

    (mail,) = mails()
    assert (mail.state, mail.attempts) == ("pending", 1)
    assert "máy chủ thư" in mail.error
    assert drain(relay.url) == 0, "it was tried again before its pause was over"
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        drain(relay.url)
    assert len(received(relay)) == 1


class Refusing:
    """A relay that answers every recipient with one code."""

    def __init__(self, reply: str) -> None:
        self.reply = reply

    async def handle_RCPT(self, *args: object) -> str:  # noqa: N802 - aiosmtpd's name
        return self.reply


@pytest.fixture
def refusing(request: pytest.FixtureRequest) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(Refusing(request.param), hostname="127.0.0.1", port=port)
    server.start()
    yield f"smtp://127.0.0.1:{port}"
    server.stop()


@pytest.mark.parametrize("refusing", ["550 5.1.1 no such user"], indirect=True)
def test_a_final_refusal_is_dead_with_its_reason_until_a_person_retries(
    drain: Callable[[str], int], refusing: str, relay: Relay
) -> None:
    file_one()

    drain(refusing)

    (mail,) = mails()
    assert (mail.state, mail.error) == ("dead", "Địa chỉ thư của người nhận không tồn tại.")
    with transaction():
        outbox.retry(db.session.get_one(OutgoingMail, mail.id))
    drain(relay.url)
    assert len(received(relay)) == 1


@pytest.mark.parametrize("refusing", ["451 4.3.0 later"], indirect=True)
def test_a_temporary_refusal_waits_longer_each_time_and_dies_at_last(
    drain: Callable[[str], int], refusing: str
) -> None:
    file_one()
    pauses = []

    moment = clock.now()
    for _ in range(60):
        with time_machine.travel(moment, tick=False):
            drain(refusing)
            (mail,) = mails()
            if mail.state == "dead":
                break
            pauses.append(mail.next_at - clock.now())
            moment = mail.next_at + timedelta(seconds=1)

    assert mail.state == "dead"
    assert pauses[:4] == [timedelta(minutes=m) for m in (1, 5, 15, 60)]
    assert moment - mail.created_at > timedelta(hours=72)


def test_a_code_that_is_too_old_is_dropped_not_sent(
    drain: Callable[[str], int], relay: Relay
) -> None:
    with transaction():
        codes.send("anbinh@example.vn", "portal")

    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        drain(relay.url)

    assert mails()[0].state == "expired"
    assert received(relay) == []


def test_no_code_stands_in_the_database(drain: Callable[[str], int], relay: Relay) -> None:
    with transaction():
        codes.send("anbinh@example.vn", "portal")
    drain(relay.url)

    body = received(relay)[0].get_body(("plain",))
    assert body is not None
    code = re.search(r"\b\d{6}\b", body.get_content())
    assert code is not None
    stored = " ".join(
        str(value)
        for table in reversed(db.metadata.sorted_tables)
        for row in db.session.execute(table.select())
        for value in row
    )
    assert code.group() not in stored


def test_a_worker_killed_again_and_again_loses_nothing(
    context: Flask, drain: Callable[[str], int], relay: Relay, tmp_path: Path
) -> None:
    for n in range(40):
        samples.submit_sample(f"Nhà thuốc {n}", f"n{n}@example.vn", f"{n + 1}/ĐKKDD-LSO")
    config = context.config["VANTHU"]
    environment = os.environ | {
        "VANTHU_ENV": "test",
        "DATABASE_URL": config.database_url,
        "JOBS_URL": f"sqlite:///{tmp_path / 'jobs.db'}",
        "DATA_DIR": str(config.data_dir),
        "SECRET_KEY": config.secret_key,
        "BASE_URL": config.base_url,
        "SMTP_URL": relay.url,
    }
    chance = random.Random(20261120)

    for _ in range(6):
        worker = subprocess.Popen([sys.executable, "-m", "app.cli", "worker"], env=environment)
        before = len(received(relay))
        deadline = time.monotonic() + 20
        # Not before it works, so that the kill hits a letter or a mail in the making.
        while len(received(relay)) < before + 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.3))
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    with transaction():  # two minutes pass: what died in their hands is free again
        db.session.execute(
            update(OutgoingMail)
            .where(OutgoingMail.state == "sending")
            .values(leased_until=clock.now() - timedelta(seconds=1))
        )
    drain(relay.url)

    counts = Counter(str(message["Message-ID"]) for message in received(relay))
    rows = mails()
    assert {mail.state for mail in rows} == {"sent"}
    assert counts.keys() == {mail.message_id for mail in rows}
    assert sum(counts.values()) <= len(rows) + 6, "more copies than kills"
    assert all(mail.letter and mail.letter.pdf_sha256 for mail in rows)

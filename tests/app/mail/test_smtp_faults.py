"""F5 and F6: a relay that hangs, refuses, hangs up or is not who it says."""

import socket
import threading
import time
import traceback

import pytest

from app.mail import session as mail_session
from app.mail.failures import EXPLANATIONS, MailFailure, PermanentFailure, TemporaryFailure
from app.mail.settings import SmtpSettings
from app.mail.smtp import Transport

BUDGET = 0.6
PATIENCE = 2.0  # what a busy machine may add; without its clock a call would take 5 s or more
TEMPORARY, PERMANENT = TemporaryFailure, PermanentFailure


def failure_of(transport, envelope):
    with pytest.raises(MailFailure) as caught:
        transport.send(envelope)
    return caught.value


@pytest.mark.parametrize(
    ("step", "reason", "relay_wide", "uncertain"),
    [
        ("greeting", "timeout", True, False),
        ("ehlo", "timeout", True, False),
        ("mail", "timeout", False, False),
        ("rcpt", "timeout", False, False),
        ("data", "timeout", False, False),
        ("final", "outcome_unknown", False, True),
    ],
)
@pytest.mark.parametrize("how", ["HANG", "DRIP"])
def test_f5_a_relay_that_does_not_answer_costs_the_budget_and_no_more(
    make_relay, connect, make_envelope, step, reason, relay_wide, uncertain, how
):
    relay = make_relay(**{step: [how, "220 ok" if step == "greeting" else "250 ok"]})
    transport = connect(relay, f"timeout={BUDGET}")

    started = time.monotonic()
    failure = failure_of(transport, make_envelope())

    assert time.monotonic() - started < PATIENCE
    assert type(failure) is TEMPORARY
    assert (failure.reason, failure.stage) == (reason, step)
    assert (failure.relay_wide, failure.uncertain) == (relay_wide, uncertain)


def test_f5_a_host_that_takes_no_connection_costs_the_budget(connect, make_envelope):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))

        started = time.monotonic()
        failure = failure_of(connect(port, f"timeout={BUDGET}"), make_envelope())

        assert time.monotonic() - started < PATIENCE
        assert (failure.reason, failure.relay_wide) == ("timeout", True)
        for filler in fillers:
            filler.close()


def test_f5_a_resolver_that_hangs_costs_the_budget(monkeypatch, make_envelope):
    hanging = threading.Event()

    def getaddrinfo(*_, **__):
        hanging.wait(3)
        return []

    monkeypatch.setattr(mail_session.socket, "getaddrinfo", getaddrinfo)
    settings = SmtpSettings.parse(f"smtp://relay.example.vn?timeout={BUDGET}")

    started = time.monotonic()
    failure = failure_of(Transport(settings), make_envelope())
    hanging.set()

    assert time.monotonic() - started < PATIENCE
    assert (failure.reason, failure.relay_wide) == ("timeout", True)


def test_f5_a_handshake_that_hangs_costs_the_budget(make_relay, connect, make_envelope):
    relay = make_relay(greeting="HANG")
    started = time.monotonic()
    failure = failure_of(connect(relay, f"timeout={BUDGET}", scheme="smtps"), make_envelope())

    assert time.monotonic() - started < PATIENCE
    assert (failure.reason, failure.relay_wide) == ("timeout", True)


def test_f5_a_mail_of_unknown_outcome_goes_again_as_the_same_mail(
    make_relay, connect, make_envelope
):
    relay = make_relay(final=["HANG", "250 ok"])
    transport = connect(relay, f"timeout={BUDGET}")

    assert failure_of(transport, make_envelope()).uncertain
    transport.send(make_envelope())

    assert len(relay.letters) == 2
    assert relay.letters[0] == relay.letters[1]
    assert b"Message-ID: <thu-1@syt.example.vn>" in relay.letters[1]


def test_f4_a_relay_that_is_away_is_found_again(make_relay, connect, make_envelope):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    transport = connect(port)
    failure = failure_of(transport, make_envelope())
    assert (failure.reason, failure.relay_wide) == ("relay_unreachable", True)

    relay = make_relay()
    transport.settings = SmtpSettings.parse(f"smtp://127.0.0.1:{relay.port}")
    transport.send(make_envelope())
    assert len(relay.letters) == 1


@pytest.mark.parametrize(
    ("step", "reply", "kind", "reason", "relay_wide"),
    [
        ("greeting", "421 4.3.2 Closing|DROP", TEMPORARY, "relay_busy", True),
        ("greeting", "554 5.3.2 No SMTP here", TEMPORARY, "relay_refused", True),
        ("greeting", "hello?", TEMPORARY, "relay_refused", True),
        ("greeting", "DROP", TEMPORARY, "disconnected", True),
        ("ehlo", "DROP", TEMPORARY, "disconnected", True),
        ("mail", "421 4.7.0 Too many|DROP", TEMPORARY, "relay_busy", True),
        ("mail", "451 4.3.0 Later", TEMPORARY, "deferred", False),
        ("mail", "452 4.3.1 Disk full", TEMPORARY, "deferred", False),
        ("mail", "530 5.7.0 Authentication required", TEMPORARY, "auth_refused", True),
        ("mail", "550 5.1.8 Sender unknown", PERMANENT, "sender_refused", False),
        ("mail", "552 5.3.4 Too big", PERMANENT, "too_large", False),
        ("mail", "DROP", TEMPORARY, "disconnected", False),
        ("mail", "what?", TEMPORARY, "bad_reply", False),
        ("mail", "2" * 9000, TEMPORARY, "bad_reply", False),
        ("rcpt", "421 4.3.2 Closing|DROP", TEMPORARY, "relay_busy", True),
        ("rcpt", "450 4.2.0 Greylisted", TEMPORARY, "deferred", False),
        ("rcpt", "451 4.3.0 Later", TEMPORARY, "deferred", False),
        ("rcpt", "452 4.2.2 Full", TEMPORARY, "mailbox_full", False),
        ("rcpt", "550 5.1.1 <tram@example.vn> unknown", PERMANENT, "recipient_unknown", False),
        ("rcpt", "550 No", PERMANENT, "recipient_refused", False),
        ("rcpt", "552 5.2.2 Full", PERMANENT, "mailbox_full", False),
        ("rcpt", "552 Full", PERMANENT, "mailbox_full", False),
        ("rcpt", "554 5.7.1 Relay access denied", PERMANENT, "recipient_refused", False),
        ("rcpt", "DROP", TEMPORARY, "disconnected", False),
        ("data", "451 4.3.0 Later", TEMPORARY, "deferred", False),
        ("data", "554 5.5.1 No valid recipients", PERMANENT, "content_refused", False),
        ("data", "DROP", TEMPORARY, "disconnected", False),
        ("final", "451 4.3.0 Later", TEMPORARY, "deferred", False),
        ("final", "452 4.3.1 Disk full", TEMPORARY, "deferred", False),
        ("final", "550 5.7.1 Content", PERMANENT, "content_refused", False),
        ("final", "552 Too big", PERMANENT, "too_large", False),
        ("final", "554 5.6.0 Content", PERMANENT, "content_refused", False),
    ],
)
def test_f6_every_refusal_has_its_meaning_and_the_next_mail_goes_through(
    make_relay, connect, make_envelope, step, reply, kind, reason, relay_wide
):
    good = make_relay().replies[step][0]
    relay = make_relay(**{step: [reply, good]})
    transport = connect(relay, "timeout=2")

    failure = failure_of(transport, make_envelope(1))

    assert type(failure) is kind
    assert (failure.reason, failure.relay_wide) == (reason, relay_wide)
    assert not failure.uncertain
    assert len(relay.letters) == (1 if step == "final" else 0)
    transport.send(make_envelope(2))
    assert b"Message-ID: <thu-2@" in relay.letters[-1]


@pytest.mark.parametrize("reply", ["DROP", "what?", "9" * 9000])
def test_f6_no_clear_answer_to_the_letter_leaves_the_outcome_open(
    make_relay, connect, make_envelope, reply
):
    failure = failure_of(connect(make_relay(final=reply), "timeout=2"), make_envelope())

    assert type(failure) is TEMPORARY
    assert failure.uncertain


def test_f6_a_drop_after_250_is_a_mail_that_was_sent(make_relay, connect, make_envelope):
    relay = make_relay(final=["250 2.0.0 Ok|DROP", "250 2.0.0 Ok"])
    transport = connect(relay)

    transport.send(make_envelope(1))
    transport.send(make_envelope(2))
    transport.close()

    assert len(relay.letters) == 2
    assert relay.connections == 2


def test_f6_a_goodbye_that_hangs_is_no_failure(make_relay, connect, make_envelope):
    relay = make_relay(quit="HANG")
    with connect(relay) as transport:
        transport.send(make_envelope())
        started = time.monotonic()
    assert time.monotonic() - started < PATIENCE
    assert len(relay.letters) == 1


@pytest.mark.parametrize("reply", ["421 4.4.2 Idle too long|DROP", "DROP"])
def test_a_kept_connection_that_the_relay_ended_is_not_the_mail_s_fault(
    make_relay, connect, make_envelope, reply
):
    relay = make_relay(mail=["250 ok", reply, "250 ok"])
    transport = connect(relay)

    transport.send(make_envelope(1))
    transport.send(make_envelope(2))

    assert len(relay.letters) == 2
    assert relay.connections == 2


@pytest.mark.parametrize("answer", ["HANG", "DROP", "421 4.4.2 Idle"])
def test_an_idle_connection_is_asked_before_it_is_used(
    make_relay, connect, make_envelope, monkeypatch, answer
):
    monkeypatch.setattr("app.mail.smtp.IDLE", 0.0)
    relay = make_relay(noop=answer)
    transport = connect(relay, "timeout=1.2")

    transport.send(make_envelope(1))
    transport.send(make_envelope(2))

    assert len(relay.letters) == 2
    assert relay.connections == 2
    assert [c for c in relay.commands if c == "noop"] == ["noop"]


def test_a_check_says_what_is_wrong_with_the_relay(make_relay, connect):
    connect(make_relay()).check()
    with pytest.raises(TemporaryFailure) as caught:
        connect(make_relay(greeting="554 No")).check()
    assert caught.value.reason == "relay_refused"


def test_a_failure_names_nobody(make_relay, connect, make_envelope):
    relay = make_relay(
        ehlo="250-relay\r\n250 AUTH PLAIN", rcpt="550 5.1.1 <tram@example.vn> unknown"
    )
    transport = connect(relay, user="desk:bi-mat@")

    failure = failure_of(transport, make_envelope())

    told = "".join(traceback.format_exception(failure)) + repr(failure) + repr(vars(failure))
    assert "tram@" not in told
    assert "bi-mat" not in told + repr(transport.settings)
    assert failure.__context__ is None
    assert str(failure) == "recipient_unknown at rcpt (550 5.1.1)"
    assert failure.sentence == "Địa chỉ thư của người nhận không tồn tại."


def test_every_reason_has_a_sentence_without_an_application():
    assert all(str(sentence).endswith(".") for sentence in EXPLANATIONS.values())

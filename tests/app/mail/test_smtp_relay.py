"""The way to the relay: its URL, encryption that is not negotiable, signing in, one connection."""

import pytest

from app.mail.failures import MailFailure, TemporaryFailure
from app.mail.settings import InvalidMailUrl, SmtpSettings

STARTTLS = "250-relay\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN"


def failure_of(transport, envelope):
    with pytest.raises(MailFailure) as caught:
        transport.send(envelope)
    assert type(caught.value) is TemporaryFailure
    assert caught.value.relay_wide
    return caught.value


def test_two_hundred_mails_go_over_one_connection(make_relay, connect, make_envelope):
    relay = make_relay()
    with connect(relay) as transport:
        for number in range(200):
            transport.send(make_envelope(number))

    assert relay.connections == 1
    assert [f"<thu-{n}@".encode() in letter for n, letter in enumerate(relay.letters)] == [
        True
    ] * 200
    assert relay.commands.count("rcpt TO:<tram@example.vn>") == 200


def test_mail_goes_over_starttls_when_the_certificate_is_trusted(
    make_relay, connect, make_envelope, certificate
):
    ca, context = certificate
    relay = make_relay(context, ehlo=STARTTLS)

    connect(relay, f"starttls=required&ca={ca}", user="desk:bi-mat@").send(make_envelope())

    assert len(relay.letters) == 1
    verbs = [command.split()[0].lower() for command in relay.commands]
    assert verbs == ["ehlo", "starttls", "ehlo", "auth", "mail", "rcpt", "data"]


def test_mail_goes_over_smtps(make_relay, connect, make_envelope, certificate):
    ca, context = certificate
    relay = make_relay(context, implicit=True)
    connect(relay, f"ca={ca}", scheme="smtps").send(make_envelope())
    assert len(relay.letters) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_f6_a_certificate_nobody_vouches_for_stops_the_mail(
    make_relay, connect, make_envelope, certificate, scheme
):
    relay = make_relay(certificate[1], implicit=scheme == "smtps", ehlo=STARTTLS)
    query = "starttls=required" if scheme == "smtp" else ""
    transport = connect(relay, query, scheme=scheme, user="desk:bi-mat@")

    assert failure_of(transport, make_envelope()).reason == "certificate_invalid"
    assert not relay.letters
    assert not any("auth" in command.lower() for command in relay.commands)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_f6_a_certificate_of_another_machine_stops_the_mail(
    make_relay, connect, make_envelope, foreign_certificate, scheme
):
    ca, context = foreign_certificate
    relay = make_relay(context, implicit=scheme == "smtps", ehlo=STARTTLS)
    query = f"ca={ca}" + ("&starttls=required" if scheme == "smtp" else "")

    failure = failure_of(connect(relay, query, scheme=scheme), make_envelope())

    assert failure.reason == "certificate_invalid"
    assert not relay.letters


def test_f6_starttls_that_was_stripped_stops_the_mail_and_the_password(
    make_relay, connect, make_envelope
):
    relay = make_relay(ehlo="250-relay\r\n250 AUTH PLAIN")
    transport = connect(relay, "starttls=required", user="desk:bi-mat@")

    assert failure_of(transport, make_envelope()).reason == "starttls_missing"
    assert [command.split()[0] for command in relay.commands] == ["ehlo"]


@pytest.mark.parametrize("reply", ["454 4.7.0 Not now", "501 5.5.4 No"])
def test_f6_starttls_that_is_refused_stops_the_mail(make_relay, connect, make_envelope, reply):
    relay = make_relay(ehlo=STARTTLS, starttls=reply)
    assert failure_of(connect(relay, "starttls=required"), make_envelope()).reason == "tls_failed"
    assert not any(command.lower().startswith("mail") for command in relay.commands)


def test_tls_that_speaks_nonsense_stops_the_mail(make_relay, connect, make_envelope):
    relay = make_relay()  # answers the handshake in plain text
    failure = failure_of(connect(relay, "timeout=2", scheme="smtps"), make_envelope())
    assert failure.reason == "tls_failed"


@pytest.mark.parametrize(
    ("ehlo", "auth"),
    [
        ("250-relay\r\n250 AUTH PLAIN", "535 5.7.8 Wrong for desk"),
        ("250-relay\r\n250 AUTH PLAIN", "454 4.7.0 Not now"),
        ("250-relay\r\n250 AUTH PLAIN LOGIN", "534 5.7.9 Weak"),
        ("250-relay\r\n250 AUTH GSSAPI", "235 never asked"),
        ("250-relay\r\n250 AUTH CRAM-MD5", "334 *not base64*x"),
        ("250 relay", "235 never asked"),
    ],
)
def test_a_refused_account_is_the_relay_s_trouble_not_the_mail_s(
    make_relay, connect, make_envelope, ehlo, auth
):
    relay = make_relay(ehlo=ehlo, auth=auth)
    failure = failure_of(connect(relay, "timeout=2", user="desk:bi-mat@"), make_envelope())
    assert failure.reason == "auth_refused"
    assert not relay.letters


def test_the_sender_for_bounces_may_differ(make_relay, connect, make_envelope):
    relay = make_relay()
    connect(relay).send(make_envelope(), "bounce+1@syt.example.vn")
    assert relay.commands[1].startswith("mail FROM:<bounce+1@syt.example.vn> ")
    assert b"From: =?utf-8?b?" in relay.letters[0]


def test_a_refused_password_is_not_taken_for_a_command(make_relay, connect, make_envelope):
    # AUTH LOGIN sends the password on a line of its own, where a command would stand.
    relay = make_relay(ehlo="250-relay\r\n250 AUTH LOGIN", auth="334 UGFzc3dvcmQ6")
    failure = failure_of(connect(relay, user="desk:bi-mat@"), make_envelope())
    assert relay.commands[-1] == "YmktbWF0"
    assert str(failure) == "auth_refused at auth (502 5.5.2)"


def test_after_a_refused_mail_the_connection_is_kept(make_relay, connect, make_envelope):
    relay = make_relay(rcpt=["550 5.1.1 No", "250 Ok"], final=["554 5.6.0 No", "250 Ok"])
    transport = connect(relay)
    for _ in range(2):
        with pytest.raises(MailFailure):
            transport.send(make_envelope())
    transport.send(make_envelope())
    assert relay.connections == 1


def test_the_name_we_give_needs_no_dns(make_relay, connect, make_envelope, monkeypatch):
    monkeypatch.setattr("socket.getfqdn", lambda *_: pytest.fail("asked DNS for our own name"))
    relay = make_relay()
    connect(relay).send(make_envelope())
    connect(relay, "ehlo=vanthu.example.vn").send(make_envelope())
    assert [c for c in relay.commands if c.startswith("ehlo")] == [
        "ehlo [127.0.0.1]",
        "ehlo vanthu.example.vn",
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, False, False)),
        ("smtp://[::1]:2525", ("::1", 2525, False, False)),
        ("smtp://relay.example.vn", ("relay.example.vn", 587, False, True)),
        ("smtp://relay.example.vn:25?starttls=off", ("relay.example.vn", 25, False, False)),
        ("smtps://relay.example.vn", ("relay.example.vn", 465, True, False)),
    ],
)
def test_a_url_says_where_and_how(url, expected):
    settings = SmtpSettings.parse(url)
    assert (settings.host, settings.port, settings.implicit_tls, settings.starttls) == expected
    assert settings.timeout == 30.0


def test_user_and_password_are_percent_decoded_and_never_shown():
    settings = SmtpSettings.parse("smtps://desk%40syt:b%3A%2Fm%40t@relay.example.vn?timeout=5")
    assert (settings.username, settings.password) == ("desk@syt", "b:/m@t")
    assert settings.timeout == 5.0
    assert "desk" not in repr(settings)
    assert "b:/m@t" not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "relay.example.vn:25",
        "http://relay.example.vn",
        "smtp://",
        "smtp://:25",
        "smtp://relay.example.vn:port",
        "smtp://relay.example.vn:99999",
        "smtp://relay.example.vn/path",
        "smtp://relay.example.vn?starttls=maybe",
        "smtp://relay.example.vn?verify=off",
        "smtp://relay.example.vn?timeout=31",
        "smtp://relay.example.vn?timeout=0",
        "smtp://relay.example.vn?timeout=nan",
        "smtp://relay.example.vn?timeout=soon",
        "smtp://desk:s3cr3t@relay.example.vn?starttls=off",
        "smtp://desk@relay.example.vn",
        "smtp://desk:m%E1%BA%ADt@relay.example.vn",
        "smtps://relay.example.vn?starttls=required",
    ],
)
def test_a_url_that_is_unclear_or_unsafe_is_refused_without_repeating_it(url):
    with pytest.raises(InvalidMailUrl) as caught:
        SmtpSettings.parse(url)
    assert "s3cr3t" not in str(caught.value)
    assert "relay.example" not in str(caught.value)

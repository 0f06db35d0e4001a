"""P8: mails over one kept connection, beside a bare smtplib loop; building a mail counts too."""

import argparse
import datetime as dt
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage

from app.mail.envelope import Envelope
from app.mail.mime import to_bytes
from app.mail.smtp import SmtpSettings, Transport
from benchmarks.measure import Cost, Row, at_least, interleave, per_second, rates

MAILS = 500
GOAL = at_least(0.7)
ANSWERS = {b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Send the same mails each way to a relay that takes everything."""
    envelopes = [envelope(number) for number in range(MAILS)]
    ready = {each.message_id: to_bytes(each) for each in envelopes}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        peers = {
            "smtplib, our MIME": bare(port, envelopes, to_bytes),
            "smtplib, EmailMessage": bare(port, envelopes, lambda e: bytes(as_stdlib(e))),
            "smtplib, ready bytes": bare(port, envelopes, lambda e: ready[e.message_id]),
        }
        ours, *others = interleave([kept(port, envelopes), *peers.values()], options.rounds)
    for name, costs in zip(peers, others, strict=True):
        # Ready bytes leave out what makes a mail: the floor, not a peer.
        goal = GOAL if name != "smtplib, ready bytes" else None
        what = f"mails, one connection ({per_second(ours)})"
        yield Row("P8", what, f"{name} ({per_second(costs)})", goal, rates(ours, costs))


def serve(listening: socket.socket) -> None:
    """Take everything, at the least cost a relay can have."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 bench\r\n")
            for line in lines:
                verb = line[:4].upper()
                connection.sendall(ANSWERS.get(verb, b"250 ok\r\n"))
                if verb == b"DATA":
                    while lines.readline() != b".\r\n":
                        pass
                    connection.sendall(b"250 ok\r\n")


def envelope(number: int) -> Envelope:
    """Return a mail as the desk sends it."""
    return Envelope(
        message_id=f"<{number}@syt.example.vn>",
        date=dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC),
        sender="Sở Y tế <vanthu@syt.example.vn>",
        recipient="tram@example.vn",
        subject="Thông báo kết quả giải quyết hồ sơ",
        text="Kính gửi quý đơn vị.\n" * 20,
        headers={"Auto-Submitted": "auto-generated", "X-Attempt": "1"},
    )


def as_stdlib(each: Envelope) -> EmailMessage:
    """Return the same mail as a script would build it without Flask-Mail."""
    message = EmailMessage(policy=policy.SMTP)
    for name, value in {
        "Subject": each.subject,
        "From": each.sender,
        "To": each.recipient,
        "Date": each.date,
        "Message-ID": each.message_id,
        **each.headers,
    }.items():
        message[name] = value
    message.set_content(each.text)
    return message


def bare(port: int, envelopes: list[Envelope], build: Callable[[Envelope], bytes]) -> Cost:
    """Return the cost of a mail in a bare smtplib loop."""

    def cost() -> float:
        started = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", port, "localhost") as smtp:
            for each in envelopes:
                smtp.sendmail("vanthu@syt.example.vn", ["tram@example.vn"], build(each))
        return (time.perf_counter() - started) / len(envelopes)

    return cost


def kept(port: int, envelopes: list[Envelope]) -> Cost:
    """Return the cost of a mail over our transport."""

    def cost() -> float:
        started = time.perf_counter()
        with Transport(SmtpSettings.parse(f"smtp://127.0.0.1:{port}")) as transport:
            for each in envelopes:
                transport.send(each)
        return (time.perf_counter() - started) / len(envelopes)

    return cost

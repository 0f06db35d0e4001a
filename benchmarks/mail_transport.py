"""Compare mails per second over one kept connection with a bare smtplib loop, in one run.

python tests/app/mail/bench_transport.py [mails]
"""

import datetime as dt
import json
import smtplib
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from app.mail.envelope import Envelope
from app.mail.mime import to_bytes
from app.mail.smtp import SmtpSettings, Transport

ANSWERS = {b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}


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


def bare(port: int, envelopes: list[Envelope], build: Callable[[Envelope], bytes]) -> float:
    """Return mails per second of a bare smtplib loop."""
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, "localhost") as smtp:
        for each in envelopes:
            smtp.sendmail("vanthu@syt.example.vn", ["tram@example.vn"], build(each))
    return len(envelopes) / (time.perf_counter() - started)


def kept(port: int, envelopes: list[Envelope]) -> float:
    """Return mails per second of our transport."""
    started = time.perf_counter()
    with Transport(SmtpSettings.parse(f"smtp://127.0.0.1:{port}")) as transport:
        for each in envelopes:
            transport.send(each)
    return len(envelopes) / (time.perf_counter() - started)


def main() -> None:
    """Print the medians of five rounds, the four in turn."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    envelopes = [envelope(number) for number in range(count)]
    ready = {each.message_id: to_bytes(each) for each in envelopes}
    columns: dict[str, list[float]] = {}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        for _ in range(5):
            for name, rate in (
                ("transport", kept(port, envelopes)),
                ("smtplib_same_mime", bare(port, envelopes, to_bytes)),
                ("smtplib_email_message", bare(port, envelopes, lambda e: bytes(as_stdlib(e)))),
                ("smtplib_ready_bytes", bare(port, envelopes, lambda e: ready[e.message_id])),
            ):
                columns.setdefault(name, []).append(rate)
    rates = {name: statistics.median(column) for name, column in columns.items()}
    result: dict[str, float] = {f"{name}_per_s": round(rate) for name, rate in rates.items()}
    ours = rates.pop("transport")
    result |= {f"ratio_to_{name}": round(ours / rate, 2) for name, rate in rates.items()}
    sys.stdout.write(json.dumps({"mails": count, **result}) + "\n")


if __name__ == "__main__":
    main()

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


def bare(port: int, envelopes: list[Envelope], *, built: bool) -> float:
    """Return mails per second of smtplib alone, building the same mails or only sending bytes."""
    ready = [] if built else [to_bytes(each) for each in envelopes]
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, "localhost") as smtp:
        for index, each in enumerate(envelopes):
            content = to_bytes(each) if built else ready[index]
            smtp.sendmail("vanthu@syt.example.vn", ["tram@example.vn"], content)
    return len(envelopes) / (time.perf_counter() - started)


def kept(port: int, envelopes: list[Envelope]) -> float:
    """Return mails per second of our transport."""
    started = time.perf_counter()
    with Transport(SmtpSettings.parse(f"smtp://127.0.0.1:{port}")) as transport:
        for each in envelopes:
            transport.send(each)
    return len(envelopes) / (time.perf_counter() - started)


def main() -> None:
    """Print the medians of five rounds, the three in turn."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    envelopes = [envelope(number) for number in range(count)]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        rounds = [
            (
                bare(port, envelopes, built=False),
                bare(port, envelopes, built=True),
                kept(port, envelopes),
            )
            for _ in range(5)
        ]
    ready, building, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
    result = {
        "mails": count,
        "smtplib_ready_bytes_per_s": round(ready),
        "smtplib_building_per_s": round(building),
        "transport_per_s": round(ours),
        "ratio_to_building": round(ours / building, 2),
        "ratio_to_ready_bytes": round(ours / ready, 2),
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()

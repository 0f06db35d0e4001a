"""Background work: Huey carries hints, the outbox table is the truth.

A task holds an id and nothing else. A hint that is lost costs a minute: the sweep finds
every waiting row again. Nothing is stored in the queue that a backup would miss.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.serializer import Serializer

from app.mail.failures import PermanentFailure, TemporaryFailure
from app.mail.settings import SmtpSettings
from app.mail.smtp import Transport
from app.services import evidence_checks, outbox, routines
from app.sms.gateway import Sms
from app.sms.gateway import of as gateway_of

log = logging.getLogger(__name__)
_RELAY_PAUSE = 20.0


class JsonSerializer(Serializer):  # type: ignore[misc]  # huey has no types
    """Messages as JSON: the default pickle would run whatever sits in the queue."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:
        from huey.registry import Message

        value = json.loads(data)
        if not isinstance(value, list):
            return value
        message = Message(*value)
        return message._replace(args=tuple(message.args or ()))


def make_huey(url: str, *, immediate: bool = False) -> Huey:
    """Return the queue behind a URL: sqlite:///…, postgresql://… or redis://…"""
    common: dict[str, Any] = {
        "name": "vanthu",
        "results": False,
        "serializer": JsonSerializer(),
        "immediate": immediate,
    }
    match urlsplit(url).scheme:
        case "sqlite":
            path = Path(url.removeprefix("sqlite:///"))
            path.parent.mkdir(parents=True, exist_ok=True)
            return SqliteHuey(filename=str(path), **common)
        case "postgresql" | "postgres":
            return PostgresHuey(dsn=url, **common)
        case "redis" | "rediss":
            return RedisHuey(url=url, **common)
        case other:
            raise ValueError(f"JOBS_URL: {other}:// is not known")


class Jobs:
    """The queue of one application, and what its worker does."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._local = threading.local()
        self._relay_down_until = 0.0

    @cached_property
    def _queue(self) -> tuple[Huey, Callable[[int], Any], Callable[[], Any]]:
        # Opened on first use: most commands and most requests need no queue.
        huey = make_huey(self._app.config["VANTHU"].jobs)
        huey.periodic_task(crontab(minute="*"), name="sweep")(self._sweep)
        huey.periodic_task(crontab(minute="*/5"), name="routines")(self._routines)
        check = huey.task(name="check")(self._check)
        return huey, huey.task(name="deliver")(self._deliver), check

    def deliver(self, mail_id: int) -> None:
        """Tell a worker that a mail waits."""
        self._queue[1](mail_id)

    def check_evidence(self) -> None:
        """Tell a worker that somebody asked whether the evidence holds."""
        self._queue[2]()

    def consumer(self, threads: int) -> Consumer:
        """Return a worker; run() blocks until SIGTERM."""
        huey = self._queue[0]
        # What waited while no worker ran should not wait for the next full minute too.
        self._sweep()
        return huey.create_consumer(
            workers=threads, worker_type="thread", backoff=1.1, max_delay=1.0
        )

    def drain(self) -> int:
        """Deliver everything that is due, in this process; return how many were tried."""
        tried = 0
        with self._app.app_context():
            while ids := outbox.waiting_ids():
                for mail_id in ids:
                    outbox.deliver(mail_id, self._senders)
                    tried += 1
            self._close()
        return tried

    def _deliver(self, mail_id: int) -> None:
        senders = dict(self._senders)
        # While the relay is away, trying every mail in turn would only burn time.
        if time.monotonic() < self._relay_down_until:
            del senders["mail"]
        with self._app.app_context():
            outbox.deliver(mail_id, senders)

    @property
    def _senders(self) -> outbox.Senders:
        return {"mail": self._send, "sms": self._send_sms}

    def _send_sms(self, sms: Sms) -> None:
        gateway = gateway_of(self._app.config["VANTHU"])
        if gateway is None:
            raise PermanentFailure("sms_off", "send")
        gateway.send(sms)

    def _send(self, envelope: Any) -> None:
        transport = getattr(self._local, "transport", None)
        if transport is None:
            settings = SmtpSettings.parse(self._app.config["VANTHU"].smtp_url)
            transport = self._local.transport = Transport(settings)
        try:
            transport.send(envelope)
        except TemporaryFailure as failure:
            if failure.relay_wide:
                self._relay_down_until = time.monotonic() + _RELAY_PAUSE
            raise

    def _close(self) -> None:
        transport = getattr(self._local, "transport", None)
        if transport is not None:
            transport.close()
            self._local.transport = None

    def _sweep(self) -> None:
        with self._app.app_context():
            for mail_id in outbox.waiting_ids():
                self.deliver(mail_id)

    def _check(self) -> None:
        with self._app.app_context():
            evidence_checks.run_waiting()

    def _routines(self) -> None:
        with self._app.app_context():
            routines.run()

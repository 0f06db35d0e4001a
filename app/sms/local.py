"""The inbox of a development machine: each message a file, read at /sms/."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app import clock
from app.sms.gateway import Sms


@dataclass(frozen=True, slots=True)
class KeptSms:
    """A message as its owner's phone would show it."""

    number: str
    text: str
    at: datetime


class LocalInbox:
    """Keeps messages instead of sending them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def send(self, sms: Sms) -> None:
        """Keep one message whole or not at all."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        now = clock.now()
        name = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        partial = self._directory / f".{name}.partial"
        content = {"number": sms.number, "text": sms.text, "at": now.isoformat()}
        partial.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        os.replace(partial, self._directory / f"{name}.json")

    def newest(self, limit: int = 50) -> list[KeptSms]:
        """Return the last messages, the newest first."""
        paths = sorted(self._directory.glob("*.json"), reverse=True)[:limit]
        rows = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        return [KeptSms(r["number"], r["text"], datetime.fromisoformat(r["at"])) for r in rows]

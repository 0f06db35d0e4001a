"""Structured logs: one JSON line per event, ids but no personal data."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from app.config import Config

# What slips into messages of libraries: addresses, phone and ID numbers, long tokens.
_PERSONAL = re.compile(
    r"[\w.+\-]+@[\w\-]+\.[\w.\-]+|(?<![\w\-])(?:\+84|0)\d{8,11}(?!\d)|\b[A-Za-z0-9_\-]{22,}\b"
)
_NAME = r"(?:authorization|cookie|passw(?:or)?d|secret|token|otp|pin|csrf\w*|api_?key)"
_HIDES = re.compile(rf"(?:\w*[_-])?{_NAME}", re.IGNORECASE)
# "password=…", "Cookie: …", "'otp': '…'" within a message.
_SAID = re.compile(
    rf"(\b(?:\w*[_-])?{_NAME}\b['\"]?\s*[=:]\s*)(?:(?:Bearer|Basic)\s+)?['\"]?[^\s'\"&,;}}]+",
    re.IGNORECASE,
)
# What would begin a line, or turn the order of one, in the eyes of whoever reads the log.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_HIDDEN = "•••"
_OURS = frozenset({"timestamp", "logger", "level"})


def _mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if name not in _OURS and not name.startswith("_"):
            event[name] = _HIDDEN if _HIDES.fullmatch(name) else _masked(value)
    return event


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        text = _PERSONAL.sub(_HIDDEN, _SAID.sub(rf"\1{_HIDDEN}", value))
        return _BREAKS.sub(lambda found: ascii(found[0])[1:-1], text)
    if isinstance(value, Mapping):
        return {
            name: _HIDDEN if _HIDES.fullmatch(str(name)) else _masked(one)
            for name, one in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(one) for one in value]
    return value if isinstance(value, int | float | bool | None) else _masked(repr(value))


def formatter() -> logging.Formatter:
    """Return what makes one masked line of JSON of any record."""
    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def configure(config: Config) -> None:
    """Send every logger through one masking JSON formatter to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    if config.env != "test":
        root.handlers = [handler]
    root.setLevel(config.log_level)
    for noisy in ("weasyprint", "fontTools", "huey", "mail.log", "pikepdf", "alembic.runtime"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

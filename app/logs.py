"""Structured logs: one JSON line per event, ids but no personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from app.config import Config

# What slips into messages of libraries: addresses, phone and ID numbers, long tokens.
_PERSONAL = re.compile(
    r"[\w.+\-]+@[\w\-]+\.[\w.\-]+|(?<![\w\-])(?:\+84|0)\d{8,11}(?!\d)|\b[A-Za-z0-9_\-]{22,}\b"
)


def _mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str) and name not in {"timestamp", "logger", "exception"}:
            event[name] = _PERSONAL.sub("•••", value)
    if isinstance(event.get("exception"), str):
        event["exception"] = _PERSONAL.sub("•••", event["exception"])
    return event


def formatter() -> logging.Formatter:
    """Return what makes a line of JSON of a record, persons masked."""
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

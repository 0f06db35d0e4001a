"""The port: one short message to one Vietnamese mobile number, and which adapter takes it."""

import re
from dataclasses import dataclass, field
from typing import Protocol

from app.config import Config
from app.mail.envelope import Unsendable

_NUMBER = re.compile(r"\+84[35789]\d{8}")
# Three parts of a message with diacritics; more is not a one-time code.
_LONGEST = 201


@dataclass(frozen=True, slots=True)
class Sms:
    """A message ready to be sent; `reference` is the same when it is tried again."""

    number: str
    text: str = field(repr=False)
    reference: str

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.number):
            raise Unsendable("not a Vietnamese mobile number")
        if not self.text or len(self.text) > _LONGEST or not self.text.isprintable():
            raise Unsendable("not one short line")


class Gateway(Protocol):
    """Who takes messages. Raises app.mail.failures.TemporaryFailure or PermanentFailure."""

    def send(self, sms: Sms) -> None:
        """Hand one message over; returning means it was taken."""


def of(config: Config) -> Gateway | None:
    """Return the adapter of an installation; None where it has no SMS."""
    from app.sms.http import HttpGateway
    from app.sms.local import LocalInbox

    match config.sms_with:
        case "http":
            return HttpGateway(config.sms_url, config.sms_access, config.sms_body)
        case "local":
            return LocalInbox(config.sms_dir)
        case _:
            return None

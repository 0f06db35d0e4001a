"""What a letter is made of: frozen values of primitives, kept as canonical JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from letters import layout
from letters.errors import LetterError

Fact = str | tuple[str, ...] | tuple[Mapping[str, str], ...]


class SigningCapacity(StrEnum):
    """By which authority a person signs (Decree 30/2020/NĐ-CP, Article 13)."""

    HEAD = ""
    COLLECTIVE = "TM."
    ACTING = "Q."
    DEPUTY = "KT."
    BY_ORDER = "TL."
    BY_DELEGATION = "TUQ."


class Urgency(StrEnum):
    """How fast a letter must travel, as its stamp reads."""

    FLASH = "HỎA TỐC"
    IMMEDIATE = "THƯỢNG KHẨN"
    URGENT = "KHẨN"


@dataclass(frozen=True)
class Office:
    """The body that issues."""

    parent: str
    name: str
    place: str
    address: str
    phone: str
    email: str
    website: str


@dataclass(frozen=True)
class Signer:
    """Who signs, and in whose place."""

    name: str
    position: str
    capacity: SigningCapacity = SigningCapacity.HEAD
    head_title: str = ""


@dataclass(frozen=True)
class LetterData:
    """One letter, complete: the same data always give the same PDF."""

    kind: str
    office: Office
    symbol: str
    subject: str
    addressees: tuple[str, ...]
    recipients: tuple[str, ...]
    archive: str
    signer: Signer | None
    number: int | None
    issued_on: date | None
    facts: Mapping[str, Fact]
    urgency: Urgency | None = None
    draft: bool = False
    qr_url: str = ""

    def __post_init__(self) -> None:
        if self.number is not None and self.number < 1:
            raise LetterError(f"{self.kind}: numbers begin with 1, not {self.number}")
        # The address also becomes a link; "javascript:" and "file:" must not.
        if self.qr_url and not self.qr_url.startswith(("https://", "http://")):
            raise LetterError(f"{self.kind}: the address of the QR code is no web address")

    @property
    def reference(self) -> str:
        """Return "05/SYT-NVD", with a blank for a number not yet taken."""
        return layout.reference(self.number, self.symbol)

    def with_number(self, number: int, issued_on: date) -> "LetterData":
        """Return the same letter, numbered and dated."""
        return replace(self, number=number, issued_on=issued_on)

    def to_json(self) -> str:
        """Return the canonical text: equal letters give equal text."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=_plain)

    @classmethod
    def from_json(cls, text: str) -> "LetterData":
        """Return the letter `to_json` wrote; raise LetterError for anything else."""
        try:
            raw: dict[str, Any] = json.loads(text)
            signer, issued_on, urgency = raw["signer"], raw["issued_on"], raw["urgency"]
            return cls(
                **raw
                | {
                    "office": Office(**raw["office"]),
                    "addressees": tuple(raw["addressees"]),
                    "recipients": tuple(raw["recipients"]),
                    "signer": signer
                    and Signer(**signer | {"capacity": SigningCapacity(signer["capacity"])}),
                    "issued_on": issued_on and date.fromisoformat(issued_on),
                    "facts": {
                        name: tuple(fact) if isinstance(fact, list) else fact
                        for name, fact in raw["facts"].items()
                    },
                    "urgency": urgency and Urgency(urgency),
                }
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise LetterError(f"not the data of a letter: {error!r}") from error


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no primitive")

"""What a letter is made of: frozen values of primitives, kept as canonical JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
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


class Circulation(StrEnum):
    """Who may keep a letter, as its frame reads (Appendix I, III.2c).

    No marks of secrecy (III.2a): their stamps are engraved, and the Law on the Protection of
    State Secrets, Article 5, forbids writing such letters on a machine in a network.
    """

    RETURN = "XEM XONG TRẢ LẠI"
    INTERNAL = "LƯU HÀNH NỘI BỘ"


class Sizes(StrEnum):
    """Points of the country's name, the motto and the date: one set or the other (note 1)."""

    SMALL = "12/13/13"
    LARGE = "13/14/14"


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
    # Its code on the document axis (Decision 20/2020/QĐ-TTg).
    code: str = ""


@dataclass(frozen=True)
class Mandate:
    """What lets somebody sign in place of the head (Decree 30/2020/NĐ-CP, Article 13.3-4).

    The rule or document, the days it holds, and the kinds of letters; no kinds means every kind.
    """

    basis: str
    since: date | None = None
    until: date | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signer:
    """Who signs, and in whose place.

    `head_title` is the head's, or with "TM." the name of the collective; `unit_head` is the title
    of the head of a unit whose deputy signs by order.
    """

    name: str
    position: str
    capacity: SigningCapacity = SigningCapacity.HEAD
    head_title: str = ""
    unit_head: str = ""
    mandate: Mandate | None = None


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
    circulation: Circulation | None = None
    sizes: Sizes = Sizes.SMALL
    # Cell 12: who typed it, in capitals, and how many copies go out.
    drafter: str = ""
    copies: int = 0
    # The department's sentences by block, and which version they are; 0 is as shipped.
    wording: Mapping[str, str] = field(default_factory=dict)
    wording_version: int = 0

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
        """Return the letter `to_json` wrote, also before it had all parts of today.

        Raises LetterError for anything else.
        """
        try:
            raw: dict[str, Any] = json.loads(text)
            issued_on, urgency = raw["issued_on"], raw["urgency"]
            circulation = raw.get("circulation")
            return cls(
                **raw
                | {
                    "office": Office(**raw["office"]),
                    "addressees": tuple(raw["addressees"]),
                    "recipients": tuple(raw["recipients"]),
                    "signer": raw["signer"] and _signer(raw["signer"]),
                    "issued_on": issued_on and date.fromisoformat(issued_on),
                    "facts": {
                        name: tuple(fact) if isinstance(fact, list) else fact
                        for name, fact in raw["facts"].items()
                    },
                    "urgency": urgency and Urgency(urgency),
                    "circulation": circulation and Circulation(circulation),
                    "sizes": Sizes(raw.get("sizes", Sizes.SMALL)),
                }
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise LetterError(f"not the data of a letter: {error!r}") from error


def _signer(raw: dict[str, Any]) -> Signer:
    mandate = raw.get("mandate")
    return Signer(
        **raw
        | {
            "capacity": SigningCapacity(raw["capacity"]),
            "mandate": mandate
            and Mandate(
                **mandate
                | {
                    day: mandate.get(day) and date.fromisoformat(mandate[day])
                    for day in ("since", "until")
                }
                | {"kinds": tuple(mandate.get("kinds", ()))}
            ),
        }
    )


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no primitive")

"""The port: who signs, what a key must offer, and how it says that it cannot."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letters.errors import LetterError

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer as KeySigner

DEMONSTRATION = "chỉ để trình diễn, không có giá trị pháp lý"
"""Stands in every certificate this program makes, and in what such a signature shows."""


class Role(StrEnum):
    """In which of the two roles of Decree 30/2020/NĐ-CP, Article 5, a key signs."""

    PERSON = "person"
    BODY = "body"


class Level(StrEnum):
    """How much a signature proves by itself (ETSI EN 319 142-1)."""

    BASIC = "B-B"
    TIMESTAMPED = "B-T"
    LONG_TERM = "B-LT"


class KeyProblem(StrEnum):
    """Why there is no signature."""

    MISSING = "missing"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NO_IMAGE = "no image"
    NO_PLACE = "no place"
    TIMESTAMP = "timestamp"


class SigningError(LetterError):
    """A letter cannot be signed now; what was decided stands and waits."""

    def __init__(self, problem: KeyProblem, key: str, detail: str = "") -> None:
        super().__init__(f"{key}: {problem}{f' ({detail})' if detail else ''}")
        self.problem = problem
        self.key = key
        self.detail = detail


@dataclass(frozen=True)
class Party:
    """One who signs: the key is a file name, a label on a token or an id at a service."""

    role: Role
    key: str
    name: str


def pin_of(pins: Mapping[str, str], party: Party) -> str:
    """Return the PIN of a key: its own, or the one under "*" for all."""
    return pins.get(party.key, pins.get("*", ""))


@dataclass(frozen=True)
class Wording:
    """What every signature of one letter says beside its certificate."""

    location: str
    contact: str = ""
    reason: str = "Ban hành văn bản"


class Signer(Protocol):
    """A place where keys are kept."""

    def opened(self, party: Party) -> "AbstractAsyncContextManager[KeySigner]":
        """Give the key for the time of one signature; raise SigningError."""
        ...

    def image(self, party: Party) -> bytes:
        """Return the PNG that stands for the signature; raise SigningError."""
        ...

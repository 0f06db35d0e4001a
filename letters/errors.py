"""The one error of this package, and what a letter lacks before it may be issued."""

from dataclasses import dataclass


class LetterError(Exception):
    """A letter cannot be made as its data and template say; nothing was produced."""


@dataclass(frozen=True)
class Problem:
    """Why a letter may not be issued, for people; `code` is for programs."""

    code: str
    vi: str
    en: str

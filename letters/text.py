"""Text fit to print: composed letters, and nothing our typeface cannot draw."""

import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from letters import fonts

T = TypeVar("T")
# What word processors put into text that people paste: tabs, breaks of lines and of pages.
_PASTED = str.maketrans("\t\v\f\x85\u2028\u2029", " \n\n\n\n\n")
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """Return NFC without control characters; what has no glyph shows as a replacement mark.

    Otherwise Pango would draw it from any font of the machine, and a direction mark (U+202E)
    could turn a line around. Done to each value, never to finished HTML: there NFC composes a
    ">" with a following U+0338 and breaks the markup.
    """
    text = unicodedata.normalize("NFC", text.translate(_PASTED))
    strange = {c for c in set(text) if ord(c) not in fonts.coverage() or _hidden(c)}
    for character in strange - {"\n"}:
        text = text.replace(character, "" if _hidden(character) else _UNKNOWN)
    return text


def cleaned(value: T) -> T:
    """Return a copy of a value of primitives and dataclasses with every text made printable."""
    result: Any = value
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        result = printable(value)
    elif isinstance(value, tuple):
        result = tuple(cleaned(item) for item in value)
    elif isinstance(value, Mapping):
        result = {name: cleaned(item) for name, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: cleaned(getattr(value, field.name)) for field in fields(value)}
        result = replace(value, **parts)
    return result  # type: ignore[no-any-return]


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"}

"""How values look to people: days, moments, phones, folded text."""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime

import phonenumbers

from app import clock
from workflows import Text


def _marks(*names: str) -> tuple[str, ...]:
    return tuple(unicodedata.lookup(f"COMBINING {name}") for name in names)


# Dictionaries have a, ă, â and o, ô, ơ; their tones are huyền, hỏi, ngã, sắc, nặng.
_LETTERS = _marks("BREVE", "CIRCUMFLEX ACCENT", "HORN")
_TONES = _marks("GRAVE ACCENT", "HOOK ABOVE", "TILDE", "ACUTE ACCENT", "DOT BELOW")


def day(value: date | str) -> str:
    """Return dd/mm/yyyy."""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return f"{value:%d/%m/%Y}"


def moment(value: datetime) -> str:
    """Return «08 giờ 05 phút, ngày 20/11/2026» of local time."""
    at = clock.local(value)
    return f"{at:%H} giờ {at:%M} phút, ngày {at:%d/%m/%Y}"


def short_moment(value: datetime) -> str:
    """Return «08:05 20/11/2026» of local time."""
    return f"{clock.local(value):%H:%M %d/%m/%Y}"


def exact_moment(value: datetime) -> str:
    """Return «08:05:30 20/11/2026» of local time, for evidence."""
    return f"{clock.local(value):%H:%M:%S %d/%m/%Y}"


def phone(value: str) -> str:
    """Return an E.164 number the way it is written in Vietnam."""
    try:
        number = phonenumbers.parse(value, "VN")
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def fold(text: str) -> str:
    """Return text for search: lower case, đ→d, no diacritics (which no database folds)."""
    plain = text.lower().replace("đ", "d")
    marked = unicodedata.normalize("NFD", plain)
    return " ".join("".join(c for c in marked if not unicodedata.combining(c)).split())


def alphabetical(text: str) -> list[tuple[list[tuple[str, int]], list[int]]]:
    """Return the key that sorts Vietnamese: word by word, letters first, then tones."""
    return [_rank(word) for word in unicodedata.normalize("NFC", text.lower()).split()]


def _rank(word: str) -> tuple[list[tuple[str, int]], list[int]]:
    letters, tones = [], []
    for character in word:
        marked = unicodedata.normalize("NFD", character)
        base, marks = marked[0], marked[1:]
        letters.append(("d", 1) if base == "đ" else (base, _order(_LETTERS, marks)))
        tones.append(_order(_TONES, marks))
    return letters, tones


def _order(known: Sequence[str], marks: Sequence[str]) -> int:
    """Return the place of the first known mark of a letter, 0 for none."""
    return next((known.index(m) + 1 for m in marks if m in known), 0)


def mask_email(address: str) -> str:
    """Return an address that its owner recognises and nobody else can use."""
    local_part, _, domain = address.partition("@")
    return f"{local_part[:2]}{'•' * max(len(local_part) - 2, 3)}@{domain}"


def mask_number(value: str) -> str:
    """Return the end of a phone or ID number; "" for none."""
    return f"••••••{value[-3:]}" if value else ""


def two(n: int) -> Text:
    """Return a count the way letters write it, 03; English has no such custom."""
    return Text(f"{n:02d}", str(n))


def size(n: int) -> str:
    """Return a file size."""
    return f"{n / 1048576:.1f} MB".replace(".", ",") if n >= 1048576 else f"{max(n // 1024, 1)} kB"

"""How values look to people: days, moments, phones, folded text."""

import unicodedata
from datetime import date, datetime

import phonenumbers

from app import clock
from workflows import Text


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


def mask_email(address: str) -> str:
    """Return an address that its owner recognises and nobody else can use."""
    local_part, _, domain = address.partition("@")
    return f"{local_part[:2]}{'•' * max(len(local_part) - 2, 3)}@{domain}"


def two(n: int) -> Text:
    """Return a count the way letters write it, 03; English has no such custom."""
    return Text(f"{n:02d}", str(n))


def size(n: int) -> str:
    """Return a file size."""
    return f"{n / 1048576:.1f} MB".replace(".", ",") if n >= 1048576 else f"{max(n // 1024, 1)} kB"

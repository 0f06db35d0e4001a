"""How the parts of a letter are written out: numbers, dates, signing lines, lists of names.

Decree 30/2020/NĐ-CP, Appendix I, Part I; the section is named at each rule.
"""

import re
from collections.abc import Sequence
from datetime import date

from letters.errors import LetterError

# Blanks of fixed width; no-break spaces, because ordinary ones collapse.
_BLANK_NUMBER = "\u00a0" * 7
_BLANK_DAY = "\u00a0" * 5
_BLANK_YEAR = "\u00a0" * 8
# Letters of 11 points that surely fit on one line.
_FOOT_LINE = 100
_OPENING = re.compile(r"\A(?:-\s*)?(?:căn cứ|thực hiện)(?:\s+vào)?\s+", re.IGNORECASE)


def two_digits(number: int) -> str:
    """Write a number of a letter; II.3c: below 10 a zero goes in front."""
    return f"{number:02d}"


def reference(number: int | None, symbol: str) -> str:
    """Return number and symbol, "05/SYT-NVD"; a blank stands for a number not yet taken."""
    return f"{_BLANK_NUMBER if number is None else two_digits(number)}/{symbol}"


def date_in_words(day: date | None) -> str:
    """Return "ngày 05 tháng 01 năm 2026", or its blanks.

    II.4b: a zero goes before days below 10 and before months 1 and 2, not before months 3 to 9.
    """
    if day is None:
        return f"ngày{_BLANK_DAY}tháng{_BLANK_DAY}năm{_BLANK_YEAR}"
    month = two_digits(day.month) if day.month <= 2 else str(day.month)
    return f"ngày {two_digits(day.day)} tháng {month} năm {day.year}"


def place_and_date(place: str, day: date | None) -> str:
    """Return "Lạng Sơn, ngày 05 tháng 01 năm 2026"."""
    return f"{place}, {date_in_words(day)}"


def attached_to(reference: str, day: date | None) -> str:
    """Return the line below the title of an annex (III.1c): which letter it belongs to."""
    return f"(Kèm theo Công văn số {reference} {date_in_words(day)} của Sở Y tế)"


def lead_in(word: str, basis: Sequence[str]) -> str:
    """Return "Thực hiện …; …, " to open a sentence with what a letter rests on; "" with nothing.

    Lines are often copied from where each ended with a mark and began with such a word itself.
    """
    cited = (_OPENING.sub("", re.sub(r"[\s.;,/]+\Z", "", line.strip())) for line in basis)
    named = "; ".join(line for line in cited if line)
    return f"{word} {named}, " if named else ""


def signing_lines(
    capacity: str, position: str, head_title: str, unit_head: str = ""
) -> tuple[str, ...]:
    """Return what stands above the name of the signer (II.7b).

    A head signs with the position alone; "Q." goes before the title of the head; the others
    name the head (or, with "TM.", the collective) first and the own position below. The deputy
    of a unit that signs by order names the head of the unit between them (Article 13.4).
    """
    position, head_title = position.upper(), head_title.upper()
    if not capacity:
        return (position,)
    if capacity == "Q.":
        return (f"Q. {head_title or position}",)
    if not head_title:
        raise LetterError(f"signing {capacity!r} needs the title of the head")
    between = (f"KT. {unit_head.upper()}",) if unit_head and capacity == "TL." else ()
    return (f"{capacity} {head_title}", *between, position)


def addressee_lines(addressees: Sequence[str]) -> tuple[str, ...]:
    """Return the names after "Kính gửi:"; II.9d: one stays on that line, several are listed."""
    names = [name.strip() for name in addressees]
    if len(names) < 2:
        return tuple(names)
    return (*(f"- {name};" for name in names[:-1]), f"- {names[-1]}.")


def recipient_lines(recipients: Sequence[str], archive: str) -> tuple[str, ...]:
    """Return the lines below "Nơi nhận:"; II.9d: the last one says where the copy is kept."""
    return (*(f"- {name.strip()};" for name in recipients), f"- Lưu: {archive}.")


def is_long_contact(address: str, ways: str) -> bool:
    """Tell whether the foot of page 1 (III.4) needs more than its two lines."""
    return max(len(address), len(ways)) > _FOOT_LINE


def drafting_mark(drafter: str, copies: int) -> str:
    """Return "PL.(300)" (III.3): who typed the letter and how many copies go out."""
    return f"{drafter.upper()}.({copies})" if copies else drafter.upper()


def cited(reference: str, day: str, body: str, subject: str = "") -> str:
    """Return a dispatch as another one cites it: number, date, body, subject."""
    about = f" về việc {subject}" if subject else ""
    return f"Công văn số {reference} ngày {day} của {body}{about}"


def closed(text: str) -> str:
    """End the last sentence of a letter with "./." (Appendix III, form 1.5)."""
    return re.sub(r"[\s.;/]*\Z", "", text) + "./."


def paragraphs(text: str) -> tuple[str, ...]:
    """Split what a person typed into its paragraphs; empty lines vanish."""
    return tuple(line.strip() for line in text.splitlines() if text and line.strip())


def uncapitalized(text: str) -> str:
    """Lower the first letter, for a title that continues a sentence."""
    return text[:1].lower() + text[1:]


def unbroken(text: str) -> str:
    """Keep a phone number or a name on one line."""
    return text.replace(" ", "\u00a0")


def balanced(text: str, limit: int) -> tuple[str, ...]:
    """Break a text that stands centred in a column into lines of like length.

    As many lines as `limit` characters a line need; no single word is left for the last one.
    """
    words = text.split()
    widest = _filled(words, limit)
    for width in range(len(text) // max(len(widest), 1), limit):
        if len(lines := _filled(words, width)) == len(widest):
            return tuple(lines)
    return tuple(widest)


def _filled(words: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines

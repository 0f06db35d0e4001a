"""Plain wording: sentences with {placeholders}, what is wrong with them, and how they are drawn.

Not Jinja and not `str.format`: a placeholder is a name and nothing else, so there is no attribute,
index or expression to reach anything by. `**…**` is bold; a line is a paragraph.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup, escape

from letters import layout
from letters.errors import LetterError
from letters.text import printable

LONGEST = 3000
LONGEST_SUBJECT = 300
_PIECE = re.compile(r"\{([^{}]*)\}|(\*\*)|([{}])|[^{}*]+|\*")
_PLACEHOLDER = re.compile(r"([a-z][a-z0-9_]*)(!l)?")
# Longer bold text would not fit one line.
_UNBROKEN = 40
_REFERENCES = re.compile(r"_reference\Z")


class Fault(StrEnum):
    """What may be wrong with a wording."""

    EMPTY = "empty"
    LONG = "long"
    LINES = "lines"
    UNPRINTABLE = "unprintable"
    BRACE = "brace"
    UNKNOWN = "unknown"
    BOLD = "bold"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, and the piece of the wording it is about."""

    fault: Fault
    piece: str = ""


def lines(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a wording."""
    return layout.paragraphs(text)


def placeholders(text: str) -> tuple[str, ...]:
    """Return the names a wording uses, each once, in order; what is no name is left out."""
    bodies = (piece[1] for piece in _PIECE.finditer(text) if piece[1] is not None)
    names = (found[1] for body in bodies if (found := _PLACEHOLDER.fullmatch(body)))
    return tuple(dict.fromkeys(names))


def findings(
    text: str, allowed: Container[str], *, may_drop: bool = False, is_subject: bool = False
) -> Iterator[Finding]:
    """Yield what is wrong with a wording; a subject has one short line and nothing bold."""
    if not lines(text):
        if not may_drop:
            yield Finding(Fault.EMPTY)
        return
    if len(text) > (LONGEST_SUBJECT if is_subject else LONGEST):
        yield Finding(Fault.LONG, str(len(text)))
        return
    if strange := "".join(dict.fromkeys(c for c in text if printable(c) != c)):
        yield Finding(Fault.UNPRINTABLE, strange)
    if is_subject and len(lines(text)) > 1:
        yield Finding(Fault.LINES)
    for line in lines(text):
        yield from _of_line(line, allowed, is_plain=is_subject)


def _of_line(line: str, allowed: Container[str], *, is_plain: bool) -> Iterator[Finding]:
    stars = 0
    for piece in _PIECE.finditer(line):
        body, star, brace = piece.groups()
        stars += star is not None
        if brace:
            yield Finding(Fault.BRACE, line[max(0, piece.start() - 12) : piece.end() + 12])
            return
        if body is not None:
            found = _PLACEHOLDER.fullmatch(body)
            if found is None or found[1] not in allowed:
                yield Finding(Fault.UNKNOWN, piece[0])
    if stars % 2 or (stars and is_plain):
        yield Finding(Fault.BOLD)


def filled(text: str, values: Mapping[str, object]) -> str:
    """Return one line with its values put in; raise LetterError when one is absent."""
    return "".join(
        _value(piece, values) if piece[1] is not None else piece[0]
        for piece in _PIECE.finditer(text)
    )


def drawn(text: str, values: Mapping[str, object]) -> list[Markup]:
    """Return the paragraphs as HTML, every word and value escaped; raise LetterError."""
    return [_drawn(line, values) for line in lines(text)]


def _drawn(line: str, values: Mapping[str, object]) -> Markup:
    outside, bold = Markup(), None
    for piece in _PIECE.finditer(line):
        if piece[3]:
            raise LetterError(f"a brace stands alone in {line!r}")
        if piece[2] and bold is not None:
            outside += Markup("<b{}>{}</b>").format(_kept(bold), bold)
            bold = None
        elif piece[2]:
            bold = Markup()
        elif bold is not None:
            bold += _drawn_piece(piece, values)
        else:
            outside += _drawn_piece(piece, values)
    if bold is not None:
        raise LetterError(f"bold begins and does not end in {line!r}")
    return outside


def _kept(bold: Markup) -> Markup:
    return Markup(' class="whole"') if len(bold.unescape()) <= _UNBROKEN else Markup()


def _drawn_piece(piece: re.Match[str], values: Mapping[str, object]) -> Markup:
    if piece[1] is None:
        return escape(piece[0])
    value = escape(_value(piece, values))
    return Markup('<span class="whole">{}</span>').format(value) if _is_reference(piece) else value


def _is_reference(piece: re.Match[str]) -> bool:
    """Tell whether it is the number of a dispatch, which stays on one line."""
    return bool(_REFERENCES.search(piece[1]))


def _value(piece: re.Match[str], values: Mapping[str, object]) -> str:
    found = _PLACEHOLDER.fullmatch(piece[1])
    value = values.get(found[1]) if found else None
    if found is None or not isinstance(value, str):
        raise LetterError(f"{piece[0]} needs the fact {piece[1]!r}")
    return layout.uncapitalized(value) if found[2] else value

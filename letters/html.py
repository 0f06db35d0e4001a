"""From letter data to HTML: the template, strict about names and deaf to code in facts."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup, escape

from letters import catalog, layout
from letters import wording as plain
from letters.data import Fact, LetterData, Urgency
from letters.errors import LetterError
from letters.text import cleaned

# Decree 30/2020/NĐ-CP, Appendix I, III.2b: millimetres.
_STAMP_WIDTH = {Urgency.FLASH: 30, Urgency.IMMEDIATE: 40, Urgency.URGENT: 20}


class _Gap(str):
    """An empty fact that is false as ever, but leaves its mark where a letter prints it."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


# Of the private use area: `cleaned` takes it out of whatever people typed.
GAP = _Gap("\ue000")


def render_html(data: LetterData) -> str:
    """Return the letter as HTML; raise LetterError for an unknown kind or an absent fact."""
    return _render(cleaned(data))


def render_marked(data: LetterData) -> str:
    """Return the letter as HTML with GAP where it prints an empty fact."""
    letter = cleaned(data)
    return _render(replace(letter, facts=marked(letter.facts)))


def marked(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return facts with GAP for each empty one."""
    return {
        name: GAP if isinstance(fact, str) and not fact.strip() else fact
        for name, fact in facts.items()
    }


def _render(letter: LetterData) -> str:
    if letter.kind not in catalog.kinds():
        raise LetterError(f"no letter is called {letter.kind!r}")
    if letter.facts.keys() & ({"letter", "wording"} | environment().globals.keys()):
        raise LetterError(f"{letter.kind}: a fact has the name of a part of the frame")
    try:
        template = environment().get_template(f"{letter.kind}.html")
        return template.render(letter.facts, letter=letter, wording=partial(_wording, letter))
    except (TemplateError, TypeError, ValueError) as error:  # a fact of another shape, a long QR
        raise LetterError(f"{letter.kind}: {error}") from error


@cache
def environment() -> Environment:
    """Return the one Jinja environment; templates are read once per process."""
    jinja = Environment(
        loader=FileSystemLoader(catalog.TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        auto_reload=False,
    )
    jinja.globals.update(
        addressee_lines=layout.addressee_lines,
        attached_to=layout.attached_to,
        balanced=layout.balanced,
        drafting_mark=layout.drafting_mark,
        is_long_contact=layout.is_long_contact,
        lead_in=layout.lead_in,
        paragraphs=layout.paragraphs,
        place_and_date=layout.place_and_date,
        qr=qr,
        recipient_lines=layout.recipient_lines,
        signing_lines=layout.signing_lines,
        stamp_width=_STAMP_WIDTH.__getitem__,
        unbroken=layout.unbroken,
        uncapitalized=layout.uncapitalized,
    )
    return jinja


def qr(address: str, alternative: str) -> Markup:
    """Return the QR code of an address as inline SVG: no file, no image to decode."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None)
    opening = Markup('<svg role="img" aria-label="{}"').format(alternative)
    return opening + Markup(drawing.removeprefix("<svg"))  # noqa: S704 - digits and path commands


def _wording(
    letter: LetterData, block: str, *, before: str = "", is_last: bool = False, **parts: str
) -> Markup:
    """Return the paragraphs of a block: as the letter carries them, else as shipped.

    `before` opens the first of them; `parts` are values that no fact holds.
    """
    shipped = catalog.kinds()[letter.kind].wording
    if block not in shipped:
        raise LetterError(f"{letter.kind}: its front matter has no wording {block!r}")
    found = plain.drawn(letter.wording.get(block, shipped[block]), {**letter.facts, **parts})
    if found:
        found[0] = escape(before) + found[0]
    if found and is_last:
        found[-1] = _closed(found[-1])
    return Markup("\n").join(Markup("<p>{}</p>").format(line) for line in found)


def _closed(text: str) -> Markup:
    return Markup(layout.closed(text))  # noqa: S704 - a drawn paragraph is escaped

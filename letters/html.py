"""From letter data to HTML: the template, strict about names and deaf to code in facts."""

from functools import cache

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from letters import catalog, layout
from letters.data import LetterData, Urgency
from letters.errors import LetterError
from letters.text import cleaned

# Decree 30/2020/NĐ-CP, Appendix I, III.2b: millimetres.
_STAMP_WIDTH = {Urgency.FLASH: 30, Urgency.IMMEDIATE: 40, Urgency.URGENT: 20}


def render_html(data: LetterData) -> str:
    """Return the letter as HTML; raise LetterError for an unknown kind or an absent fact."""
    if data.kind not in catalog.kinds():
        raise LetterError(f"no letter is called {data.kind!r}")
    letter = cleaned(data)
    if "letter" in letter.facts or letter.facts.keys() & environment().globals.keys():
        raise LetterError(f"{data.kind}: a fact has the name of a part of the frame")
    try:
        template = environment().get_template(f"{data.kind}.html")
        return template.render(letter.facts, letter=letter)
    except (TemplateError, TypeError, ValueError) as error:  # a fact of another shape, a long QR
        raise LetterError(f"{data.kind}: {error}") from error


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
    jinja.filters["closed"] = _closed
    return jinja


def qr(address: str, alternative: str) -> Markup:
    """Return the QR code of an address as inline SVG: no file, no image to decode."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None)
    opening = Markup('<svg role="img" aria-label="{}"').format(alternative)
    return opening + Markup(drawing.removeprefix("<svg"))  # noqa: S704 - digits and path commands


def _closed(text: str) -> Markup:
    return Markup(layout.closed(text))  # noqa: S704 - a filter block holds escaped text

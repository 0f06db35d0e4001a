"""How a document looks: letters as data, drawn after Decree 30/2020/NĐ-CP.

Knows neither workflows, Flask, the database nor the app. Importing it loads no PDF library.
"""

from letters.catalog import (
    DISPATCH,
    LetterKind,
    addressees_of,
    kinds,
    recipients_of,
    sample,
    subject_of,
)
from letters.data import (
    Circulation,
    Fact,
    LetterData,
    Mandate,
    Office,
    Signer,
    SigningCapacity,
    Sizes,
    Urgency,
)
from letters.errors import LetterError, Problem
from letters.layout import cited

__all__ = [
    "DISPATCH",
    "Circulation",
    "Fact",
    "LetterData",
    "LetterError",
    "LetterKind",
    "Mandate",
    "Office",
    "Problem",
    "Signer",
    "SigningCapacity",
    "Sizes",
    "Urgency",
    "addressees_of",
    "cited",
    "kinds",
    "problems",
    "recipients_of",
    "render_html",
    "render_pdf",
    "sample",
    "subject_of",
]


def problems(data: LetterData, *, final: bool = False) -> tuple[Problem, ...]:
    """Return why this letter may not be issued; a final one is signed and numbered as well."""
    from letters import issuing  # It draws the letter to read it.

    return issuing.problems(data, final=final)


def render_html(data: LetterData) -> str:
    """Return the letter as HTML; raise LetterError when a fact is absent."""
    from letters import html  # Jinja only where letters are made.

    return html.render_html(data)


def render_pdf(data: LetterData) -> bytes:
    """Return the letter as PDF; raise LetterError rather than return a lesser letter."""
    from letters import render  # Loading WeasyPrint takes longer than drawing ten letters.

    return render.render_pdf(data)

"""What became of an issued letter after it left: for pages of staff, and told to applicants."""

from collections.abc import Iterator
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import clock, formats
from app.models import Letter
from app.services import books


def correction(letter: Letter) -> dict[str, Any]:
    """Return what replaces a letter, what it replaces, and its recall, for pages of staff."""
    recalled = letter.recalled_at and {
        "on": formats.short_moment(letter.recalled_at),
        "by": letter.recalled_by,
        "reason": letter.recall_reason,
    }
    later, earlier = _other(letter.replaced_by), _other(letter.replaces)
    return {"recalled": recalled, "later": later, "earlier": earlier}


def _other(letter: Letter | None) -> dict[str, str] | None:
    if letter is None or letter.entry is None:
        return None
    return {
        "reference": books.reference(letter.entry),
        "on": formats.day(letter.entry.issued_on),
        "href": url_for("desk.entry", number=letter.entry.id),
    }


def told(letter: Letter) -> Iterator[str]:
    """Yield what the applicant must know before relying on a letter."""
    if letter.recalled_at is not None:
        yield _(
            "Sở Y tế đã thu hồi văn bản này ngày %(day)s. Lý do: %(why)s",
            day=formats.day(clock.local(letter.recalled_at).date()),
            why=letter.recall_reason,
        )
    later = letter.replaced_by
    if later is not None and later.entry is not None:
        yield _(
            "Văn bản này được thay bằng văn bản số %(ref)s ngày %(day)s.",
            ref=books.reference(later.entry),
            day=formats.day(later.entry.issued_on),
        )

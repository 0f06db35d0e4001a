"""What an English page may keep of the Vietnamese: names and data, and how to find the rest."""

import re
from html.parser import HTMLParser

from flask import Flask
from sqlalchemy import select

import letters
import workflows
from app import samples
from app.extensions import db
from app.models import Attachment, Department, Letter, OutgoingMail, Place, Unit
from tests.app.views import desk_walk, portal_steps

VIETNAMESE = re.compile(r"[À-ÖØ-öø-ỹ]")
_LICENCE = re.compile(r"\d{4}/ĐKKDD-\w+")
_SPOKEN = {"alt", "aria-label", "content", "placeholder", "title", "value"}
_VOID = {"meta", "link", "img", "input", "br", "hr", "use"}


class _Words(HTMLParser):
    """Collects what people see or hear, except inside elements marked as Vietnamese."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_vietnamese = any(self._open[-1:]) or ("lang", "vi") in attrs
        if tag not in _VOID:
            self._open.append(is_vietnamese)
        if not is_vietnamese:
            self.found += [v for n, v in attrs if v and (n in _SPOKEN or n.startswith("data-"))]

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open[-1:]):
            self.found.append(data)


def leftovers(app: Flask, page: str) -> list[str]:
    """Return the Vietnamese of a page that is neither a name nor data nor a letter's title."""
    words = _Words()
    words.feed(page)
    words.close()
    data = _data(app)
    found = []
    for text in words.found:
        rest = _LICENCE.sub("", " ".join(text.split()))
        for kept in data:
            rest = re.sub(re.escape(kept), "", rest, flags=re.IGNORECASE)
        if VIETNAMESE.search(rest):
            found.append(text.strip())
    return found


def _data(app: Flask) -> list[str]:
    """Return what is stored or typed, the longest first."""
    known = {"Văn Thư"}
    for _username, name, position, *_rest in samples.PEOPLE:
        known |= {name, position}
    for workflow in workflows.all_workflows().values():
        known |= {f.sample for f in workflow.fields}
    known |= {k.title for k in letters.kinds().values()}
    for supplied in (desk_walk.REASON, portal_steps.SUPPLIED):
        known |= set(supplied.values())
    with app.app_context():
        for row in db.session.scalars(select(Department)):
            known |= {str(getattr(row, c.key)) for c in Department.__table__.columns}
        known |= set(db.session.scalars(select(Unit.name)))
        known |= set(db.session.scalars(select(Place.name)))
        known |= set(db.session.scalars(select(Attachment.name)))
        known |= set(db.session.scalars(select(Letter.subject)))
        known |= set(db.session.scalars(select(OutgoingMail.subject)))
        db.session.remove()
    return sorted((k for k in known if VIETNAMESE.search(k)), key=len, reverse=True)

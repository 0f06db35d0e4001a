"""Issued letters as edXML, for bodies that take them over the national document axis."""

import io

import pikepdf

from app import clock
from app.models import Letter
from app.services import letters, organisation
from letters import LetterData, edxml
from letters.edxml import File, Party


def as_edxml(letter: Letter) -> bytes:
    """Return an issued letter with its PDF; raise LookupError while there is none yet."""
    pdf = letters.pdf(letter)
    own = organisation.department()
    data = LetterData.from_json(letter.data)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages = len(opened.pages)
    return edxml.export(
        data,
        sender=Party(own.full_name, own.agency_code),
        to=[Party(name) for name in data.addressees],
        files=[File(letters.file_name(letter), "application/pdf", pdf)],
        sent_at=clock.local(letter.issued_at or clock.now()),
        pages=pages,
    )

"""What an issued letter says of itself to machines: its particulars as files inside the PDF.

Only what stands on the page of everybody who gets the letter: no facts, which may name people
and numbers that the letter does not print.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time

from letters import edxml
from letters.data import LetterData


@dataclass(frozen=True)
class Associated:
    """One file inside a PDF/A-3 (ISO 19005-3, Annex E)."""

    name: str
    description: str
    content: bytes
    at: datetime


def associated(letter: LetterData) -> tuple[Associated, ...]:
    """Return the particulars of an issued letter as JSON and edXML; none before it is issued."""
    if letter.number is None or letter.issued_on is None:
        return ()
    # A moment of the letter itself: the same letter gives the same bytes.
    at = datetime.combine(letter.issued_on, time(), UTC)
    particulars = Associated("van-ban.json", "Thông tin văn bản (JSON)", _json(letter), at)
    if letter.signer is None:
        return (particulars,)
    office = letter.office
    message = edxml.export(
        letter,
        sender=edxml.Party(office.name, office.code),
        to=[edxml.Party(name) for name in letter.addressees],
        files=[],
        sent_at=at,
        pages=None,
    )
    return particulars, Associated("van-ban.edxml", "Thông tin văn bản (edXML)", message, at)


def _json(letter: LetterData) -> bytes:
    signer = letter.signer
    content = {
        "kind": letter.kind,
        "number": letter.number,
        "symbol": letter.symbol,
        "reference": letter.reference,
        "issued_on": f"{letter.issued_on:%Y-%m-%d}",
        "place": letter.office.place,
        "subject": letter.subject,
        "issuer": {"name": letter.office.name, "code": letter.office.code},
        "addressees": list(letter.addressees),
        "recipients": list(letter.recipients),
        "archive": letter.archive,
        "urgency": letter.urgency,
        "signer": signer
        and {"name": signer.name, "position": signer.position, "capacity": signer.capacity},
        "verify": letter.qr_url,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()

"""Letters as edXML: ours go out to the national document axis, those of others come in."""

import io

import pikepdf

from app import clock
from app.errors import Refused
from app.models import Letter
from app.services import letters, organisation
from app.services.attachments import Upload
from letters import LetterData, LetterError, edxml
from letters.edxml import File, Party
from workflows import Text


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


def arrival(content: bytes) -> tuple[dict[str, str], Upload | None]:
    """Return what the incoming register asks of a dispatch, and its PDF; raise Refused.

    The PDF is checked like every file when it is entered.
    """
    try:
        message = edxml.parse(content)
    except LetterError:
        raise Refused(
            Text(
                "Tệp này không phải văn bản edXML đọc được; nhập các thông tin vào biểu mẫu.",
                "This file is no edXML that can be read; type the particulars into the form.",
            )
        ) from None
    said = {
        "received_on": clock.today().isoformat(),
        "sender": message.sender.name,
        "reference": message.reference,
        "issued_on": message.issued_on.isoformat(),
        "form": message.form,
        "subject": message.subject,
    }
    pdf = next((f for f in message.files if f.content.startswith(b"%PDF-")), None)
    return said, (pdf.name or "van-ban.pdf", pdf.content) if pdf else None

"""Letters as edXML, the interchange format of the national document axis (QCVN 102:2016/BTTTT).

Names, order and spelling (also «Bussiness») are those that receivers in use accept; where the
regulation and they differ, they are followed.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree import ElementTree as ET

from letters.data import LetterData, Urgency
from letters.errors import LetterError

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
CONTENT_TYPE = "application/xml"
_XLINK = "http://www.w3.org/1999/xlink"
_PRIORITY = {None: "0", Urgency.URGENT: "1", Urgency.IMMEDIATE: "2", Urgency.FLASH: "3"}
# Decree 30/2020/NĐ-CP, Article 7: a công văn is type 2 of the axis' own list (1: regulations).
_ADMINISTRATIVE, _DISPATCH = "2", "Công văn"
_MAX_BYTES = 60_000_000


@dataclass(frozen=True)
class File:
    """One file that travels with a letter."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Party:
    """A body with its code on the axis (Decision 20/2020/QĐ-TTg), where it has one."""

    name: str
    code: str = ""


@dataclass(frozen=True)
class Message:
    """What an edXML file says: who sends which document to whom, with which files."""

    sender: Party
    to: tuple[Party, ...]
    number: str
    symbol: str
    issued_on: date
    subject: str
    document_id: str
    priority: str
    signer: str
    form: str
    files: tuple[File, ...]

    @property
    def reference(self) -> str:
        """Return "136/KCB-QLCL"."""
        return f"{self.number}/{self.symbol}"


def export(
    letter: LetterData,
    *,
    sender: Party,
    to: Sequence[Party],
    files: Sequence[File],
    sent_at: datetime,
    pages: int | None,
    due_on: date | None = None,
) -> bytes:
    """Return an issued letter as an edXML file; raise LetterError for one without a number."""
    if letter.number is None or letter.issued_on is None:
        raise LetterError(f"{letter.kind}: only an issued letter is sent as edXML")
    ET.register_namespace("edXML", NAMESPACE)
    ET.register_namespace("xlink", _XLINK)
    document_id = f"{sender.code},{letter.issued_on:%Y/%m/%d},{letter.reference}"
    root = ET.Element("edXML")
    envelope = _add(root, "edXMLEnvelope")
    header = _add(envelope, "edXMLHeader")
    _message(_add(header, "MessageHeader"), letter, sender, to, document_id, pages, due_on)
    _trace(_add(header, "TraceHeaderList"), sender, sent_at, document_id)
    _add(header, "DigitalSignature")
    manifest = _add(_add(envelope, "edXMLBody"), "edXMLManifest")
    manifest.set("version", "1.0")
    encoded = ET.SubElement(root, "AttachmentEncoded")
    for number, file in enumerate(files, start=1):
        _file(manifest, encoded, f"file-{number}", file)
    content: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + content


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    element = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = text
    return element


def _message(
    header: ET.Element,
    letter: LetterData,
    sender: Party,
    to: Sequence[Party],
    document_id: str,
    pages: int | None,
    due_on: date | None,
) -> None:
    office = letter.office
    _party(_add(header, "From"), sender, office.address, office.email, office.phone, office.website)
    for party in to:
        _party(_add(header, "To"), party)
    code = _add(header, "Code")
    _add(code, "CodeNumber", letter.reference.partition("/")[0])
    _add(code, "CodeNotation", letter.symbol)
    promulgation = _add(header, "PromulgationInfo")
    _add(promulgation, "Place", office.place)
    _add(promulgation, "PromulgationDate", f"{letter.issued_on:%Y/%m/%d}")
    sort = _add(header, "DocumentType")
    _add(sort, "Type", _ADMINISTRATIVE)
    _add(sort, "TypeName", _DISPATCH)
    _add(sort, "TypeDetail")
    _add(header, "Subject", letter.subject)
    _add(header, "Content")
    signer = _add(header, "SignerInfo")
    _add(signer, "Competence", str(letter.signer.capacity) if letter.signer else "")
    _add(signer, "Position", letter.signer.position if letter.signer else "")
    _add(signer, "FullName", letter.signer.name if letter.signer else "")
    _add(header, "DueDate", f"{due_on:%Y/%m/%d}" if due_on else "")
    places = _add(header, "ToPlaces")
    for party in to:
        _add(places, "Place", party.name)
    other = _add(header, "OtherInfo")
    _add(other, "Priority", _PRIORITY[letter.urgency])
    for name in ("SphereOfPromulgation", "TyperNotation", "PromulgationAmount"):
        _add(other, name)
    _add(other, "PageAmount", str(pages) if pages else "")
    _add(other, "Appendixes")
    _add(header, "SteeringType", "1")
    _add(header, "DocumentId", document_id)


def _party(
    element: ET.Element,
    party: Party,
    address: str = "",
    email: str = "",
    phone: str = "",
    website: str = "",
) -> None:
    for name, text in (
        ("OrganId", party.code),
        ("OrganizationInCharge", ""),
        ("OrganName", party.name),
        ("OrganAdd", address),
        ("Email", email),
        ("Telephone", phone),
        ("Fax", ""),
        ("Website", website),
    ):
        _add(element, name, text)


def _trace(traces: ET.Element, sender: Party, sent_at: datetime, document_id: str) -> None:
    trace = _add(traces, "TraceHeader")
    _add(trace, "OrganId", sender.code)
    _add(trace, "Timestamp", f"{sent_at:%Y/%m/%d %H:%M:%S}")
    business = _add(traces, "Bussiness")
    _add(business, "BussinessDocType", "0")
    _add(business, "BussinessDocReason")
    _add(business, "DocumentId", document_id)


def _file(manifest: ET.Element, encoded: ET.Element, key: str, file: File) -> None:
    reference = _add(manifest, "Reference")
    reference.set(f"{{{_XLINK}}}href", f"cid:{key}")
    _add(reference, "Description", file.name)
    _add(reference, "AttachmentName", file.name)
    _add(reference, "ContentType", file.content_type)
    _add(reference, "ContentId", key)
    attachment = ET.SubElement(encoded, "Attachment")
    for name, text in (
        ("ContentType", file.content_type),
        ("ContentId", key),
        ("Description", file.name),
        ("ContentTransferEncoded", base64.b64encode(file.content).decode()),
        ("AttachmentName", file.name),
    ):
        ET.SubElement(attachment, name).text = text


def parse(content: bytes) -> Message:
    """Return what an edXML file says; raise LetterError naming what is absent or wrong."""
    if len(content) > _MAX_BYTES:
        raise LetterError("edXML: the file is too large")
    # A document type can name entities that unfold without end; no sender needs one.
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", content, re.IGNORECASE) or b"\0" in content:
        raise LetterError("edXML: a document type is not accepted")
    try:
        root = ET.fromstring(content)  # noqa: S314 - see above
    except (ET.ParseError, ValueError, LookupError) as error:
        raise LetterError(f"edXML: {error}") from error
    header = root.find(f".//{{{NAMESPACE}}}MessageHeader")
    if root.tag != "edXML" or header is None:
        raise LetterError("edXML: there is no MessageHeader")
    return Message(
        sender=_party_of(header.find(_q("From"))),
        to=tuple(_party_of(element) for element in header.findall(_q("To"))),
        number=_text(header, "Code", "CodeNumber"),
        symbol=_text(header, "Code", "CodeNotation"),
        issued_on=_date(_text(header, "PromulgationInfo", "PromulgationDate")),
        subject=_text(header, "Subject"),
        document_id=_text(header, "DocumentId", optional=True),
        priority=_text(header, "OtherInfo", "Priority", optional=True) or "0",
        signer=_text(header, "SignerInfo", "FullName", optional=True),
        form=_text(header, "DocumentType", "TypeName", optional=True) or _DISPATCH,
        files=tuple(_files(root)),
    )


def _q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(header: ET.Element, *path: str, optional: bool = False) -> str:
    element = header.find("/".join(map(_q, path)))
    text = " ".join((element.text or "").split()) if element is not None else ""
    if not text and not optional:
        raise LetterError(f"edXML: {'/'.join(path)} is empty")
    return text


def _party_of(element: ET.Element | None) -> Party:
    if element is None:
        raise LetterError("edXML: From is absent")
    return Party(_text(element, "OrganName"), _text(element, "OrganId", optional=True))


def _date(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y/%m/%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError as error:
        raise LetterError(f"edXML: PromulgationDate is {text!r}") from error


def _files(root: ET.Element) -> list[File]:
    found = []
    for attachment in root.iterfind("AttachmentEncoded/Attachment"):
        name = attachment.findtext("AttachmentName", "").strip()
        try:
            encoded = "".join(attachment.findtext("ContentTransferEncoded", "").split())
            content = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise LetterError(f"edXML: {name or 'a file'} is no base64") from error
        found.append(File(name, attachment.findtext("ContentType", "").strip(), content))
    return found

"""edXML: an issued letter out and in again, in the order receivers want; nothing else gets in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest

import letters
from letters import LetterError, edxml
from letters.edxml import File, Party

SENDER = Party("Sở Y tế tỉnh Lạng Sơn", "H37.12")
TO = (Party("Cục Quản lý Khám, chữa bệnh", "G17.05"), Party("Bảo hiểm xã hội tỉnh"))
PDF = File("cong-van.pdf", "application/pdf", b"%PDF-1.7 ...")
HEADER = [
    "From", "To", "To", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content",
    "SignerInfo", "DueDate", "ToPlaces", "OtherInfo", "SteeringType", "DocumentId",
]  # fmt: skip


def exported(**changed: object) -> bytes:
    letter = letters.sample("bulk_request")
    about = {"sender": SENDER, "to": TO, "files": [PDF], "pages": 3,
             "sent_at": datetime(2026, 12, 7, 9, 30, tzinfo=UTC)}  # fmt: skip
    return edxml.export(letter, **about | changed)  # type: ignore[arg-type]  # changed by tests


def test_what_goes_out_comes_in_again() -> None:
    letter = letters.sample("bulk_request")
    message = edxml.parse(exported())

    assert message.sender == SENDER
    assert message.to == TO
    assert message.reference == letter.reference
    assert message.issued_on == letter.issued_on == date(2026, 12, 7)
    assert message.subject == letter.subject
    assert message.document_id == f"H37.12,2026/12/07,{letter.reference}"
    assert message.files == (PDF,)
    assert message.priority == "0"
    assert letter.signer is not None
    assert message.signer == letter.signer.name


def test_the_elements_stand_in_the_order_of_the_regulation() -> None:
    root = ET.fromstring(exported())  # noqa: S314 - our own
    header = root.find(f".//{{{edxml.NAMESPACE}}}MessageHeader")
    assert header is not None
    assert [e.tag.rpartition("}")[2] for e in header] == HEADER
    assert [e.tag for e in root] == [f"{{{edxml.NAMESPACE}}}edXMLEnvelope", "AttachmentEncoded"]
    # A receiver in use refuses children of the envelope without the prefix.
    assert b"<edXML:MessageHeader>" in exported()
    assert b"<AttachmentEncoded>" in exported()


@pytest.mark.parametrize(
    ("urgency", "priority"), [("URGENT", "1"), ("IMMEDIATE", "2"), ("FLASH", "3")]
)
def test_urgency_is_the_priority_of_the_axis(urgency: str, priority: str) -> None:
    letter = replace(letters.sample("consultation"), urgency=letters.Urgency[urgency])
    content = edxml.export(
        letter, sender=SENDER, to=TO, files=[], pages=1, sent_at=datetime.now(UTC)
    )
    assert edxml.parse(content).priority == priority


def test_a_letter_without_a_number_stays() -> None:
    letter = replace(letters.sample("bulk_request"), number=None, issued_on=None)
    with pytest.raises(LetterError, match="issued"):
        edxml.export(letter, sender=SENDER, to=TO, files=[], pages=1, sent_at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"<edXML xmlns", b"<!DOCTYPE x [<!ENTITY a 'b'>]><edXML xmlns", "document type"),
        (b"2026/12/07</edXML:PromulgationDate>", b"07-12-2026</edXML:PromulgationDate>", "07-12"),
        (b"edXML:CodeNotation>", b"edXML:Other>", "CodeNotation"),
        (b"JVBERi0xLjcgLi4u", b"%%%", "base64"),
        (b"</edXML>", b"", "edXML"),
        (b"edXML:From>", b"edXML:Elsewhere>", "From"),
    ],
)
def test_what_is_wrong_is_named(old: bytes, new: bytes, says: str) -> None:
    content = exported()
    assert old in content
    with pytest.raises(LetterError, match=says):
        edxml.parse(content.replace(old, new))


def test_names_of_people_are_text_not_markup() -> None:
    wicked = Party("</edXML:OrganName><edXML:Code>&lt;", "x")
    assert edxml.parse(exported(to=(wicked,))).to == (wicked,)

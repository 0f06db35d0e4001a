"""PDF/A-3a: every letter keeps its looks and its particulars for an archive, signed or not.

These checks name what they check; they are those that a library can answer. What they leave
out (the colour of every operator, the syntax of every stream) needs a validator of its own.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

import letters
from letters import edxml
from letters.signing import Party, Role, Wording
from letters.signing.pictures import Pictures
from letters.signing.sign import sign
from letters.signing.software import SoftwareSigner

KINDS = sorted(letters.kinds())


def faults(content: bytes) -> list[str]:
    """Return what keeps a PDF from being PDF/A-3a, as far as its objects tell."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return list(_faults(pdf))


def _faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    with pdf.open_metadata() as about:
        if (about.get("pdfaid:part"), about.get("pdfaid:conformance")) != ("3", "A"):
            yield "6.6.4: it does not say that it is PDF/A-3a"
        if not about.get("dc:title"):
            yield "there is no title"
    if pdf.is_encrypted:
        yield "6.1.3: it is encrypted"
    if not any(intent.get("/S") == "/GTS_PDFA1" for intent in root.get("/OutputIntents", [])):
        yield "6.2.3: no colour profile"
    if not root.get("/MarkInfo", {}).get("/Marked") or "/StructTreeRoot" not in root:
        yield "6.7: it is not tagged"
    if root.get("/Lang") != "vi":
        yield "6.7.4: its language is not named"
    if "/JavaScript" in root.get("/Names", {}) or "/OpenAction" in root:
        yield "6.5: it acts by itself"
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            yield from _of_object(thing)
    for file in root.get("/AF", []):
        if "/AFRelationship" not in file:
            yield "6.8: a file does not say what it is to the letter"


def _of_object(thing: Any) -> Iterator[str]:
    kind = thing.get("/Type")
    if kind == "/FontDescriptor" and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(thing):
        yield f"6.2.11.4: {thing.get('/FontName')} is not embedded"
    is_simple = kind == "/Font" and thing.get("/Subtype") in ("/Type1", "/TrueType")
    if is_simple and "/FontDescriptor" not in thing:
        yield f"6.2.11.4: {thing.get('/BaseFont')} is not embedded"
    if thing.get("/S") in ("/JavaScript", "/Launch", "/Sound", "/Movie"):
        yield f"6.5.1: {thing.get('/S')} is not allowed"
    if thing.get("/Filter") == "/LZWDecode":
        yield "6.1.7: LZW is not allowed"


def files(content: bytes) -> dict[str, bytes]:
    """Return the files inside a PDF."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_made_for_an_archive(kind: str) -> None:
    letter = letters.sample(kind)
    content = letters.render_pdf(letter)

    assert faults(content) == []
    assert content == letters.render_pdf(letter), "the same letter gave other bytes"
    inside = files(content)
    if letter.number is None:
        assert inside == {}
        return
    said = json.loads(inside["van-ban.json"])
    assert (said["reference"], said["subject"]) == (letter.reference, letter.subject)
    if letter.signer is not None:
        message = edxml.parse(inside["van-ban.edxml"])
        assert message.reference == letter.reference
        assert message.issued_on == letter.issued_on


def test_nothing_that_the_letter_does_not_print_is_inside() -> None:
    letter = letters.sample("account_grant")
    told = replace(letter, facts=dict(letter.facts) | {"applicant_phone": "0987 654 321"})
    inside = b"".join(files(letters.render_pdf(told)).values()).decode()

    assert "0987" not in inside
    assert str(letter.facts["applicant_email"]) not in inside


def test_signatures_leave_the_archive_format_as_it_is(tmp_path: Path) -> None:
    letter = letters.sample("account_grant")
    signer = SoftwareSigner(tmp_path, {}, Pictures(tmp_path, draws=True), makes=True)
    parties = [Party(Role.PERSON, "ha", "Lương Thị Thu Hà"), Party(Role.BODY, "body", "SỞ Y TẾ")]
    unsigned = letters.render_pdf(letter)
    signed = sign(unsigned, parties, signer, Wording("Lạng Sơn", letter.qr_url))

    assert faults(signed) == []
    assert files(signed) == files(unsigned)


def test_a_draft_carries_no_particulars() -> None:
    draft = replace(letters.sample("account_grant"), number=None, issued_on=None)
    assert files(letters.render_pdf(draft)) == {}


def test_the_checks_notice_what_they_name() -> None:
    content = letters.render_pdf(letters.sample("account_grant"))
    with pikepdf.open(io.BytesIO(content)) as pdf:
        del pdf.Root["/OutputIntents"]
        del pdf.Root["/StructTreeRoot"]
        pdf.Root["/OpenAction"] = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript))
        out = io.BytesIO()
        pdf.save(out)
    assert [f.partition(":")[0] for f in faults(out.getvalue())] == [
        "6.2.3", "6.7", "6.5", "6.5.1",
    ]  # fmt: skip

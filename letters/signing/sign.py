"""Signing a PDF: empty fields first, then one incremental update for each who signs."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO

from asn1crypto import pem, x509
from PIL import Image, UnidentifiedImageError
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import (
    AxisAlignment,
    BoxConstraints,
    InnerScaling,
    Margins,
    SimpleBoxLayoutRule,
)
from pyhanko.sign import fields
from pyhanko.sign.general import SigningError as PyhankoError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers import Signer as KeySigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from letters.signing import place
from letters.signing.port import KeyProblem, Level, Party, Role, Signer, SigningError, Wording

FIELDS = {Role.PERSON: "ChuKyNguoiCoThamQuyen", Role.BODY: "ChuKyCoQuan"}
# Bytes: the signature with its attributes, and an answer of a timestamp authority.
_SIGNATURE, _TIMESTAMP = 2048, 12288
_TOOLTIPS = {
    Role.PERSON: "Chữ ký số của người có thẩm quyền",
    Role.BODY: "Chữ ký số của cơ quan, tổ chức",
}


@dataclass(frozen=True)
class Proof:
    """What is added to every signature: its level, and who vouches for the time."""

    level: Level = Level.BASIC
    timestamper: TimeStamper | None = None
    context: ValidationContext | None = None


def proof(level: Level, timestamp_url: str, roots: Sequence[bytes]) -> Proof:
    """Return what the settings ask for; a timestamp authority alone gives level B-T."""
    if not timestamp_url:
        return Proof()
    if level is Level.LONG_TERM:
        context = ValidationContext(
            trust_roots=certificates(roots), allow_fetching=True, revocation_mode="soft-fail"
        )
        return Proof(level, HTTPTimeStamper(timestamp_url), context)
    return Proof(Level.TIMESTAMPED, HTTPTimeStamper(timestamp_url))


def certificates(roots: Sequence[bytes]) -> list[x509.Certificate]:
    """Return the certificates of PEM files."""
    return [
        x509.Certificate.load(der)
        for text in roots
        for _kind, _headers, der in pem.unarmor(text, multiple=True)
    ]


def sign(
    pdf: bytes,
    parties: Sequence[Party],
    signer: Signer,
    wording: Wording,
    *,
    proof: Proof | None = None,
    seal_mm: float = 36.0,
) -> bytes:
    """Return the letter with its signatures, in the order of the parties.

    A letter that a person signs shows both; a slip, which the body alone seals, shows none.
    """
    work = _sign(pdf, parties, signer, wording, proof or Proof(), seal_mm)
    # A thread of its own: the caller's may have an event loop that runs already.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()


async def _sign(
    pdf: bytes,
    parties: Sequence[Party],
    signer: Signer,
    wording: Wording,
    proof: Proof,
    seal_mm: float,
) -> bytes:
    images = {}
    boxes: dict[Role, place.Box] = {}
    page = 0
    if any(party.role is Role.PERSON for party in parties):
        where = place.find(pdf)
        page = where.page
        images = {party.role: _image(signer, party) for party in parties}
        boxes[Role.PERSON] = where.signature(images[Role.PERSON].size)
        boxes[Role.BODY] = where.seal(boxes[Role.PERSON], seal_mm)
    for n, party in enumerate(parties):
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        if n == 0:
            # All fields now: the first signature then allows filling them in, and nothing else.
            for each in parties:
                fields.append_signature_field(writer, _field(each.role, page, boxes))
        style = _style(images.get(party.role), boxes.get(party.role))
        pdf = await _update(writer, party, signer, wording, proof, style, certify=n == 0)
    return pdf


def _field(role: Role, page: int, boxes: dict[Role, place.Box]) -> fields.SigFieldSpec:
    box = boxes.get(role)
    return fields.SigFieldSpec(
        FIELDS[role],
        on_page=page,
        box=(box.left, box.bottom, box.right, box.top) if box else None,  # type: ignore[arg-type]  # points may be broken,
        readable_field_name=_TOOLTIPS[role],
    )


async def _update(
    writer: IncrementalPdfFileWriter,
    party: Party,
    signer: Signer,
    wording: Wording,
    proof: Proof,
    style: StaticStampStyle | None,
    *,
    certify: bool,
) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=FIELDS[party.role],
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        name=party.name,
        reason=wording.reason,
        location=wording.location,
        contact_info=wording.contact,
        certify=certify,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
        embed_validation_info=proof.level is Level.LONG_TERM,
        validation_context=proof.context,
    )
    try:
        async with signer.opened(party) as key:
            signing = PdfSigner(metadata, key, timestamper=proof.timestamper, stamp_style=style)
            out = await signing.async_sign_pdf(
                writer, existing_fields_only=True, bytes_reserved=_room(key, proof)
            )
    except TimestampRequestError as error:
        raise SigningError(KeyProblem.TIMESTAMP, party.key, str(error)) from error
    except PyhankoError as error:
        raise SigningError(KeyProblem.UNREACHABLE, party.key, str(error)) from error
    signed: bytes = out.getvalue()
    return signed


def _room(key: KeySigner, proof: Proof) -> int:
    """Return how many hexadecimal digits a signature may take.

    Left to pyHanko, it makes each signature twice to see.
    """
    held = {certificate.dump() for certificate in (key.signing_cert, *key.cert_registry)}
    evidence = _TIMESTAMP if proof.timestamper else 0
    return 2 * (sum(map(len, held)) + _SIGNATURE + evidence)


def _image(signer: Signer, party: Party) -> Image.Image:
    try:
        image = Image.open(BytesIO(signer.image(party)), formats=["PNG"])
        return image.convert("RGBA")
    except (UnidentifiedImageError, OSError) as error:
        raise SigningError(KeyProblem.NO_IMAGE, party.key, str(error)) from error


def _style(image: Image.Image | None, box: place.Box | None) -> StaticStampStyle | None:
    if image is None or box is None:
        return None
    return StaticStampStyle(
        border_width=0,
        background=PdfImage(image, box=BoxConstraints(box.width, box.height)),
        background_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MIN,
            y_align=AxisAlignment.ALIGN_MIN,
            margins=Margins.uniform(0),
            inner_content_scaling=InnerScaling.STRETCH_FILL,
        ),
    )

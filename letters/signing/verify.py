"""What holds of a signed PDF and what does not, without a database.

A stranger's file is read here: callers who serve many run it in a process of their own.
"""

import json
import logging
from binascii import hexlify
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any

from asn1crypto import parser, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from letters.signing.port import DEMONSTRATION
from letters.signing.sign import FIELDS, certificates

# They would write parts of the file into the log.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
_ROLES = {field: role for role, field in FIELDS.items()}
_USAGE = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
)


@dataclass(frozen=True)
class Signature:
    """One signature: `intact` is what it signed, `trusted` who made it, `untouched` what follows.

    `role` is "person", "body", or "" for one that is none of ours.
    """

    role: str
    name: str
    signed_at: str
    intact: bool
    untouched: bool
    trusted: bool
    timestamped: bool
    demonstration: bool


@dataclass(frozen=True)
class Report:
    """All signatures of a file in their order; `readable` is False for what is no PDF."""

    readable: bool
    complete: bool
    signatures: tuple[Signature, ...] = ()

    def to_json(self) -> str:
        """Return the report as text, to cross a process."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """Return the report `to_json` wrote."""
        raw: dict[str, Any] = json.loads(text)
        found = tuple(Signature(**each) for each in raw.pop("signatures"))
        return cls(**raw, signatures=found)


def verify(pdf: bytes, roots: Sequence[bytes]) -> Report:
    """Examine every signature of a PDF; `roots` are the certificates to trust, as PEM."""
    # A thread of its own: the library starts an event loop, the caller may have one that runs.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(_examined, pdf, roots).result()


def _examined(pdf: bytes, roots: Sequence[bytes]) -> Report:
    try:
        reader = PdfFileReader(BytesIO(pdf))
        embedded = list(reader.embedded_regular_signatures)
        signatures = tuple(_signature(pdf, each, certificates(roots)) for each in embedded)
        # Nothing may come after the last signature but evidence for it (level B-LT).
        complete = bool(signatures) and signatures[-1].untouched and _reaches_end(embedded[-1])
    except Exception:  # a broken or hostile file fails in any way; what fails does not hold
        return Report(readable=False, complete=False)
    return Report(readable=True, complete=complete, signatures=signatures)


def _reaches_end(last: EmbeddedPdfSignature) -> bool:
    return last.coverage is SignatureCoverageLevel.ENTIRE_FILE or (
        last.coverage is SignatureCoverageLevel.ENTIRE_REVISION
        and last.diff_result is not None
        and getattr(last.diff_result, "modification_level", None) is ModificationLevel.LTA_UPDATES
    )


def _signature(
    pdf: bytes, embedded: EmbeddedPdfSignature, anchors: list[x509.Certificate]
) -> Signature:
    trust = ValidationContext(
        trust_roots=anchors, allow_fetching=False, revocation_mode="soft-fail"
    )
    status: PdfSignatureStatus | None
    try:
        status = validate_pdf_signature(embedded, trust, key_usage_settings=_USAGE)
    except Exception:  # as above; the file may have other signatures to report
        status = None
    certificate: x509.Certificate = embedded.signer_cert
    claimed = embedded.self_reported_timestamp
    stamp = status.timestamp_validity if status else None
    intact = bool(status and status.intact and status.valid and _is_canonical(pdf, embedded))
    return Signature(
        role=str(_ROLES.get(embedded.field_name, "")),
        name=str(certificate.subject.native.get("common_name", "")),
        signed_at=claimed.isoformat() if claimed else "",
        intact=intact,
        untouched=bool(status and status.docmdp_ok) and embedded.coverage is not None,
        trusted=bool(status and status.trusted and (not stamp or stamp.trusted)),
        timestamped=bool(stamp and stamp.valid and stamp.intact and stamp.trusted),
        demonstration=DEMONSTRATION in certificate.subject.human_friendly,
    )


def _is_canonical(pdf: bytes, embedded: EmbeddedPdfSignature) -> bool:
    """Whether the hole that a signature leaves for itself holds it and nothing else.

    No signature covers its own bytes: what is hidden behind its end, or the case of a
    hexadecimal digit, would go unnoticed.
    """
    start, length, after, _ = (int(n) for n in embedded.byte_range)
    hole = pdf[start + length : after]
    held: bytes = embedded.pkcs7_content
    content = hexlify(held[: parser.peek(held)]).upper()
    return start == 0 and hole == b"<" + content.ljust(len(hole) - 2, b"0") + b">"

"""Keys to show how it looks: made on first use, marked in every certificate as worth nothing."""

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from letters.signing.port import DEMONSTRATION, Party

PIN = "khong-co-gia-tri-phap-ly"
"""Known to everybody: what these keys sign proves nothing."""

_FROM, _TO = datetime(2020, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Issuer:
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


def key(folder: Path, party: Party) -> Path:
    """Return the PKCS#12 file of a demonstration key, made when there is none."""
    path = folder / "demonstration" / f"{party.key}.p12"
    if not path.exists():
        _write_once(path, _made(party.name, _issuer(folder)))
    return path


def root(folder: Path) -> bytes:
    """Return the certificate that the demonstration keys of a folder hang on, as PEM."""
    return _issuer(folder).certificate.public_bytes(Encoding.PEM)


def _issuer(folder: Path) -> _Issuer:
    path = folder / "demonstration" / "root.p12"
    if not path.exists():
        _write_once(path, _made("Văn Thư", None))
    private, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), PIN.encode())
    if not isinstance(private, rsa.RSAPrivateKey) or certificate is None:
        raise ValueError(f"{path.name} was not made here")
    return _Issuer(private, certificate)


def _made(name: str, issuer: _Issuer | None) -> bytes:
    private = rsa.generate_private_key(65537, 2048)
    # 64 characters are the most a common name may have (RFC 5280, ub-common-name).
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMONSTRATION),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Trình diễn: {name}"[:64]),
        ]
    )
    is_root = issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_TO)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), True)
        .add_extension(_usage(is_root=is_root), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False)
    )
    return pkcs12.serialize_key_and_certificates(
        name.encode(),
        private,
        builder.sign(issuer.key if issuer else private, hashes.SHA256()),
        [issuer.certificate] if issuer else None,
        BestAvailableEncryption(PIN.encode()),
    )


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )


def _write_once(path: Path, content: bytes) -> None:
    """Write a file only its owner reads, unless there is one: of two, the first wins for both."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()

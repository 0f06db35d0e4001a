"""Keys in PKCS#12 files; where there are none, ones are made to show how it looks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers import Signer as KeySigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from letters.signing import demonstration
from letters.signing.pictures import Pictures
from letters.signing.port import KeyProblem, Party, SigningError, pin_of


class LoadedKey(KeySigner):
    """A key read once: pyHanko's own signer reads and checks it again for each signature."""

    def __init__(self, bundle: pkcs12.PKCS12KeyAndCertificates) -> None:
        if bundle.cert is None or not isinstance(
            bundle.key, RSAPrivateKey | EllipticCurvePrivateKey
        ):
            raise ValueError("the file holds no RSA or EC key with its certificate")
        self._key = bundle.key
        chain = SimpleCertificateStore()
        for certificate in bundle.additional_certs:
            chain.register(_asn1(certificate.certificate.public_bytes(_DER)))
        super().__init__(
            signing_cert=_asn1(bundle.cert.certificate.public_bytes(_DER)),
            cert_registry=chain,
            embed_roots=False,
        )

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """Sign; nobody asks for a dry run, `sign` reserves the room itself."""
        digest = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), digest[digest_algorithm])
        return self._key.sign(data, ECDSA(digest[digest_algorithm]))


class SoftwareSigner:
    """Files `<key>.p12` in one folder."""

    def __init__(
        self, folder: Path, pins: Mapping[str, str], pictures: Pictures, *, makes: bool = False
    ) -> None:
        """`makes` says whether an absent key is made; then its certificate has no legal force."""
        self._folder = folder
        self._pins = pins
        self._pictures = pictures
        self._makes = makes
        self._loaded: dict[tuple[Path, int, str], LoadedKey] = {}

    @asynccontextmanager
    async def opened(self, party: Party) -> AsyncIterator[KeySigner]:
        """Give the key of a file; raise SigningError when it is absent or its PIN is wrong."""
        path, pin = self._folder / f"{party.key}.p12", pin_of(self._pins, party)
        if self._makes and not path.exists():
            path, pin = demonstration.key(self._folder, party), demonstration.PIN
        yield self._load(path, pin, party)

    def image(self, party: Party) -> bytes:
        """Return the PNG for a signature; raise SigningError."""
        return self._pictures.of(party)

    def _load(self, path: Path, pin: str, party: Party) -> LoadedKey:
        try:
            content = path.read_bytes()
            changed = path.stat().st_mtime_ns
        except OSError as error:
            raise SigningError(KeyProblem.MISSING, party.key, path.name) from error
        known = self._loaded.get((path, changed, pin))
        if known is None:
            try:
                known = LoadedKey(pkcs12.load_pkcs12(content, pin.encode()))
            except ValueError as error:
                raise SigningError(KeyProblem.REFUSED, party.key, path.name) from error
            self._loaded[path, changed, pin] = known
        return known


_DER = serialization.Encoding.DER


def _asn1(der: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(der)

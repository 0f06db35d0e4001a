"""Keys that are not ours to hold: a token (SoftHSM stands for it) and a remote service (a stub)."""

import base64
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.serialization import pkcs12

import letters
from letters.signing import KeyProblem, Level, Party, Role, SigningError, Wording, demonstration
from letters.signing.pictures import Pictures
from letters.signing.remote import RemoteSigner
from letters.signing.sign import proof, sign
from letters.signing.software import SoftwareSigner
from letters.signing.verify import verify

PERSON = Party(Role.PERSON, "ha", "Lương Thị Thu Hà")
BODY = Party(Role.BODY, "body", "SỞ Y TẾ")
WORDING = Wording("Lạng Sơn")
PIN = "246810"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    return letters.render_pdf(letters.sample("account_grant"))


def made(folder: Path, party: Party) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Return a demonstration key, to put it where the test wants it."""
    content = demonstration.key(folder, party).read_bytes()
    key, certificate, _ = pkcs12.load_key_and_certificates(content, demonstration.PIN.encode())
    assert isinstance(key, rsa.RSAPrivateKey)
    assert certificate is not None
    return key, certificate


# --- a token ---------------------------------------------------------------------------------


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A SoftHSM token «vanthu» with both keys; skipped where Debian's softhsm2 is absent."""
    pytest.importorskip("pkcs11", reason="the extra pkcs11 is not installed")
    module = next((m for m in MODULES if Path(m).exists()), "")
    if not module or not shutil.which("softhsm2-util"):
        pytest.skip("Debian's softhsm2 is not installed")
    (tmp_path / "tokens").mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    label = ["--label", "vanthu"]
    softhsm(["--init-token", "--free", *label, "--pin", PIN, "--so-pin", "13579"])
    # In a process of its own: the library reads its settings once, for all tests of a process.
    return module


def softhsm(arguments: list[str]) -> None:
    subprocess.run(
        [shutil.which("softhsm2-util") or "", *arguments], check=True, capture_output=True
    )


SIGN_ON_TOKEN = """
import sys
from pathlib import Path
import pkcs11
from asn1crypto import pem, x509
from letters.signing import Party, Role, SigningError, Wording
from letters.signing.pictures import Pictures
from letters.signing.sign import sign
from letters.signing.token import TokenSigner
from pkcs11.util.x509 import decode_x509_certificate

module, folder, pin = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
for name in ("ha", "body") if pin == sys.argv[4] else ():
    token = pkcs11.lib(module).get_token(token_label="vanthu")
    with token.open(rw=True, user_pin=pin) as session:
        der = (folder / f"{name}.der").read_bytes()
        made = decode_x509_certificate(der)
        made[pkcs11.Attribute.TOKEN], made[pkcs11.Attribute.LABEL] = True, name
        session.create_object(made)
parties = [Party(Role.PERSON, "ha", "Lương Thị Thu Hà"), Party(Role.BODY, "body", "SỞ Y TẾ")]
signer = TokenSigner(module, "vanthu", {"*": pin}, Pictures(folder, draws=True))
for _ in range(2):
    try:
        pdf = sign((folder / "in.pdf").read_bytes(), parties, signer, Wording(""))
        (folder / "out.pdf").write_bytes(pdf)
    except SigningError as error:
        print(error.problem, error.key, error.detail)
"""


def sign_on_token(library: str, folder: Path, unsigned: bytes, pin: str) -> str:
    for party in (PERSON, BODY):
        key, certificate = made(folder, party)
        (folder / f"{party.key}.der").write_bytes(
            certificate.public_bytes(serialization.Encoding.DER)
        )
        pem = folder / f"{party.key}.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        name = ["--token", "vanthu", "--pin", PIN, "--label", party.key]
        softhsm(["--import", str(pem), *name, "--id", party.key.encode().hex()])
    (folder / "in.pdf").write_bytes(unsigned)
    script = folder / "on_token.py"
    script.write_text(SIGN_ON_TOKEN, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), library, str(folder), pin, PIN],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(letters.__file__).parents[1])},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_keys_on_a_token_sign(library: str, unsigned: bytes, tmp_path: Path) -> None:
    assert sign_on_token(library, tmp_path, unsigned, PIN) == ""

    report = verify((tmp_path / "out.pdf").read_bytes(), [demonstration.root(tmp_path)])

    assert report.complete
    assert [(s.role, s.intact, s.trusted) for s in report.signatures] == [
        ("person", True, True),
        ("body", True, True),
    ]


def test_a_refused_pin_is_not_tried_again(library: str, unsigned: bytes, tmp_path: Path) -> None:
    first, second = sign_on_token(library, tmp_path, unsigned, "000000").splitlines()

    assert first == "refused ha PinIncorrect"
    assert second == "refused ha not tried again"


# --- a remote service ------------------------------------------------------------------------


class Service(BaseHTTPRequestHandler):
    """A service that speaks as much of CSC v1 as a signature needs."""

    keys: ClassVar[dict[str, tuple[rsa.RSAPrivateKey, x509.Certificate]]] = {}
    asked: ClassVar[list[tuple[str, dict[str, Any]]]] = []
    locked: ClassVar[bool] = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        what = self.path.removeprefix("/csc/v1/")
        self.asked.append((what, body))
        if self.headers.get("Authorization") != "Bearer the-access":
            return self._answer(401, {"error": "invalid_token"})
        key, certificate = self.keys[body["credentialID"]]
        match what:
            case "credentials/info":
                der = certificate.public_bytes(serialization.Encoding.DER)
                found = {
                    "key": {"status": "enabled", "algo": ["1.2.840.113549.1.1.11"], "len": 2048},
                    "cert": {"certificates": [base64.b64encode(der).decode()]},
                    "authMode": "explicit",
                    "SCAL": "2",
                    "multisign": 1,
                }
                return self._answer(200, found)
            case "credentials/authorize":
                if body.get("PIN") != PIN or self.locked:
                    return self._answer(400, {"error": "invalid_pin"})
                return self._answer(200, {"SAD": f"leave for {body['hash'][0]}"})
            case "signatures/signHash":
                (asked,) = body["hash"]
                if body["SAD"] != f"leave for {asked}":
                    return self._answer(400, {"error": "invalid_sad"})
                done = key.sign(
                    base64.b64decode(asked), padding.PKCS1v15(), utils.Prehashed(hashes.SHA256())
                )
                return self._answer(200, {"signatures": [base64.b64encode(done).decode()]})
        return self._answer(404, {})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    Service.keys = {party.key: made(tmp_path, party) for party in (PERSON, BODY)}
    Service.asked = []
    with serving(Service) as address:
        yield address


def remote(
    service: str, folder: Path, *, pin: str = PIN, access: str = "the-access"
) -> RemoteSigner:
    return RemoteSigner(service, access, {"*": pin}, Pictures(folder, draws=True))


def test_a_remote_service_signs_the_digest_and_never_sees_the_letter(
    service: str, unsigned: bytes, tmp_path: Path
) -> None:
    signed = sign(unsigned, [PERSON, BODY], remote(service, tmp_path), WORDING)
    report = verify(signed, [demonstration.root(tmp_path)])

    assert report.complete
    assert [(s.role, s.intact, s.trusted) for s in report.signatures] == [
        ("person", True, True),
        ("body", True, True),
    ]
    each = ["credentials/info", "credentials/authorize", "signatures/signHash"]
    assert [what for what, _ in Service.asked] == each * 2
    assert all(len(json.dumps(body)) < 500 for _, body in Service.asked)


def test_a_service_that_refuses_the_pin_is_not_asked_twice(
    service: str, unsigned: bytes, tmp_path: Path
) -> None:
    signer = remote(service, tmp_path, pin="000000")
    for _ in range(2):
        with pytest.raises(SigningError) as refused:
            sign(unsigned, [PERSON, BODY], signer, WORDING)
        assert (refused.value.problem, refused.value.key) == (KeyProblem.REFUSED, "ha")

    assert [what for what, _ in Service.asked].count("credentials/authorize") == 1


def test_a_service_that_is_away_is_named_as_such(unsigned: bytes, tmp_path: Path) -> None:
    for signer in (remote("http://127.0.0.1:9", tmp_path),):
        with pytest.raises(SigningError) as away:
            sign(unsigned, [PERSON, BODY], signer, WORDING)
        assert away.value.problem is KeyProblem.UNREACHABLE


def test_a_service_that_no_longer_knows_us_is_named_as_such(
    service: str, unsigned: bytes, tmp_path: Path
) -> None:
    with pytest.raises(SigningError) as stranger:
        sign(unsigned, [PERSON, BODY], remote(service, tmp_path, access="old"), WORDING)

    assert stranger.value.problem is KeyProblem.UNREACHABLE


class Moved(BaseHTTPRequestHandler):
    """A service that sends its callers elsewhere, with all they carry."""

    elsewhere: ClassVar[str] = ""

    def do_POST(self) -> None:
        self.send_response(307)
        self.send_header("Location", f"{self.elsewhere}{self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_redirect_carries_no_pin_away(service: str, unsigned: bytes, tmp_path: Path) -> None:
    Moved.elsewhere = service
    with serving(Moved) as address, pytest.raises(SigningError) as refused:
        sign(unsigned, [PERSON, BODY], remote(address, tmp_path), WORDING)

    assert refused.value.problem is KeyProblem.UNREACHABLE
    assert Service.asked == []


# --- time ------------------------------------------------------------------------------------


def authority(folder: Path) -> type[BaseHTTPRequestHandler]:
    """Return a timestamp authority (RFC 3161) whose certificate hangs on the demonstration root."""
    from asn1crypto import keys, tsp
    from asn1crypto import x509 as asn1
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key, certificate = timestamp_key(folder)
    der = serialization.Encoding.DER
    stamper = DummyTimeStamper(
        tsa_cert=asn1.Certificate.load(certificate.public_bytes(der)),
        tsa_key=keys.PrivateKeyInfo.load(
            key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        ),
        certs_to_embed=SimpleCertificateStore(),
    )

    class Authority(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    return Authority


def timestamp_key(folder: Path) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    demonstration.root(folder)
    content = (folder / "demonstration" / "root.p12").read_bytes()
    root_key, root, _ = pkcs12.load_key_and_certificates(content, demonstration.PIN.encode())
    assert isinstance(root_key, rsa.RSAPrivateKey)
    assert root is not None
    key = rsa.generate_private_key(65537, 2048)
    name = x509.NameAttribute(x509.NameOID.COMMON_NAME, "Cấp dấu thời gian trình diễn")
    usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([name]))
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(root.not_valid_before_utc)
        .not_valid_after(root.not_valid_after_utc)
        .add_extension(usage, critical=True)
        .sign(root_key, hashes.SHA256())
    )
    return key, certificate


@pytest.mark.parametrize("level", [Level.TIMESTAMPED, Level.LONG_TERM])
def test_a_timestamp_authority_vouches_for_the_time(
    unsigned: bytes, tmp_path: Path, level: Level
) -> None:
    signer = SoftwareSigner(tmp_path, {}, Pictures(tmp_path, draws=True), makes=True)
    roots = [demonstration.root(tmp_path)]
    with serving(authority(tmp_path)) as address:
        signed = sign(unsigned, [PERSON, BODY], signer, WORDING, proof=proof(level, address, roots))

    report = verify(signed, roots)

    assert report.complete
    assert all(s.intact and s.untouched and s.trusted for s in report.signatures)
    assert [s.timestamped for s in report.signatures] == [True, True]
    assert (b"/DSS" in signed) is (level is Level.LONG_TERM)


def test_without_the_authority_nothing_is_signed(unsigned: bytes, tmp_path: Path) -> None:
    signer = SoftwareSigner(tmp_path, {}, Pictures(tmp_path, draws=True), makes=True)

    with pytest.raises(SigningError) as silent:
        sign(
            unsigned,
            [PERSON, BODY],
            signer,
            WORDING,
            proof=proof(Level.TIMESTAMPED, "http://127.0.0.1:9", []),
        )

    assert silent.value.problem is KeyProblem.TIMESTAMP

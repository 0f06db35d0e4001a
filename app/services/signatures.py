"""Signing issued letters as the settings say, and why one waits."""

from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app

from app.config import Config
from app.language import stored as _
from app.models import Letter
from letters import DISPATCH, LetterData
from letters.signing import KeyProblem, Level, Party, Role, Signer, SigningError, Wording

if TYPE_CHECKING:
    from letters.signing.sign import Proof

_BODY = "body"
_SENTENCES = {
    KeyProblem.MISSING: _("Văn bản chờ ký số, chưa tìm thấy khóa ký"),
    KeyProblem.REFUSED: _("Văn bản chờ ký số, khóa ký bị khóa hoặc mã PIN không đúng"),
    KeyProblem.UNREACHABLE: _("Văn bản chờ ký số, không kết nối được nơi giữ khóa ký"),
    KeyProblem.NO_IMAGE: _("Văn bản chờ ký số, chưa có ảnh chữ ký hoặc ảnh dấu"),
    KeyProblem.NO_PLACE: _("Văn bản chờ ký số, không có chỗ cho chữ ký và dấu"),
    KeyProblem.TIMESTAMP: _("Văn bản chờ ký số, máy chủ cấp dấu thời gian không trả lời"),
}


def are_on() -> bool:
    """Whether letters are signed before they leave."""
    return _config().signs_with != "off"


def are_for_show() -> bool:
    """Whether keys are made here when there are none; in production they never are."""
    return _config().signs_with == "software" and not _config().is_production


def sign(letter: Letter, pdf: bytes) -> bytes:
    """Return the PDF with the signatures its form asks for; raise SigningError."""
    from letters.signing import sign as signing  # half a second, only where letters are made

    data = LetterData.from_json(letter.data)
    return signing.sign(
        pdf,
        _parties(letter, data),
        signer(),
        Wording(data.office.place, address(letter.key)),
        proof=_proof(),
        seal_mm=_config().seal_mm,
    )


def sentence(failure: SigningError) -> str:
    """Say why a letter waits, as it is kept with its mails."""
    return f"{_SENTENCES[failure.problem]}: {failure.key}"


def is_waiting(error: str) -> bool:
    """Whether the sentence kept with a mail is one of ours."""
    return error.startswith(tuple(_SENTENCES.values()))


def address(key: str) -> str:
    """Return the public page about a letter, as its QR code has it."""
    return f"{_config().base_url}/verify/{key}"


def signer() -> Signer:
    """Return where the keys are; made anew when a PIN has changed."""
    pins = _pins()
    known: tuple[dict[str, str], Signer] | None = current_app.extensions.get("vanthu_signer")
    if known is None or known[0] != pins:
        known = pins, _make(pins)
        current_app.extensions["vanthu_signer"] = known
    return known[1]


def roots() -> list[bytes]:
    """Return the certificates that signatures must hang on, as PEM."""
    config = _config()
    found = [config.trust_roots.read_bytes()] if config.trust_roots else []
    if are_for_show():
        from letters.signing import demonstration

        found.append(demonstration.root(config.keys_dir))
    return found


def _parties(letter: Letter, data: LetterData) -> list[Party]:
    """Return who signs: a dispatch its leader, then the body; a slip the body alone."""
    names = _config().signing_keys
    body = Party(Role.BODY, names.get(_BODY, _BODY), f"{data.office.name} – {data.office.parent}")
    if letter.form != DISPATCH or letter.signer is None:
        return [body]
    who = letter.signer.username
    return [Party(Role.PERSON, names.get(who, who), letter.signer.full_name), body]


def _make(pins: dict[str, str]) -> Signer:
    from letters.signing.pictures import Pictures

    config = _config()
    pictures = Pictures(config.keys_dir, config.seal_mm, draws=not config.is_production)
    if config.signs_with == "pkcs11":
        from letters.signing.token import TokenSigner

        return TokenSigner(config.signing_service, config.signing_token, pins, pictures)
    if config.signs_with == "csc":
        from letters.signing.remote import RemoteSigner

        access = _text(config.signing_access_file)
        return RemoteSigner(config.signing_service, access, pins, pictures)
    from letters.signing.software import SoftwareSigner

    return SoftwareSigner(config.keys_dir, pins, pictures, makes=are_for_show())


def _proof() -> "Proof":
    from letters.signing.sign import proof

    config = _config()
    return proof(Level(config.signature_level), config.timestamp_url, roots())


def _pins() -> dict[str, str]:
    config = _config()
    pins = {"*": config.signing_pin.get_secret_value()}
    for line in _text(config.signing_pin_file).splitlines():
        key, equals, pin = line.partition("=")
        pins[key.strip() if equals else "*"] = (pin if equals else line).strip()
    return pins


def _text(path: Path | None) -> str:
    try:
        return path.read_text(encoding="utf-8").strip() if path else ""
    except OSError as error:
        raise SigningError(KeyProblem.MISSING, str(path), str(error)) from error


def _config() -> Config:
    config: Config = current_app.config["VANTHU"]
    return config

"""A signed letter: two signatures in their places, and every change of it has a name."""

import asyncio
import random
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

import letters
from letters.signing import (
    DEMONSTRATION,
    KeyProblem,
    Party,
    Role,
    SigningError,
    Wording,
    demonstration,
    place,
)
from letters.signing.pictures import Pictures
from letters.signing.sign import FIELDS, sign
from letters.signing.software import SoftwareSigner
from letters.signing.verify import Report, verify

ADDRESS = "https://motcua.soyte.example/verify/k7Qm2xV9tRk7Qm2xV9tRab"
PERSON = Party(Role.PERSON, "ha", "Lương Thị Thu Hà")
BODY = Party(Role.BODY, "body", "SỞ Y TẾ")
WORDING = Wording("Lạng Sơn", ADDRESS)
MM = 72 / 25.4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def signer(folder: Path) -> SoftwareSigner:
    return SoftwareSigner(folder, {}, Pictures(folder, draws=True), makes=True)


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    return letters.render_pdf(replace(letters.sample("account_grant"), qr_url=ADDRESS))


@pytest.fixture(scope="module")
def signed(unsigned: bytes, signer: SoftwareSigner) -> bytes:
    return sign(unsigned, [PERSON, BODY], signer, WORDING)


@pytest.fixture(scope="module")
def roots(folder: Path) -> list[bytes]:
    return [demonstration.root(folder)]


def holds(report: Report) -> bool:
    return (
        report.complete
        and [s.role for s in report.signatures] == ["person", "body"]
        and all(s.intact and s.untouched and s.trusted for s in report.signatures)
    )


def boxes(pdf: bytes) -> dict[str, tuple[int, Sequence[float]]]:
    """Return page and rectangle of every signature, in millimetres."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return {
            str(widget.T): (n, [float(side) / MM for side in widget.Rect])
            for n, page in enumerate(document.pages)
            for widget in page.get("/Annots", [])
            if widget.get("/FT") == pikepdf.Name.Sig
        }


def test_person_then_body_sign_one_after_the_other(
    unsigned: bytes, signed: bytes, roots: list[bytes]
) -> None:
    report = verify(signed, roots)

    assert holds(report)
    assert signed.startswith(unsigned)  # nothing of what was rendered is written anew
    assert signed.count(b"%%EOF") == unsigned.count(b"%%EOF") + 2
    assert signed.count(b"/ContactInfo (https") == 2
    assert all(s.demonstration for s in report.signatures)
    assert report.signatures[0].name.endswith("Lương Thị Thu Hà")


def test_the_second_signature_leaves_the_first_one_as_it_was(
    unsigned: bytes, signer: SoftwareSigner, roots: list[bytes]
) -> None:
    once = sign(unsigned, [PERSON], signer, WORDING)
    twice = sign(unsigned, [PERSON, BODY], signer, WORDING)

    assert [s.intact for s in verify(once, roots).signatures] == [True]
    first, second = verify(twice, roots).signatures
    assert (first.role, first.intact, first.untouched) == ("person", True, True)
    assert (second.role, second.intact, second.untouched) == ("body", True, True)


def test_a_slip_is_sealed_by_the_body_and_shows_nothing(
    signer: SoftwareSigner, roots: list[bytes]
) -> None:
    slip = letters.render_pdf(letters.sample("receipt"))

    report = verify(sign(slip, [BODY], signer, WORDING), roots)

    assert [(s.role, s.intact) for s in report.signatures] == [("body", True)]
    assert report.complete


def test_the_seal_has_its_real_size_over_the_left_third_of_the_signature(signed: bytes) -> None:
    """Decree 30/2020/NĐ-CP, Appendix I, II.7d and II.8a."""
    found = boxes(signed)
    _, (left, bottom, right, top) = found[FIELDS[Role.PERSON]]
    _, (s_left, s_bottom, s_right, s_top) = found[FIELDS[Role.BODY]]

    assert (left + right) / 2 == pytest.approx(153.75, abs=0.1)  # the middle of the right column
    assert s_right - s_left == pytest.approx(36, abs=0.05)
    assert s_top - s_bottom == pytest.approx(36, abs=0.05)
    assert (s_right - left) / (right - left) == pytest.approx(1 / 3, abs=0.01)
    assert (s_top + s_bottom) == pytest.approx(top + bottom, abs=0.05)


def test_the_signature_stands_between_position_and_name(unsigned: bytes, signed: bytes) -> None:
    with pikepdf.open(BytesIO(unsigned)) as document:
        name = float(pikepdf.NameTree(document.Root.Names.Dests)["signer"][3]) / MM
    _, (_, bottom, _, top) = boxes(signed)[FIELDS[Role.PERSON]]

    assert name < bottom < top < name + 25


def test_a_letter_of_many_pages_is_signed_where_its_signature_block_is(
    signer: SoftwareSigner, roots: list[bytes]
) -> None:
    many = letters.render_pdf(letters.sample("bulk_distribution"))
    with pikepdf.open(BytesIO(many)) as document:
        assert len(document.pages) > 1

    signed = sign(many, [PERSON, BODY], signer, WORDING)

    assert holds(verify(signed, roots))
    assert {page for page, _ in boxes(signed).values()} == {place.find(many).page}


def test_images_are_blue_and_red_on_nothing_and_say_that_they_are_none(folder: Path) -> None:
    drawn = Pictures(folder, draws=True)
    blue = Image.open(BytesIO(drawn.of(PERSON)))
    red = Image.open(BytesIO(drawn.of(BODY)))

    assert (blue.format, red.format) == ("PNG", "PNG")
    for image, strongest in ((blue, 2), (red, 0)):
        opaque = [p for p in image.get_flattened_data() if p[3] == 255]
        assert image.getpixel((0, 0))[3] == 0
        assert opaque
        assert all(max(p[:3]) == p[strongest] for p in opaque)


def test_the_certificate_says_that_it_is_worth_nothing(folder: Path, signed: bytes) -> None:
    assert verify(signed, []).signatures[0].demonstration
    assert DEMONSTRATION == "chỉ để trình diễn, không có giá trị pháp lý"
    assert (folder / "demonstration" / "root.p12").stat().st_mode & 0o077 == 0


def test_a_demonstration_of_somebody_else_is_not_trusted(signed: bytes, tmp_path: Path) -> None:
    report = verify(signed, [demonstration.root(tmp_path)])

    assert [s.trusted for s in report.signatures] == [False, False]
    assert [s.intact for s in report.signatures] == [True, True]


def regions(signed: bytes) -> dict[str, tuple[int, int]]:
    first_hole = signed.index(b"/Contents <") + len(b"/Contents <")
    second_hole = signed.rindex(b"/Contents <") + len(b"/Contents <")
    return {
        "what was rendered": (0, signed.index(b"%%EOF")),
        "the hole of the first signature": (first_hole, signed.index(b">", first_hole)),
        "between both": (signed.index(b">", first_hole), second_hole - 20),
        "the padding of the second": (
            signed.index(b">", second_hole) - 500,
            signed.index(b">", second_hole),
        ),
        "after the second": (signed.index(b">", second_hole) + 1, len(signed)),
    }


@pytest.mark.parametrize(
    "region",
    [
        "what was rendered",
        "the hole of the first signature",
        "between both",
        "the padding of the second",
        "after the second",
    ],
)
def test_one_changed_byte_anywhere_is_noticed(
    signed: bytes, roots: list[bytes], region: str
) -> None:
    start, end = regions(signed)[region]
    chance = random.Random(region)

    for _ in range(12):
        n = chance.randrange(start, end)
        changed = bytearray(signed)
        changed[n] ^= chance.choice((1, 2, 32, 128))
        assert not holds(verify(bytes(changed), roots)), f"byte {n} of {region}"


def test_what_is_added_after_the_last_signature_is_noticed(
    signed: bytes, roots: list[bytes]
) -> None:
    assert not holds(verify(signed + b"\n% one more line\n", roots))
    assert not holds(verify(signed + signed[-900:], roots))


@pytest.mark.parametrize("content", [b"", b"no pdf", b"%PDF-1.7\n" + b"x" * 500])
def test_what_is_no_pdf_is_no_letter(content: bytes, roots: list[bytes]) -> None:
    report = verify(content, roots)

    assert not report.readable
    assert not report.complete


def test_an_unsigned_letter_has_no_signature(unsigned: bytes, roots: list[bytes]) -> None:
    assert verify(unsigned, roots) == Report(readable=True, complete=False)
    assert Report.from_json(verify(unsigned, roots).to_json()).readable


def test_a_missing_key_and_a_wrong_pin_say_so(
    unsigned: bytes, folder: Path, tmp_path: Path
) -> None:
    strict = SoftwareSigner(tmp_path, {"*": "wrong"}, Pictures(folder, draws=True))
    with pytest.raises(SigningError) as missing:
        sign(unsigned, [PERSON, BODY], strict, WORDING)
    (tmp_path / "ha.p12").write_bytes(demonstration.key(folder, PERSON).read_bytes())
    with pytest.raises(SigningError) as refused:
        sign(unsigned, [PERSON, BODY], strict, WORDING)

    assert (missing.value.problem, missing.value.key) == (KeyProblem.MISSING, "ha")
    assert (refused.value.problem, refused.value.key) == (KeyProblem.REFUSED, "ha")


def test_without_an_image_or_a_place_nothing_is_signed(
    unsigned: bytes, folder: Path, tmp_path: Path
) -> None:
    bare = SoftwareSigner(folder, {}, Pictures(tmp_path), makes=True)
    with pytest.raises(SigningError) as no_image:
        sign(unsigned, [PERSON, BODY], bare, WORDING)
    with pytest.raises(SigningError) as no_place:
        sign(letters.render_pdf(letters.sample("receipt")), [PERSON], bare, WORDING)

    assert no_image.value.problem is KeyProblem.NO_IMAGE
    assert no_place.value.problem is KeyProblem.NO_PLACE


def second_opinion(pdf: bytes, root: bytes, folder: Path) -> str:
    """Return what poppler and NSS say, which share no code with what signs here."""
    pdfsig, certutil = shutil.which("pdfsig"), shutil.which("certutil")
    if not pdfsig or not certutil:
        pytest.skip("Debian's poppler-utils and libnss3-tools are not installed")
    (folder / "root.pem").write_bytes(root)
    (folder / "letter.pdf").write_bytes(pdf)
    store = f"sql:{folder}"
    add = ["-A", "-n", "root", "-t", "CT,C,C", "-i", str(folder / "root.pem")]
    for command in (["-N", "--empty-password"], add):
        subprocess.run([certutil, "-d", store, *command], check=True, capture_output=True)
    command = [pdfsig, "-nssdir", store, str(folder / "letter.pdf")]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_another_program_finds_both_signatures_valid_and_trusted(
    signed: bytes, roots: list[bytes], tmp_path: Path
) -> None:
    said = second_opinion(signed, roots[0], tmp_path)

    assert said.count("Signature Validation: Signature is Valid.") == 2
    assert said.count("Certificate Validation: Certificate is Trusted.") == 2
    assert said.count("ETSI.CAdES.detached") == 2
    assert said.count("Not total document signed") == 1
    assert said.count("  - Total document signed") == 1


def test_another_program_finds_a_changed_letter_too(
    signed: bytes, roots: list[bytes], tmp_path: Path
) -> None:
    changed = signed[:4000] + bytes([signed[4000] ^ 1]) + signed[4001:]

    said = second_opinion(changed, roots[0], tmp_path)

    assert "Signature Validation: Signature is Valid." not in said
    assert "Digest Mismatch" in said


def test_a_loop_that_runs_already_is_in_nobodys_way(
    unsigned: bytes, signer: SoftwareSigner, roots: list[bytes]
) -> None:
    async def within() -> Report:
        return verify(sign(unsigned, [PERSON, BODY], signer, WORDING), roots)

    with ThreadPoolExecutor(1) as apart:  # this thread may have a loop of another test
        assert holds(apart.submit(lambda: asyncio.run(within())).result())

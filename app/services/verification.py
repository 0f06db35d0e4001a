"""What holds of a PDF that claims to be a letter of ours, sentence by sentence."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from app import formats
from app.extensions import db
from app.models import Letter
from letters import DISPATCH
from letters.signing import Role
from workflows import Text

if TYPE_CHECKING:
    from letters.signing.verify import Report, Signature

# Every signature of ours names the page of its letter; PDF may write a sign as its octal code.
_KEY = re.compile(rb"verify(?:/|\\057)((?:[A-Za-z0-9_-]|\\[01][0-7]{2}){10,64})")
_OCTAL = re.compile(rb"\\([01][0-7]{2})")
_WHOSE = {
    Role.PERSON: Text("của người có thẩm quyền", "of the leader"),
    Role.BODY: Text("của cơ quan", "of the department"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at; `holds` is None for what is only to be known."""

    name: str
    holds: bool | None
    text: Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that was looked at, and the letter it is about, if we know one."""

    lines: tuple[Line, ...]
    letter: Letter | None

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the file."""
        return all(line.holds is not False for line in self.lines)


def judge(pdf: bytes, report: "Report", key: str = "") -> Verdict:
    """Return what holds; `key` names the letter whose page the file was handed in on."""
    sha256 = hashlib.sha256(pdf).hexdigest()
    exact = db.session.scalars(select(Letter).where(Letter.pdf_sha256 == sha256)).first()
    letter = exact or find(key) or find(_key_in(pdf))
    lines = [
        *_signatures(report, letter, is_exact=exact is not None),
        *_trust(report),
        *_register(letter, is_exact=exact is not None, key=key),
    ]
    return Verdict(tuple(lines), letter)


def find(key: str) -> Letter | None:
    """Return an issued letter by the key of its public page."""
    if not key:
        return None
    return db.session.scalars(
        select(Letter).where(Letter.key == key, Letter.state == "issued")
    ).first()


def standing(letter: Letter) -> Text:
    """Say whether a letter is in force."""
    if letter.recalled_at is not None:
        return Text("Đã thu hồi", "Recalled")
    if _is_replaced(letter):
        return Text("Đã được thay thế", "Replaced")
    return Text("Đã phát hành", "Issued")


def is_in_force(letter: Letter) -> bool:
    """Whether a letter is neither recalled nor replaced."""
    return letter.recalled_at is None and not _is_replaced(letter)


def _is_replaced(letter: Letter) -> bool:
    return letter.replaced_by is not None and letter.replaced_by.state == "issued"


def _key_in(pdf: bytes) -> str:
    """Return which letter a file says it is, however much of it was changed."""
    found = _KEY.search(pdf)
    return _OCTAL.sub(lambda sign: bytes([int(sign[1], 8)]), found[1]).decode() if found else ""


def _signatures(report: "Report", letter: Letter | None, *, is_exact: bool) -> Iterator[Line]:
    if not report.readable:
        yield Line(
            "file",
            False,
            Text(
                "Tệp không phải là PDF đọc được, hoặc cấu trúc tệp đã bị thay đổi.",
                "The file is no readable PDF, or its structure was changed.",
            ),
        )
        return
    if not report.signatures:
        # What left before signing was switched on is as good as the copy that is kept.
        none = Text("Tệp không có chữ ký số.", "The file has no signature.")
        yield Line("signatures", None if is_exact else False, none)
        return
    yield from (_signature(found) for found in report.signatures)
    expected = [Role.BODY]
    if letter is not None and letter.form == DISPATCH and letter.signer_id is not None:
        expected = [Role.PERSON, Role.BODY]
    roles = [found.role for found in report.signatures]
    for role in expected:
        if role not in roles:
            whose = _WHOSE[role]
            yield Line(
                f"{role} signature",
                False,
                Text(f"Thiếu chữ ký số {whose}.", f"The signature {whose.en} is missing."),
            )
    if report.complete and not report.signatures[-1].intact:
        return  # what came after it means nothing when it does not hold itself
    yield (
        Line(
            "changes",
            True,
            Text(
                "Không có gì được thêm hay sửa sau chữ ký cuối cùng.",
                "Nothing was added or changed after the last signature.",
            ),
        )
        if report.complete
        else Line(
            "changes",
            False,
            Text(
                "Tệp bị thêm hoặc sửa nội dung sau khi ký.",
                "Something was added or changed after signing.",
            ),
        )
    )


def _signature(found: "Signature") -> Line:
    role = Role(found.role) if found.role else None
    whose = _WHOSE[role] if role else Text("khác", "of somebody else")
    name = f"{role or 'other'} signature"
    if not found.intact or not found.untouched:
        return Line(
            name,
            False,
            Text(
                f"Chữ ký số {whose} không còn đúng: nội dung đã ký bị thay đổi.",
                f"The signature {whose.en} does not hold: what was signed was changed.",
            ),
        )
    at = formats.moment(datetime.fromisoformat(found.signed_at)) if found.signed_at else ""
    how = Text("", "")
    if found.timestamped:
        how = Text(", có dấu thời gian", ", timestamped")
    return Line(
        name,
        # Whose it is, nobody asked for: it proves nothing about a letter of ours.
        True if role else None,
        Text(
            f"Chữ ký số {whose} còn nguyên vẹn: {found.name}, lúc {at}{how}.",
            f"The signature {whose.en} is intact: {found.name}, {at}{how.en}.",
        ),
    )


def _trust(report: "Report") -> Iterator[Line]:
    for found in report.signatures:
        # Of a signature that does not hold, nobody knows whose it is.
        if found.intact and not found.trusted:
            yield Line(
                "certificate",
                False,
                Text(
                    f"Chứng thư số «{found.name}» không do tổ chức được tin cậy cấp.",
                    f"The certificate “{found.name}” hangs on no trusted root.",
                ),
            )
    if any(found.demonstration for found in report.signatures):
        yield Line(
            "legal force",
            None,
            Text(
                "Chứng thư số chỉ để trình diễn: chữ ký và dấu không có giá trị pháp lý.",
                "The certificates are for demonstration: signatures and seal have no legal force.",
            ),
        )
    elif report.signatures and all(found.trusted for found in report.signatures):
        yield Line(
            "certificate",
            True,
            Text(
                "Chứng thư số do tổ chức được tin cậy cấp; chưa tra cứu việc thu hồi chứng thư.",
                "The certificates hang on a trusted root; their revocation was not looked up.",
            ),
        )


def _register(letter: Letter | None, *, is_exact: bool, key: str) -> Iterator[Line]:
    if letter is None or letter.entry is None:
        yield Line(
            "register",
            False,
            Text(
                "Không tìm thấy văn bản này trong sổ đăng ký văn bản đi.",
                "The register of outgoing letters does not have this letter.",
            ),
        )
        return
    entry = letter.entry
    reference, day = f"{entry.number:02d}/{entry.symbol}", formats.day(entry.issued_on)
    yield Line(
        "register",
        True,
        Text(
            f"Sổ đăng ký văn bản đi có văn bản số {reference} ngày {day}.",
            f"The register of outgoing letters has no. {reference} of {day}.",
        ),
    )
    if is_exact and key and letter.key != key:
        yield Line(
            "letter",
            False,
            Text(
                "Tệp là một văn bản khác, không phải văn bản của mã QR này.",
                "The file is another letter than the one of this QR code.",
            ),
        )
    yield (
        Line(
            "digest",
            True,
            Text(
                "Tệp trùng khớp hoàn toàn với bản cơ quan đang lưu.",
                "The file equals the one the department keeps, byte by byte.",
            ),
        )
        if is_exact
        else Line(
            "digest",
            False,
            Text(
                "Tệp khác với bản cơ quan đang lưu.",
                "The file differs from the one the department keeps.",
            ),
        )
    )
    if not is_in_force(letter):
        about = standing(letter)
        yield Line(
            "standing",
            False,
            Text(
                f"Văn bản không còn hiệu lực: {str(about).lower()}.",
                f"The letter is no longer in force: {about.en.lower()}.",
            ),
        )

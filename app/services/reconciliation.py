"""A list of codes from outside beside the register: what fits, what does not, what to do."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select

from app.extensions import db
from app.formats import fold
from app.models import ConnectionCode, Facility, Prescriber
from app.services.code_lists import SUBJECTS, Claim, Line, Wrong, understand
from workflows import Text

GROUPS = ("error", "duplicate", "different", "new", "matched")
_CHUNK = 500
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row is beside the register; `entry` is (facility or prescriber, id)."""

    line: Line
    group: str
    found: Text
    todo: Text
    column: str = ""
    entry: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    subject: str
    id: int
    number: str
    name: str
    folded: str
    code: str

    @property
    def called(self) -> Text:
        """Who it is; a person by the number of the licence only (rule O4)."""
        if self.subject == "prescriber":
            return Text("người kê đơn có số {n}", "the prescriber with number {n}").fill(
                n=self.number
            )
        return Text("{name}, số {n}", "{name}, number {n}").fill(name=self.name, n=self.number)


def reconcile(listed: Sequence[Line]) -> list[Verdict]:
    """Say of each row what it is; nothing is written."""
    verdicts: dict[int, Verdict] = {}
    claims = []
    for line in listed:
        try:
            claims.append(understand(line))
        except Wrong as wrong:
            verdicts[line.number] = Verdict(line, "error", Text(""), wrong.sentence, wrong.column)
    by_licence: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    by_code: defaultdict[str, list[int]] = defaultdict(list)
    for claim in claims:
        by_licence[claim.subject, claim.keys[0]].append(claim.line.number)
        by_code[claim.code].append(claim.line.number)
    entries, owners = _entries(claims), _owners({c.code for c in claims if c.code})
    for claim in claims:
        entry = next((e for k in claim.keys if (e := entries.get((claim.subject, k)))), None)
        verdicts[claim.line.number] = _judge(
            claim,
            entry,
            owners.get(claim.code),
            same_licence=_others(by_licence[claim.subject, claim.keys[0]], claim.line),
            same_code=_others(by_code[claim.code], claim.line) if claim.code else "",
        )
    return [verdicts[line.number] for line in listed]


def _entries(claims: Sequence[Claim]) -> dict[tuple[str, str], _Entry]:
    """Return (subject, number) → entry, in one statement for every 500 numbers."""
    found = {}
    for subject in SUBJECTS:
        numbers = {k for c in claims if c.subject == subject for k in c.keys}
        for part in _chunks(numbers):
            query = (
                select(
                    Facility.id, Facility.number, Facility.name, ConnectionCode.code
                ).outerjoin(Facility.codes).where(Facility.number.in_(part))
                if subject == "facility"
                else select(
                    Prescriber.id, Prescriber.licence_no, Prescriber.name, ConnectionCode.code
                ).outerjoin(Prescriber.codes).where(Prescriber.licence_no.in_(part))
            )  # fmt: skip
            for ident, number, name, code in db.session.execute(query):
                found[subject, number] = _Entry(
                    subject, ident, number, name, fold(name), code or ""
                )
    return found


def _owners(codes: Collection[str]) -> dict[str, _Entry]:
    """Return code → who has it in the register, in one statement for every 500 codes."""
    found = {}
    for part in _chunks(codes):
        query = (
            select(
                ConnectionCode.code, Facility.id, Facility.number, Facility.name,
                Prescriber.id, Prescriber.licence_no, Prescriber.name,
            )
            .outerjoin(ConnectionCode.facility)
            .outerjoin(ConnectionCode.prescriber)
            .where(ConnectionCode.code.in_(part))
        )  # fmt: skip
        for code, facility, number, title, prescriber, licence, name in db.session.execute(query):
            found[code] = (
                _Entry("facility", facility, number, title, fold(title), code)
                if facility
                else _Entry("prescriber", prescriber, licence, name, fold(name), code)
            )
    return found


def _chunks(values: Collection[str]) -> Iterator[list[str]]:
    rest = iter(sorted(values))
    while part := list(islice(rest, _CHUNK)):
        yield part


def _judge(
    claim: Claim,
    entry: _Entry | None,
    owner: _Entry | None,
    *,
    same_licence: str,
    same_code: str,
) -> Verdict:
    """Return the first thing that is to be done about a row."""
    line = claim.line
    here = (entry.subject, entry.id) if entry else None

    def verdict(group: str, found: Text, todo: Text, column: str = "") -> Verdict:
        return Verdict(line, group, found, todo, column, here)

    if same_licence:
        return verdict("duplicate", _AGAIN.fill(rows=same_licence), _KEEP_ONE_ROW, "licence")
    if same_code:
        return verdict("duplicate", _AGAIN.fill(rows=same_code), _ONE_CODE_ONE_HOLDER, "code")
    if owner and (entry is None or (owner.subject, owner.id) != here):
        return verdict("duplicate", _TAKEN.fill(who=owner.called), _ASK_FOR_ANOTHER, "code")
    if entry is None:
        return verdict("new", _UNKNOWN, _REGISTER if claim.code else _APPLY)
    if not entry.code:
        return verdict("new", _NO_CODE, _ENTER if claim.code else _APPLY)
    if entry.code != claim.code:
        found = _OTHER_CODE.fill(code=entry.code)
        return verdict("different", found, _COMPARE_CODES if claim.code else _TELL, "code")
    if line.name and fold(line.name) != entry.folded:
        # A name is no answer to a number alone (rule O4).
        is_person = entry.subject == "prescriber"
        found = _OTHER_PERSON if is_person else _OTHER_NAME.fill(name=entry.name)
        return verdict("different", found, _COMPARE_NAMES, "name")
    return verdict("matched", _SAME, _NOTHING)


def _others(numbers: Sequence[int], line: Line) -> str:
    """Name the other rows of a key, as many as one reads."""
    others = list(islice((str(n) for n in numbers if n != line.number), _NAMED + 1))
    return ", ".join(others[:_NAMED]) + ("…" if len(others) > _NAMED else "")


_AGAIN = Text("Trùng với dòng {rows} của tệp", "The same as row {rows} of the file")
_TAKEN = Text("Mã đã cấp cho {who}", "The code belongs to {who}")
_UNKNOWN = Text("Chưa có trong sổ", "Not in the register")
_NO_CODE = Text("Có trong sổ, chưa có mã", "In the register, without a code")
_OTHER_CODE = Text("Sổ ghi mã {code}", "The register has the code {code}")
_OTHER_NAME = Text("Sổ ghi tên {name}", "The register has the name {name}")
_OTHER_PERSON = Text("Họ tên khác trong sổ", "The name differs from the register")
_SAME = Text("Khớp với sổ", "As in the register")

_KEEP_ONE_ROW = Text(
    "Giữ một dòng đúng, bỏ các dòng còn lại trong danh sách.",
    "Keep the right row and remove the others from the list.",
)
_ONE_CODE_ONE_HOLDER = Text(
    "Một mã chỉ của một đối tượng: kiểm tra với đơn vị lập danh sách.",
    "A code has one holder: check with the body that made the list.",
)
_ASK_FOR_ANOTHER = Text(
    "Đề nghị đơn vị quản lý hệ thống cấp lại mã khác cho dòng này.",
    "Ask the operator of the system for another code for this row.",
)
_REGISTER = Text(
    "Đề nghị nộp hồ sơ đăng ký mã liên thông để ghi mã vào sổ.",
    "Ask for an application so that the code is entered in the register.",
)
_APPLY = Text("Đề nghị nộp hồ sơ đăng ký mã liên thông.", "Ask for an application for a code.")
_ENTER = Text(
    "Đối chiếu với hồ sơ cấp mã rồi ghi mã vào sổ qua hồ sơ đăng ký mã liên thông.",
    "Check how the code was given, then enter it by an application for a code.",
)
_COMPARE_CODES = Text(
    "Xác minh mã đang dùng; đề nghị hủy mã còn lại.",
    "Find out which code is in use and ask for the other to be cancelled.",
)
_TELL = Text(
    "Báo mã trong sổ cho đơn vị lập danh sách.", "Tell the code to the body that made the list."
)
_COMPARE_NAMES = Text(
    "Đối chiếu giấy phép, chứng chỉ; sửa bên ghi sai.",
    "Compare with the licence and correct whichever is wrong.",
)
_NOTHING = Text("Không phải làm gì.", "Nothing to do.")

"""A list of codes as people send it: its columns found, its rows understood."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from app.errors import Refused
from app.formats import fold
from workflows import FieldError, Text, licences, validators

# Column → heading of the template, and further headings people use (folded, letters only).
COLUMNS = {
    "subject": Text("Đối tượng", "Subject"),
    "licence": Text("Số giấy phép/chứng chỉ", "Licence number"),
    "name": Text("Họ tên hoặc tên cơ sở", "Name"),
    "code": Text("Mã liên thông", "Interoperability code"),
}
_ALSO = {
    "so giay phep": "licence", "so giay": "licence", "so chung chi": "licence",
    "so giay phep hoac chung chi": "licence", "ten": "name", "ho ten": "name",
    "ho va ten": "name", "ten co so": "name", "ho ten ten co so": "name",
    "ma": "code", "ma lien thong duoc cap": "code", "code": "code",
}  # fmt: skip
SUBJECTS = {
    "facility": Text("Cơ sở", "Facility"),
    "prescriber": Text("Người kê đơn", "Prescriber"),
}
# Headings stand below a title at times.
_TITLE_ROWS = 10

_NONE = Text("Tệp không có dòng dữ liệu nào.", "The file has no rows.")
_SUBJECT = Text(
    "Ghi «Cơ sở» hoặc «Người kê đơn».", "Write “Facility” or “Prescriber” (in Vietnamese or not)."
)
_NO_LICENCE = Text("Ghi số giấy phép hoặc chứng chỉ.", "Enter the number of the licence.")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list as it was typed, by its number in the sheet."""

    number: int
    subject: str
    licence: str
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A row understood: the first of `keys` is the one that counts."""

    line: Line
    subject: str
    keys: tuple[str, ...]
    code: str


class Wrong(Exception):
    """A row cannot be understood; `sentence` says what to write in `column`."""

    def __init__(self, column: str, sentence: Text) -> None:
        super().__init__(column)
        self.column = column
        self.sentence = sentence


def lines(sheet: Sequence[Sequence[str]]) -> list[Line]:
    """Return the rows under the headings; raise Refused with the columns that are missing."""
    top, columns = _headings(sheet)
    found = []
    for number, row in enumerate(sheet[top + 1 :], start=top + 2):
        values = {c: row[i] if i < len(row) else "" for c, i in columns.items()}
        if any(values.values()):
            found.append(Line(number, **{c: values[c][:200] for c in COLUMNS}))
    if not found:
        raise Refused(_NONE)
    return found


def understand(line: Line) -> Claim:
    """Return what a row says; raise Wrong with the column that does not say it."""
    subject = _subjects().get(_letters(line.subject))
    if subject is None:
        raise Wrong("subject", _SUBJECT)
    if not line.licence:
        raise Wrong("licence", _NO_LICENCE)
    try:
        keys = _keys(subject, line.licence)
    except FieldError as error:
        raise Wrong("licence", error.message) from None
    try:
        code = validators.code(line.code) if line.code else ""
    except FieldError as error:
        raise Wrong("code", error.message) from None
    return Claim(line, subject, keys, code)


@cache
def _subjects() -> dict[str, str]:
    return {_letters(s): name for name, text in SUBJECTS.items() for s in (text, text.en)}


def _headings(sheet: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    names = {_letters(heading): column for column, heading in COLUMNS.items()} | _ALSO
    names |= {_letters(heading.en): column for column, heading in COLUMNS.items()}
    filled = [n for n, row in enumerate(sheet[:_TITLE_ROWS]) if any(row)]
    if not filled:
        raise Refused(_NONE)
    known = {n: [names.get(_letters(cell)) for cell in sheet[n]] for n in filled}
    top = max(filled, key=lambda n: (len(set(known[n]) - {None}), -n))
    columns: dict[str, int] = {}
    for position, column in enumerate(known[top]):
        if column in columns:
            raise Refused(
                Text(
                    "Cột «{name}» có hai lần (dòng {n}); giữ một cột.",
                    "The column “{name}” is there twice (row {n}); keep one.",
                ).fill(name=COLUMNS[column], n=top + 1)
            )
        if column:
            columns[column] = position
    missing = [heading for column, heading in COLUMNS.items() if column not in columns]
    if missing:
        strange = [
            cell for cell, column in zip(sheet[top], known[top], strict=True) if cell and not column
        ]
        raise Refused(_missing(missing, strange))
    return top, columns


def _missing(missing: Sequence[Text], strange: Sequence[str]) -> Text:
    wanted = {
        "names": Text(
            ", ".join(f"«{m}»" for m in missing), ", ".join(f"“{m.en}”" for m in missing)
        ),
        "strange": Text(
            ", ".join(f"«{s[:60]}»" for s in strange[:10]),
            ", ".join(f"“{s[:60]}”" for s in strange[:10]),
        ),
    }
    if not strange:
        return Text(
            "Tệp thiếu cột {names}; đặt tên cột như tệp mẫu.",
            "The file lacks the column {names}; name the columns as in the template.",
        ).fill(**wanted)
    return Text(
        "Tệp thiếu cột {names}; các cột {strange} không nhận ra được. Đặt tên cột như tệp mẫu.",
        "The file lacks the column {names}; {strange} is not known. Name the columns as in the"
        " template.",
    ).fill(**wanted)


def _letters(heading: str) -> str:
    """Return a heading folded, its marks as blanks."""
    return " ".join("".join(c if c.isalnum() else " " for c in fold(heading)).split())


def _keys(subject: str, licence: str) -> tuple[str, ...]:
    """Return the forms a number may have in the register, the strictest first."""
    strict: Mapping[str, Callable[[str], str]] = {
        "facility": licences.pharmacy_licence,
        "prescriber": licences.practice_licence,
    }
    lenient = licences.licence(licence)
    try:
        return tuple(dict.fromkeys((strict[subject](licence), lenient)))
    except FieldError:
        return (lenient,)

"""One field of a form: what is asked, how it is checked, what a sample looks like."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workflows import licences, validators
from workflows.errors import FieldError
from workflows.text import Text


class FieldType(StrEnum):
    """How a field is typed; `_CHECKS` says how it is checked."""

    TEXT = "text"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    MOBILE = "mobile"
    DATE = "date"
    DEADLINE = "deadline"
    CHOICE = "choice"
    TAX_CODE = "tax_code"
    PERSONAL_ID = "personal_id"
    FACILITY_LICENCE = "facility_licence"
    PRACTICE_LICENCE = "practice_licence"
    LICENCE = "licence"
    CODE = "code"
    PARAGRAPHS = "paragraphs"
    LINES = "lines"
    CONSENT = "consent"
    FILE = "file"


class Sensitivity(StrEnum):
    """What the law on personal data makes of an answer (Decree 356/2025, Arts. 3 and 4).

    Phones and ID numbers are basic data, the picture of an ID card is sensitive.
    """

    PUBLIC = "public"
    BASIC = "basic"
    SENSITIVE = "sensitive"


PUBLIC, BASIC, SENSITIVE = Sensitivity
# Types that speak of a person as a rule: a field of one of them says what it is.
OF_PERSONS = frozenset(
    {FieldType.NAME, FieldType.EMAIL, FieldType.PHONE, FieldType.MOBILE, FieldType.PERSONAL_ID}
)
_NUMBERS = frozenset({FieldType.PHONE, FieldType.MOBILE, FieldType.PERSONAL_ID})

# What no letter can print: controls, formats (zero-width, direction), private use, surrogates,
# pictures; and stacks of accents no language has.
_UNWRITABLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "So"})
_UNPRINTABLE = re.compile(r"[\u0300-\u036f]{3,}")

_CHECKS: Mapping[FieldType, validators.Validator] = {
    FieldType.TEXT: validators.words,
    FieldType.NAME: validators.person_name,
    FieldType.EMAIL: validators.email,
    FieldType.PHONE: validators.phone,
    FieldType.MOBILE: validators.mobile,
    FieldType.DATE: validators.past_date,
    FieldType.DEADLINE: validators.coming_date,
    FieldType.CHOICE: validators.one_line,
    FieldType.TAX_CODE: validators.tax_code,
    FieldType.PERSONAL_ID: validators.personal_id,
    FieldType.FACILITY_LICENCE: licences.facility_licence,
    FieldType.PRACTICE_LICENCE: licences.practice_licence,
    FieldType.LICENCE: licences.licence,
    FieldType.CODE: validators.code,
    FieldType.PARAGRAPHS: validators.paragraphs,
    FieldType.LINES: validators.lines,
    FieldType.CONSENT: validators.consent,
    FieldType.FILE: validators.one_line,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a closed list."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    `sample` is a valid answer (previews, demonstration and tests use it); `choices_from`
    names a catalogue of the department (for example "systems") whose rows become `choices`.
    """

    name: str
    label: Text
    type: FieldType
    sample: str
    group: Text = Text("")
    hint: Text = Text("")
    required: bool = True
    choices: tuple[Choice, ...] = ()
    choices_from: str = ""
    max_length: int = 250
    # None: nobody has said; `soundness` refuses that for `OF_PERSONS`.
    sensitivity: Sensitivity | None = None
    # Asked only while another field has this answer: (field, answer).
    when: tuple[str, str] | None = None

    @property
    def is_personal(self) -> bool:
        """Whether the answer is personal data."""
        return self.sensitivity in (BASIC, SENSITIVE)

    @property
    def is_masked(self) -> bool:
        """Whether people see only the end of it, and the database only what the key opens."""
        return self.is_personal and self.type in _NUMBERS

    def applies(self, answers: Mapping[str, str]) -> bool:
        """Tell whether this field is asked for, given the other answers."""
        return self.when is None or answers.get(self.when[0]) == self.when[1]

    def check(self, raw: str) -> str:
        """Return the value to keep for what was typed; raise FieldError otherwise."""
        # Longer than any spelling of an answer of the right length: not worth a look.
        raw = raw[: 10 * self.max_length]
        value = unicodedata.normalize("NFC", raw).strip()
        if _UNPRINTABLE.search(value) or any(
            unicodedata.category(c) in _UNWRITABLE for c in value if c not in "\n\r\t"
        ):
            raise FieldError(
                Text(
                    "Bỏ các ký hiệu, biểu tượng hoặc ký tự lạ; chỉ dùng chữ, số và dấu câu.",
                    "Remove symbols and odd characters; use letters, digits and punctuation.",
                )
            )
        if not value:
            if not self.required:
                return ""
            raise FieldError(self._missing())
        if len(value) > self.max_length:
            raise FieldError(
                Text(
                    "Rút gọn còn tối đa {n} ký tự.", "Shorten this to at most {n} characters."
                ).fill(n=self.max_length)
            )
        if self.type is FieldType.CHOICE and value not in {c.value for c in self.choices}:
            raise FieldError(
                Text(
                    "Chọn một trong các mục của danh sách.", "Choose one of the items in the list."
                )
            )
        checked = _CHECKS[self.type](value)
        if not checked and self.required:
            raise FieldError(self._missing())
        return checked

    def _missing(self) -> Text:
        match self.type:
            case FieldType.CHOICE:
                return Text("Chọn: {label}.", "Choose: {label}.").fill(label=self.label)
            case FieldType.FILE:
                return Text("Đính kèm: {label}.", "Attach: {label}.").fill(label=self.label)
            case FieldType.CONSENT:
                return Text("Đánh dấu vào ô này để tiếp tục nộp hồ sơ.", "Tick this box to go on.")
            case _:
                return Text("Nhập: {label}.", "Enter: {label}.").fill(label=self.label)

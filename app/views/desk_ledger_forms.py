"""What the clerk is asked for each act on a number, and what is said once it is done."""

from app.services.books import FORMS
from workflows import Choice, Field, FieldError, FieldType, Text


class _Number(Field):
    """A number of a book: a single digit is one, unlike a word."""

    __slots__ = ()

    def check(self, raw: str) -> str:
        """Return the digits without leading zeros."""
        digits = raw.strip()
        if not digits.isascii() or not digits.isdecimal() or len(digits) > self.max_length:
            raise FieldError(Text("Nhập một số, ví dụ: 15.", "Enter a number, for example 15."))
        return str(int(digits))


_FORM = Field(
    "form", Text("Loại văn bản", "Form"), FieldType.CHOICE, sample="dispatch",
    choices=tuple(Choice(name, label) for name, label in FORMS.items()),
)  # fmt: skip
_SYMBOL = Field(
    "symbol", Text("Ký hiệu", "Symbol"), FieldType.TEXT, sample="SYT-NVD", max_length=40,
    hint=Text("Phần sau dấu gạch chéo, ví dụ: SYT-NVD, TB-SYT.",
              "What follows the slash, for example SYT-NVD or TB-SYT."),
)  # fmt: skip
_SUBJECT = Field(
    "subject", Text("Trích yếu nội dung", "Subject"), FieldType.TEXT,
    sample="Cử viên chức dự tập huấn",
)  # fmt: skip
_ADDRESSEE = Field(
    "addressee", Text("Nơi nhận", "Recipients"), FieldType.TEXT, sample="Bệnh viện Đa khoa tỉnh"
)
_REASON = Field(
    "reason", Text("Lý do", "Reason"), FieldType.TEXT, sample="Văn bản ký giấy theo chỉ đạo"
)
_SIGNER = Field("signer_name", Text("Người ký", "Signer"), FieldType.NAME, sample="Vi Thị Kim Chi")
_ISSUED_ON = Field(
    "issued_on", Text("Ngày văn bản", "Date of the letter"), FieldType.DATE, sample="05/01/2026"
)

RESERVE = (_FORM, _SYMBOL, _SUBJECT, _ADDRESSEE, _REASON)
OUTSIDE = (
    _FORM,
    _Number(
        "last", Text("Đến số", "Up to number"), FieldType.TEXT, sample="15", max_length=7,
        hint=Text("Số cuối cùng đã cấp ngoài hệ thống.", "The last number used outside."),
    ),
    _SYMBOL,
    _ISSUED_ON,
    _SUBJECT,
    Field(
        "addressee", _ADDRESSEE.label, FieldType.TEXT, sample=_ADDRESSEE.sample, required=False
    ),
    Field("signer_name", _SIGNER.label, FieldType.NAME, sample=_SIGNER.sample, required=False),
    _REASON,
)  # fmt: skip
PAPER = (
    _ISSUED_ON,
    _SIGNER,
    _SUBJECT,
    _ADDRESSEE,
    Field(
        "archive", Text("Đơn vị, người nhận bản lưu", "Keeper of the file copy"), FieldType.TEXT,
        sample="VT, NVD", required=False, max_length=80,
    ),
    Field(
        "copies", Text("Số lượng bản", "Copies"), FieldType.CHOICE, sample="1",
        choices=tuple(Choice(str(n), Text(str(n))) for n in range(1, 101)),
    ),
    Field("sent_on", Text("Ngày chuyển", "Sent on"), FieldType.DATE, sample="06/01/2026",
          required=False),
    Field("received_by", Text("Người ký nhận", "Received by"), FieldType.TEXT,
          sample="Lành Văn Tư", required=False, max_length=80),
)  # fmt: skip
VOID = (_REASON,)
REPLACE = (
    Field(
        "number", Text("Số, ký hiệu văn bản thay thế", "Number and symbol of what replaces it"),
        FieldType.TEXT, sample="15/SYT-NVD", max_length=60,
    ),
    _REASON,
)  # fmt: skip


def recall(leaders: tuple[Choice, ...]) -> tuple[Field, ...]:
    """Return the fields of a recall: why, and which leader decided it."""
    return (
        Field(
            "decided_by", Text("Người quyết định thu hồi", "Who decided the recall"),
            FieldType.CHOICE, sample="", choices=leaders,
        ),
        _REASON,
    )  # fmt: skip


DONE = {
    "paper": Text("Đã ghi văn bản phát hành trên giấy.", "The paper letter is entered."),
    "void": Text("Đã hủy số; lý do ghi trong sổ.", "The number is void; the book says why."),
    "recall": Text("Đã ghi thu hồi văn bản.", "The letter is recalled."),
    "replace": Text("Đã ghi văn bản thay thế.", "The replacement is entered."),
}

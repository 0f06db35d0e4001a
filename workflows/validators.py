"""Check one typed value: each takes NFC text without outer blanks, returns the value to keep.

They raise FieldError with a sentence that says what to do. Sources of the shapes:
identifiers and licences as seen on real papers; where a shape is not laid down by law
the check is lenient on purpose.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.vn import mst

from workflows.errors import FieldError
from workflows.text import Text

# Birth-registration provinces of the 63-province era; an ID keeps its first digits for life.
_ID_PROVINCES = frozenset(
    f"{n:03d}"
    for n in (
        *(1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35),
        *(36, 37, 38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70),
        *(72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96),
    )
)
_MOBILE = re.compile(r"\+84[35789]\d{8}")
_LANDLINE = re.compile(r"\+842\d{9}")


def short(value: str, most: int = 250) -> str:
    """Return the value; raise FieldError for one that only keeps the checks below busy."""
    if len(value) > most:
        raise FieldError(
            Text("Rút gọn còn tối đa {n} ký tự.", "Shorten this to at most {n} characters.").fill(
                n=most
            )
        )
    return value


def email(value: str) -> str:
    """Return the address in lower case.

    Two spellings of one mailbox must not register twice (rule Q1), so case is folded
    although RFC 5321 lets the local part depend on it.
    """
    try:
        # Addresses beyond ASCII do not reach every mailbox, so none is taken. No address is as
        # long as what is left of one that is too long (RFC 5321 4.5.3.1: 254).
        return validate_email(
            value[:300], check_deliverability=False, test_environment=True, allow_smtputf8=False
        ).normalized.lower()
    except EmailNotValidError:
        raise FieldError(
            Text(
                "Nhập địa chỉ thư điện tử đúng dạng, không dấu, ví dụ: nhathuoc@example.vn.",
                "Enter an e-mail address in the right form, for example nhathuoc@example.vn.",
            )
        ) from None


def phone(value: str) -> str:
    """Return a Vietnamese number in E.164.

    The numbering plan of the library lags behind new prefixes, so a number of the right
    shape is taken even where the library doubts it.
    """
    wrong = FieldError(
        Text(
            "Nhập số điện thoại Việt Nam, ví dụ: 0912 345 678 hoặc 0205 3812 345.",
            "Enter a Vietnamese phone number, for example 0912 345 678 or 0205 3812 345.",
        )
    )
    try:
        number = phonenumbers.parse(value[:40], "VN")
    except phonenumbers.NumberParseException:
        raise wrong from None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.extension or not (_MOBILE.fullmatch(e164) or _LANDLINE.fullmatch(e164)):
        raise wrong
    return e164


def mobile(value: str) -> str:
    """Return a Vietnamese mobile number in E.164: one-time codes may be sent to it (A1)."""
    with suppress(FieldError):  # its sentence has a landline for an example
        e164 = phone(value)
        if _MOBILE.fullmatch(e164):
            return e164
    raise FieldError(
        Text(
            "Nhập số di động (10 chữ số, đầu số 03, 05, 07, 08 hoặc 09), ví dụ: 0912 345 678.",
            "Enter a mobile number (10 digits, from 03, 05, 07, 08 or 09), such as 0912 345 678.",
        )
    )


def tax_code(value: str) -> str:
    """Return a tax code: 10 digits, 10-3 for a branch, or the 12-digit personal number.

    Since 1 July 2025 a household business uses the owner's personal ID number as its tax code.
    """
    digits = re.sub(r"[\s.\-]", "", short(value))
    if len(digits) == 12:
        try:
            return personal_id(digits)
        except FieldError:
            pass
    else:
        try:
            code = mst.validate(digits)
        except InvalidChecksum:
            raise FieldError(
                Text(
                    "Mã số thuế không đúng; kiểm tra lại từng chữ số theo giấy đăng ký.",
                    "The tax code is wrong; check each digit against the registration paper.",
                )
            ) from None
        except ValidationError:
            pass
        else:
            return code if len(code) == 10 else f"{code[:10]}-{code[10:]}"
    raise FieldError(
        Text(
            "Kiểm tra lại mã số thuế: 10 chữ số, 10 chữ số kèm 3 chữ số chi nhánh,"
            " hoặc 12 chữ số định danh của hộ kinh doanh.",
            "Check the tax code: 10 digits, 10 digits and 3 for a branch,"
            " or the 12-digit personal number of a household business.",
        )
    )


def personal_id(value: str) -> str:
    """Return the 12-digit personal identification number (province, century and sex, year)."""
    digits = re.sub(r"[\s.]", "", short(value))
    if not re.fullmatch(r"[0-9]{12}", digits):
        raise FieldError(
            Text(
                "Nhập đủ 12 chữ số của số định danh cá nhân (số căn cước).",
                "Enter all 12 digits of the personal identification number.",
            )
        )
    if digits[:3] not in _ID_PROVINCES:
        raise FieldError(
            Text(
                "Không có số định danh nào bắt đầu như vậy; kiểm tra lại từng chữ số theo thẻ căn"
                " cước.",
                "No personal number begins like this; check each digit against the identity card.",
            )
        )
    return digits


def code(value: str) -> str:
    """Return an interoperability code in capitals: letters, digits and marks, no blanks."""
    text = short(value).upper()
    if not re.fullmatch(r"[0-9A-Z][0-9A-Z.\-/]{2,63}", text):
        raise FieldError(
            Text(
                "Nhập mã gồm chữ cái không dấu và chữ số, không có khoảng trắng.",
                "Enter the code: plain letters and digits, no blanks.",
            )
        )
    return text


def _day(value: str) -> date | None:
    for shape in ("%Y-%m-%d", "%d/%m/%Y") if value.isascii() else ():
        try:
            return datetime.strptime(value, shape).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    return None


def past_date(value: str) -> str:
    """Return an ISO date that is not in the future, from dd/mm/yyyy or ISO."""
    day = _day(value)
    # A day of grace: this package has no clock of the office's time zone.
    if day and date(1945, 9, 2) <= day and (day - date.today()).days <= 1:  # noqa: DTZ011
        return day.isoformat()
    raise FieldError(
        Text(
            "Nhập ngày đã qua theo dạng ngày/tháng/năm, ví dụ: 05/01/2026.",
            "Enter a past date as day/month/year, for example 05/01/2026.",
        )
    )


def coming_date(value: str) -> str:
    """Return an ISO date that is not over yet, from dd/mm/yyyy or ISO."""
    day = _day(value)
    if day and day.year < 2100 and (day - date.today()).days >= 0:  # noqa: DTZ011
        return day.isoformat()
    raise FieldError(
        Text(
            "Nhập ngày sắp tới theo dạng ngày/tháng/năm, ví dụ: 31/12/2026.",
            "Enter a coming date as day/month/year, for example 31/12/2026.",
        )
    )


def person_name(value: str) -> str:
    """Return a person's name: letters, blanks and the marks names have."""
    name = re.sub(r"\s+", " ", short(value))
    if len(name) < 2 or not re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[ .'’\-])*", name):
        raise FieldError(
            Text(
                "Nhập đầy đủ họ và tên, chỉ gồm chữ cái.",
                "Enter the full name, letters only.",
            )
        )
    return name


def one_line(value: str) -> str:
    """Return text on one line with single blanks."""
    return re.sub(r"\s+", " ", value)


def words(value: str) -> str:
    """Return one line that says something: a lone mark is no name and no address."""
    line = one_line(value)
    if sum(c.isalnum() for c in line) < 2:
        raise FieldError(
            Text("Nhập ít nhất hai chữ hoặc số.", "Enter at least two letters or digits.")
        )
    return line


def paragraphs(value: str) -> str:
    """Return text with its line breaks, blanks at line ends removed."""
    return "\n".join(line.rstrip() for line in value.splitlines()).strip()


def lines(value: str) -> str:
    """Return the non-empty lines, one entry each."""
    return "\n".join(one_line(line) for line in map(str.strip, value.splitlines()) if line)


def consent(value: str) -> str:
    """Return "yes": silence is not consent (Law 91/2025/QH15)."""
    if value not in {"yes", "y", "on", "true", "1"}:
        raise FieldError(
            Text(
                "Đánh dấu vào ô này để tiếp tục nộp hồ sơ.",
                "Tick this box to go on.",
            )
        )
    return "yes"


Validator = Callable[[str], str]

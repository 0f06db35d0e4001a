"""Check licence numbers as they stand on papers: of pharmacies, of practice, of any kind."""

import re

from workflows.errors import FieldError
from workflows.text import Text
from workflows.validators import one_line, short

_PHARMACY_LICENCE = re.compile(r"(?:\d{2,3}-)?\d{1,6}/(?:GCN)?ĐKKDD-[A-ZĐ]{2,5}")
_PRACTICE_LICENCE = re.compile(r"\d{1,6}/(?:CCHN-D-(?:SYT-)?[A-ZĐ]{2,5}|[A-ZĐ]{2,5}-(?:CCHN|GPHN))")


def pharmacy_licence(value: str) -> str:
    """Return the number of a pharmacy licence (GCN đủ điều kiện kinh doanh dược)."""
    number = re.sub(r"\s*([/\-])\s*", r"\1", short(value).upper())
    # One licence must not become two by its spelling (rule A1).
    number = re.sub(r"(^|-)0+(?=\d+/)", r"\1", number).replace("/GCNĐKKDD", "/ĐKKDD")
    if not _PHARMACY_LICENCE.fullmatch(number):
        raise FieldError(
            Text(
                "Nhập số giấy chứng nhận như trên giấy, ví dụ: 1234/ĐKKDD-LSO.",
                "Enter the licence number as printed, for example 1234/ĐKKDD-LSO.",
            )
        )
    return number


def facility_licence(value: str) -> str:
    """Return the number of a facility: its pharmacy licence, or its licence to operate."""
    if "KKDD" in short(value).upper():
        return pharmacy_licence(value)
    number = licence(value)
    if not re.fullmatch(r".*\d.*[/\-].*[^\W\d_].*", number):
        raise FieldError(
            Text(
                "Nhập số như trên giấy, ví dụ: 1234/ĐKKDD-LSO hoặc 123/LSO-GPHĐ.",
                "Enter the number as printed, for example 1234/ĐKKDD-LSO or 123/LSO-GPHĐ.",
            )
        )
    return number


def practice_licence(value: str) -> str:
    """Return the number of a practice licence (chứng chỉ hành nghề)."""
    number = re.sub(r"\s*([/\-])\s*", r"\1", short(value).upper())
    if not _PRACTICE_LICENCE.fullmatch(number):
        raise FieldError(
            Text(
                "Nhập số chứng chỉ hành nghề như trên giấy, ví dụ: 05123/CCHN-D-SYT-LSO.",
                "Enter the practice licence number as printed, for example 05123/CCHN-D-SYT-LSO.",
            )
        )
    return number


def licence(value: str) -> str:
    """Return the number of any other licence; bodies write them in many shapes."""
    number = re.sub(r"\s*([/\-])\s*", r"\1", one_line(short(value)).upper())
    if not re.fullmatch(r"(?=.*\d)[\w/\-. ]{3,60}", number):
        raise FieldError(
            Text(
                "Nhập số giấy phép như trên giấy, ví dụ: 123/LSO-GPHĐ.",
                "Enter the licence number as printed, for example 123/LSO-GPHĐ.",
            )
        )
    return number

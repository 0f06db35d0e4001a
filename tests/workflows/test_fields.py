"""What people type, and what is kept of it or said about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import Choice, Field, FieldError, FieldType, Text


def field(kind: FieldType, **more: object) -> Field:
    return Field("x", Text("Mục", "Item"), kind, sample="", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (FieldType.EMAIL, " NhaThuoc@Example.VN ", "nhathuoc@example.vn"),
        (FieldType.MOBILE, "0912 345 678", "+84912345678"),
        (FieldType.MOBILE, "+84 912.345.678", "+84912345678"),
        # Landlines have 11 digits since 2017: 0 + 2xx + seven or eight.
        (FieldType.PHONE, "02053815000", "+842053815000"),
        # The library doubts some prefixes that operators use; the shape is right.
        (FieldType.MOBILE, "0521234567", "+84521234567"),
        (FieldType.TAX_CODE, "0100 109 106", "0100109106"),
        (FieldType.TAX_CODE, "0100109106-001", "0100109106-001"),
        # A household business has its owner's 12 digits as tax code since 1 July 2025.
        (FieldType.TAX_CODE, "020185001234", "020185001234"),
        (FieldType.PERSONAL_ID, "020 185 001 234", "020185001234"),
        (FieldType.FACILITY_LICENCE, "1234 / đkkdd - lso", "1234/ĐKKDD-LSO"),
        (FieldType.FACILITY_LICENCE, "01-1223/ĐKKDD-HNO", "01-1223/ĐKKDD-HNO"),
        # One licence, however it is written, is one account (A1).
        (FieldType.FACILITY_LICENCE, "008265/GCNĐKKDD-LSO", "8265/ĐKKDD-LSO"),
        (FieldType.FACILITY_LICENCE, "123 / lso-gphđ", "123/LSO-GPHĐ"),
        (FieldType.PRACTICE_LICENCE, "05495/CCHN-D-SYT-HNO", "05495/CCHN-D-SYT-HNO"),
        (FieldType.PRACTICE_LICENCE, "009999/HNO-GPHN", "009999/HNO-GPHN"),
        (FieldType.DATE, "05/01/2026", "2026-01-05"),
        (FieldType.DATE, "2026-01-05", "2026-01-05"),
        (FieldType.NAME, "Nguyê\u0303n  Thị Ánh", "Nguyễn Thị Ánh"),
        (FieldType.LINES, " a \n\n b  c ", "a\nb c"),
        (FieldType.CONSENT, "y", "yes"),
    ],
)
def test_good_input_is_normalised(kind: FieldType, typed: str, kept: str) -> None:
    assert field(kind).check(typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (FieldType.EMAIL, "nhathuoc@"),
        (FieldType.EMAIL, "a@b@c.vn"),
        (FieldType.EMAIL, "a b@example.vn"),
        (FieldType.PHONE, "113"),
        (FieldType.PHONE, "+1 202 555 0100"),
        (FieldType.MOBILE, "0205 3815 000"),
        (FieldType.TAX_CODE, "0100109107"),  # the check digit is another one
        (FieldType.TAX_CODE, "01001091"),
        (FieldType.PERSONAL_ID, "02018500123"),
        (FieldType.PERSONAL_ID, "999185001234"),  # there is no such province
        (FieldType.FACILITY_LICENCE, "1234"),
        (FieldType.PRACTICE_LICENCE, "CCHN"),
        (FieldType.DATE, "31/02/2026"),
        (FieldType.DATE, "01/01/2999"),
        (FieldType.NAME, "Nguyễn 123"),
        (FieldType.NAME, "<script>"),
        (FieldType.CONSENT, "no"),
        (FieldType.TEXT, "a\x00b"),
        (FieldType.TEXT, "x" * 251),
        (FieldType.TEXT, "   "),
        (FieldType.TEXT, "."),
        (FieldType.TEXT, "Nhà thuốc 💊"),  # no letter can print it
        (FieldType.TEXT, "Nhà\u200bthuốc"),
        (FieldType.TEXT, "a" + "\u0301" * 9),
        (FieldType.PARAGRAPHS, "lý do \ue000"),
        (FieldType.EMAIL, "nhàthuốc@example.vn"),
        (FieldType.DATE, "０５/01/2026"),
        (FieldType.LINES, " \n \n"),
    ],
)
def test_bad_input_gets_a_sentence_that_says_what_to_do(kind: FieldType, typed: str) -> None:
    with pytest.raises(FieldError) as refused:
        field(kind).check(typed)

    assert refused.value.message.endswith(".")
    assert refused.value.message.en not in {"", str(refused.value.message)}


def test_an_optional_field_may_stay_empty() -> None:
    assert field(FieldType.MOBILE, required=False).check(" ") == ""


def test_a_choice_outside_the_list_is_refused() -> None:
    pick = field(FieldType.CHOICE, choices=(Choice("a", Text("A")),))

    assert pick.check("a") == "a"
    with pytest.raises(FieldError):
        pick.check("b")


@given(kind=st.sampled_from(list(FieldType)), typed=st.text(max_size=400))
def test_no_input_breaks_a_check(kind: FieldType, typed: str) -> None:
    try:
        kept = field(kind).check(typed)
    except FieldError:
        return
    assert field(kind).check(kept) == kept, "checking twice changes the value"


@pytest.mark.parametrize(
    ("kind", "typed"),
    [(FieldType.PERSONAL_ID, "999185001234"), (FieldType.TAX_CODE, "0100109107")],
)
def test_who_gave_the_right_number_of_digits_is_not_told_to_count_them(
    kind: FieldType, typed: str
) -> None:
    with pytest.raises(FieldError) as refused:
        field(kind).check(typed)

    assert "kiểm tra lại từng chữ số" in refused.value.message

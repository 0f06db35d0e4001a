"""The writing rules of Decree 30/2020/NĐ-CP, Appendix I, row by row."""

from datetime import date

import pytest

from letters import LetterError, layout

NBSP = "\u00a0"
BLANK_DATE = f"ngày{NBSP * 5}tháng{NBSP * 5}năm{NBSP * 8}"


@pytest.mark.parametrize(
    ("number", "symbol", "shown"),
    [
        (1, "SYT-NVD", "01/SYT-NVD"),  # II.3c: below 10 with a zero
        (9, "SYT-NVD", "09/SYT-NVD"),
        (10, "SYT-NVD", "10/SYT-NVD"),
        (15, "QĐ-BNV", "15/QĐ-BNV"),  # V.3, the decree's own example
        (1234, "SYT-NVD", "1234/SYT-NVD"),
        (None, "SYT-NVD", f"{NBSP * 7}/SYT-NVD"),  # not yet taken
    ],
)
def test_numbers_below_ten_have_a_zero(number, symbol, shown):
    assert layout.reference(number, symbol) == shown


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2020, 1, 5), "ngày 05 tháng 01 năm 2020"),  # V.4, the decree's own example
        (date(2019, 6, 29), "ngày 29 tháng 6 năm 2019"),  # V.4: months 3 to 9 without a zero
        (date(2026, 2, 28), "ngày 28 tháng 02 năm 2026"),  # II.4b: month 2 with a zero
        (date(2026, 3, 1), "ngày 01 tháng 3 năm 2026"),
        (date(2026, 9, 9), "ngày 09 tháng 9 năm 2026"),
        (date(2026, 10, 10), "ngày 10 tháng 10 năm 2026"),
        (date(2026, 12, 31), "ngày 31 tháng 12 năm 2026"),
        (None, BLANK_DATE),
    ],
)
def test_days_below_ten_and_months_one_and_two_have_a_zero(day, shown):
    assert layout.date_in_words(day) == shown


@pytest.mark.parametrize(
    ("capacity", "position", "head", "lines"),
    [
        ("", "GIÁM ĐỐC", "GIÁM ĐỐC", ("GIÁM ĐỐC",)),
        ("", "Giám đốc", "", ("GIÁM ĐỐC",)),  # II.7đ: upper case
        ("KT.", "PHÓ GIÁM ĐỐC", "GIÁM ĐỐC", ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
        ("TM.", "CHỦ TỊCH", "ỦY BAN NHÂN DÂN", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        ("Q.", "GIÁM ĐỐC", "GIÁM ĐỐC", ("Q. GIÁM ĐỐC",)),
        ("TL.", "CHÁNH VĂN PHÒNG", "GIÁM ĐỐC", ("TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG")),
        ("TUQ.", "TRƯỞNG PHÒNG", "GIÁM ĐỐC", ("TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG")),
    ],
)
def test_the_capacity_stands_before_the_title_of_the_head(capacity, position, head, lines):
    assert layout.signing_lines(capacity, position, head) == lines


def test_signing_for_a_head_without_a_title_is_refused():
    with pytest.raises(LetterError):
        layout.signing_lines("KT.", "PHÓ GIÁM ĐỐC", "")


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        ((), ()),
        (("Bộ Nội vụ",), ("Bộ Nội vụ",)),  # V.8a: one, on the line of "Kính gửi:"
        (
            ("Bộ Nội vụ", "Bộ Kế hoạch và Đầu tư", "Bộ Tài chính"),
            ("- Bộ Nội vụ;", "- Bộ Kế hoạch và Đầu tư;", "- Bộ Tài chính."),
        ),
    ],
)
def test_several_addressees_are_listed(names, lines):
    assert layout.addressee_lines(names) == lines


def test_recipients_end_with_the_archive():
    # II.9d: dash and semicolon, the last line says where the copy is kept and ends with a stop.
    assert layout.recipient_lines(("Như trên", "Cục Quản lý Dược"), "VT, NVD") == (
        "- Như trên;",
        "- Cục Quản lý Dược;",
        "- Lưu: VT, NVD.",
    )


@pytest.mark.parametrize("text", ["thực hiện", "thực hiện.", "thực hiện./.", "thực hiện. \n"])
def test_the_last_sentence_is_closed_once(text):
    assert layout.closed(text) == "thực hiện./."


@pytest.mark.parametrize(
    ("reference", "day", "line"),
    [
        (
            "05/SYT-NVD",
            date(2026, 12, 7),
            "(Kèm theo Công văn số 05/SYT-NVD ngày 07 tháng 12 năm 2026 của Sở Y tế)",
        ),
        (
            layout.reference(None, "SYT-NVD"),
            None,
            f"(Kèm theo Công văn số {NBSP * 7}/SYT-NVD {BLANK_DATE} của Sở Y tế)",
        ),
    ],
)
def test_an_annex_names_its_letter(reference, day, line):  # III.1c
    assert layout.attached_to(reference, day) == line


@pytest.mark.parametrize(
    ("basis", "opening"),
    [
        ((), ""),
        (("", " ; "), ""),
        (("Luật Dược",), "Căn cứ Luật Dược, "),
        (
            ("Căn cứ Luật Dược;", "- căn cứ vào Thông tư A.", "Thông tư B"),
            "Căn cứ Luật Dược; Thông tư A; Thông tư B, ",
        ),
        (("Thực hiện Công văn số 1/QLD-TTra",), "Căn cứ Công văn số 1/QLD-TTra, "),
    ],
)
def test_what_a_letter_rests_on_opens_its_first_sentence(basis, opening):
    assert layout.lead_in("Căn cứ", basis) == opening


def test_balanced_lines_leave_no_word_alone():
    lines = layout.balanced("V/v cấp tài khoản kết nối liên thông Hệ thống dữ liệu dược", 33)

    assert len(lines) == 2
    assert abs(len(lines[0]) - len(lines[1])) < 8


@pytest.mark.parametrize("text", ["", "V/v", "một-từ-dài-hơn-giới-hạn-của-dòng hai"])
def test_balancing_keeps_every_word(text):
    assert " ".join(layout.balanced(text, 12)).split() == text.split()

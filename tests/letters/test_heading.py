"""Decree 30/2020/NĐ-CP, Appendix I, II.1-5: names, motto, number, date, subject, and all sizes."""

from dataclasses import replace

import pytest

import letters
from tests.letters.decree import letter, middle, near


@pytest.fixture
def plain(read):
    return read(letters.render_pdf(letter()))


@pytest.mark.parametrize(
    ("start", "size", "face"),
    [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, "-Bold"),  # II.1a: 12-13 upright bold
        ("Độc lập - Tự do - Hạnh phúc", 13, "-Bold"),  # II.1b: 13-14 upright bold
        ("UBND TỈNH LẠNG SƠN", 12, ""),  # II.2b: 12-13 upright
        ("SỞ Y TẾ", 12, "-Bold"),  # II.2b: 12-13 upright bold
        ("Số: 05/SYT-NVD", 13, ""),  # II.3c: 13 upright
        ("Lạng Sơn, ngày 07 tháng 12 năm 2026", 13, "-Italic"),  # II.4c: 13-14 italic
        ("V/v không giải quyết", 12, ""),  # II.5b: 12-13 upright
        ("Kính gửi:", 14, ""),  # II.9d: 13-14 upright
        ("Sau khi xem xét", 14, ""),  # II.6e: 13-14 upright
        ("KT. GIÁM ĐỐC", 14, "-Bold"),  # II.7đ: 13-14 upright bold
        ("PHÓ GIÁM ĐỐC", 14, "-Bold"),
        ("Lương Thị Thu Hà", 14, "-Bold"),
        ("Nơi nhận:", 12, "-Bold-Italic"),  # II.9d: 12 bold italic
        ("- Như trên;", 11, ""),  # II.9d: 11 upright
        ("- Lưu: VT, NVD.", 11, ""),
        ("Địa chỉ:", 11, ""),  # III.4: 11-12 upright
    ],
)
def test_size_and_style_of_each_part(plain, start, size, face):
    run = plain.run(start)

    assert (run.size, run.face) == (size, f"Vanthu-Letter{face}")


def test_the_line_below_the_motto_is_as_long_as_the_motto(plain):  # II.1b
    motto = plain.line("Độc lập")
    left, right, _ = plain.rule_below(motto)

    assert (left, right) == (near(motto.left), near(motto.right))


def test_the_line_below_the_office_is_a_third_to_a_half_of_its_name(plain):  # II.2b
    name = plain.line("SỞ Y TẾ")
    left, right, _ = plain.rule_below(name)

    assert 1 / 3 < (right - left) / (name.right - name.left) < 1 / 2
    assert (left + right) / 2 == near(middle(name))


@pytest.mark.parametrize(
    ("office", "last_of_name"),
    [
        (letters.sample("refusal").office, "SỞ Y TẾ"),
        (
            replace(
                letters.sample("refusal").office,
                parent="ỦY BAN NHÂN DÂN THÀNH PHỐ HỒ CHÍ MINH",
                name="SỞ Y TẾ THÀNH PHỐ HỒ CHÍ MINH VÀ CÁC ĐƠN VỊ TRỰC THUỘC",
                place="Thành phố Hồ Chí Minh",
            ),
            "THUỘC",
        ),
    ],
)
def test_number_and_date_are_level_and_centred_under_their_headings(
    read, office, last_of_name
):  # II.3c, 4c
    reading = read(letters.render_pdf(letter(office=office)))
    number, date = reading.line("Số:"), reading.line(office.place)

    assert reading.run("Số:").baseline == near(reading.run(office.place).baseline)
    assert middle(number) == near(middle(reading.line(office.parent[:12])), 1)
    assert middle(date) == near(middle(reading.line("CỘNG HÒA")), 1)
    assert number.right < date.left
    assert (
        number.top
        > reading.rule_below(
            reading.line(office.name.split()[-1] if len(office.name) > 9 else office.name)
        )[2]
    )


def test_the_subject_stands_six_points_under_the_number(plain):  # II.5b
    number, subject = plain.line("Số:"), plain.line("V/v")

    # Between line boxes it is 6 pt; glyph boxes overlap their line boxes by a little.
    assert subject.top - number.bottom == near(6 * 25.4 / 72, 0.5)
    assert middle(subject) == near(middle(number), 0.5)

"""Decree 30/2020/NĐ-CP, Appendix I, II.7 and II.9d: who signs, and who receives."""

from dataclasses import replace

import pytest

import letters
from letters import SigningCapacity
from tests.letters.decree import NEAR, letter, long_letter, middle, near


@pytest.fixture
def plain(read):
    return read(letters.render_pdf(letter()))


def test_recipients_are_level_with_the_capacity_at_the_left_margin(plain):  # II.9d
    assert plain.run("Nơi nhận:").baseline == near(plain.run("KT. GIÁM ĐỐC").baseline, 0.5)
    assert plain.line("Nơi nhận:").left == near(30)
    assert plain.line("- Như trên;").left == near(30)


def test_the_signature_is_centred_in_the_right_half_with_room_to_sign(plain):  # II.7, IV
    position, name = plain.line("PHÓ GIÁM ĐỐC"), plain.line("Lương Thị Thu Hà")

    assert middle(name) == near(middle(position))
    assert middle(name) == near(30 + 165 * 0.75)
    assert 24 <= name.top - position.bottom <= 30


@pytest.mark.parametrize("paragraphs", range(6, 18))
def test_the_signature_is_never_alone_and_never_cut(read, paragraphs):
    reading = read(letters.render_pdf(long_letter(paragraphs)))
    last = reading.pages[-1]

    block = ["Nơi nhận:", "- Lưu: VT, NVD.", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Lương Thị Thu Hà"]
    assert [part for part in ("pháp luật./.", *block) if part not in last] == []


def test_many_recipients_stay_with_the_signature(read):
    names = tuple(f"Cơ quan, đơn vị phối hợp thứ {i} (để biết)" for i in range(25))
    reading = read(letters.render_pdf(letter(recipients=names)))

    assert all(name in reading.pages[-1] for name in (*names, "Lưu: VT, NVD", "Lương Thị Thu Hà"))
    assert all(line.bottom < 277 + NEAR for line in reading.lines)


@pytest.mark.parametrize(
    ("capacity", "first"),
    [
        (SigningCapacity.HEAD, "PHÓ GIÁM ĐỐC"),
        (SigningCapacity.BY_ORDER, "TL. GIÁM ĐỐC"),
        (SigningCapacity.ACTING, "Q. GIÁM ĐỐC"),
    ],
)
def test_the_capacity_is_what_the_letter_says(read, capacity, first):
    signer = replace(letter().signer, capacity=capacity)

    assert read(letters.render_pdf(letter(signer=signer))).line(first).text == first

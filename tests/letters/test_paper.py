"""Decree 30/2020/NĐ-CP, Appendix I, I: paper, margins, page numbers, what a page breaks."""

from dataclasses import replace

import pytest

import letters
from tests.letters.decree import NEAR, letter, long_letter, middle, near


@pytest.fixture
def long(read):
    return read(letters.render_pdf(long_letter(40)))


def test_the_paper_is_a4(long):  # I.1
    for page in long.document.pages:
        assert [float(side) * 25.4 / 72 for side in page.mediabox] == near([0, 0, 210, 297])


def test_nothing_leaves_the_margins(long):  # I.3: 20-25, 20-25, 30-35, 15-20 mm
    for line in long.lines:
        if line.text.isdigit():
            continue  # the page number stands in the top margin
        assert line.left > 30 - NEAR
        assert line.right < 195 + NEAR
        assert line.top > 20 - NEAR
        assert line.bottom < 277 + NEAR
    assert min(line.left for line in long.lines) == near(30)
    assert max(line.right for line in long.lines) == near(195)


def test_page_numbers_begin_on_page_two(long):  # I.7: in the top margin, centred, 13-14 upright
    numbers = [line for line in long.lines if line.text.isdigit()]

    assert [(line.page, line.text) for line in numbers] == [(2, "2"), (3, "3")]
    for line in numbers:
        assert line.bottom < 20
        assert middle(line) == near((30 + 195) / 2)
    for page in (2, 3):
        run = next(r for r in long.runs if r.page == page and r.text == str(page))
        assert (run.size, run.face) == (14, "Vanthu-Letter")


def test_table_heads_repeat_and_rows_are_whole(read):
    slip = letters.sample("supplement_request")
    rows = tuple(f"Giấy tờ thứ {i} của hồ sơ" for i in range(1, 101))
    reading = read(letters.render_pdf(replace(slip, facts=dict(slip.facts) | {"missing": rows})))

    assert len(reading.pages) > 2
    for page in reading.pages:
        if "Giấy tờ thứ" in page:
            assert "Nội dung cần bổ sung, hoàn thiện" in page
    assert all(row in reading.text for row in rows)


def test_an_unbreakable_word_stays_inside_the_margins(read):
    reading = read(letters.render_pdf(letter(facts={"reason": "x" * 400})))

    assert max(line.right for line in reading.lines) < 195 + NEAR


@pytest.mark.parametrize("kind", sorted(letters.kinds()))
def test_the_preview_without_number_has_the_same_layout(read, kind):
    final = letters.sample(kind)
    preview = replace(final, number=None, issued_on=None)
    changing = ("Số:", "Lạng Sơn,", "(Kèm theo Công văn số")

    def places(data):
        reading = read(letters.render_pdf(data))
        return [run for run in reading.runs if not run.text.startswith(changing)]

    assert places(preview) == places(final)
    assert ("Số: /" in read(letters.render_pdf(preview)).text) is bool(final.symbol)


def test_the_address_stands_under_a_full_line_at_the_foot_of_page_one(long):  # III.4
    line = long.line("Địa chỉ: Số 1")

    assert [found.page for found in long.lines if found.text.startswith("Địa chỉ: Số")] == [1]
    assert line.top > 20 + 0.9 * 257
    assert any(
        (left, right) == (near(30), near(195)) and 0 < line.top - height < 3
        for left, right, height in long.rules()
    )

"""Decree 30/2020/NĐ-CP, Appendix I, III.2: stamps, and the mark of a draft."""

from dataclasses import replace

import pytest

import letters
from letters import Circulation, Sizes, Urgency
from tests.letters.decree import letter, long_letter, middle, near


def test_a_draft_says_so_on_every_page_and_changes_nothing_else(read):
    data = long_letter(20)
    reading = read(letters.render_pdf(replace(data, draft=True)))

    assert all("DỰ THẢO" in page for page in reading.pages)
    assert [run for run in reading.runs if run.text != "DỰ THẢO"] == read(
        letters.render_pdf(data)
    ).runs


@pytest.mark.parametrize(
    ("urgency", "width"),
    [(Urgency.FLASH, 30), (Urgency.IMMEDIATE, 40), (Urgency.URGENT, 20)],  # III.2b
)
def test_the_urgency_stamp_has_its_size(read, urgency, width):
    reading = read(letters.render_pdf(letter(urgency=urgency)))
    word = reading.line(urgency.value)
    run = reading.run(urgency.value)
    drawn = reading.document.pages[0].get_contents().get_data().decode("latin-1")
    in_pixels = f"{width / 25.4 * 96:.3f}"[:-1]

    assert (run.size, run.face) == (13, "Vanthu-Letter-Bold")
    assert middle(word) == near(30 + width / 2)
    assert in_pixels in drawn
    assert "30.23" in drawn  # 8 mm
    assert "0.93 0 0 rg" in drawn or "0.933333 0 0 rg" in drawn


@pytest.mark.parametrize("words", Circulation)  # III.2c
def test_who_may_keep_it_stands_above_the_country(read, words):
    reading = read(letters.render_pdf(replace(long_letter(20), circulation=words)))
    word, run = reading.line(words.value), reading.run(words.value)

    assert [page.count(words.value) for page in reading.pages] == [1, 0]
    assert (run.size, run.face) == (13, "Vanthu-Letter-Bold")
    assert word.bottom < 20
    assert middle(word) == near(30 + 165 * 0.715)


def test_who_typed_it_stands_below_the_recipients(read):  # III.3: 11 upright
    reading = read(letters.render_pdf(letter(drafter="pl", copies=300)))
    mark = reading.line("PL.(300)")

    assert (reading.run("PL.(300)").size, reading.run("PL.(300)").face) == (11, "Vanthu-Letter")
    assert mark.top > reading.line("- Lưu: VT").top
    assert 30 < mark.left < 30 + 165 / 2
    assert "PL" not in read(letters.render_pdf(letter())).text


def test_the_sizes_of_a_letter_go_up_together(read):  # note 1
    parts = ("CỘNG HÒA", "Độc lập", "Lạng Sơn, ngày")
    sizes = {
        wanted: [read(letters.render_pdf(letter(sizes=wanted))).run(part).size for part in parts]
        for wanted in Sizes
    }

    assert sizes == {Sizes.SMALL: [12, 13, 13], Sizes.LARGE: [13, 14, 14]}

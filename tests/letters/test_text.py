"""What people typed reaches the letter as text, composed and drawable, and as nothing else."""

import unicodedata
from dataclasses import replace

import pytest

import letters
from letters.text import printable


def with_name(name: str) -> letters.LetterData:
    letter = letters.sample("refusal")
    return replace(letter, facts=dict(letter.facts) | {"facility_name": name})


def test_decomposed_input_gives_composed_text(read):
    name = "Nhà thuốc Ẵm Ngữ, phường Đường Mỹ Thuỷ"
    letter = with_name(unicodedata.normalize("NFD", name))

    text = read(letters.render_pdf(letter)).text

    assert name in text
    assert unicodedata.is_normalized("NFC", text)


def test_decomposed_and_composed_input_give_the_same_bytes():
    name = "Nhà thuốc Ẵm Ngữ"

    assert letters.render_pdf(with_name(name)) == letters.render_pdf(
        with_name(unicodedata.normalize("NFD", name))
    )


@pytest.mark.parametrize(
    "name",
    [
        "<b>Nhà thuốc</b>",
        "<img src=file:///etc/passwd>",
        "</title><script>alert(1)</script>",
        "Công ty A & B \"C\" 'D'",
        "{{ letter.office }} {% raw %} {# không #}",
        "{office.name}",
    ],
)
def test_code_in_facts_stays_text(read, name):
    text = read(letters.render_pdf(with_name(name))).text

    # Lines may break inside of it.
    assert f"của {name} nộp ngày".replace(" ", "") in text.replace(" ", "")


def test_a_mark_that_composes_with_a_tag_does_not_break_the_page(read):
    # NFC of ">" and U+0338 is "≯": composing finished HTML would eat the end of a tag.
    text = read(letters.render_pdf(with_name("\u0338Nhà thuốc"))).text

    assert "Nhà thuốc nộp ngày" in text


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Nhà thuốc 🌿 An", "Nhà thuốc \ufffd An"),
        ("药房", "\ufffd\ufffd"),
        ("An\u202ehnìB", "AnhnìB"),  # right-to-left override
        ("An\u200bBình\x00\x07", "AnBình"),
        ("dòng một\ndòng hai", "dòng một\ndòng hai"),
        ("lone \ud800", "lone "),
        ("1.\tPhạm vi\vĐối tượng\u2028Thời hạn", "1. Phạm vi\nĐối tượng\nThời hạn"),  # pasted
        ("giá 50.000₫ – “tốt”", "giá 50.000₫ – “tốt”"),
    ],
)
def test_what_the_typeface_cannot_draw_is_marked(typed, printed):
    assert printable(typed) == printed


def test_rows_of_facts_are_cleaned_too(read):
    letter = letters.sample("bulk_refusal")
    rows = ({"name": unicodedata.normalize("NFD", "Xã Hữu Lũng"), "custodian_name": "An 🌿"},)

    text = read(
        letters.render_pdf(replace(letter, facts=dict(letter.facts) | {"units": rows}))
    ).text

    assert "Xã Hữu Lũng An \ufffd" in text


def test_no_other_font_helps_out(read):
    reading = read(letters.render_pdf(with_name("Nhà thuốc 🌿 药房 العربية")))

    assert {run.face.partition("-B")[0].partition("-I")[0] for run in reading.runs} == {
        "Vanthu-Letter"
    }

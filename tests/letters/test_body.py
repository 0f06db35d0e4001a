"""Decree 30/2020/NĐ-CP, Appendix I, II.6 and II.9d: body and addressees."""

import pytest

import letters
from tests.letters.decree import letter, near


@pytest.fixture
def plain(read):
    return read(letters.render_pdf(letter()))


def test_the_body_is_justified_and_indented(plain):  # II.6e: 1 or 1.27 cm, both sides
    first = plain.line("Sở Y tế nhận được hồ sơ")

    assert first.left == near(30 + 12.7)
    assert first.right == near(195)
    assert plain.line("hồ sơ mới;").left == near(30)


def test_spacing_of_lines_and_paragraphs(plain):  # II.6e: single to 1.5 lines, at least 6 pt
    single = 1.149 * 14 * 25.4 / 72  # ascent, descent and gap of the face
    first, second, third = (
        plain.run(start).baseline for start in ("Địa chỉ thư điện tử", "đăng ký. Sau", "hồ sơ mới;")
    )
    following = plain.run("Cần được giải thích").baseline

    assert single <= second - first <= 1.5 * single
    assert third - second == near(second - first, 0.01)
    assert following - third - (second - first) >= 6 * 25.4 / 72 - 0.01


def test_the_letter_ends_with_its_mark(plain):  # Appendix III, form 1.5
    assert "theo quy định của pháp luật./." in plain.text


def test_one_addressee_stands_on_the_line_of_the_word(plain):  # II.9d
    assert plain.line("Kính gửi:").text == "Kính gửi: Nhà thuốc An Bình"


def test_several_addressees_stand_below_the_colon(read):  # II.9d
    names = ("Bộ Y tế", "Ủy ban nhân dân các xã, phường", "Các cơ sở kinh doanh dược")
    reading = read(letters.render_pdf(letter(addressees=names)))
    word = reading.line("Kính gửi:")
    dashes = [reading.line(f"- {name}") for name in names]

    assert word.text == "Kính gửi:"
    assert [line.text[-1] for line in dashes] == [";", ";", "."]
    for line in dashes:
        # The colon is the last glyph of the word; 0.278 em wide.
        assert line.left == near(word.right - 0.278 * 14 * 25.4 / 72, 0.5)


def test_slips_carry_code_and_qr(read):
    for kind in ("receipt", "supplement_request"):
        reading = read(letters.render_pdf(letters.sample(kind)))
        assert "Mã hồ sơ: H37.15-261120-0008" in reading.text
        links = [a["/A"]["/URI"] for a in reading.document.pages[0]["/Annots"]]
        assert links == ["https://motcua.soyte.example/dossiers/k7Qm2xV9tR"]
        assert len(reading.pages) == 1

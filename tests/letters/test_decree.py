"""Decree 30/2020/NĐ-CP, Appendix I, Part I, held against finished letters with a ruler."""

from dataclasses import replace

import pytest

import letters
from letters import SigningCapacity, Urgency

NEAR = 0.35  # mm: half the thickness of a stroke, and rounding


def near(value: float, tolerance: float = NEAR):
    return pytest.approx(value, abs=tolerance)


def middle(thing) -> float:
    return (thing.left + thing.right) / 2


def letter(**changes) -> letters.LetterData:
    plain = letters.sample("refusal")
    facts = dict(plain.facts) | changes.pop("facts", {})
    return replace(plain, facts=facts, **changes)


def long_letter(paragraphs: int) -> letters.LetterData:
    reason = "\n".join(
        f"Lý do thứ {i}: thông tin trong hồ sơ khác với thông tin trên Giấy chứng nhận, đề nghị"
        " kiểm tra, đối chiếu và ghi lại cho đúng."
        for i in range(paragraphs)
    )
    return letter(facts={"reason": reason})


@pytest.fixture
def plain(read):
    return read(letters.render_pdf(letter()))


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


def test_recipients_are_level_with_the_capacity_at_the_left_margin(plain):  # II.9d
    assert plain.run("Nơi nhận:").baseline == near(plain.run("KT. GIÁM ĐỐC").baseline, 0.5)
    assert plain.line("Nơi nhận:").left == near(30)
    assert plain.line("- Như trên;").left == near(30)


def test_the_signature_is_centred_in_the_right_half_with_room_to_sign(plain):  # II.7, IV
    position, name = plain.line("PHÓ GIÁM ĐỐC"), plain.line("Lương Thị Thu Hà")

    assert middle(name) == near(middle(position))
    assert middle(name) == near(30 + 165 * 0.75)
    assert 24 <= name.top - position.bottom <= 30


def test_the_address_stands_under_a_full_line_at_the_foot_of_page_one(long):  # III.4
    line = long.line("Địa chỉ: Số 1")

    assert [found.page for found in long.lines if found.text.startswith("Địa chỉ: Số")] == [1]
    assert line.top > 20 + 0.9 * 257
    assert any(
        (left, right) == (near(30), near(195)) and 0 < line.top - height < 3
        for left, right, height in long.rules()
    )


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


def test_table_heads_repeat_and_rows_are_whole(read):
    slip = letters.sample("supplement_request")
    rows = tuple(f"Giấy tờ thứ {i} của hồ sơ" for i in range(1, 101))
    reading = read(letters.render_pdf(replace(slip, facts=dict(slip.facts) | {"missing": rows})))

    assert len(reading.pages) > 2
    for page in reading.pages:
        if "Giấy tờ thứ" in page:
            assert "Nội dung cần bổ sung, hoàn thiện" in page
    assert all(row in reading.text for row in rows)


@pytest.mark.parametrize("kind", sorted(letters.kinds()))
def test_the_preview_without_number_has_the_same_layout(read, kind):
    final = letters.sample(kind)
    preview = replace(final, number=None, issued_on=None)
    changing = ("Số:", "Lạng Sơn,", "(Kèm theo Công văn số")

    def places(data):
        reading = read(letters.render_pdf(data))
        return [run for run in reading.runs if not run.text.startswith(changing)]

    assert places(preview) == places(final)
    assert "Số: /" in read(letters.render_pdf(preview)).text


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


def test_an_unbreakable_word_stays_inside_the_margins(read):
    reading = read(letters.render_pdf(letter(facts={"reason": "x" * 400})))

    assert max(line.right for line in reading.lines) < 195 + NEAR


def test_slips_carry_code_and_qr(read):
    for kind in ("receipt", "supplement_request"):
        reading = read(letters.render_pdf(letters.sample(kind)))
        assert "Mã hồ sơ: H37.15-261120-0008" in reading.text
        links = [a["/A"]["/URI"] for a in reading.document.pages[0]["/Annots"]]
        assert links == ["https://motcua.soyte.example/dossiers/k7Qm2xV9tR"]
        assert len(reading.pages) == 1

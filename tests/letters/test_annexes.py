"""Annexes: Decree 30/2020/NĐ-CP, Appendix I, III.1, and lists that go over many pages."""

import re
from dataclasses import replace
from datetime import date

import pytest

import letters
from letters import LetterError, Urgency

KINDS = sorted(letters.kinds())
# By hand: which annexes a letter of this kind has.
ANNEXES = {
    "bulk_distribution": ["Phụ lục I", "Phụ lục II"],
    "bulk_refusal": ["Phụ lục"],
    "bulk_request": ["Phụ lục"],
    "consultation": ["Phụ lục"],
    "consultation_summary": ["Phụ lục"],
    "vendor_revocation": ["Phụ lục"],
}
# The list of a letter, how the first column after STT is headed, and its widest paper.
LISTS = {
    "bulk_distribution": ("units", "Tên đơn vị", 210),
    "bulk_refusal": ("units", "Tên đơn vị", 210),
    "bulk_request": ("units", "Tên đơn vị", 297),
    "consultation_summary": ("answers", "Cơ quan, đơn vị", 297),
    "vendor_revocation": ("affected", "Tên cơ sở", 210),
}
SECOND_COLUMN = {"consultation_summary": "comment", "vendor_revocation": "number"}


def sample(kind: str, *, facts: dict | None = None, **changes) -> letters.LetterData:
    plain = letters.sample(kind)
    return replace(plain, facts=dict(plain.facts) | (facts or {}), **changes)


def with_rows(kind: str, count: int) -> letters.LetterData:
    name = LISTS[kind][0]
    first = letters.sample(kind).facts[name][0]
    rows = tuple(
        dict(first)
        | {
            "name": f"Đơn vị hoặc cơ sở thử nghiệm tại xã Bình Gia số <{i}>",
            SECOND_COLUMN.get(kind, "custodian_name"): f"người {i}@",
        }
        for i in range(1, count + 1)
    )
    return sample(kind, facts={name: rows, "count": str(count)})


def headings(reading) -> list:
    """Return the runs that read "Phụ lục" alone or with its Roman number."""
    return [run for run in reading.runs if re.fullmatch(r"Phụ lục( [IVX]+)?", run.text)]


def page_numbers(reading) -> list[str]:
    """Return what stands in the top margin of each page, "" for no number."""
    return [
        "".join(r.text for r in reading.runs if r.page == page and r.baseline < 20)
        for page in range(1, len(reading.pages) + 1)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_annexes_have_roman_numbers_when_there_are_several(read, kind):  # III.1a
    found = headings(read(letters.render_pdf(letters.sample(kind))))

    assert [run.text for run in found] == ANNEXES.get(kind, [])


@pytest.mark.parametrize("kind", ANNEXES)
def test_each_annex_begins_a_page_and_the_letter_points_to_it(read, kind):  # III.1a
    reading = read(letters.render_pdf(letters.sample(kind)))
    found = headings(reading)
    body = " ".join(reading.pages[: found[0].page - 1])

    assert len({run.page for run in found}) == len(found)
    for run in found:
        assert reading.pages[run.page - 1].removeprefix("DỰ THẢO ").startswith(run.text)
        assert re.search(rf"tại {run.text}\b(?! [IVX])", body)
    assert "./." in body
    assert letters.sample(kind).signer.name in reading.pages[found[0].page - 2]


@pytest.mark.parametrize("kind", ANNEXES)
def test_the_head_of_an_annex_is_written_as_the_decree_says(read, kind):  # III.1b-c
    reading = read(letters.render_pdf(letters.sample(kind)))

    for number in headings(reading):
        title = reading.runs[reading.runs.index(number) + 1]
        source = next(
            r for r in reading.runs if r.page == number.page and r.text.startswith("(Kèm theo")
        )
        assert (number.size, number.face) == (14, "Vanthu-Letter-Bold")
        assert (title.size, title.face) == (14, "Vanthu-Letter-Bold")
        assert title.text == title.text.upper()
        assert (source.size, source.face) == (13, "Vanthu-Letter-Italic")
        assert number.baseline < title.baseline < source.baseline


@pytest.mark.parametrize("kind", ANNEXES)
def test_the_head_of_an_annex_is_centred(read, kind):  # III.1b-c
    reading = read(letters.render_pdf(letters.sample(kind)))

    for number in headings(reading):
        width = float(reading.document.pages[number.page - 1].mediabox.width) * 25.4 / 72
        for start in (number.text, "(Kèm theo"):
            line = next(
                x for x in reading.lines if x.page == number.page and x.text.startswith(start)
            )
            assert (line.left + line.right) / 2 == pytest.approx((30 + width - 15) / 2, abs=0.4)


@pytest.mark.parametrize("kind", ANNEXES)
@pytest.mark.parametrize(
    ("number", "issued_on", "reference", "day"),
    [
        (37, date(2027, 2, 3), "37/SYT-NVD", "ngày 03 tháng 02 năm 2027"),
        (None, None, "/SYT-NVD", "ngày tháng năm"),
    ],
)
def test_letter_and_annexes_have_one_number_and_one_date(
    read, kind, number, issued_on, reference, day
):
    text = read(letters.render_pdf(sample(kind, number=number, issued_on=issued_on))).text

    annexes = re.findall(r"\(Kèm theo Công văn số (\S+) (ngày .*?) của Sở Y tế\)", text)

    assert re.search(r"Số: (\S+)", text)[1] == reference
    assert f"Lạng Sơn, {day}" in text
    assert annexes == [(reference, day)] * len(ANNEXES[kind])


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("count", [120, 300])
def test_a_long_list_has_each_row_once_and_heads_on_each_page(read, kind, count):
    reading = read(letters.render_pdf(with_rows(kind, count)))
    pages = [page for page in reading.pages if "số <" in page]

    assert len(pages) > 5
    assert all(f"STT {LISTS[kind][1]}" in page for page in pages)
    expected = [str(i) for i in range(1, count + 1)]
    assert [n for page in pages for n in re.findall(r"số <(\d+)>", page)] == expected
    assert [n for page in pages for n in re.findall(r"người (\d+)@", page)] == expected
    for page in pages:  # a row is never on two pages
        assert re.findall(r"số <(\d+)>", page) == re.findall(r"người (\d+)@", page)


@pytest.mark.parametrize("kind", LISTS)
def test_a_long_list_stays_inside_the_margins(read, kind):  # I.3
    reading = read(letters.render_pdf(with_rows(kind, 60)))
    sizes = [[float(x) * 25.4 / 72 for x in p.mediabox[2:]] for p in reading.document.pages]

    assert [round(side) for side in sizes[0]] == [210, 297]
    assert round(sizes[-1][0]) == LISTS[kind][2]
    for line in reading.lines:
        width, height = sizes[line.page - 1]
        assert line.left > 29.6
        assert line.right < width - 14.6
        assert line.bottom < height - 19.6


def test_each_annex_counts_its_own_pages(read):  # III.1đ; I.7: the first shows no number
    numbers = page_numbers(read(letters.render_pdf(with_rows("bulk_distribution", 120))))

    second = len(numbers) - 2  # after the letter and Annex I, of one page each
    assert numbers == ["", "", "", *map(str, range(2, second + 1))]


def test_the_letter_itself_is_counted_alone(read):
    content = "\n".join(["Đề nghị xem xét, giải quyết sớm để các đơn vị kịp thời triển khai."] * 60)
    facts = dict(with_rows("bulk_request", 30).facts) | {"content": content}
    reading = read(letters.render_pdf(sample("bulk_request", facts=facts)))
    first = headings(reading)[0].page
    numbers = page_numbers(reading)

    assert first > 3
    assert numbers[: first - 1] == ["", *map(str, range(2, first))]
    assert numbers[first - 1 :] == ["", "2", "3", "4"]


@pytest.mark.parametrize("count", range(9, 23))
def test_no_page_is_for_one_row_alone(read, count):
    last = read(letters.render_pdf(with_rows("bulk_request", count))).pages[-1]

    assert len(re.findall(r"người (\d+)@", last)) > 1


def test_a_comment_longer_than_a_page_keeps_the_heads(read):
    comment = "\n".join(f"Ý kiến thứ {i}, về trách nhiệm gửi dữ liệu." for i in range(200))
    rows = with_rows("consultation_summary", 8).facts["answers"]
    rows = (*rows[:3], dict(rows[3]) | {"comment": comment}, *rows[4:])
    pages = read(letters.render_pdf(sample("consultation_summary", facts={"answers": rows}))).pages

    assert sum("Ý kiến thứ" in page for page in pages) > 3
    assert all("STT Cơ quan, đơn vị" in page for page in pages[1:])
    assert re.findall(r"Ý kiến thứ (\d+),", " ".join(pages)) == [str(i) for i in range(200)]


@pytest.mark.parametrize("kind", KINDS)
def test_no_table_has_a_column_for_secrets(kind):
    page = letters.render_html(letters.sample(kind))
    heads = re.findall(r'<th[^>]*>(.*?)</th>|<td class="key">(.*?)</td>', page)

    assert not re.search("(?i)mật khẩu|password|mã pin|otp|bí mật", str(heads))


def test_a_row_without_one_of_its_values_is_an_error():
    rows = ({"name": "Sở Tư pháp", "answer": "Nhất trí", "comment": ""},)

    with pytest.raises(LetterError, match="answered_on"):
        letters.render_html(sample("consultation_summary", facts={"answers": rows}))


@pytest.mark.parametrize(
    ("kind", "facts", "says"),
    [
        ("vendor_revocation", {"affected": (), "count": "0"}, "không có cơ sở nào kết nối"),
        ("consultation", {"draft_text": " \n"}, "toàn văn đăng trên trang góp ý"),
        ("consultation_summary", {"answers": (), "answered": "0"}, "Kết quả như sau"),
    ],
)
def test_with_nothing_to_list_there_is_no_annex(read, kind, facts, says):
    reading = read(letters.render_pdf(sample(kind, facts=facts)))

    assert "Phụ lục" not in reading.text
    assert says in reading.text
    assert len(reading.pages) == 1


def test_only_the_text_sent_for_comment_is_marked_as_a_draft(read):
    text = "\n".join(f"Điều {i}. Cơ sở gửi dữ liệu đầy đủ, kịp thời." for i in range(80))
    reading = read(letters.render_pdf(sample("consultation", facts={"draft_text": text})))

    marks = [page.count("DỰ THẢO") for page in reading.pages]
    assert len(marks) > 3
    assert marks == [0] + [1] * (len(marks) - 1)
    assert {round(r.baseline) for r in reading.runs if r.text == "DỰ THẢO"} == {12}


def test_a_covering_letter_in_draft_is_marked_once_a_page(read):
    pages = read(letters.render_pdf(sample("consultation", draft=True))).pages

    assert [page.count("DỰ THẢO") for page in pages] == [1] * len(pages)


def test_the_urgency_of_a_consultation_stands_on_its_first_page(read):
    reading = read(letters.render_pdf(sample("consultation", urgency=Urgency.FLASH)))

    assert [page.count("HỎA TỐC") for page in reading.pages] == [1, 0, 0]
    assert reading.run("HỎA TỐC").baseline < reading.run("Kính gửi:").baseline


def test_a_letter_with_rows_comes_back_from_its_text_unchanged():
    for kind in LISTS:
        letter = with_rows(kind, 3)
        assert letters.LetterData.from_json(letter.to_json()) == letter
        empty = sample(kind, facts={LISTS[kind][0]: ()})
        assert letters.LetterData.from_json(empty.to_json()) == empty

"""The ruler of Decree 30/2020/NĐ-CP, Appendix I: what of a finished letter breaks a rule."""

from collections.abc import Iterator

import letters
from letters import Sizes, layout
from tests.letters.decree import NEAR, middle

FACES = {f"Vanthu-Letter{face}" for face in ("", "-Bold", "-Italic", "-Bold-Italic")}
IN_THE_TOP_MARGIN = ("DỰ THẢO", "XEM XONG TRẢ LẠI", "LƯU HÀNH NỘI BỘ")


def faults(reading, data: letters.LetterData) -> list[str]:
    """Name every rule a letter breaks; none is the only good answer."""
    found = [*_paper(reading), *_type(reading), *_numbers(reading), *_rules(reading)]
    found += _sizes(reading, _head(data))
    if letters.kinds()[data.kind].form == letters.DISPATCH:
        found += [*_sizes(reading, _dispatch(data)), *_places(reading, data)]
        found += _signature(reading, data)
    return found


def _side(reading, page: int) -> tuple[float, float]:
    box = reading.document.pages[page - 1].mediabox
    return float(box.width) * 25.4 / 72, float(box.height) * 25.4 / 72


def _paper(reading) -> Iterator[str]:
    for page in range(1, len(reading.pages) + 1):
        sides = tuple(round(side) for side in _side(reading, page))
        # I.2: wide pages are for tables.
        if sides != (210, 297) and (page == 1 or sides != (297, 210)):
            yield f"page {page} is {sides}"
    for line in reading.lines:
        width, height = _side(reading, line.page)
        if (line.text.isdigit() and line.bottom < 20) or line.text in IN_THE_TOP_MARGIN:
            continue
        # I.3: 20-25 above and below, 30-35 left, 15-20 right.
        inside = (
            line.left > 30 - NEAR,
            line.right < width - 15 + NEAR,
            line.top > 20 - NEAR,
            line.bottom < height - 20 + NEAR,
        )
        if not all(inside):
            yield f"outside the margins: {line}"


def _type(reading) -> Iterator[str]:
    for run in reading.runs:
        if run.face not in FACES or run.size not in {11, 12, 13, 14}:
            yield f"not the type of a letter: {run}"
    for page in reading.document.pages:
        for font in page["/Resources"]["/Font"].values():
            about = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            if "/FontFile2" not in about:
                yield f"{font['/BaseFont']} is not embedded"


def _numbers(reading) -> Iterator[str]:
    """I.7: from page 2, in the top margin, centred; III.1đ: each annex by itself."""
    expected = 0
    for page in range(1, len(reading.pages) + 1):
        first = page == 1 or any(
            r.page == page and r.text.startswith("Phụ lục") and r.face.endswith("-Bold")
            for r in reading.runs
        )
        expected = 1 if first else expected + 1
        above = [x for x in reading.lines if x.page == page and x.bottom < 20 and x.text.isdigit()]
        if [x.text for x in above] != ([] if first else [str(expected)]):
            yield f"page {page} is numbered {above}"
        for line in above:
            run = next(r for r in reading.runs if r.page == page and r.text == line.text)
            if abs(middle(line) - (30 + _side(reading, page)[0] - 15) / 2) > NEAR:
                yield f"the number is not centred: {line}"
            if (run.size, run.face) != (14, "Vanthu-Letter"):
                yield f"the number of a page is {run}"


def _rules(reading) -> Iterator[str]:
    motto = reading.line("Độc lập - Tự do - Hạnh phúc")
    left, right, _ = reading.rule_below(motto)
    if max(abs(left - motto.left), abs(right - motto.right)) > NEAR:  # II.1b
        yield f"the line below the motto is {left}-{right}, the motto {motto}"
    office = reading.line("SỞ Y TẾ")
    left, right, _ = reading.rule_below(office)
    share = (right - left) / (office.right - office.left)
    if not 1 / 3 <= share <= 1 / 2 or abs((left + right) / 2 - middle(office)) > NEAR:  # II.2b
        yield f"the line below the office is {share:.2f} of it, at {left}-{right}"


def _head(data: letters.LetterData) -> dict[str, tuple[float, str]]:
    large = data.sizes is Sizes.LARGE
    names, motto = (13, 14) if large else (12, 13)
    return {
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM": (names, "-Bold"),
        "Độc lập - Tự do - Hạnh phúc": (motto, "-Bold"),
        data.office.parent: (names, ""),
        data.office.name: (names, "-Bold"),
        **({"Số:": (13, "")} if data.symbol else {}),
        f"{data.office.place}, ngày": (motto, "-Italic"),
        f"Địa chỉ: {data.office.address[:30]}": (11, ""),
    }


def _dispatch(data: letters.LetterData) -> dict[str, tuple[float, str]]:
    signer = data.signer
    assert signer is not None
    capacity = layout.signing_lines(
        signer.capacity, signer.position, signer.head_title, signer.unit_head
    )
    return {
        "V/v ": (13 if data.sizes is Sizes.LARGE else 12, ""),
        "Kính gửi:": (14, ""),
        **dict.fromkeys((*capacity, signer.name), (14, "-Bold")),
        "Nơi nhận:": (12, "-Bold-Italic"),
        "- Như trên;": (11, ""),
        "- Lưu: VT": (11, ""),
    }


def _sizes(reading, expected: dict[str, tuple[float, str]]) -> Iterator[str]:
    for start, (size, face) in expected.items():
        run = next((r for r in reading.runs if r.text.startswith(start)), None)
        if run is None or (run.size, run.face) != (size, f"Vanthu-Letter{face}"):
            yield f"{start!r} is {run}, not {size} pt{face}"


def _places(reading, data: letters.LetterData) -> Iterator[str]:
    """The fourteen cells of section IV, where they stand on page 1 and at the signature."""
    names, motto = reading.line("CỘNG HÒA"), reading.line("Độc lập")
    date, number = reading.line(f"{data.office.place}, ngày"), reading.line("Số:")
    subject, signed = reading.line("V/v "), reading.line(data.signer.name)
    capacity = reading.run(f"{data.signer.capacity} {data.signer.head_title}")
    rules = {
        "1: right half, centred with the motto": names.left > 30 + 165 * 0.38
        and abs(middle(names) - middle(motto)) < NEAR,
        "2: left half": reading.line(data.office.name).right < 30 + 165 * 0.45,
        "3: level with the date": abs(
            reading.run("Số:").baseline - reading.run(f"{data.office.place}, ngày").baseline
        )
        < NEAR,
        "4: centred below the motto": abs(middle(date) - middle(motto)) < NEAR,
        "5b: centred below the number": abs(middle(subject) - middle(number)) < 0.5
        and subject.top > number.bottom,
        "7b: centred in the right half": abs(middle(signed) - (30 + 165 * 0.75)) < NEAR,
        "9a: below the subject": reading.line("Kính gửi:").top > subject.bottom,
        "9b: at the left margin, level with the capacity": abs(reading.line("Nơi nhận:").left - 30)
        < NEAR
        and abs(reading.run("Nơi nhận:").baseline - capacity.baseline) < 0.5,
        "13: at the foot of page 1": reading.line("Địa chỉ: " + data.office.address[:9]).top
        > 20 + 257 * 0.9,
    }
    yield from (f"cell {rule}" for rule, holds in rules.items() if not holds)


def _signature(reading, data: letters.LetterData) -> Iterator[str]:
    """The block is whole, and two lines of text at least stand above it on its page."""
    end = reading.line("Nơi nhận:")
    if reading.line(data.signer.name).page != end.page:
        yield "the signature is cut"
    above = {
        round(r.baseline, 1)
        for r in reading.runs
        if r.page == end.page and 20 < r.baseline < end.top and r.size >= 13
    }
    if end.page > 1 and len(above) < 2:
        yield f"{len(above)} lines stand with the signature"

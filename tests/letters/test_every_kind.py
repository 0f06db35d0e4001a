"""Every kind, and letters of every length, held against the decree with one ruler."""

from dataclasses import replace

import pytest

import letters
from letters import Circulation, Sizes, Urgency, catalog
from tests.letters.decree import letter, long_letter
from tests.letters.ruler import faults

FORTY = tuple(f"Ủy ban nhân dân xã thử nghiệm số {i}" for i in range(1, 41))
THREE = """{#---
title = "Công văn ba phụ lục"
form = "dispatch"
subject = "ba danh sách"
[sample]
---#}
{% extends "_dispatch.html" %}
{% from "_annex.html" import annex, listed %}
{% block body %}
<p>Danh sách tại Phụ lục I, Phụ lục II và Phụ lục III kèm theo./.</p>
{% endblock %}
{% block annexes %}
{% for ordinal, look in (("I", ""), ("II", "wide"), ("III", "")) %}
{% call annex(letter, "Danh sách thứ " ~ loop.index, ordinal, look) %}
{{ listed((("Tên", "name", 0), ("Số", "number", 40)), rows) }}
{% endcall %}
{% endfor %}
{% endblock %}
"""

LINES = """{#---
title = "Công văn ngắn"
form = "dispatch"
subject = "nhiều đoạn một dòng"
[sample]
---#}
{% extends "_dispatch.html" %}
{% block body %}
{% for line in lines %}<p>{{ line }}</p>
{% endfor %}
{% endblock %}
"""


@pytest.fixture
def frames(tmp_path, monkeypatch):
    """Return a folder for kinds of a test, with the frames of all letters."""
    for path in catalog.TEMPLATES.glob("_*.html"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(catalog, "TEMPLATES", tmp_path)
    return tmp_path


def hundred(kind: str = "vendor_revocation") -> letters.LetterData:
    plain = letters.sample(kind)
    rows = tuple(
        {"name": f"Nhà thuốc số {i}", "number": f"{i}/ĐKKDD-LSO", "address": "Xã Bình Gia"}
        for i in range(1, 101)
    )
    return replace(plain, facts=dict(plain.facts) | {"affected": rows, "count": "100"})


CASES = {
    "short": letter(facts={"reason": "Hồ sơ trùng."}),
    "three pages": long_letter(40),
    "one recipient": letter(recipients=("Như trên",)),
    "forty addressees": letter(addressees=FORTY),
    "forty recipients": letter(recipients=("Như trên", *FORTY)),
    "forty of both": letter(addressees=FORTY, recipients=("Như trên", *FORTY)),
    "hundred rows": hundred(),
    "an office with a long address": letter(
        office=replace(
            letters.sample("refusal").office,
            address="Khu liên cơ quan, số 1, đường Mẫu Sơn, khối Cửa Nam, phường Lương Văn Tri,"
            " thành phố Lạng Sơn, tỉnh Lạng Sơn",
            email="vanthu.soyte@tinh-thu-nghiem.example",
            website="soyte.tinh-thu-nghiem.example",
        ),
        facts={"reason": "\n".join(["Thông tin trong hồ sơ chưa đúng."] * 30)},
    ),
    "every mark": letter(
        urgency=Urgency.IMMEDIATE,
        circulation=Circulation.RETURN,
        draft=True,
        drafter="PL",
        copies=300,
    ),
}


@pytest.mark.parametrize("sizes", Sizes)
@pytest.mark.parametrize("kind", sorted(letters.kinds()))
def test_the_sample_of_a_kind_breaks_no_rule(read, kind, sizes):
    data = replace(letters.sample(kind), sizes=sizes)

    assert faults(read(letters.render_pdf(data)), data) == []


@pytest.mark.parametrize("sizes", Sizes)
@pytest.mark.parametrize("case", CASES)
def test_a_letter_of_any_length_breaks_no_rule(read, case, sizes):
    data = replace(CASES[case], sizes=sizes)
    reading = read(letters.render_pdf(data))

    assert faults(reading, data) == []
    assert len(reading.pages) == (3 if case == "three pages" else len(reading.pages))


@pytest.mark.usefixtures("fresh")
def test_a_letter_with_three_annexes_breaks_no_rule(read, frames):
    (frames / "three.html").write_text(THREE, encoding="utf-8")
    rows = tuple({"name": f"Đơn vị {i}", "number": str(i)} for i in range(1, 61))
    plain = letters.sample("three")
    data = replace(plain, facts=dict(plain.facts) | {"rows": rows})

    reading = read(letters.render_pdf(data))

    assert faults(reading, data) == []
    assert [r.text for r in reading.runs if r.text.startswith("Phụ lục ")] == [
        "Phụ lục I",
        "Phụ lục II",
        "Phụ lục III",
    ]
    for page in reading.pages[1:]:
        assert page.count("STT Tên Số") == 1


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("paragraphs", range(10, 27))
def test_two_lines_of_text_stand_with_the_signature(read, frames, paragraphs):
    """Also when each paragraph is one short line."""
    (frames / "lines.html").write_text(LINES, encoding="utf-8")
    plain = letters.sample("lines")
    lines = tuple(f"Dòng thứ {i}." for i in range(paragraphs))
    data = replace(plain, facts=dict(plain.facts) | {"lines": lines})

    assert faults(read(letters.render_pdf(data)), data) == []

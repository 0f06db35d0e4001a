"""A letter that may not be issued says why; one that may has nothing to say."""

from dataclasses import replace
from datetime import date

import pytest

import letters
from letters import Signer, SigningCapacity, catalog, fonts

KINDS = sorted(letters.kinds())


def sample(kind: str = "refusal", *, facts: dict | None = None, **changes) -> letters.LetterData:
    plain = letters.sample(kind)
    return replace(plain, facts=dict(plain.facts) | (facts or {}), **changes)


def codes(data: letters.LetterData, *, final: bool = False) -> list[str]:
    return [problem.code for problem in letters.problems(data, final=final)]


def only(data: letters.LetterData) -> letters.Problem:
    (problem,) = letters.problems(data)
    return problem


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_may_be_issued(kind):
    final = letters.sample(kind)

    assert letters.problems(final, final=True) == ()
    assert letters.problems(replace(final, number=None, issued_on=None)) == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", ["", "  ", "\u00a0"])
def test_a_fact_the_text_needs_is_not_left_empty(kind, empty):
    problem = next(iter(letters.problems(sample(kind, facts={"dossier_code": empty}))))

    assert problem.code == "blank"
    assert "[ ]" in problem.vi
    assert problem.en != problem.vi


def test_the_sentence_shows_where_the_gap_is():
    problem = only(sample("account_revocation", facts={"licence_no": ""}))

    assert "giấy phép số [ ]) nộp ngày" in problem.vi


def test_what_a_letter_can_do_without_is_no_gap():
    without = {"officer_name": "", "officer_phone": "", "unit_name": "", "unit_phone": ""}

    assert codes(sample("receipt", facts=without)) == []
    assert codes(sample("bulk_request", facts={**without, "content": "", "basis": ()})) == []
    assert codes(sample("code_registration", facts={"prescriber_name": ""})) == []


@pytest.mark.parametrize(
    "reason",
    [
        "Nộp ngày … tháng … năm 2026.",
        "Giấy chứng nhận số ... của cơ sở.",
        "Cơ sở ____ chưa có giấy phép.",
        "Người phụ trách: ......",
        "Theo Công văn số …/SYT-NVD.",
        "Cơ sở [...] chưa đạt.",
    ],
)
def test_blanks_that_a_person_left_are_found(reason):
    assert set(codes(sample(facts={"reason": reason}))) == {"blank"}


@pytest.mark.parametrize(
    "reason", ["Thuốc, vật tư, hóa chất…", "Tủ, quầy, kệ, v.v...", "Số 12... 14 đường Hoa Đào."]
)
def test_dots_that_end_a_list_are_no_blanks(reason):
    assert codes(sample(facts={"reason": reason})) == []


def test_a_draft_sent_for_comment_may_have_blanks_of_its_own():
    assert codes(sample("consultation", facts={"draft_text": "Số: …/QĐ-UBND ngày … năm …"})) == []


def test_a_final_letter_is_signed_numbered_and_dated():
    unsigned = sample(signer=None, number=None, issued_on=None, draft=True)

    assert codes(unsigned) == []
    assert codes(unsigned, final=True) == ["signer", "number", "draft"]
    assert "blank" in codes(sample(symbol="SYT" + "\u00a0" * 6), final=True)
    assert codes(sample("receipt", signer=None), final=True) == []


def test_somebody_must_receive_it():
    assert codes(sample(addressees=(" ",))) == ["blank"]
    assert codes(sample(subject=" ")) == ["blank"]


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("bulk_request", {"count": "15"}),
        ("bulk_request", {"count": "mười hai"}),
        ("bulk_distribution", {"count": "11"}),
        ("vendor_revocation", {"count": "13"}),
        ("consultation_summary", {"silent": "3"}),
        ("consultation_summary", {"agree": "8"}),
    ],
)
def test_figures_agree_with_the_rows_of_the_annex(kind, facts):
    assert "figure" in codes(sample(kind, facts=facts))


def test_the_subject_has_the_count_of_the_list():
    problem = only(sample("bulk_request", subject="đề nghị cấp tài khoản cho 15 đơn vị năm 2026"))

    assert problem.code == "figure"
    assert "15 đơn vị" in problem.vi
    assert "12" in problem.vi


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("số 05/SYT-NVD ngày 07 tháng 12 năm 2026", []),
        ("số 06/SYT-NVD ngày 07 tháng 12 năm 2026", ["figure"]),
        ("số 05/SYT-NVD ngày 08 tháng 12 năm 2026", ["figure"]),
        ("số 5/SYT-NVD ngày 07 tháng 12 năm 2026", ["figure"]),
        ("số 88/UBND-VX ngày 01 tháng 02 năm 2026", []),
    ],
)
def test_letter_and_annex_have_one_number_and_one_date(said, expected):  # L2
    assert codes(sample("consultation", facts={"draft_text": f"(Kèm theo Công văn {said})"})) == (
        expected
    )


def test_a_fact_that_names_this_letter_has_its_number():
    assert codes(sample(facts={"letter_reference": "05/SYT-NVD"})) == []
    assert codes(sample(facts={"letter_reference": "06/SYT-NVD"})) == ["figure"]


def test_a_row_of_the_list_is_complete():
    rows = letters.sample("bulk_distribution").facts["units"]
    broken = (*rows[:3], {**rows[3], "username": " "}, *rows[4:])

    problem = only(sample("bulk_distribution", facts={"units": broken}))

    assert problem.code == "row"
    assert "Dòng 4" in problem.vi
    assert rows[3]["name"] in problem.vi


def test_a_list_no_process_can_draw_is_refused_before():
    row = letters.sample("vendor_revocation").facts["affected"][0]

    assert codes(
        sample("vendor_revocation", facts={"affected": (row,) * 3001, "count": "3001"})
    ) == ["rows"]


def test_a_signer_without_the_right_words_is_refused():
    deputy = Signer("Lương Thị Thu Hà", "Phó Giám đốc", SigningCapacity.HEAD)

    assert "KT." in only(sample(signer=deputy)).vi


def test_an_absent_fact_is_named():
    data = sample("receipt")
    facts = {name: fact for name, fact in data.facts.items() if name != "received_at"}

    problem = only(replace(data, facts=facts))

    assert (problem.code, "received_at" in problem.vi) == ("absent", True)


@pytest.mark.usefixtures("fresh")
def test_an_absent_font_is_named(tmp_path, monkeypatch):
    folder = tmp_path / "fonts"
    folder.mkdir()
    (tmp_path / "letter.css").write_text("")
    for name in fonts.FILES[1:]:
        (folder / name).write_bytes((fonts.FOLDER / name).read_bytes())
    monkeypatch.setattr(fonts, "FOLDER", folder)

    assert fonts.FILES[0] in only(sample()).vi


@pytest.mark.usefixtures("fresh")
def test_an_absent_image_is_named(tmp_path, monkeypatch):
    for path in catalog.TEMPLATES.glob("_*.html"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "pictured.html").write_text(
        '{#---\ntitle = "Thử"\nform = "dispatch"\nsubject = "thử"\n[sample]\n---#}\n'
        '{% extends "_dispatch.html" %}{% block body %}<img src="dau.png" alt="">{% endblock %}',
        encoding="utf-8",
    )
    monkeypatch.setattr(catalog, "TEMPLATES", tmp_path)

    problem = only(letters.sample("pictured"))

    assert (problem.code, "dau.png" in problem.vi) == ("file", True)


def test_the_day_before_numbering_is_a_blank_like_that_of_the_annex():
    assert codes(sample("bulk_request", number=None, issued_on=None)) == []
    assert codes(sample("bulk_request", number=7, issued_on=date(2027, 2, 3)), final=True) == []

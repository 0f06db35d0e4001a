"""Kinds of letters are the files of a folder and what they say of themselves."""

from datetime import date

import pytest

import letters
from letters import LetterError, catalog

FRONT = '{#---\ntitle = "Giấy mời"\nform = "dispatch"\nsubject = "mời họp"\n[sample]\n---#}\n'


def test_kinds_are_the_files_of_the_folder():
    files = {path.stem for path in catalog.TEMPLATES.glob("[!_]*.html")}

    assert set(letters.kinds()) == files
    assert files >= {"account_grant", "receipt", "refusal", "supplement_request"}


def test_slips_have_a_book_symbol_and_a_prescribed_form():
    receipt = letters.kinds()["receipt"]

    assert (receipt.symbol, receipt.form_code) == ("TNHS", "Mẫu số 01")
    assert letters.kinds()["refusal"].symbol == ""


def test_the_papers_of_the_one_stop_desk_follow_their_prescribed_forms():
    prescribed = {k.form_code: n for n, k in letters.kinds().items() if k.form_code}

    assert prescribed == {
        "Mẫu số 01": "receipt",
        "Mẫu số 02": "supplement_request",
        "Mẫu số 03": "intake_refusal",
        "Mẫu số 04": "apology",
        "Mẫu số 05": "stop_notice",
        "Mẫu số 06": "control_slip",
    }
    assert all(letters.kinds()[n].form_basis for n in prescribed.values())
    # Circular 03/2025/TT-VPCP is in force from the day it was signed.
    assert {letters.kinds()[n].valid_from for n in prescribed.values()} == {date(2025, 9, 15)}


@pytest.mark.parametrize(
    ("dates", "on", "holds"),
    [
        ("", date(1999, 1, 1), True),
        ("valid_from = 2025-09-15\n", date(2025, 9, 14), False),
        ("valid_from = 2025-09-15\n", date(2025, 9, 15), True),
        ("valid_until = 2026-12-31\n", date(2026, 12, 31), True),
        ("valid_until = 2026-12-31\n", date(2027, 1, 1), False),
    ],
)
def test_a_prescribed_form_has_its_days(tmp_path, dates, on, holds):
    page = FRONT.replace("[sample]", f"{dates}[sample]")
    (tmp_path / "invitation.html").write_text(page, encoding="utf-8")

    assert catalog.load(tmp_path)["invitation"].is_in_force(on) is holds


@pytest.mark.parametrize("day", ['"2025-09-15"', "2025-09-15T08:00:00", "2025"])
def test_a_day_of_a_form_is_a_date(tmp_path, day):
    page = FRONT.replace("[sample]", f"valid_from = {day}\n[sample]")
    (tmp_path / "invitation.html").write_text(page, encoding="utf-8")

    with pytest.raises(LetterError, match="valid_from is no date"):
        catalog.load(tmp_path)


def test_one_new_file_is_one_new_kind(tmp_path):
    (tmp_path / "invitation.html").write_text(FRONT, encoding="utf-8")
    (tmp_path / "_frame.html").write_text("", encoding="utf-8")

    assert [kind.title for kind in catalog.load(tmp_path).values()] == ["Giấy mời"]


@pytest.mark.parametrize(
    "front",
    [
        "",
        FRONT.replace('subject = "mời họp"\n', ""),
        FRONT.replace("[sample]\n", ""),
        FRONT.replace("[sample]", 'title = "Hai lần"\n[sample]'),
        FRONT.replace("[sample]", 'colour = "đỏ"\n[sample]'),
        FRONT.replace('"dispatch"', '"slip"'),  # a slip without the symbol of its book
        FRONT.replace('"dispatch"', "dispatch"),
    ],
)
def test_a_template_that_does_not_describe_itself_is_named(tmp_path, front):
    (tmp_path / "invitation.html").write_text(front, encoding="utf-8")

    with pytest.raises(LetterError, match=r"invitation\.html"):
        catalog.load(tmp_path)


def test_the_subject_is_filled_from_facts():
    facts = {"kind_title": "Cấp tài khoản kết nối liên thông"}

    assert (
        letters.subject_of("refusal", facts)
        == "không giải quyết hồ sơ cấp tài khoản kết nối liên thông"
    )


def test_a_subject_without_its_fact_is_refused():
    with pytest.raises(LetterError, match="kind_title"):
        letters.subject_of("refusal", {})


def test_code_in_a_fact_of_the_subject_stays_text():
    subject = letters.subject_of("refusal", {"kind_title": "{office.name} {{ 7 * 7 }}"})

    assert subject.endswith("{office.name} {{ 7 * 7 }}")


def test_a_letter_goes_to_its_facility_unless_it_says_otherwise():
    facts = {"facility_name": "Nhà thuốc An Bình", "vendor_name": "Công ty Sao Khuê"}

    assert letters.addressees_of("refusal", facts) == ("Nhà thuốc An Bình",)
    assert letters.addressees_of("vendor_connection", facts) == ("Công ty Sao Khuê",)


@pytest.mark.parametrize(
    ("fact", "names"),
    [
        (("Sở Tư pháp", "Sở Nội vụ"), ("Sở Tư pháp", "Sở Nội vụ")),
        (("Sở Tư pháp", " "), ("Sở Tư pháp",)),
        ("Sở Tư pháp", ("Sở Tư pháp",)),
        ((), ()),
        ("", ()),
    ],
)
def test_addressees_are_one_name_or_several(fact, names):
    assert letters.addressees_of("consultation", {"addressees": fact}) == names


@pytest.mark.parametrize("facts", [{}, {"addressees": ({"name": "Sở Tư pháp"},)}])
def test_absent_addressees_and_rows_instead_of_names_are_refused(facts):
    with pytest.raises(LetterError, match="addressees"):
        letters.addressees_of("consultation", facts)


def test_who_else_receives_a_letter_follows_as_above():
    facts = {"superior": "Cục Quản lý Dược"}

    assert letters.recipients_of("refusal", {}) == ("Như trên",)
    assert letters.recipients_of("bulk_distribution", facts) == (
        "Như trên",
        "Cục Quản lý Dược (để báo cáo)",
        "Lãnh đạo Sở (để báo cáo)",
    )
    with pytest.raises(LetterError, match="superior"):
        letters.recipients_of("bulk_distribution", {})


@pytest.mark.parametrize("use", [letters.addressees_of, letters.recipients_of])
def test_nobody_receives_a_letter_that_does_not_exist(use):
    with pytest.raises(LetterError, match="no_such_letter"):
        use("no_such_letter", {})


@pytest.mark.parametrize("use", [letters.sample, lambda kind: letters.subject_of(kind, {})])
def test_an_unknown_kind_is_refused(use):
    with pytest.raises(LetterError, match="no_such_letter"):
        use("no_such_letter")

"""Letters as data: canonical, exact to read back, and refused when they are wrong."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import letters
from letters import Circulation, LetterData, LetterError, Mandate, Sizes, Urgency


@pytest.fixture
def letter() -> LetterData:
    return letters.sample("refusal")


def test_a_letter_comes_back_from_its_text_unchanged(letter):
    rows = ({"name": "Giấy tờ", "count": "01"}, {"name": "Hợp đồng", "count": "02"})
    full = replace(
        letter,
        urgency=Urgency.FLASH,
        draft=True,
        facts=dict(letter.facts) | {"rows": rows, "none": ()},
    )

    assert LetterData.from_json(full.to_json()) == full
    assert LetterData.from_json(full.to_json()).to_json() == full.to_json()


def test_a_letter_without_signer_number_and_date_comes_back_too(letter):
    bare = replace(letter, signer=None, number=None, issued_on=None)

    assert LetterData.from_json(bare.to_json()) == bare


def test_equal_letters_have_equal_text(letter):
    turned = replace(letter, facts=dict(reversed(letter.facts.items())))

    assert turned.to_json() == letter.to_json()
    assert "Lạng Sơn" in letter.to_json()


def test_numbering_changes_nothing_else(letter):
    blank = replace(letter, number=None, issued_on=None)

    numbered = blank.with_number(7, date(2026, 12, 1))

    assert numbered.reference == "07/SYT-NVD"
    assert replace(numbered, number=None, issued_on=None) == blank


def test_a_letter_stored_before_it_had_all_its_parts_comes_back(letter):
    old = (Path(__file__).parent / "stored_2026_11.json").read_text(encoding="utf-8")

    read = LetterData.from_json(old)

    assert read == letter
    assert (read.circulation, read.sizes, read.drafter, read.copies) == (None, Sizes.SMALL, "", 0)
    assert read.signer is not None
    assert (read.signer.unit_head, read.signer.mandate) == ("", None)


def test_a_letter_with_every_part_comes_back(letter):
    mandate = Mandate("Giấy ủy quyền số 03/GUQ-SYT", date(2026, 12, 1), None, ("refusal",))
    full = replace(
        letter,
        signer=replace(letter.signer, unit_head="TRƯỞNG PHÒNG", mandate=mandate),
        circulation=Circulation.INTERNAL,
        sizes=Sizes.LARGE,
        drafter="PL",
        copies=300,
    )

    assert LetterData.from_json(full.to_json()) == full


@pytest.mark.parametrize("number", [0, -1])
def test_numbers_begin_with_one(letter, number):
    with pytest.raises(LetterError):
        replace(letter, number=number)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "//host"])
def test_the_address_of_a_qr_code_is_a_web_address(letter, address):
    with pytest.raises(LetterError):
        replace(letter, qr_url=address)


@pytest.mark.parametrize(
    "change",
    [{"extra": 1}, {"facts": None}, {"issued_on": "07/12/2026"}, {"urgency": "GẤP"}],
)
def test_text_that_is_no_letter_is_refused(letter, change):
    text = json.dumps(json.loads(letter.to_json()) | change)

    with pytest.raises(LetterError):
        LetterData.from_json(text)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null"])
def test_text_that_is_not_even_an_object_is_refused(text):
    with pytest.raises(LetterError):
        LetterData.from_json(text)

"""Decree 30/2020/NĐ-CP, Article 13: who may sign with which words."""

from dataclasses import replace
from datetime import date

import pytest

import letters
from letters import LetterError, Mandate, Signer, SigningCapacity, authority

NAME = "Lương Thị Thu Hà"
KIND = "refusal"
ON = date(2026, 12, 7)
BASIS = Mandate("Giấy ủy quyền số 03/GUQ-SYT", date(2026, 12, 1), date(2026, 12, 31), (KIND,))


def signer(capacity: str, position: str, head: str = "", **more) -> Signer:
    return Signer(NAME, position, SigningCapacity(capacity), head, **more)


ALLOWED = {
    "head": (signer("", "GIÁM ĐỐC"), ["GIÁM ĐỐC"]),
    "acting": (signer("Q.", "Giám đốc", "Giám đốc"), ["Q. GIÁM ĐỐC"]),
    "deputy": (
        signer("KT.", "Phó Giám đốc", "Giám đốc"),
        ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"],
    ),
    "collective": (
        signer("TM.", "Chủ tịch", "Ủy ban nhân dân"),
        ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"],
    ),
    "by order": (
        signer("TL.", "Chánh Văn phòng", "Giám đốc"),
        ["TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"],
    ),
    "by order, a deputy": (
        signer(
            "TL.",
            "Phó Trưởng phòng",
            "Giám đốc",
            unit_head="Trưởng phòng Nghiệp vụ Dược",
        ),
        ["TL. GIÁM ĐỐC", "KT. TRƯỞNG PHÒNG NGHIỆP VỤ DƯỢC", "PHÓ TRƯỞNG PHÒNG"],
    ),
    "by delegation": (
        signer("TUQ.", "Trưởng phòng Nghiệp vụ Dược", "Giám đốc", mandate=BASIS),
        ["TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG NGHIỆP VỤ DƯỢC"],
    ),
}
REFUSED = {
    "a deputy as head": (signer("", "Phó Giám đốc"), "KT."),
    "an acting deputy": (signer("Q.", "Phó Giám đốc", "Phó Giám đốc"), "Q."),
    "no deputy": (signer("KT.", "Chánh Văn phòng", "Giám đốc"), "cấp phó"),
    "no head": (signer("KT.", "Phó Giám đốc"), "người đứng đầu"),
    "a person as collective": (signer("TM.", "Giám đốc", "Giám đốc"), "tập thể"),
    "a deputy by order": (signer("TL.", "Phó Giám đốc", "Giám đốc"), "người đứng đầu đơn vị"),
    "an officer by order": (signer("TL.", "Chuyên viên", "Giám đốc"), "người đứng đầu đơn vị"),
    "an officer for the unit": (
        signer("TL.", "Chuyên viên", "Giám đốc", unit_head="Trưởng phòng"),
        "cấp phó của mình",
    ),
    "nothing in writing": (signer("TUQ.", "Trưởng phòng", "Giám đốc"), "văn bản ủy quyền"),
    "without an end": (
        signer("TUQ.", "Trưởng phòng", "Giám đốc", mandate=replace(BASIS, until=None)),
        "giới hạn thời gian",
    ),
    "too late": (
        signer("TUQ.", "Trưởng phòng", "Giám đốc", mandate=replace(BASIS, until=date(2026, 12, 6))),
        "ngoài thời hạn",
    ),
    "too early": (
        signer("TUQ.", "Trưởng phòng", "Giám đốc", mandate=replace(BASIS, since=date(2026, 12, 8))),
        "ngoài thời hạn",
    ),
    "another kind": (
        signer("TL.", "Trưởng phòng", "Giám đốc", mandate=replace(BASIS, kinds=("receipt",))),
        "phạm vi",
    ),
    "delegated again": (
        signer("TUQ.", "Phó phòng", "Giám đốc", unit_head="Trưởng phòng", mandate=BASIS),
        "ủy quyền lại",
    ),
    "nobody": (replace(signer("", "Giám đốc"), name=" "), "họ tên"),
}


@pytest.mark.parametrize("case", ALLOWED)
def test_who_may_sign_and_what_stands_above_the_name(read, case):
    who, expected = ALLOWED[case]
    authority.check(who, KIND, ON)
    data = replace(letters.sample(KIND), signer=who, issued_on=ON)

    reading = read(letters.render_pdf(data))
    found = [r for r in reading.runs if r.face == "Vanthu-Letter-Bold" and r.size == 14]

    assert letters.problems(data, final=True) == ()
    assert " ".join(r.text for r in found) == " ".join([*expected, NAME])
    assert [r.baseline for r in found] == sorted(r.baseline for r in found)


@pytest.mark.parametrize("case", REFUSED)
def test_who_may_not_sign_reads_why(case):
    who, says = REFUSED[case]

    with pytest.raises(LetterError, match=says):
        authority.check(who, KIND, ON)
    assert {p.code for p in letters.problems(replace(letters.sample(KIND), signer=who))} == {
        "signer"
    }

"""A plain letter and a ruler, for the tests that measure."""

from dataclasses import replace

import pytest

import letters

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

"""docs/security.md leaves no requirement out, names no proof that is not there, hides nothing."""

import re
from collections.abc import Iterator

import pytest

from app.config import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TABLES, _, REST = PAGE.partition("\n## Does not apply\n")
ELSEWHERE, _, REST = REST.partition("\n## Rules of the seeds\n")
RULES, _, OPEN = REST.partition("\n## Open\n")

ID = re.compile(r"\d+\.\d+\.\d+")

# How far the numbers of each section of ASVS 5.0.0 go at levels 1 and 2, and which are level 1.
# V10 and V17 do not apply as a whole.
LAST = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5,
    "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2,
    "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4,
    "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2,
    "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1,
    "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
}  # fmt: skip
ASKED = {f"{section}.{n}" for section, last in LAST.items() for n in range(1, last + 1)}
LEVEL_1 = set(
    ID.findall(
        "1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1"
        " 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3"
        " 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2"
        " 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2"
        " 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1"
    )
)
SEEDS = {
    *(f"Q{n}" for n in range(1, 6)), *(f"V{n}" for n in range(1, 4)), "C1", "C2",
    *(f"{letter}{n}" for letter in "AOL" for n in range(1, 5)),
}  # fmt: skip

TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def cells(text: str) -> Iterator[list[str]]:
    """Yield the cells of each line of the tables, but for their heads and rules."""
    for line in text.splitlines():
        found = [c.strip() for c in line.strip("|").split("|")]
        if line.startswith("| ") and found[-1] not in ("proof", "how it changes"):
            yield found


ROWS = [row for row in cells(TABLES) if ID.match(row[0])]
PROOFS = sorted({m.groups() for m in TEST.finditer(PAGE)})


@pytest.mark.parametrize(("path", "name"), PROOFS)
def test_the_proof_exists(path: str, name: str) -> None:
    assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_nothing_else_is_called_a_proof() -> None:
    named = [m for m in re.findall(r"`(tests/[^`]+)`", PAGE) if "::" in m]

    assert len(PROOFS) > 100
    assert [n for n in named if not TEST.fullmatch(f"`{n}`")] == []


@pytest.mark.parametrize("row", [*ROWS, *cells(RULES)], ids=lambda row: row[0])
def test_a_row_says_how_it_is_known(row: list[str]) -> None:
    last = row[-1]
    is_proved = bool(TEST.search(last)) and not TEST.sub("", last).strip(" ,")

    assert is_proved or (last in ("by review", "by configuration", "open") and ID.match(row[0]))


def test_every_requirement_has_one_place() -> None:
    of_rows = [i for row in ROWS for i in ID.findall(row[0])]
    elsewhere = ID.findall(ELSEWHERE)
    further = {i for row in ROWS if row[1] == "3" for i in ID.findall(row[0])}

    assert len(of_rows + elsewhere) == len({*of_rows, *elsewhere}), "said twice"
    assert {*of_rows, *elsewhere} - further == ASKED
    assert not further & ASKED
    assert "V10:" in ELSEWHERE
    assert "V17:" in ELSEWHERE


def test_levels_are_those_of_the_standard() -> None:
    for row in (r for r in ROWS if r[1] != "3"):
        levels = {"1" if i in LEVEL_1 else "2" for i in ID.findall(row[0])}
        assert row[1] == ", ".join(sorted(levels)), row[0]


def test_every_rule_of_the_seeds_is_there() -> None:
    assert {row[0] for row in cells(RULES) if re.fullmatch(r"[A-Z]\d", row[0])} == SEEDS


def test_what_is_open_is_named_at_the_end() -> None:
    open_ones = {i for row in ROWS if row[-1] == "open" for i in ID.findall(row[0])}

    assert open_ones <= set(ID.findall(OPEN))
    assert set(ID.findall(OPEN)) <= ASKED

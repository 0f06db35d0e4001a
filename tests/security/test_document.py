"""docs/security.md names no proof that is not there."""

import re

import pytest

from app.config import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PROOFS = sorted(set(re.findall(r"`(tests/[^`]+?\.py(?:::\w+)?)`", PAGE)))


@pytest.mark.parametrize("proof", PROOFS)
def test_the_proof_exists(proof: str) -> None:
    path, _, name = proof.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")

    assert not name or f"def {name}(" in text


def test_every_row_has_a_proof_or_says_open() -> None:
    rows = [r for r in PAGE.splitlines() if re.match(r"\| (?:\d|[AOL]\d)", r)]
    assert len(rows) > 60
    for line in rows:
        last = line.strip().strip("|").split("|")[-1].strip()
        assert last == "open" or re.fullmatch(r"`tests/[^`]+`", last), line

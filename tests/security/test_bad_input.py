"""S2, S3: generated bad input breaks no page and leaves nothing half-written.

`FUZZ_CASES` runs more; `python -m tests.security.fuzz --cases 10000` does it by itself.
"""

import os
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workflows
from tests.security import fuzz
from tests.security.conftest import World, built
from workflows import FieldError

CASES = int(os.environ.get("FUZZ_CASES", "400"))


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of its own: what is sent here is kept."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with built(tmp_path_factory.mktemp("fuzz"), f"fuzz_{worker}") as world:
        yield world


def test_no_address_breaks(fuzzed: World) -> None:
    counts = fuzz.run(fuzzed, CASES)

    assert sum(counts.values()) >= CASES / 2
    assert len(counts) >= 4, f"the cases are all answered alike: {counts}"


def test_nothing_is_half_written(fuzzed: World) -> None:
    with fuzzed.app.app_context():
        assert fuzz.half_written() == []


FIELDS = {
    f"{kind}.{f.name}": f
    for kind, w in workflows.all_workflows().items()
    for f in (*w.fields, *w.recipients, *w.recipient_asks, *(f for a in w.actions for f in a.asks))
}


@pytest.mark.parametrize("kind", sorted(workflows.all_workflows()))
def test_each_field_refuses_or_keeps_nfc(kind: str) -> None:
    own = [f for name, f in FIELDS.items() if name.startswith(f"{kind}.")]

    @settings(
        max_examples=max(20, CASES * 2), deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(field=st.sampled_from(own), raw=st.text(max_size=400))
    def check(field: Any, raw: str) -> None:
        try:
            kept = field.check(raw)
        except FieldError:
            return
        assert kept == unicodedata.normalize("NFC", kept)
        assert "\0" not in kept

    check()

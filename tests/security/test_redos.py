"""S21: a megabyte of anything is judged in milliseconds."""

import contextlib
import inspect
import os
import time
from collections.abc import Callable

import pytest

from app import formats
from app.mail.envelope import Address, Attachment
from app.mail.mailbox_views import linkify
from letters import wording
from letters.text import printable
from workflows import Field, FieldType, Text, licences, validators
from workflows.errors import FieldError

MEGABYTE = 10**6
# 50 ms on a quiet machine; a busy one is slower, a backtracking expression is never done.
MOST = 0.05 * float(os.environ.get("SLOW_MACHINE", "40"))
CHECKS: dict[str, Callable[[str], object]] = {
    name: check
    for name, check in (vars(validators) | vars(licences)).items()
    if inspect.isfunction(check)
    and not name.startswith("_")
    and check.__module__ in (validators.__name__, licences.__name__)
}
CHECKS |= {
    "address": Address.parse,
    "file name": lambda text: Attachment(text, "application/pdf", b""),
    "fold": formats.fold,
    "wording": lambda text: list(wording.findings(text, ("reason",))),
    "printable": printable,
    "links of a mail": lambda text: linkify(text[:100_000]),
}
TEXTS = {
    "a": "a" * MEGABYTE,
    "digits": "1" * MEGABYTE,
    "blanks": " " * MEGABYTE + "x",
    "dots": "a." * (MEGABYTE // 2) + "@",
    "address": "a@" * (MEGABYTE // 2),
    "quotes": '"\\' * (MEGABYTE // 2),
    "braces": "{" * MEGABYTE,
    "stars": "**" * (MEGABYTE // 2),
    "slashes": "1/" * (MEGABYTE // 2),
    "accents": "e\u0301" * (MEGABYTE // 2),
    "lines": "\n" * MEGABYTE,
    "links": "http://" * (MEGABYTE // 7),
}


@pytest.mark.parametrize("kind", FieldType)
def test_no_field_can_be_kept_busy(kind: FieldType) -> None:
    field = Field("x", Text("X"), kind, sample="x", max_length=2000)
    for what, text in TEXTS.items():
        began = time.perf_counter()
        with contextlib.suppress(FieldError):
            field.check(text)
        took = time.perf_counter() - began
        assert took < MOST / 4, f"{kind} took {took * 1000:.0f} ms over a megabyte of {what}"


@pytest.mark.parametrize("name", CHECKS)
def test_no_check_can_be_kept_busy(name: str) -> None:
    for what, text in TEXTS.items():
        began = time.perf_counter()
        with contextlib.suppress(FieldError, ValueError):
            CHECKS[name](text)
        took = time.perf_counter() - began
        assert took < MOST, f"{name} took {took * 1000:.0f} ms over a megabyte of {what}"

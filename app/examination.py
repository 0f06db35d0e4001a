"""A PDF from outside is examined in a confined process; it is kept nowhere."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.confined import Reader
from workflows import Text

if TYPE_CHECKING:
    from letters.signing.verify import Report

READER = Reader(
    ("-m", "letters.signing.examine"),
    Text(
        "Nhiều người đang kiểm tra văn bản cùng lúc. Ông/Bà thử lại sau ít phút.",
        "Many people are checking letters right now. Please try again in a few minutes.",
    ),
)


def examine(pdf: bytes, roots: Sequence[bytes]) -> "Report":
    """Return what holds of a PDF; raise Conflict when too many ask at once."""
    from letters.signing.verify import Report

    request = json.dumps([root.decode() for root in roots]).encode() + b"\n" + pdf
    answer = READER.answer(request)
    try:
        return Report.from_json((answer or b"").decode())
    except ValueError:
        # A file that exhausts or kills its reader does not hold.
        return Report(readable=False, complete=False)

"""Pages of a register of outgoing documents, as Decree 30/2020, Appendix IV, Part I draws it."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from letters.errors import LetterError


@dataclass(frozen=True)
class RegisterPart:
    """Some rows of a book; a long book is drawn in parts whose pages are counted through."""

    parent: str
    office: str
    title: str
    book: str
    # The first and the last day and number; empty words and zeros in a book without any.
    period: tuple[str, str]
    numbers: tuple[int, int]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    pages_before: int = 0
    has_cover: bool = True

    def to_json(self) -> str:
        """Return the canonical text of the part."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "RegisterPart":
        """Return the part `to_json` wrote; raise LetterError for anything else."""
        try:
            raw: dict[str, Any] = json.loads(text)
            return cls(
                **raw
                | {
                    "period": tuple(raw["period"]),
                    "numbers": tuple(raw["numbers"]),
                    "headings": tuple(raw["headings"]),
                    "rows": tuple(tuple(row) for row in raw["rows"]),
                }
            )
        except (ValueError, TypeError, KeyError) as error:
            raise LetterError(f"not the data of a register: {error!r}") from error

    @property
    def days(self) -> tuple[str, ...]:
        """Return the period as people write it; nothing in an empty book."""
        return tuple(f"{date.fromisoformat(day):%d/%m/%Y}" for day in self.period if day)


def render_register(part: RegisterPart) -> bytes:
    """Return the part as PDF; raise LetterError rather than return a lesser one."""
    from letters import html, render  # loading WeasyPrint takes longer than drawing

    page = html.environment().get_template("_register.html").render(part=part)
    return render.to_pdf(page, "register", style="register.css", variant=None)

"""The poster of a request type: a sheet of A4 with a QR code, for the wall of an office."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from letters.data import Office
from letters.errors import LetterError


@dataclass(frozen=True)
class Poster:
    """What stands on the sheet; `address` is what the QR code opens, a step has a title."""

    office: Office
    title: str
    summary: str
    audience: str
    working_days: int
    address: str
    steps: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]

    def to_json(self) -> str:
        """Return the canonical text of the poster."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Poster":
        """Return the poster `to_json` wrote; raise LetterError for anything else."""
        try:
            raw: dict[str, Any] = json.loads(text)
            return cls(
                **raw
                | {
                    "office": Office(**raw["office"]),
                    "steps": tuple((title, about) for title, about in raw["steps"]),
                    "rules": tuple(raw["rules"]),
                }
            )
        except (ValueError, TypeError, KeyError) as error:
            raise LetterError(f"not the data of a poster: {error!r}") from error


def render_poster(poster: Poster) -> bytes:
    """Return the poster as PDF; raise LetterError rather than return a lesser one."""
    from letters import html, render  # loading WeasyPrint takes longer than drawing

    page = html.environment().get_template("_poster.html").render(poster=poster)
    return render.to_pdf(page, "poster", style="poster.css")

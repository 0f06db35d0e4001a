"""Reading finished letters back: text, places, sizes and rules of a PDF, in millimetres."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from xml.etree import ElementTree

import pypdf
import pytest

from letters import catalog, html, render

MM_PER_POINT = 25.4 / 72


@dataclass(frozen=True)
class Run:
    """Text drawn in one face and size; `left` and `baseline` from the top left of its page."""

    page: int
    text: str
    left: float
    baseline: float
    size: float
    face: str


@dataclass(frozen=True)
class Line:
    """A line as poppler sees it."""

    page: int
    text: str
    left: float
    right: float
    top: float
    bottom: float


class Reading:
    """One PDF, read."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        self.document = pypdf.PdfReader(io.BytesIO(pdf))

    @cached_property
    def pages(self) -> list[str]:
        return [squeezed(page.extract_text()) for page in self.document.pages]

    @property
    def text(self) -> str:
        return " ".join(self.pages)

    @cached_property
    def runs(self) -> list[Run]:
        found: list[Run] = []
        for number, page in enumerate(self.document.pages, 1):
            height = float(page.mediabox.height) * MM_PER_POINT

            def visit(
                text: str, cm: list, tm: list, font: dict, size: float, page=number, height=height
            ) -> None:
                if text.strip():
                    found.append(
                        Run(
                            page,
                            squeezed(text),
                            (cm[0] * tm[4] + cm[4]) * MM_PER_POINT,
                            height - (cm[3] * tm[5] + cm[5]) * MM_PER_POINT,
                            round(size * cm[0], 1),
                            font["/BaseFont"].partition("+")[2],
                        )
                    )

            page.extract_text(visitor_text=visit)
        return found

    def run(self, start: str) -> Run:
        return next(run for run in self.runs if run.text.startswith(start))

    @cached_property
    def lines(self) -> list[Line]:
        command = shutil.which("pdftotext")
        if not command:
            pytest.skip("needs pdftotext (poppler-utils)")
        told = subprocess.run(
            [command, "-bbox-layout", "-", "-"], input=self.pdf, capture_output=True, check=True
        )
        tree = ElementTree.fromstring(told.stdout)  # noqa: S314 - of a PDF we just made
        ns = "{http://www.w3.org/1999/xhtml}"
        return [
            Line(
                number,
                squeezed(" ".join(word.text or "" for word in line)),
                *(float(line.get(side)) * MM_PER_POINT for side in ("xMin", "xMax")),
                *(float(line.get(side)) * MM_PER_POINT for side in ("yMin", "yMax")),
            )
            for number, page in enumerate(tree.iter(f"{ns}page"), 1)
            for line in page.iter(f"{ns}line")
        ]

    def line(self, start: str) -> Line:
        return next(line for line in self.lines if line.text.startswith(start))

    def rules(self, page: int = 1) -> list[tuple[float, float, float]]:
        """Return left, right and height of the horizontal lines of a page."""
        drawn = self.document.pages[page - 1].get_contents().get_data().decode("latin-1")
        scale = 25.4 / 96
        return [
            (min(a, c) * scale, max(a, c) * scale, b * scale)
            for a, b, c, d in (
                map(float, match.groups())
                for match in re.finditer(r"(\S+) (\S+) m\n(\S+) (\S+) l\n", drawn)
            )
            if abs(b - d) < 0.01
        ]

    def rule_below(self, line: Line) -> tuple[float, float, float]:
        """Return the nearest rule under a line of text."""
        middle = (line.left + line.right) / 2
        below = [r for r in self.rules() if r[2] > line.bottom - 1.2 and r[0] < middle < r[1]]
        return min(below, key=lambda rule: rule[2])


class _Blocks(HTMLParser):
    """Collects the text of each paragraph, cell, item and heading."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = [""]
        self.quiet = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.quiet = self.quiet or tag == "head"
        self.blocks.append("") if tag in {"p", "td", "th", "li", "h1", "div"} else None
        if tag == "br":
            self.blocks[-1] += " "

    def handle_endtag(self, tag: str) -> None:
        self.quiet = self.quiet and tag != "head"
        self.blocks.append("") if tag in {"p", "td", "th", "li", "h1", "div", "ul"} else None

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.blocks[-1] += data


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture
def read() -> Callable[[bytes], Reading]:
    return Reading


@pytest.fixture
def blocks_of() -> Callable[[str], list[str]]:
    def blocks(page: str) -> list[str]:
        parser = _Blocks()
        parser.feed(page)
        return [text for block in parser.blocks if (text := squeezed(block))]

    return blocks


@pytest.fixture
def fresh() -> Iterator[None]:
    """Forget what the process keeps, before and after a test that changes folders."""
    kept = (catalog.kinds, html.environment, render._style)
    for function in kept:
        function.cache_clear()
    yield
    for function in kept:
        function.cache_clear()

"""Where the two images go: Decree 30/2020/NĐ-CP, Appendix I, II.7d and II.8a."""

from dataclasses import dataclass
from io import BytesIO

import pikepdf

from letters.signing.port import KeyProblem, SigningError

MM = 72 / 25.4
# The templates name both places; letter.css leaves so much room above the name.
_COLUMN, _NAME = "signature", "signer"
_ROOM = 25 * MM
_RIGHT_MARGIN = 15 * MM
# What a signature by hand takes, within that room.
_WIDTH, _HEIGHT = 50 * MM, 22 * MM


@dataclass(frozen=True)
class Box:
    """A rectangle on a page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom


@dataclass(frozen=True)
class Place:
    """The middle of the room between position and name, and the page it is on."""

    page: int
    middle: tuple[float, float]

    def signature(self, pixels: tuple[int, int]) -> Box:
        """Return the box of the person's signature, centred; the image keeps its shape."""
        width, height = pixels
        scale = min(_WIDTH / width, _HEIGHT / height)
        x, y = self.middle
        w, h = width * scale / 2, height * scale / 2
        return Box(x - w, y - h, x + w, y + h)

    def seal(self, signature: Box, diameter_mm: float) -> Box:
        """Return the box of the seal in its real size, over the left third of the signature."""
        right = signature.left + signature.width / 3
        half = diameter_mm * MM / 2
        _, y = self.middle
        return Box(right - 2 * half, y - half, right, y + half)


def find(pdf: bytes) -> Place:
    """Return where a letter has its signature block; raise SigningError when it has none."""
    with pikepdf.open(BytesIO(pdf)) as document:
        try:
            names = pikepdf.NameTree(document.Root.Names.Dests)
            column, name = names[_COLUMN], names[_NAME]
        except (AttributeError, KeyError):
            raise SigningError(KeyProblem.NO_PLACE, _COLUMN) from None
        # A destination is the page, /XYZ, x, y and a zoom.
        page = pikepdf.Page(name[0])
        right = float(page.mediabox[2]) - _RIGHT_MARGIN
        middle = (float(column[2]) + right) / 2, float(name[3]) + _ROOM / 2
        return Place(document.pages.index(page), middle)

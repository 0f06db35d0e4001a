"""What a demonstration shows where the real signature and seal would be; never like a real one."""

import math
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

# Decree 30/2020/NĐ-CP, Appendix I, II.7d and II.8a: PNG with nothing behind, blue and red.
_BLUE = (20, 60, 190, 255)
_RED = (214, 20, 20, 255)
# Dots per millimetre: 300 to the inch.
_DOTS = 300 / 25.4
_MARK = ("CHỮ KÝ TRÌNH DIỄN", "không có giá trị pháp lý")
_FONTS = Path(__file__).parent.parent / "assets" / "fonts"


@cache
def signature(name: str) -> bytes:
    """Return a name in blue italics over a stroke, and the words that it is none."""
    width, height = round(50 * _DOTS), round(22 * _DOTS)
    image = Image.new("RGBA", (width, height), (*_BLUE[:3], 0))
    draw = ImageDraw.Draw(image)
    size = 96
    while _font("Italic", size).getlength(name) > width * 0.94:
        size -= 4
    draw.text((width / 2, height * 0.3), name, _BLUE, _font("Italic", size), anchor="mm")
    stroke = [
        (width * (0.06 + 0.88 * t / 120), height * (0.58 - 0.06 * math.sin(t / 7) * (1 - t / 120)))
        for t in range(121)
    ]
    draw.line(stroke, _BLUE, 6, joint="curve")
    for line, y in zip(_MARK, (0.76, 0.92), strict=True):
        draw.text((width / 2, height * y), line, _BLUE, _font("Regular", 38), anchor="mm")
    return _png(image)


@cache
def seal(body: str, diameter_mm: float) -> bytes:
    """Return two red rings with the name of the body between them; no emblem, no star."""
    side = round(diameter_mm * _DOTS)
    image = Image.new("RGBA", (side, side), (*_RED[:3], 0))
    draw = ImageDraw.Draw(image)
    for inset, pen in ((2, 7), (9, 2), (side * 0.19, 3)):
        draw.ellipse((inset, inset, side - 1 - inset, side - 1 - inset), outline=_RED, width=pen)
    _around(image, f"• {body} •", side * 0.36)
    lines = ("DẤU", "TRÌNH DIỄN", "không có", "giá trị pháp lý")
    for n, line in enumerate(lines):
        face = _font("Bold" if n < 2 else "Regular", round(side * (0.085 if n < 2 else 0.07)))
        draw.text((side / 2, side * (0.35 + 0.1 * n)), line, _RED, face, anchor="mm")
    return _png(image)


def _around(image: Image.Image, text: str, radius: float) -> None:
    """Write a text clockwise along a circle, its middle at the top."""
    side = image.width
    size = side * 0.1
    while (face := _font("Bold", round(size))).getlength(text) > 2 * math.pi * radius * 0.93:
        size -= 1
    angle = -face.getlength(text) / 2 / radius
    for letter in text:
        step = face.getlength(letter) / radius
        glyph = Image.new("RGBA", image.size, (*_RED[:3], 0))
        ImageDraw.Draw(glyph).text((side / 2, side / 2 - radius), letter, _RED, face, anchor="ms")
        turned = glyph.rotate(-math.degrees(angle + step / 2), Image.Resampling.BICUBIC)
        image.alpha_composite(turned)
        angle += step


@cache
def _font(style: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS / f"Tinos-{style}.ttf", size)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()

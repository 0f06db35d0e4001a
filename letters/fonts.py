"""The typeface of the letters: Tinos, as wide as Times New Roman, with every Vietnamese letter.

`python -m letters.fonts` copies it from the system package (Debian: fonts-croscore) into
`letters/assets/fonts`, the only place letters take fonts from. Fontconfig must never choose:
with `fonts-liberation` 1.x installed it may pick a face without most Vietnamese letters.
"""

import shutil
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from letters.errors import LetterError

FOLDER = Path(__file__).parent / "assets" / "fonts"
FILES = ("Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf")
# Where Debian/Ubuntu, Fedora and Arch put them, then fonts of the machine and of the user.
SOURCES = (
    Path("/usr/share/fonts/truetype/croscore"),
    Path("/usr/share/fonts/google-croscore-tinos-fonts"),
    Path("/usr/share/fonts/TTF"),
    Path("/usr/share/fonts/croscore"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
)
VIETNAMESE = "ăâđêôơưĂÂĐÊÔƠƯ₫" + "".join(map(chr, range(0x1EA0, 0x1EFA)))


def install(source_dirs: Iterable[Path] = SOURCES) -> None:
    """Copy the four faces from the first folders that have them; absent ones stay absent."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    folders = list(source_dirs)
    for name in FILES:
        source = next((path for folder in folders if (path := folder / name).is_file()), None)
        if source is not None:
            shutil.copyfile(source, FOLDER / name)


def missing() -> list[str]:
    """Name what is absent: a face, or the Vietnamese letters a face lacks."""
    problems = []
    for name in FILES:
        try:
            lacking = [letter for letter in VIETNAMESE if ord(letter) not in coverage(name)]
        except LetterError:
            problems.append(name)
        else:
            problems += [f"{name} without {''.join(lacking)}"] if lacking else []
    return problems


@cache
def coverage(name: str = FILES[0]) -> frozenset[int]:
    """Return the code points a face can draw; raise LetterError when it cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError  # WeasyPrint brings it; imported when needed

    try:
        with (FOLDER / name).open("rb") as file, TTFont(file, lazy=True) as font:
            return frozenset(font.getBestCmap())
    except (OSError, TTLibError) as error:
        raise LetterError(f"{name} is missing or broken: run `python -m letters.fonts`") from error


def main() -> int:
    """Install and say what is still missing."""
    install()
    problems = missing()
    if problems:
        sys.stderr.write(
            f"Fonts of the letters are missing: {', '.join(problems)}.\n"
            "Install Tinos (Debian/Ubuntu: apt-get install fonts-croscore) and run"
            " `python -m letters.fonts` again.\n"
        )
        return 1
    sys.stdout.write(f"Fonts of the letters are in place: {', '.join(FILES)}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

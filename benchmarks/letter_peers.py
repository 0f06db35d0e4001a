"""WeasyPrint as a careful script uses it: warm, its fonts and style sheet read once.

Run as `python -m benchmarks.letter_peers STYLE` it draws letters in a process of its own, as
ours are. STYLE is `same` (our sheet) or `usual` (flex and tables that measure their cells).
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from letters import LetterData, render_html
from letters.server import frame, read_frame

ASSETS = Path(__file__).parents[1] / "letters" / "assets"
STYLES: Mapping[str, str] = {
    "same": "",
    "usual": """
        .row, .end { display: flex }
        .left { float: none } .right { margin-left: 0; width: 60% }
        .recipients, .signature, .applicant { display: block }
        table { table-layout: auto }
    """,
}
Draw = Callable[[LetterData], bytes]


@contextmanager
def peer(style: str) -> Iterator[Draw]:
    """Give a way to draw letters in a warm process of the peer."""
    command = [sys.executable, "-m", "benchmarks.letter_peers", style]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        requests, answers = process.stdin, process.stdout
        if requests is None or answers is None:
            raise RuntimeError("no pipes")

        def draw(data: LetterData) -> bytes:
            requests.write(frame(data.to_json().encode()))
            requests.flush()
            answer = read_frame(cast(BinaryIO, answers))
            if answer is None:
                raise RuntimeError("the peer ended")
            return answer

        yield draw


def main(style: str) -> None:
    """Draw the letters that come in until no more come."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    base, fonts = f"{ASSETS.as_uri()}/", FontConfiguration()
    rules = (ASSETS / "letter.css").read_text(encoding="utf-8") + STYLES[style]
    sheet = weasyprint.CSS(string=rules, base_url=base, font_config=fonts)
    while (request := read_frame(sys.stdin.buffer)) is not None:
        html = render_html(LetterData.from_json(request.decode()))
        document = weasyprint.HTML(string=html, base_url=base)
        out.write(frame(document.write_pdf(font_config=fonts, stylesheets=[sheet])))
        out.flush()


if __name__ == "__main__":
    main(sys.argv[1])

"""A process that draws documents for others: `python -m letters.server`.

Frames on standard input and output: four bytes of length, then the content. A request is one
byte (what to draw) and JSON; an answer is one byte (`+` or `-`) and the PDF or the reason. The
process is bounded in memory and ends with its input, so nobody has to look after it.
"""

import os
import resource
import sys
from collections.abc import Callable, Mapping
from typing import BinaryIO

from letters import LetterData, LetterError, render_pdf
from letters.poster import Poster, render_poster
from letters.register import RegisterPart, render_register

MEMORY = 1536 * 1024 * 1024

DRAW: Mapping[bytes, Callable[[str], bytes]] = {
    b"L": lambda text: render_pdf(LetterData.from_json(text)),
    b"B": lambda text: render_register(RegisterPart.from_json(text)),
    b"P": lambda text: render_poster(Poster.from_json(text)),
}


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame, or None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    length = int.from_bytes(head, "big")
    content = stream.read(length)
    return content if len(content) == length else None


def frame(content: bytes) -> bytes:
    """Return content with its length in front."""
    return len(content).to_bytes(4, "big") + content


def answer(request: bytes) -> bytes:
    """Return `+` and the PDF, or `-` and why there is none."""
    try:
        return b"+" + DRAW[request[:1]](request[1:].decode())
    except LetterError as error:
        return b"-" + str(error).encode()
    except MemoryError:
        return b"-the document needs too much memory"


def main() -> None:
    """Answer frames until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Libraries that print must not write into the frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    import weasyprint  # noqa: F401 - the first document should not wait for it

    while (request := read_frame(sys.stdin.buffer)) is not None:
        out.write(frame(answer(request)))
        out.flush()


if __name__ == "__main__":
    main()

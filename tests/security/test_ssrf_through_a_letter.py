"""S7: nothing that people type makes a letter fetch, neither over the network nor from the disk."""

import io
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

import letters
from letters import wording
from letters.errors import LetterError
from letters.html import render_html
from letters.render import to_pdf
from tests.security.payloads import fetches

DRAWN = {"refusal", "account_grant"}
SECRET = "only-in-that-file-4711"


class Listener:
    """Counts who connects."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.connections = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/x"


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.socket.shutdown(socket.SHUT_RDWR)
    found.socket.close()


@pytest.fixture
def vectors(listener: Listener, tmp_path: Path) -> tuple[str, ...]:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    found = fetches(listener.address, secret.as_uri())
    assert len(found) >= 50
    return found


def poisoned(fact: Any, text: str) -> Any:
    """Return a fact of the same shape with the text in every place people fill."""
    if isinstance(fact, str):
        return f"{fact} {text}"
    if isinstance(fact, tuple | list):
        return type(fact)(poisoned(each, text) for each in fact)
    if isinstance(fact, dict):
        return {name: poisoned(each, text) for name, each in fact.items()}
    return fact


def words_of(pdf: bytes) -> bytes:
    """Return every stream of a file, unpacked."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return b"".join(o.read_bytes() for o in opened.objects if isinstance(o, pikepdf.Stream))


@pytest.mark.parametrize("kind", sorted(letters.kinds()))
def test_no_text_of_a_letter_fetches(
    kind: str, vectors: tuple[str, ...], listener: Listener
) -> None:
    sample = letters.sample(kind)
    text = " ".join(vectors)
    facts = {
        name: fact if name.endswith(("_url", "address", "link")) else poisoned(fact, text)
        for name, fact in sample.facts.items()
    }
    data = replace(
        sample,
        facts=facts,
        subject=f"{sample.subject} {text}",
        addressees=tuple(f"{a} {text}" for a in sample.addressees),
    )
    html = render_html(data)
    for vector in vectors:
        assert vector not in html, f"{vector} is drawn as it stands"
    if kind not in DRAWN:
        return  # pages of payloads take seconds to lay out; what is escaped once is so in all
    pdf = to_pdf(html, kind, variant=None)
    assert listener.connections == 0
    assert SECRET.encode() not in words_of(pdf)


def test_behind_the_escaping_stands_a_fence(vectors: tuple[str, ...], listener: Listener) -> None:
    """Even drawn raw, as after a mistake of ours, nothing is fetched."""
    for vector in vectors:
        page = f"<html lang=vi><head><title>x</title></head><body>{vector}</body></html>"
        try:
            pdf = to_pdf(page, "trial", variant=None)
        except LetterError:
            pdf = b""
        assert listener.connections == 0, vector
        assert not pdf or SECRET.encode() not in words_of(pdf), vector


def test_a_wording_fetches_nothing(vectors: tuple[str, ...]) -> None:
    for vector in vectors:
        if not list(wording.findings(vector, ())):
            drawn = str(wording.drawn(vector, {})[0])
            assert "<" not in drawn.replace("<b>", "").replace("</b>", ""), drawn

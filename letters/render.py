"""From letter data to PDF: fenced in, strict, and the same bytes for the same letter."""

import gc
import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock, get_ident
from urllib.parse import unquote, urlsplit

import weasyprint
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from letters import archive
from letters.data import LetterData
from letters.errors import LetterError
from letters.html import render_html

ASSETS = Path(__file__).parent / "assets"
_BASE = f"{ASSETS.as_uri()}/"
# Pango's font map is shared by all letters of the process and is not thread-safe.
_lock = Lock()


class AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Gives files below `letters/assets` and nothing else: no network, no other file.

    An ordinary exception would only cost the letter its image or font, so it is a fatal one,
    which derives from BaseException and passes every `except Exception`.
    """

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return the file, or stop the rendering."""
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(ASSETS.resolve()):
            raise FatalURLFetchingError(f"refused: {url}")
        try:
            return URLFetcherResponse(url, body=path.read_bytes())
        except OSError as error:
            raise FatalURLFetchingError(f"missing: {path.name}") from error


def render_pdf(data: LetterData) -> bytes:
    """Return the letter as PDF/A-3a; raise LetterError rather than return a lesser letter.

    An issued letter carries its own particulars as files: what an archive reads by machine.
    """
    return to_pdf(render_html(data), data.kind, variant="pdf/a-3a", files=archive.associated(data))


def to_pdf(
    html: str,
    name: str,
    *,
    style: str = "letter.css",
    variant: str | None = "pdf/ua-1",
    files: Sequence[archive.Associated] = (),
) -> bytes:
    """Return a page of ours as PDF, tagged, drawn with a style sheet of `letters/assets`."""
    target = BytesIO()
    try:
        with _lock, _strict(name), _uncollected():
            fonts, sheet = _style(style)
            document = _Html(string=html, base_url=_BASE, url_fetcher=AssetFetcher())
            document.write_pdf(
                target,
                font_config=fonts,
                stylesheets=[sheet],
                pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
                pdf_variant=variant,
                attachments=[
                    weasyprint.Attachment(
                        string=file.content.decode(),
                        name=file.name,
                        description=file.description,
                        relationship="Data",
                        created=file.at,
                        modified=file.at,
                    )
                    for file in files
                ],
            )
    except FatalURLFetchingError as error:
        raise LetterError(f"{name}: {error}") from error
    return target.getvalue()


@cache
def _style(name: str) -> tuple[FontConfiguration, weasyprint.CSS]:
    """Return a style sheet and the faces it names, read once: a third of the time of a letter.

    Strict by itself, and both together: fonts and sheet of a failure must not serve the next
    letter, and the same fonts would not complain twice.
    """
    fonts = FontConfiguration()
    with _strict(name):
        style = weasyprint.CSS(
            filename=ASSETS / name, base_url=_BASE, url_fetcher=AssetFetcher(), font_config=fonts
        )
    return fonts, style


class _Html(weasyprint.HTML):  # type: ignore[misc]
    """A document that knows the few elements of letters instead of all of HTML.

    Should a later WeasyPrint no longer ask for it, letters look the same and take 7 % longer.
    """

    def _ua_stylesheets(self, forms: bool = False) -> list[weasyprint.CSS]:
        return [_style("elements.css")[1]]


class _Complaints(logging.Handler):
    """Keeps what WeasyPrint says of the letter this thread renders."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = get_ident()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.messages.append(record.getMessage())


@contextmanager
def _strict(kind: str) -> Iterator[None]:
    """Turn a warning into LetterError: WeasyPrint leaves out what it cannot load and goes on."""
    complaints = _Complaints()
    LOGGER.addHandler(complaints)
    try:
        yield
    finally:
        LOGGER.removeHandler(complaints)
    if complaints.messages:
        raise LetterError(f"{kind}: {'; '.join(complaints.messages)}")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector out of one layout: it only walks boxes that are still in use."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

"""Smaller answers: assets are compressed when they are built, pages when they are sent.

A page holds a CSRF token beside reflected text; what makes guessing it by length (BREACH)
impractical is that our cookies are SameSite=Lax, so no other site can make a browser ask.
"""

import gzip
import mimetypes
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, request, send_from_directory

_SMALL = 1024


def register(app: Flask) -> None:
    """Serve built .gz files in place of their originals, and compress pages."""
    app.view_functions["static"] = _static(app)
    app.after_request(_compress_page)


def _static(app: Flask) -> Callable[[str], Response]:
    folder = Path(str(app.static_folder))

    def static(filename: str) -> Response:
        if request.accept_encodings.quality("gzip") > 0 and (folder / f"{filename}.gz").is_file():
            kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
            response = send_from_directory(folder, f"{filename}.gz", mimetype=kind)
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = app.send_static_file(filename)
        response.headers["Vary"] = "Accept-Encoding"
        return response

    return static


def _compress_page(response: Response) -> Response:
    if (
        response.mimetype != "text/html"
        or response.direct_passthrough
        or request.accept_encodings.quality("gzip") <= 0
        or "Content-Encoding" in response.headers
    ):
        return response
    content = response.get_data()
    if len(content) >= _SMALL:
        response.set_data(gzip.compress(content, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
    return response

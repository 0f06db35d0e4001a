"""Files on a page: our letters, and what people sent, shown so that nothing in it can act."""

import io

from flask import Response, send_file

from app import storage
from app.models import Attachment


def pdf(content: bytes, name: str) -> Response:
    """Return a letter of ours to read in the browser."""
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)


def shown(attachment: Attachment) -> Response:
    """Return a file of a dossier."""
    return stored(attachment.sha256, attachment.content_type, attachment.name)


def stored(sha256: str, content_type: str, name: str) -> Response:
    """Return a stored file by its checked type, in a sandbox."""
    response = send_file(io.BytesIO(storage.get(sha256)), mimetype=content_type, download_name=name)
    # Nothing in a stranger's file may run, load or send, whatever the browser makes of it.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
    )
    return response

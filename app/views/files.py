"""Files on a page: our letters, and what people sent, shown so that nothing in it can act."""

import io

from flask import Response, send_file

from app import storage
from app.models import Attachment


def pdf(content: bytes, name: str) -> Response:
    """Return a letter of ours to read in the browser."""
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)


def shown(attachment: Attachment) -> Response:
    """Return a file by its checked type, in a sandbox."""
    response = send_file(
        io.BytesIO(storage.get(attachment.sha256)),
        mimetype=attachment.content_type,
        download_name=attachment.name,
    )
    # Nothing in a stranger's file may run, load or send, whatever the browser makes of it.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
    )
    return response

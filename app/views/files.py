"""Files on a page: our letters, and what people sent, shown so that nothing in it can act.

A file of a stranger has two addresses. The closed one checks who asks, notes that they looked,
and leads to the open one: a signed token for that file and that kind of viewer, good for minutes,
which needs no cookie and so may lie on a host of its own (FILES_URL).
"""

import io
from datetime import timedelta
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    request,
    send_file,
    url_for,
)  # fmt: skip
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from app import clock, storage
from app.config import Config
from app.models import Attachment, IncomingLetter
from app.security.actors import Actor
from app.services import audit, papers
from app.transaction import transaction
from app.views import own_or_404, public

bp = Blueprint("files", __name__)

LIFETIME = timedelta(minutes=5)


def pdf(content: bytes, name: str) -> Response:
    """Return a letter of ours to read in the browser."""
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)


def attachment(found: Attachment, viewer: str, actor: Actor) -> Response:
    """Lead somebody who may see it to a file of a dossier."""
    about = f"dossier:{found.dossier.code or found.dossier.key}"
    return _lead(("attachment", found.id, found.name), viewer, actor, about)


def scan(found: IncomingLetter, actor: Actor) -> Response:
    """Lead a member of staff to the scan of a dispatch."""
    return _lead(("scan", found.id, found.scan_name), "staff", actor, f"incoming:{found.id}")


def _lead(file: tuple[str, int, str], viewer: str, actor: Actor, about: str) -> Response:
    kind, number, name = file
    if request.method == "GET":
        with transaction():
            audit.record("file_seen", actor, about, {kind: number, "as": viewer})
    until = int((clock.now() + LIFETIME).timestamp())
    token = _signer().dumps([kind, number, viewer, until])
    path = url_for("files.open", token=token, name=name)
    config: Config = current_app.config["VANTHU"]
    return make_response(redirect(config.files_url.rstrip("/") + path, 303))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="file", signer_kwargs={
        "key_derivation": "hmac", "digest_method": "sha256",
    })  # fmt: skip


@bp.get("/f/<token>/<name>")
@public
def open(token: str, name: str) -> ResponseReturnValue:
    """Return a file to whoever holds its token; a wrong, changed or old one opens nothing."""
    try:
        kind, number, _viewer, until = _signer().loads(token[:500])
    except (BadSignature, ValueError):
        abort(404)
    if until < clock.now().timestamp():
        abort(404)
    sha256, content_type, own = own_or_404(papers.file_of(kind, number))
    if name != own:
        abort(404)
    return _shown(storage.get(sha256), content_type, own)


def _shown(content: bytes, content_type: str, name: str) -> Response:
    config: Config = current_app.config["VANTHU"]
    response = send_file(io.BytesIO(content), mimetype=content_type, download_name=name)
    base = urlsplit(config.base_url)
    pages = f"{base.scheme}://{base.netloc}" if config.files_url else "'self'"
    # Nothing in a stranger's file may run, load or send, whatever the browser makes of it; the
    # browser's own reader has styles in its page. No `sandbox` for PDF: Chrome then shows nothing.
    csp = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
        f" frame-ancestors {pages}"
    )
    is_pdf = content_type == "application/pdf"
    response.headers["Content-Security-Policy"] = (
        f"{csp}; object-src 'self'" if is_pdf else f"sandbox; {csp}"
    )
    if config.files_url:
        response.headers["Cross-Origin-Resource-Policy"] = "same-site"
    response.headers["Cache-Control"] = "no-store"
    return response

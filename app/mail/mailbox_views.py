"""Pages of the local mailbox, for development and demonstration only."""

import re
from io import BytesIO
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, render_template, request, send_file
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.mail import received
from app.mail.received import MailNotFound

REFRESH_SECONDS = 10
# A link ends before the punctuation of the sentence it stands in.
LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}]")
HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)

PAGE_CSP = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "script-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A mail's own HTML: no script, no origin, no network; its styles are inline in every mail.
MAIL_CSP = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
FILE_CSP = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'"


def linkify(text: str) -> Markup:
    """Return text as HTML that shows exactly the text, its web addresses clickable."""
    parts: list[Markup] = []
    end = 0
    for match in LINK.finditer(text):
        url = escape(match.group())
        link = Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(url)
        parts += [escape(text[end : match.start()]), link]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def make_blueprint(directory: Path) -> Blueprint:
    """Return the blueprint over one mailbox directory; register it only outside production."""
    blueprint = Blueprint("mailbox", __name__, url_prefix="/mailbox")
    blueprint.register_error_handler(MailNotFound, _not_found)
    blueprint.after_request(_guard)

    @blueprint.get("/")
    def index() -> Response:
        messages = received.list_messages(directory)
        refresh = request.args.get("refresh") != "off"
        page = render_template("mailbox/list.html", messages=messages, refresh=refresh)
        response = make_response(page)
        if refresh:
            response.headers["Refresh"] = str(REFRESH_SECONDS)
        return response

    @blueprint.get("/<mail_id>")
    def message(mail_id: str) -> str:
        mail = received.read_message(directory, mail_id)
        return render_template("mailbox/message.html", mail=mail, text=linkify(mail.text))

    @blueprint.get("/<mail_id>/html")
    def html(mail_id: str) -> Response:
        source = received.read_message(directory, mail_id).html
        if not source:
            abort(404)
        # In a sandboxed frame a link works only in a tab of its own.
        base = '<base target="_blank">'
        head = HEAD.search(source)
        place = head.end() if head else 0
        response = make_response(source[:place] + base + source[place:])
        response.headers["Content-Security-Policy"] = MAIL_CSP
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    @blueprint.get("/<mail_id>/attachments/<int:number>")
    def attachment(mail_id: str, number: int) -> Response:
        file = received.read_attachment(directory, mail_id, number)
        inline = request.args.get("inline") == "1" and file.content_type == "application/pdf"
        response = send_file(
            BytesIO(file.content),
            mimetype=file.content_type,
            as_attachment=not inline,
            download_name=file.name,
        )
        response.headers["Content-Security-Policy"] = FILE_CSP
        return response

    @blueprint.get("/<mail_id>.eml")
    def raw(mail_id: str) -> Response:
        return send_file(
            BytesIO(received.read_raw(directory, mail_id)),
            mimetype="message/rfc822",
            as_attachment=True,
            download_name=f"{mail_id}.eml",
        )

    return blueprint


def _not_found(error: Exception) -> tuple[str, int]:
    page = render_template("mailbox/message.html", mail=None, missing=_("Không tìm thấy thư này."))
    return page, 404


def _guard(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", PAGE_CSP)
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response

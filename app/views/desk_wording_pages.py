"""What the pages of a wording show, as plain values for the templates."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _

import letters
from app import differences, formats
from app.language import say
from app.models import Wording
from app.services.wordings import SUBJECT, Said
from letters import wording as plain
from workflows import Text

BLOCKS: Mapping[str, Text] = {
    SUBJECT: Text("Trích yếu (sau chữ V/v)", "Subject (after V/v)"),
    "intro": Text("Mở đầu", "Opening"),
    "reply": Text("Kết quả trả lời", "The answer"),
    "decision": Text("Kết luận", "Decision"),
    "deadline": Text("Đề nghị và thời hạn", "Request and deadline"),
    "duties": Text("Việc đề nghị thực hiện", "What is asked for"),
    "access": Text("Tiếp nhận quyền truy cập", "Taking over the access"),
    "effect": Text("Hiệu lực", "Effect"),
    "connected": Text("Khi còn cơ sở kết nối", "While facilities are connected"),
    "unconnected": Text("Khi không còn cơ sở kết nối", "When no facility is connected"),
    "annexed": Text("Dẫn đến phụ lục", "Reference to the annex"),
    "rest": Text("Nội dung khác", "Other matters"),
    "next": Text("Bước tiếp theo", "What comes next"),
    "contact": Text("Liên hệ và kết thúc", "Contact and end"),
}
# What the template puts in, because no fact of a dossier holds it.
_PARTS = {
    "contact": Text("nơi liên hệ, điện thoại", "whom to ask, phone number"),
    "draft_place": Text("nơi đăng nội dung dự thảo", "where the draft is found"),
}


def row(kind: str, found: Wording | None) -> dict[str, Any]:
    """Return a kind of letter in the list."""
    return {
        "title": letters.kinds()[kind].title,
        "href": url_for("desk.wording", kind=kind),
        "version": found.version if found else 0,
        "author": found.author.full_name if found else "",
        "at": formats.short_moment(found.created_at) if found else "",
        "what": what(found),
    }


def what(found: Wording | None) -> str:
    """Return in words what a version is."""
    if found is None or found.restores == 0:
        return str(_("Lời văn gốc của hệ thống"))
    return str(_("Khôi phục phiên bản %(n)s", n=found.restores)) if found.restores else found.note


def version_row(found: Wording) -> dict[str, Any]:
    """Return a version in the history of its kind."""
    return {
        "version": found.version,
        "href": url_for("desk.wording_version", kind=found.kind, number=found.version),
        "author": found.author.full_name,
        "at": formats.short_moment(found.created_at),
        "what": what(found),
    }


def blocks(kind: str, said: Said) -> list[dict[str, Any]]:
    """Return a wording to read: the subject, then its blocks as paragraphs."""
    subject = said.subject or letters.kinds()[kind].subject
    return [
        {"label": say(BLOCKS[name]), "lines": plain.lines(text)}
        for name, text in {SUBJECT: subject, **said.texts}.items()
    ]


def boxes(kind: str, texts: Mapping[str, str], errors: Mapping[str, Text]) -> list[dict[str, Any]]:
    """Return the boxes of the editor: what is in them, what is wrong, what may be put in."""
    about = letters.kinds()[kind]
    shipped = {SUBJECT: about.subject, **about.wording}
    return [
        {
            "name": name,
            "label": say(BLOCKS[name]),
            "text": texts.get(name, ""),
            "error": say(errors[name]) if name in errors else "",
            "is_subject": name == SUBJECT,
            "may_drop": name in about.may_drop,
            "rows": min(14, 2 + len(texts.get(name, "")) // 90 + texts.get(name, "").count("\n")),
            "check": url_for("desk.wording_check", kind=kind, block=name),
            **_chips(about.placeholders(name), plain.placeholders(text)),
        }
        for name, text in shipped.items()
    ]


def _chips(allowed: Mapping[str, str], usual: tuple[str, ...]) -> dict[str, Any]:
    """Return the placeholders: those the shipped sentence uses, then all others."""
    chips = {
        name: {"name": f"{{{name}}}", "example": example, "part": say(_PARTS.get(name, Text("")))}
        for name, example in allowed.items()
    }
    return {
        "usual": [chips[name] for name in usual],
        "others": [chip for name, chip in sorted(chips.items()) if name not in usual],
    }


def changes(kind: str, old: Said, new: Said) -> list[dict[str, Any]]:
    """Return the parts that differ between two versions, word by word."""
    shipped = letters.kinds()[kind].subject
    before = {SUBJECT: old.subject or shipped, **old.texts}
    after = {SUBJECT: new.subject or shipped, **new.texts}
    return [
        {"label": say(BLOCKS[name]), "pieces": differences.pieces(before.get(name, ""), text)}
        for name, text in after.items()
        if before.get(name, "") != text
    ]

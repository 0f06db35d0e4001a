"""The chain of a dossier as a diagram and a list, and one dispatch that came in."""

from collections.abc import Sequence
from textwrap import shorten, wrap
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

import workflows
from app import formats
from app.language import say
from app.models import Dossier, IncomingLetter
from app.services import chain as chains
from app.services import queue as queues
from app.services.chain import Chain, Node
from app.views import own_or_404, seen
from app.views.desk import bp, me
from workflows import Text

_SORTS = {
    "incoming": Text("Văn bản đến", "Incoming dispatch"),
    "letter": Text("Văn bản đi", "Our dispatch"),
    "dossier": Text("Hồ sơ", "Dossier"),
    "recipients": Text("Nơi nhận", "Recipients"),
}
# Of the drawing, in units of its view box.
_WIDTH, _HEIGHT, _GAP, _RISE = 250, 84, 24, 46
_LETTERS = 34


@bp.get("/desk/dossiers/<code>/chain")
def chain(code: str) -> ResponseReturnValue:
    """Show what a dossier carries out, what came of it, and who has answered."""
    dossier: Dossier = own_or_404(queues.find(code, me()))
    seen.note("dossier_seen", f"dossier:{code}", page="chain")
    found = chains.of(dossier)
    levels = found.levels()
    return render_template(
        "desk/chain.html",
        code=code,
        subject=dossier.subject,
        title=say(workflows.get(dossier.kind).title),
        rows=[_row(n) for level in levels for n in level],
        drawing=_drawing(found, levels),
    )


def _row(node: Node) -> dict[str, str]:
    title = node.title
    if node.sort == "recipients":
        title = ngettext("%(n)s đơn vị", "%(n)s đơn vị", int(title), n=title)
    return {
        "sort": say(_SORTS[node.sort]),
        "tone": node.sort,
        "title": title,
        "note": say(node.note),
        "on": node.on,
        "href": _href(node),
    }


def _href(node: Node) -> str:
    match node.sort:
        case "incoming":
            return url_for("desk.incoming", number=int(node.target))
        case "letter":
            return url_for("desk_letters.pdf", key=node.target)
        case "recipients":
            return url_for("desk.recipients_page", code=node.target)
        case _:
            return url_for("desk.dossier", code=node.target)


def _drawing(found: Chain, levels: Sequence[Sequence[Node]]) -> dict[str, Any]:
    widest = max((len(level) for level in levels), default=1)
    width = widest * (_WIDTH + _GAP) - _GAP
    places: dict[str, tuple[float, float]] = {}
    for depth, level in enumerate(levels):
        indent = (width - len(level) * (_WIDTH + _GAP) + _GAP) / 2
        for n, node in enumerate(level):
            places[node.key] = (indent + n * (_WIDTH + _GAP), depth * (_HEIGHT + _RISE))
    return {
        "width": width,
        "height": len(levels) * (_HEIGHT + _RISE) - _RISE,
        "box": {"width": _WIDTH, "height": _HEIGHT},
        "nodes": [
            {**_row(n), "x": places[n.key][0], "y": places[n.key][1], "lines": _lines(say(n.note))}
            for level in levels
            for n in level
        ],
        "lines": [_line(places[a], places[b]) for a, b in found.edges],
    }


def _lines(text: str) -> list[str]:
    return wrap(shorten(text, 2 * _LETTERS - 4, placeholder="…"), _LETTERS)[:2]


def _line(above: tuple[float, float], below: tuple[float, float]) -> str:
    x1, y1 = above[0] + _WIDTH / 2, above[1] + _HEIGHT
    x2, y2 = below[0] + _WIDTH / 2, below[1] - 7
    middle = (y1 + y2) / 2
    return f"M{x1:g} {y1:g}C{x1:g} {middle:g} {x2:g} {middle:g} {x2:g} {y2:g}"


@bp.get("/desk/incoming/<int(max=2147483647):number>")
def incoming(number: int) -> ResponseReturnValue:
    """Show a dispatch that came in, and what carries it out."""
    found: IncomingLetter = own_or_404(chains.find_incoming(number))
    return render_template(
        "desk/incoming.html",
        reference=found.reference,
        rows=[
            *_arrival(found),
            {"label": _("Cơ quan ban hành"), "value": found.sender},
            {"label": _("Ngày ban hành"), "value": formats.day(found.issued_on)},
            {"label": _("Về việc"), "value": found.subject},
            *(_file(found) if found.attachment or found.scan_sha256 else []),
            *(_answers(found) if found.answers else []),
        ],
        dossiers=[
            {
                "code": d.code,
                "href": url_for("desk.dossier", code=d.code),
                "chain": url_for("desk.chain", code=d.code),
                "subject": d.subject,
                "phase": d.phase,
                "state": say(workflows.get(d.kind).by_state[d.state].label),
            }
            for d in chains.cited_by(found)
        ],
    )


def _file(found: IncomingLetter) -> list[dict[str, str]]:
    if found.attachment:
        name, href = found.attachment.name, url_for(".attachment", number=found.attachment_id)
    else:
        name, href = found.scan_name, url_for(".scan", number=found.id)
    return [{"label": _("Bản quét"), "value": name, "href": href}]


def _arrival(found: IncomingLetter) -> list[dict[str, str]]:
    if found.number is None or found.received_on is None:
        return []
    return [
        {"label": _("Số đến"), "value": f"{found.number:02d}"},
        {"label": _("Ngày đến"), "value": formats.day(found.received_on)},
    ]


def _answers(found: IncomingLetter) -> list[dict[str, str]]:
    letter = found.answers
    entry = letter.entry if letter else None
    return [
        {
            "label": _("Trả lời văn bản"),
            "value": f"{entry.number:02d}/{entry.symbol}" if entry else "",
            "href": url_for("desk_letters.pdf", key=letter.key) if letter else "",
        }
    ]

"""The bodies a dispatch went to: who answered what, who is silent, who was not reached."""

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

import workflows
from app import formats
from app.language import say, say_stored
from app.models import Attachment, Dossier, Recipient
from app.services import attachments, circulation, list_sources, recipients
from app.services import queue as queues
from app.views import own_or_404, seen
from app.views.desk import bp, me
from workflows import Field, FieldType, Phase, Text

_ACCOUNT = {
    "granted": Text("Chưa mở tài khoản", "Account not opened"),
    "active": Text("Đã mở tài khoản", "Account opened"),
    "closed": Text("Đã thu hồi", "Account closed"),
}


def recipients_panel(dossier: Dossier) -> dict[str, Any]:
    """Return what the page of a dossier says of its list; nothing when it has none."""
    tally = recipients.tally(dossier)
    if not tally.total:
        return {"circulation": None}
    return {
        "circulation": {
            "href": url_for("desk.recipients_page", code=dossier.code),
            "total": tally.total,
            "answered": tally.answered,
            "silent": tally.sent - tally.answered,
            "is_sent": tally.sent > 0,
            "is_consultation": circulation.is_consultation(dossier),
            "edit": url_for("desk.draft_list", key=dossier.key)
            if dossier.state == "revising"
            else "",
        }
    }


@bp.get("/desk/dossiers/<code>/recipients")
def recipients_page(code: str) -> ResponseReturnValue:
    """Show the list: the silent first, then what the others answered."""
    dossier: Dossier = own_or_404(queues.find(code, me()))
    own_or_404(dossier if dossier.phase != Phase.DRAFT else None)
    seen.note("dossier_seen", f"dossier:{code}", page="recipients")
    listed = recipients.rows(dossier)
    unreached = circulation.unreached(dossier)
    given = attachments.current(dossier)
    asks = workflows.get(dossier.kind).recipient_asks
    rows = [_row(r, asks, given, unreached) for r in listed]
    silent = sum(r["is_silent"] for r in rows)
    return render_template(
        "desk/recipients.html",
        code=code,
        subject=dossier.subject,
        title=say(workflows.get(dossier.kind).title),
        rows=sorted(rows, key=lambda r: (not r["is_silent"], r["row"])),
        is_consultation=circulation.is_consultation(dossier),
        summary=_summary(listed, asks),
        silent=ngettext("%(n)s chưa trả lời", "%(n)s chưa trả lời", silent, n=silent),
    )


def _summary(listed: list[Recipient], asks: tuple[Field, ...]) -> list[dict[str, Any]]:
    answered = [r for r in listed if r.answered_at]
    figures = [{"label": _("Đã gửi"), "value": sum(r.sent_at is not None for r in listed)}]
    figures.append({"label": _("Đã trả lời"), "value": len(answered)})
    for field in asks:
        for choice in field.choices:
            n = sum(r.answers.get(field.name) == choice.value for r in answered)
            figures.append({"label": say(choice.label), "value": n})
    return figures


def _row(
    row: Recipient,
    asks: tuple[Field, ...],
    given: dict[str, Attachment],
    unreached: dict[str, str],
) -> dict[str, Any]:
    choice = next((f for f in asks if f.type is FieldType.CHOICE), None)
    opinion = list_sources.shown(choice, row.answers.get(choice.name, "")) if choice else ""
    said = [
        row.answers[f.name]
        for f in asks
        if f is not choice and f.type is not FieldType.FILE and row.answers.get(f.name)
    ]
    sent = [
        given[name]
        for f in asks
        if f.type is FieldType.FILE and (name := circulation.file_field(row, f.name)) in given
    ]
    account = _ACCOUNT.get(row.account.state) if row.account else None
    return {
        "row": row.row,
        "name": row.name,
        "email": row.email or _("không có thư điện tử"),
        "is_silent": row.sent_at is not None and row.answered_at is None,
        "sent_at": formats.short_moment(row.sent_at) if row.sent_at else "",
        "reminded_at": formats.short_moment(row.reminded_at) if row.reminded_at else "",
        "answered_at": formats.short_moment(row.answered_at) if row.answered_at else "",
        "opinion": opinion,
        "said": said,
        "files": [{"name": a.name, "href": url_for(".attachment", number=a.id)} for a in sent],
        "unreached": say_stored(unreached.get(row.email, "")),
        "account": say(account) if account else "",
        "username": row.account.username if row.account else "",
        "account_href": url_for("desk.account", number=row.account_id) if row.account_id else "",
    }

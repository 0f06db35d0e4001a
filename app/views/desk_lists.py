"""The list a draft goes to: typed, uploaded as Excel, or picked from the register."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

import workflows
from app import formats, forms, sheets
from app.errors import Refused
from app.language import say
from app.models import Dossier, Recipient
from app.services import list_sources, recipients
from app.transaction import transaction
from app.views import own_or_404
from app.views.desk import bp
from app.views.desk_drafts import draft_head, locked_draft, own_draft
from app.views.failures import sentence_of
from workflows import Field, Text


@bp.get("/desk/drafts/<key>/list")
def draft_list(key: str) -> ResponseReturnValue:
    """Show the list, what is wrong in it first, and the ways to add to it."""
    return _page(own_draft(key))


def _page(dossier: Dossier, problem: str = "", status: int = 200) -> ResponseReturnValue:
    fields = workflows.get(dossier.kind).recipients
    listed = recipients.rows(dossier)
    wrong = recipients.problems(dossier, listed)
    text = " ".join(request.args.get("q", "")[:100].split())
    page = render_template(
        "desk/drafts/list.html",
        **draft_head(dossier, "list"),
        columns=[say(f.label) for f in fields],
        rows=[_row(dossier, r, fields, wrong.get(r.id, {})) for r in listed],
        wrong=[line for r in listed for line in _problems(dossier, r, fields, wrong)],
        n_wrong=len(wrong),
        text=text,
        found=[{"id": o.id, "name": o.name, "number": o.number} for o in _found(text)],
        problem=problem,
        page_has_errors=bool(problem),
    )
    return page, status


def _found(text: str) -> list[Any]:
    return list(list_sources.in_register(text)) if text else []


def _row(
    dossier: Dossier, row: Recipient, fields: Sequence[Field], errors: Mapping[str, Text]
) -> dict[str, Any]:
    return {
        "id": row.id,
        "row": row.row,
        "cells": [
            {
                "label": say(f.label),
                # What is wrong is shown as it was typed, or nobody could correct it.
                "value": formats.mask_number(row.typed.get(f.name, ""))
                if f.is_masked and f.name not in errors
                else list_sources.shown(f, row.typed.get(f.name, "")),
                "wrong": f.name in errors,
            }
            for f in fields
        ],
        "is_wrong": bool(errors),
        "name": row.name,
        "href": url_for(".draft_row", key=dossier.key, number=row.id),
    }


def _problems(
    dossier: Dossier,
    row: Recipient,
    fields: Sequence[Field],
    wrong: Mapping[int, Mapping[str, Text]],
) -> list[dict[str, str]]:
    labels = {f.name: say(f.label) for f in fields}
    return [
        {
            "where": _("Dòng %(row)s, cột «%(column)s»", row=row.row, column=labels[name]),
            "text": say(sentence),
            "typed": row.typed.get(name, ""),
            "href": url_for(".draft_row", key=dossier.key, number=row.id, _anchor=name),
        }
        for name, sentence in wrong.get(row.id, {}).items()
    ]


@bp.post("/desk/drafts/<key>/list/upload")
def draft_upload(key: str) -> ResponseReturnValue:
    """Take the rows of a workbook, right and wrong; nothing of it is lost."""
    dossier = own_draft(key)
    sent = request.files.get("sheet")
    if sent is None or not sent.filename:
        return _page(dossier, _("Chọn tệp Excel (.xlsx) có danh sách."), 422)
    try:
        cells = sheets.read(sent.read())
        fields = workflows.get(dossier.kind).recipients
        rows = list(list_sources.from_sheet(fields, cells))
        if not rows:
            return _page(dossier, _("Bảng tính không có dòng nào dưới tiêu đề cột."), 422)
        with transaction():
            added = recipients.add(locked_draft(key), rows)
    except Refused as error:
        return _page(own_draft(key), sentence_of(error), 422)
    flash(ngettext("Đã thêm %(n)s dòng.", "Đã thêm %(n)s dòng.", added, n=added), "success")
    return redirect(url_for(".draft_list", key=key), 303)


@bp.get("/desk/drafts/<key>/list/template.xlsx")
def draft_template(key: str) -> ResponseReturnValue:
    """Return an empty workbook with the headings that an upload needs."""
    dossier = own_draft(key)
    fields = workflows.get(dossier.kind).recipients
    content = sheets.write(_("Danh sách"), list_sources.headings(fields), [])
    name = "danh-sach.xlsx"
    return send_file(
        io.BytesIO(content), mimetype=sheets.CONTENT_TYPE, download_name=name, as_attachment=True
    )


@bp.post("/desk/drafts/<key>/list/pick")
def draft_pick(key: str) -> ResponseReturnValue:
    """Add units of the register; what it does not know of them is asked for."""
    own_draft(key)
    ids = [int(n) for n in request.form.getlist("unit") if n.isdecimal() and len(n) < 10]
    with transaction():
        dossier = locked_draft(key)
        fields = workflows.get(dossier.kind).recipients
        after = _last_row(dossier)
        rows = enumerate(list_sources.picked(fields, ids), start=after + 1)
        added = recipients.add(dossier, rows)
    flash(ngettext("Đã thêm %(n)s dòng.", "Đã thêm %(n)s dòng.", added, n=added), "success")
    return redirect(url_for(".draft_list", key=key), 303)


def _last_row(dossier: Dossier) -> int:
    return max((r.row for r in recipients.rows(dossier)), default=0)


@bp.route("/desk/drafts/<key>/list/<int(max=2147483647):number>", methods=["GET", "POST"])
def draft_row(key: str, number: int) -> ResponseReturnValue:
    """Mend one row, or add one (number 0); wrong values are kept and explained."""
    dossier = own_draft(key)
    fields = workflows.get(dossier.kind).recipients
    if request.method == "POST":
        typed = {f.name: request.form.get(f.name, "") for f in fields}
        with transaction():
            number = _write(locked_draft(key), number, typed, fields)
        dossier = own_draft(key)
    row = own_or_404(recipients.in_list(dossier, number)) if number else None
    errors: Mapping[str, Text] = {}
    if row is not None:
        errors = recipients.problems(dossier, recipients.rows(dossier)).get(row.id, {})
        if request.method == "POST" and not errors:
            flash(_("Đã lưu: %(name)s.", name=row.name), "success")
            return redirect(url_for(".draft_list", key=key), 303)
    filled = forms.fill([(Text(""), list(fields))], row.typed if row else {}, {}, errors)
    page = render_template(
        "desk/drafts/row.html",
        **draft_head(dossier, "list"),
        number=number,
        name=row.name if row else "",
        filled=filled,
        page_has_errors=bool(errors),
    )
    return page, 422 if request.method == "POST" else 200


def _write(dossier: Dossier, number: int, typed: Mapping[str, str], fields: Sequence[Field]) -> int:
    if number:
        row: Recipient = own_or_404(recipients.in_list(dossier, number))
        recipients.change(row, typed, fields)
        return row.id
    return recipients.add_one(dossier, _last_row(dossier) + 1, typed).id


@bp.post("/desk/drafts/<key>/list/remove")
def draft_remove(key: str) -> ResponseReturnValue:
    """Take one row out of the list, or all of them."""
    own_draft(key)
    is_all = "all" in request.form
    number = None if is_all else request.form.get("row", 0, type=int)
    with transaction():
        removed = recipients.remove(locked_draft(key), number)
    flash(ngettext("Đã bỏ %(n)s dòng.", "Đã bỏ %(n)s dòng.", removed, n=removed), "success")
    return redirect(url_for(".draft_list", key=key), 303)

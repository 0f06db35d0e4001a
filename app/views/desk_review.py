"""The review on the desk: lists page by page, and each whole as a workbook."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock, sheets
from app.language import say
from app.services import review as reviews
from app.views.desk import bp
from app.views.desk_review_rows import LISTS, kind_label, table
from app.views.step_up import export


@bp.get("/desk/review")
def review() -> ResponseReturnValue:
    """Show who lacks a code, has two, or keeps an account past its review."""
    name, kind = _wanted()
    cursors = {c: _number(request.args.get(c, 0, type=int)) for c in ("after", "before")}
    clusters = reviews.doubles()
    page = (
        reviews.page_of(clusters, **cursors)
        if name == "doubles"
        else reviews.page(name, kind, **cursors)
    )
    counts = reviews.counts(clusters)
    here: dict[str, Any] = {"list": name, **({"kind": kind} if kind else {})}
    return render_template(
        "desk/review/index.html",
        name=name,
        kind=kind,
        kinds=[
            {"value": value, "text": f"{kind_label(value)} ({n})"}
            for value, n in sorted(counts.kinds.items())
        ],
        total=counts.facilities,
        tabs=[
            {
                "label": say(each.label),
                "href": url_for(".review", list=other),
                "active": other == name,
                "count": getattr(counts, other),
            }
            for other, each in LISTS.items()
        ],
        rows=[LISTS[name].line(row) for row in page.rows],
        nothing=say(LISTS[name].empty),
        workbook=url_for(".review_workbook", **here),
        previous=url_for(".review", before=page.previous, **here) if page.previous else "",
        next=url_for(".review", after=page.next, **here) if page.next else "",
    )


@bp.get("/desk/review.xlsx")
@export("review")
def review_workbook() -> ResponseReturnValue:
    """Send a whole list as a workbook."""
    name, kind = _wanted()
    rows: Any = reviews.doubles() if name == "doubles" else reviews.everything(name, kind)
    headings, cells = table(name, rows)
    return workbook(say(LISTS[name].label), LISTS[name].file, headings, cells)


def workbook(
    title: str, file: str, headings: Sequence[str], cells: Iterable[Sequence[str | int]]
) -> Response:
    """Answer with a workbook that carries the day in its name."""
    response = send_file(
        io.BytesIO(sheets.write(title, headings, cells)),
        mimetype=sheets.CONTENT_TYPE,
        as_attachment=True,
        download_name=f"{file}-{clock.today():%Y-%m-%d}.xlsx",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _wanted() -> tuple[str, str]:
    name = request.args.get("list", "")
    name = name if name in LISTS else next(iter(LISTS))
    return name, request.args.get("kind", "")[:40] if name == "facilities" else ""


def _number(number: int) -> int:
    return number if 0 < number < 2**31 else 0

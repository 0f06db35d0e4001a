"""A list of codes from outside, reconciled with the register; no file is kept."""

from itertools import groupby
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer

from app import sheets
from app.errors import Refused
from app.language import say
from app.security.actors import staff
from app.services import audit, code_lists
from app.services.code_lists import COLUMNS, SUBJECTS, Line
from app.services.reconciliation import GROUPS, Verdict
from app.services.reconciliation import reconcile as judge
from app.transaction import transaction
from app.views.desk import bp, me
from app.views.desk_review import workbook
from app.views.step_up import export
from workflows import Text

# What one reads on a page; the workbook has all.
_SHOWN = 50
# Forms of half a megabyte are refused (werkzeug's MAX_FORM_MEMORY_SIZE).
_CARRIED = 400_000
_LABELS = {
    "error": Text("Dòng có lỗi", "Rows with errors"),
    "duplicate": Text("Trùng", "Duplicate"),
    "different": Text("Khác với sổ", "Different"),
    "new": Text("Mới", "New"),
    "matched": Text("Khớp", "Matched"),
}
_TONES = {"error": "error", "duplicate": "error", "different": "warning", "new": "warning"}
_NO_FILE = Text("Chọn tệp Excel (.xlsx) cần đối chiếu.", "Choose the Excel file (.xlsx).")
_TOO_BIG = Text(
    "Tệp lớn hơn {n} MB; tách danh sách thành nhiều tệp.",
    "The file is larger than {n} MB; split the list into several files.",
)
_STALE = Text(
    "Kết quả này không còn dùng được; chọn lại tệp để đối chiếu.",
    "This result cannot be used any more; choose the file again.",
)
_EXAMPLES = (
    (SUBJECTS["facility"], "123/LSO-GPHĐ", Text("Phòng khám Hoa Sen", "Lotus Clinic"), "20A01"),
    (SUBJECTS["prescriber"], "009999/LSO-GPHN", Text("Lục Thị Mai", "Luc Thi Mai"), "KD-009"),
)


@bp.get("/desk/review/reconcile")
def reconcile() -> ResponseReturnValue:
    """Show where a list is uploaded."""
    return _page()


@bp.get("/desk/review/template.xlsx")
def reconcile_template() -> ResponseReturnValue:
    """Send an empty list with its headings and two invented rows."""
    rows = [[say(cell) for cell in example] for example in _EXAMPLES]
    headings = [say(heading) for heading in COLUMNS.values()]
    return workbook(_("Danh sách mã"), "mau-danh-sach-ma", headings, rows)


@bp.post("/desk/review/reconcile")
def reconcile_file() -> ResponseReturnValue:
    """Show what a list is beside the register; what cannot be read is answered with why."""
    try:
        lines = code_lists.lines(sheets.read(_uploaded()))
    except Refused as refused:
        return _page(problem=say(refused.message)), 422
    with transaction():
        audit.record("list_compared", staff(me()), "list:codes", {"rows": len(lines)})
    carried = _sealed().dumps([(x.number, x.subject, x.licence, x.name, x.code) for x in lines])
    carried = carried if isinstance(carried, str) else carried.decode()
    return _page(
        groups=_groups(judge(lines)),
        total=len(lines),
        carried=carried if len(carried) <= _CARRIED else "",
    )


@bp.post("/desk/review/reconciled.xlsx")
@export("reconciled")
def reconciled_workbook() -> ResponseReturnValue:
    """Send the whole result of the list that the page carried."""
    try:
        lines = [Line(*values) for values in _sealed().loads(request.form.get("lines", ""))]
    except BadData:
        return _page(problem=say(_STALE)), 422
    headings = [
        _("Dòng"), _("Kết quả"), *(say(heading) for heading in COLUMNS.values()),
        _("Cột cần xem"), _("Sổ đăng ký"), _("Việc cần làm"),
    ]  # fmt: skip
    cells = [_cells(v) for v in judge(lines)]
    return workbook(_("Kết quả đối chiếu"), "ket-qua-doi-chieu", headings, cells)


def _page(**context: Any) -> str:
    return render_template(
        "desk/review/reconcile.html",
        **{"problem": "", "groups": [], "carried": "", "total": 0} | context,
        shown=_SHOWN,
        columns={column: say(heading) for column, heading in COLUMNS.items()},
        max_rows=sheets.MAX_ROWS,
        page_has_errors=bool(context.get("problem")),
    )


def _uploaded() -> bytes:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused(_NO_FILE)
    max_mb: int = current_app.config["VANTHU"].upload_max_mb
    content: bytes = file.read(max_mb * 1024 * 1024 + 1)
    if len(content) > max_mb * 1024 * 1024:
        raise Refused(_TOO_BIG.fill(n=max_mb))
    return content


def _sealed() -> URLSafeSerializer:
    """What a page carries to its download: ours, packed, and unchanged."""
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="reconciliation")


def _groups(verdicts: list[Verdict]) -> list[dict[str, Any]]:
    order = sorted(verdicts, key=lambda v: GROUPS.index(v.group))
    found = {group: list(members) for group, members in groupby(order, key=lambda v: v.group)}
    return [
        {
            "name": group,
            "label": say(_LABELS[group]),
            "count": len(found.get(group, ())),
            "tone": _TONES.get(group, "") if group in found else "",
            "rows": [_line(v) for v in found.get(group, ())[:_SHOWN]],
        }
        for group in GROUPS
    ]


def _line(verdict: Verdict) -> dict[str, Any]:
    line = verdict.line
    return {
        "number": line.number,
        "subject": line.subject,
        "licence": line.licence,
        "name": line.name,
        "code": line.code,
        "column": say(COLUMNS[verdict.column]) if verdict.column else "",
        "found": say(verdict.found),
        "todo": say(verdict.todo),
        "href": _entry(verdict),
    }


def _entry(verdict: Verdict) -> str:
    if verdict.entry is None:
        return ""
    subject, ident = verdict.entry
    endpoint = "desk.organisation" if subject == "facility" else "desk.prescriber"
    return url_for(endpoint, number=ident)


def _cells(verdict: Verdict) -> list[str | int]:
    line = _line(verdict)
    return [
        verdict.line.number,
        say(_LABELS[verdict.group]),
        *(line[column] for column in COLUMNS),
        line["column"],
        line["found"],
        line["todo"],
    ]

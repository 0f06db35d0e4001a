"""«Nhật ký»: who did and saw what, searched; whether it is still what was written."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import (
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask import current_app as app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import formats
from app.language import say
from app.security.actors import staff
from app.services import audit, book_export, evidence, evidence_checks
from app.services import queue as queues
from app.services.evidence import GROUPS, Names, Wanted
from app.transaction import after_commit, transaction
from app.views.desk import bp, for_administrators, me
from app.views.desk_audit_rows import COLUMNS, FILE_COLUMNS, line
from app.views.step_up import export
from workflows import Field, FieldError, FieldType, Text

_DAY = Field("day", Text("Ngày", "Day"), FieldType.DATE, sample="05/01/2026", required=False)
_BAD_DAY = Text(
    "Ngày tìm kiếm ghi theo dạng ngày/tháng/năm, ví dụ: 05/01/2026.",
    "Write the days to search as day/month/year, for example 05/01/2026.",
)
_UNKNOWN = Text(
    "Không có hồ sơ, tài khoản hay người dùng nào tên này. Nhập mã hồ sơ hoặc tên đăng nhập.",
    "There is no dossier, account or user of this name. Enter a dossier code or a username.",
)
_LIMITS = {"person": 10, "thing": 100, "group": 20, "since": 20, "until": 20}


@bp.get("/desk/audit", endpoint="audit")
@for_administrators
def audit_page() -> ResponseReturnValue:
    """Show the evidence, the newest first; that somebody looked is a row of it."""
    typed = _typed()
    with transaction():
        chosen = {name: value for name, value in typed.items() if value}
        audit.record("audit_seen", staff(me()), "list:audit", chosen)
    user = me()
    wanted, problem = _wanted(typed)
    found = evidence.Page([]) if problem else evidence.page(wanted, request.args.get("after", ""))
    here: dict[str, Any] = {name: value for name, value in typed.items() if value}
    is_open, names = queues.may_see(user), Names()
    return render_template(
        "desk/audit.html",
        typed=typed,
        problem=say(problem) if problem else "",
        page_has_errors=bool(problem),
        people=evidence.people() if evidence.sees_all(user) else [],
        groups=[(name, say(GROUPS[name][0])) for name in evidence.groups_of(user)],
        columns={name: say(label) for name, label in COLUMNS.items()},
        rows=[line(event, names, is_open=is_open) for event in found.rows],
        is_open=is_open,
        is_own=wanted.only is not None and not evidence.sees_all(user),
        is_search=bool(here),
        file=url_for(".audit_file", **here) if found.rows else "",
        first=url_for(".audit", **here) if request.args.get("after") else "",
        next=url_for(".audit", after=found.next, **here) if found.next else "",
        check=_check() if evidence.sees_all(user) else None,
    )


@bp.get("/desk/audit.csv")
@for_administrators
@export("audit")
def audit_file() -> ResponseReturnValue:
    """Send what the page shows, all pages of it, as it is read."""
    wanted, problem = _wanted(_typed())
    if problem:
        abort(404)
    lines = stream_with_context(_csv(wanted, is_open=queues.may_see(me())))
    response = Response(lines, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="nhat-ky.csv")
    return response


@bp.post("/desk/audit/check")
@for_administrators
def audit_check() -> ResponseReturnValue:
    """Have a worker go over all evidence."""
    user = me()
    if not evidence.sees_all(user):
        abort(403)
    with transaction():
        evidence_checks.ask(user.full_name)
        audit.record("check_asked", staff(me()), "list:audit")
        after_commit(app.extensions["vanthu_jobs"].check_evidence)
    flash(_("Đã giao kiểm tra toàn bộ nhật ký. Kết quả hiện ở trang này khi xong."), "success")
    return redirect(url_for(".audit"), 303)


def _csv(wanted: Wanted, *, is_open: bool) -> Iterator[str]:
    yield "\ufeff" + _row([say(label) for label in FILE_COLUMNS.values()])
    names = Names()
    for event in evidence.every(wanted):
        said = line(event, names, is_open=is_open)
        said["username"] = names.usernames.get(getattr(event, "user_id", None) or 0, "")
        yield _row([str(book_export.harmless(said[name])) for name in FILE_COLUMNS])


def _row(cells: list[str]) -> str:
    target = io.StringIO()
    csv.writer(target).writerow(cells)
    return target.getvalue()


def _typed() -> dict[str, str]:
    return {name: " ".join(request.args.get(name, "")[:n].split()) for name, n in _LIMITS.items()}


def _wanted(typed: dict[str, str]) -> tuple[Wanted, Text | None]:
    """Return what is looked for within what this person may see, and what was wrong with it."""
    user = me()
    days: dict[str, date | None] = {}
    for name in ("since", "until"):
        try:
            value = _DAY.check(typed[name])
        except FieldError:
            return Wanted(only=user.id), _BAD_DAY
        days[name] = date.fromisoformat(value) if value else None
    thing = evidence.thing(typed["thing"]) if typed["thing"] else None
    if typed["thing"] and thing is None:
        return Wanted(only=user.id), _UNKNOWN
    may = evidence.groups_of(user)
    chosen = [typed["group"]] if typed["group"] in may else list(may)
    is_whole = len(chosen) == len(GROUPS)
    words = frozenset().union(*(GROUPS[name][1] for name in chosen))
    person = typed["person"]
    sees = evidence.sees_all(user) or evidence.is_in_charge(user, thing)
    return (
        Wanted(
            person=int(person) if person.isascii() and person.isdecimal() else None,
            thing=thing,
            words=None if is_whole else words,
            acts="acts" in chosen,
            since=days["since"],
            until=days["until"],
            only=None if sees else user.id,
        ),
        None,
    )


def _check() -> dict[str, Any]:
    last = evidence_checks.last()
    if last is None:
        return {"state": "none"}
    if last.finished_at is None:
        return {"state": "running", "at": formats.short_moment(last.asked_at)}
    return {
        "state": "broken" if last.problems else "whole",
        "at": formats.short_moment(last.finished_at),
        "rows": f"{last.rows:,}".replace(",", "."),
        "problems": last.problems,
        "first": last.first_problem,
    }

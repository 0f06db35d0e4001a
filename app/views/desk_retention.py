"""What is past the time it may be kept: counts and codes, no name; erased as the head decides."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock, formats
from app.errors import Invalid
from app.language import say
from app.security.actors import is_head, staff, staff_roles
from app.services import retention
from app.services.step_up import Purpose
from app.views.desk import bp, for_administrators, me
from app.views.step_up import needs_code
from workflows import Field, FieldError, FieldType, Role, Text

_DAYS, _YEARS = Text("{n}\u00a0ngày", "{n}\u00a0days"), Text("{n}\u00a0năm", "{n}\u00a0years")
_ALWAYS = Text("Vĩnh viễn", "For good")
_DAILY = Text("Tự động hằng ngày", "Every day, by itself")
_DECIDED = Text("Theo quyết định của người đứng đầu", "As the head decides")
_DAY = Field("on", Text("Ngày", "Day"), FieldType.DEADLINE, sample="31/12/2030", required=False)
_BAD_DAY = Text(
    "Ngày xem ghi theo dạng ngày/tháng/năm, từ hôm nay trở đi, ví dụ: 31/12/2030.",
    "Write the day as day/month/year, today or later, for example 31/12/2030.",
)


@bp.get("/desk/retention")
@for_administrators
def retention_page() -> ResponseReturnValue:
    """Show each rule with its basis, and what it would erase on a day."""
    return _page()


def _page(refused: str = "", problem: str = "", status: int = 200) -> ResponseReturnValue:
    user = me()
    if Role.ADMIN not in staff_roles(user) and not is_head(user):
        abort(403)
    typed = " ".join(request.args.get("on", "")[:20].split())
    on = _day(typed)
    due = retention.due(on or clock.today())
    # Only what is due today can be erased today.
    may_erase = is_head(user) and on == clock.today()
    page = render_template(
        "desk/retention.html",
        typed=typed,
        bad_day="" if on else say(_BAD_DAY),
        shown=formats.day(on or clock.today()),
        rows=[_row(d) for d in due],
        decided=[_row(d) for d in due if d.count and not d.rule.is_daily] if may_erase else [],
        refused=refused,
        problem=problem,
        decision=request.form.get("decision", ""),
        page_has_errors=bool(problem or not on),
    )
    return page, status


def _row(due: retention.Due) -> dict[str, object]:
    rule = due.rule
    return {
        "name": rule.name,
        "label": say(rule.label),
        "kept": say(_kept(rule.days)),
        "basis": say(rule.basis),
        "count": "–" if rule.days is None else due.count,
        "how": "–" if rule.days is None else say(_DAILY if rule.is_daily else _DECIDED),
        "codes": due.codes,
    }


@bp.post("/desk/retention/<name>")
@needs_code(Purpose.ERASE)
def erase_due(name: str) -> ResponseReturnValue:
    """Erase what one rule has due today, by a decision of the head."""
    user = me()
    if not is_head(user):
        abort(403)
    decision = " ".join(request.form.get("decision", "")[:200].split())
    try:
        erased, left = retention.decided(name, decision, staff(user))
    except LookupError:
        abort(404)
    except Invalid as error:
        return _page(name, say(error.errors["decision"]), 422)
    if left:
        text = _("Đã xóa %(n)s mục, còn %(m)s mục. Ông/Bà bấm xóa lần nữa.", n=erased, m=left)
    else:
        text = _("Đã xóa %(n)s mục. Việc xóa và quyết định được ghi nhật ký.", n=erased)
    flash(text, "info" if left else "success")
    return redirect(url_for(".retention_page"), 303)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(_DAY.check(typed)) if typed else clock.today()
    except FieldError:
        return None


def _kept(days: int | None) -> Text:
    if days is None:
        return _ALWAYS
    years, rest = divmod(days, 365)
    return _YEARS.fill(n=years) if years and rest < 5 else _DAYS.fill(n=days)

"""What is past the time it may be kept: counts and codes for the administrator, no name."""

from datetime import date

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from app import clock, formats
from app.language import say
from app.security.actors import staff_roles
from app.services import retention
from app.views.desk import bp, for_administrators, me
from workflows import Role, Text

_DAYS, _YEARS = Text("{n} ngày", "{n} days"), Text("{n} năm", "{n} years")
_ALWAYS = Text("Vĩnh viễn", "For good")


@bp.get("/desk/retention")
@for_administrators
def retention_page() -> ResponseReturnValue:
    """Show each rule with its basis, and what it would erase on a day."""
    if Role.ADMIN not in staff_roles(me()):
        abort(403)
    on = _day(request.args.get("on", ""))
    return render_template(
        "desk/retention.html",
        on=on.isoformat(),
        shown=formats.day(on),
        rows=[
            {
                "label": say(d.rule.label),
                "kept": say(_kept(d.rule.days)),
                "basis": say(d.rule.basis),
                "count": "–" if d.rule.days is None else d.count,
                "codes": d.codes,
            }
            for d in retention.due(on)
        ],
    )


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return clock.today()


def _kept(days: int | None) -> Text:
    if days is None:
        return _ALWAYS
    years, rest = divmod(days, 365)
    return _YEARS.fill(n=years) if years and rest < 5 else _DAYS.fill(n=days)

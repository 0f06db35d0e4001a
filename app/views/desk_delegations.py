"""Delegations of signing: who may sign on behalf of the head, for how long, for what."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import workflows
from app import clock, formats
from app.errors import Invalid, Refused
from app.language import say
from app.models import Delegation
from app.security.actors import is_head, staff_roles
from app.services import colleagues, delegations, organisation, rights
from app.services.step_up import Purpose
from app.transaction import transaction
from app.views import act_forms, own_or_404
from app.views.desk import bp, for_administrators, me
from app.views.failures import sentence_of
from app.views.people_forms import BASIS
from app.views.step_up import needs_code
from workflows import Choice, Field, FieldError, FieldType, Role, Text

_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def _fields() -> tuple[Field, ...]:
    leaders = organisation.signers()
    heads = [u for u in leaders if is_head(u) and (rights.may_manage(me()) or u.id == me().id)]
    others = {u.username: u for u in (*leaders, *colleagues.officers()) if u.id != me().id}
    return (
        Field("principal", Text("Người ủy quyền", "The head"), FieldType.CHOICE, sample="",
              choices=_choices(heads)),
        Field("deputy", Text("Người được ủy quyền ký", "Who signs"), FieldType.CHOICE, sample="",
              choices=_choices(list(others.values()))),
        BASIS,
        Field("since", Text("Từ ngày", "From"), FieldType.TEXT, sample="", max_length=20,
              hint=Text("Ngày/tháng/năm.", "Day/month/year.")),
        Field("until", Text("Đến hết ngày", "To the end of"), FieldType.TEXT, sample="",
              max_length=20, hint=Text("Ngày/tháng/năm.", "Day/month/year.")),
    )  # fmt: skip


def _choices(users: list[Any]) -> tuple[Choice, ...]:
    return tuple(Choice(colleagues.label(u), Text(colleagues.label(u))) for u in users)


@bp.get("/desk/delegations")
@for_administrators
def delegations_page() -> ResponseReturnValue:
    """Show delegations: an administrator all, a leader or deputy their own."""
    _only_concerned()
    return _page({})


def _only_concerned() -> None:
    if not {Role.ADMIN, Role.SIGNER} & staff_roles(me()):
        abort(404)


def _page(errors: Mapping[str, Text], problem: str = "") -> str:
    user = me()
    chosen = request.form.getlist("kinds")
    form = _form(errors) if delegations.may_enter(user) else None
    return render_template(
        "desk/people/delegations.html",
        rows=[_row(d) for d in delegations.seen_by(user)],
        form=form,
        kinds=[
            {"value": k, "label": say(w.title), "is_on": k in chosen}
            for k, w in workflows.all_workflows().items()
        ],
        kinds_error=say(errors["kinds"]) if "kinds" in errors else "",
        problem=problem,
        page_has_errors=bool(errors or problem),
    )


def _form(errors: Mapping[str, Text]) -> dict[str, Any]:
    fields = _fields()
    typed = act_forms.sent(fields)
    heads = fields[0].choices
    if len(heads) == 1 and not typed["principal"]:
        typed["principal"] = heads[0].value
    form = act_forms.shown("delegation", fields, typed, errors)
    if "kinds" in errors:
        first = next(iter(workflows.all_workflows()))
        form["problems"].append({"href": f"#kind-{first}", "text": say(errors["kinds"])})
    return form


def _row(made: Delegation) -> dict[str, Any]:
    user = me()
    today = clock.today()
    state = ("done", _("Hiệu lực"))
    if made.revoked_at:
        state = ("closed", _("Đã chấm dứt"))
    elif made.until < today:
        state = ("closed", _("Đã hết hạn"))
    elif not made.approved_at:
        state = ("waiting", _("Chờ xác nhận"))
    elif made.since > today:
        state = ("waiting", _("Chưa đến ngày"))
    return {
        "id": made.id,
        "principal": made.principal.full_name,
        "deputy": made.deputy.full_name,
        "kinds": [say(workflows.get(k).title) for k in made.kinds],
        "basis": made.basis,
        "since": formats.day(made.since),
        "until": formats.day(made.until),
        "phase": state[0],
        "state": state[1],
        "may_approve": not made.approved_at and not made.revoked_at
        and made.principal_id == user.id,
        "may_revoke": not made.revoked_at and made.until >= today,
    }  # fmt: skip


@bp.post("/desk/delegations")
@for_administrators
def delegate() -> ResponseReturnValue:
    """Enter a delegation, behind a code."""
    if not delegations.may_enter(me()):
        abort(404)
    return _enter()


@needs_code(Purpose.RIGHTS)
def _enter() -> ResponseReturnValue:
    try:
        values, days = _values()
        with transaction():
            made = delegations.enter(
                me(),
                colleagues.named(values["principal"]),
                colleagues.named(values["deputy"]),
                kinds=request.form.getlist("kinds"),
                basis=values["basis"],
                since=days["since"],
                until=days["until"],
            )
            is_open = made.approved_at is not None
    except Invalid as error:
        return _page(error.errors), 422
    except Refused as error:
        return _page({}, sentence_of(error)), 403
    flash(
        _("Đã ghi ủy quyền.") if is_open else _("Đã ghi. Ủy quyền có hiệu lực khi được xác nhận."),
        "success",
    )
    return redirect(url_for(".delegations_page"), 303)


def _values() -> tuple[dict[str, str], dict[str, date]]:
    """Return what was typed, and its days. Raises Invalid with every field that is wrong."""
    fields = _fields()
    wrong: dict[str, Text] = {}
    try:
        values = act_forms.answers(fields)
    except Invalid as error:
        values, wrong = act_forms.sent(fields), error.errors
    days: dict[str, date] = {}
    for name in ("since", "until"):
        if name not in wrong:
            try:
                days[name] = _day(values[name])
            except FieldError as error:
                wrong[name] = error.message
    objections = delegations.objections(
        colleagues.named(values["principal"]),
        colleagues.named(values["deputy"]),
        kinds=request.form.getlist("kinds"),
        since=days.get("since"),
        until=days.get("until"),
    )
    errors = objections | wrong
    if errors:
        raise Invalid(errors)
    return values, days


def _day(typed: str) -> date:
    found = _DAY.fullmatch(typed.strip())
    if found is None:
        raise FieldError(Text("Nhập ngày dạng 05/01/2026.", "Enter a day like 05/01/2026."))
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise FieldError(
            Text(
                "Không có ngày này; nhập ngày dạng 05/01/2026.",
                "There is no such day; enter a day like 05/01/2026.",
            )
        ) from None


@bp.post("/desk/delegations/<int(max=2147483647):number>/<any(approve, revoke):act>")
@for_administrators
def delegation_act(number: int, act: str) -> ResponseReturnValue:
    """Approve or end a delegation, behind a code."""
    _only_concerned()
    if number not in {d.id for d in delegations.seen_by(me())}:
        abort(404)
    return _act(number, act)


@needs_code(Purpose.RIGHTS)
def _act(number: int, act: str) -> ResponseReturnValue:
    do = {"approve": delegations.approve, "revoke": delegations.revoke}[act]
    try:
        with transaction():
            do(me(), own_or_404(delegations.find(number)))
    except Refused as error:
        flash(sentence_of(error), "error")
    else:
        flash(_("Đã xác nhận ủy quyền.") if act == "approve" else _("Đã chấm dứt ủy quyền."),
              "success")  # fmt: skip
    return redirect(url_for(".delegations_page"), 303)

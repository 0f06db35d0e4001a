"""People of the department, for administrators: the list, one person, and what may be done."""

from collections.abc import Container, Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

import workflows
from app import formats
from app.errors import AppError, Invalid, Refused
from app.language import say
from app.models import Grant, User
from app.services import people, rights, rights_review
from app.services.step_up import Purpose
from app.transaction import transaction
from app.views import act_forms, own_or_404, people_forms, people_history
from app.views.desk import bp, for_administrators, me
from app.views.failures import sentence_of
from app.views.step_up import needs_code
from workflows import Role, Text


def only_administrators() -> User:
    """Return the administrator at this desk; everybody else sees nothing here."""
    user = me()
    if not rights.may_manage(user):
        abort(404)
    return user


@bp.get("/desk/people")
@for_administrators
def people_page() -> ResponseReturnValue:
    """List people by name, or those who were searched for."""
    only_administrators()
    text = " ".join(request.args.get("q", "")[:100].split())
    after = request.args.get("after", "")[:300]
    page = people.page(text, after=after)
    opened = people.opened(page.rows)
    here: dict[str, Any] = {"q": text} if text else {}
    return render_template(
        "desk/people/index.html",
        text=text,
        rows=[_row(u, opened) for u in page.rows],
        waiting=len(rights.waiting()),
        overdue=rights_review.overdue(),
        first=url_for(".people_page", **here) if after else "",
        next=url_for(".people_page", after=page.next, **here) if page.next else "",
    )


def _row(user: User, opened: Container[int]) -> dict[str, Any]:
    phase, state = people_forms.state_of(user, opened)
    return {
        "href": url_for(".person", username=user.username),
        "name": user.full_name,
        "username": user.username,
        "position": user.position,
        "unit": user.unit.name,
        "rights": [say(rights.label(g)) for g in user.grants if g.is_in_force],
        "phase": phase,
        "state": state,
    }


@bp.route("/desk/people/new", methods=["GET", "POST"])
@for_administrators
def new_person() -> ResponseReturnValue:
    """Invite somebody; they choose their password themselves."""
    only_administrators()
    return _take_invitation() if request.method == "POST" else _invitation()


@needs_code(Purpose.RIGHTS)
def _take_invitation() -> ResponseReturnValue:
    try:
        values = act_forms.answers(people_forms.invitation())
        with transaction():
            user = people.invite(me(), values)
            name, username = user.full_name, user.username
    except Invalid as error:
        return _invitation(error.errors), 422
    except AppError as error:
        return _invitation(problem=sentence_of(error)), 403
    flash(_("Đã gửi lời mời tới %(name)s.", name=name), "success")
    return redirect(url_for(".person", username=username), 303)


def _invitation(errors: Mapping[str, Text] | None = None, problem: str = "") -> str:
    fields = people_forms.invitation()
    return render_template(
        "desk/people/new.html",
        form=act_forms.shown("new", fields, act_forms.sent(fields), errors or {}),
        problem=problem,
        page_has_errors=bool(errors or problem),
    )


@bp.get("/desk/people/<username>")
@for_administrators
def person(username: str) -> ResponseReturnValue:
    """Show a person: rights, work in hand as numbers, and what was changed by whom."""
    only_administrators()
    return _person(own_or_404(people.find(username)))


def _person(
    user: User, act: str = "", errors: Mapping[str, Text] | None = None, problem: str = ""
) -> str:
    held = people.in_hand(user)
    phase, state = people_forms.state_of(user, people.opened([user]))
    signs = any(g.role == Role.SIGNER and g.is_in_force for g in user.grants)
    is_me = user.id == me().id
    acts = [] if is_me or user.left_at else _acts(user, has_work=bool(held))
    kinds = workflows.all_workflows()
    return render_template(
        "desk/people/person.html",
        name=user.full_name,
        phase=phase,
        state=state,
        why=user.suspended_why,
        is_me=is_me,
        facts=[
            {"label": _("Tên đăng nhập"), "value": user.username},
            {"label": _("Thư điện tử"), "value": user.email},
            {"label": _("Điện thoại"), "value": formats.phone(user.phone) if user.phone else ""},
            {"label": _("Chức vụ"), "value": user.position},
            {"label": _("Phòng"), "value": user.unit.name},
            {
                "label": _("Thẩm quyền ký"),
                "value": say(people_forms.capacity_name(user.capacity)) if signs else _("Không ký"),
            },
        ],
        grants=[grant_row(g) for g in user.grants],
        held=[{"kind": say(kinds[k].title), "n": n} for k, n in people.by_kind(held).items()],
        codes=[d.code for d in held],
        forms=[_form(a, user, errors or {} if a == act else {}, is_tried=a == act) for a in acts],
        history=people_history.rows(user),
        username=user.username,
        problem=problem,
        page_has_errors=bool(errors or problem),
    )


def _acts(user: User, *, has_work: bool) -> list[str]:
    if not user.is_active:
        return ["resume", *(["hand_over"] if has_work else []), "leave"]
    last = ["hand_over"] if has_work else []
    return ["grant", "move", "correct", "reset_password", "reset_otp", "suspend", *last, "leave"]


def _form(act: str, user: User, errors: Mapping[str, Text], *, is_tried: bool) -> dict[str, Any]:
    fields = people_forms.act_fields(act, user)
    typed = act_forms.sent(fields) if is_tried else people_forms.known(act, user)
    return {
        **act_forms.shown(act, fields, typed, errors),
        "label": say(people_forms.LABELS[act]),
        "action": url_for(".person_act", username=user.username, act=act),
        "tone": "warning" if act in ("suspend", "leave") else "secondary",
        "is_open": is_tried,
    }


def grant_row(grant: Grant) -> dict[str, Any]:
    """Return a right as a line: what, since when, on which document, and how it stands."""
    state = ("closed", _("Đã kết thúc")) if grant.ended_at else ("done", _("Hiệu lực"))
    if grant.is_waiting:
        state = ("waiting", _("Chờ xác nhận"))
    return {
        "id": grant.id,
        "label": say(rights.label(grant)),
        "signs": say(people_forms.capacity_name(grant.capacity))
        if grant.role == Role.SIGNER and grant.is_waiting
        else "",
        "basis": grant.basis,
        "since": formats.short_moment(grant.granted_at),
        "until": formats.short_moment(grant.ended_at) if grant.ended_at else "",
        "phase": state[0],
        "state": state[1],
        "is_waiting": grant.is_waiting,
        "is_over": grant.ended_at is not None,
    }


@bp.post("/desk/people/<username>/<act>")
@for_administrators
def person_act(username: str, act: str) -> ResponseReturnValue:
    """Do one thing to an account, behind a code."""
    only_administrators()
    if act not in people_forms.LABELS or people.find(username) is None:
        abort(404)
    return _do(username, act)


@needs_code(Purpose.RIGHTS)
def _do(username: str, act: str) -> ResponseReturnValue:
    whom: User = own_or_404(people.find(username))
    try:
        values = act_forms.answers(people_forms.act_fields(act, whom))
        with transaction():
            done = _acted(act, own_or_404(people.find(username, lock=True)), values)
    except Invalid as error:
        return _person(own_or_404(people.find(username)), act, error.errors), 422
    except (AppError, workflows.ActionRefused) as error:
        status = 403 if isinstance(error, Refused) else 409
        whom = own_or_404(people.find(username))
        # Who may not be closed for the dossiers they hold is helped by the other form.
        form = "hand_over" if act == "leave" and people.in_hand(whom) else act
        page = _person(whom, form, problem=sentence_of(error))
        return page, status
    flash(done, "success")
    return redirect(url_for(".person", username=username), 303)


def _acted(act: str, whom: User, values: Mapping[str, str]) -> str:
    by, name = me(), whom.full_name
    match act:
        case "grant":
            if people.give(by, whom, values).is_waiting:
                return str(_("Đã đề nghị. Quyền có hiệu lực khi người thứ hai xác nhận."))
            return str(_("Đã phân quyền cho %(name)s.", name=name))
        case "reset_password" | "reset_otp":
            people.reset(by, whom, factors=act == "reset_otp")
            return str(_("Đã gửi liên kết tới %(name)s.", name=name))
        case "suspend":
            people.suspend(by, whom, values["reason"])
            return str(_("Đã tạm ngừng tài khoản của %(name)s.", name=name))
        case "resume":
            people.resume(by, whom)
            return str(_("Đã mở lại tài khoản của %(name)s.", name=name))
        case "move":
            people.move(by, whom, values["unit"], values["position"])
            return str(_("Đã chuyển %(name)s.", name=name))
        case "correct":
            people.correct(by, whom, values)
            return str(_("Đã sửa thông tin của %(name)s.", name=whom.full_name))
        case "hand_over":
            n = people.hand_over(by, whom, values["colleague"])
            said = ngettext(
                "Đã phân công lại %(n)s hồ sơ.", "Đã phân công lại %(n)s hồ sơ.", n, n=n
            )
            return str(said)
        case _:
            people.leave(by, whom, values["basis"])
            return str(_("Đã đóng tài khoản của %(name)s.", name=name))

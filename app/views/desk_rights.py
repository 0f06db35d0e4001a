"""Rights one by one: the second person's word, ending, and the review every few months."""

from collections.abc import Container
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import formats
from app.errors import Refused
from app.extensions import db
from app.language import say
from app.models import Grant, User
from app.services import people, rights, rights_review
from app.services.step_up import Purpose
from app.transaction import transaction
from app.views import own_or_404
from app.views.desk import bp, for_administrators, me
from app.views.desk_people import grant_row, only_administrators
from app.views.desk_review import workbook
from app.views.failures import sentence_of
from app.views.people_forms import state_of
from app.views.step_up import export, needs_code
from workflows import Text

_COLUMNS = (
    Text("Họ và tên", "Full name"),
    Text("Tên đăng nhập", "Sign-in name"),
    Text("Chức vụ", "Position"),
    Text("Phòng", "Division"),
    Text("Quyền", "Rights"),
    Text("Tình trạng", "State"),
    Text("Xác nhận lần cuối", "Last confirmed"),
    Text("Người xác nhận", "Confirmed by"),
)


@bp.get("/desk/people/waiting")
@for_administrators
def waiting_rights() -> ResponseReturnValue:
    """Show what waits for a second person, to whoever may be that person."""
    user = _second_person()
    return render_template(
        "desk/people/waiting.html",
        manages=rights.may_manage(user),
        rows=[
            {
                **grant_row(g),
                "name": g.user.full_name,
                "position": g.user.position,
                "by": g.granted_by.full_name if g.granted_by else "",
                "is_open": user.id not in (g.user_id, g.granted_by_id),
            }
            for g in rights.waiting()
        ],
    )


@bp.post("/desk/people/rights/<int(max=2147483647):number>/<any(approve, end):act>")
@for_administrators
def right_act(number: int, act: str) -> ResponseReturnValue:
    """Approve a right, or end or refuse it; behind a code."""
    user = _second_person()
    given = db.session.get(Grant, number)
    if act == "end" and given is not None and not rights.may_end(user, given):
        abort(404)
    return _act(number, act)


def _second_person() -> User:
    """Return who may be the second person of a right; everybody else sees nothing here."""
    user = me()
    if not rights.may_approve(user):
        abort(404)
    return user


@needs_code(Purpose.RIGHTS)
def _act(number: int, act: str) -> ResponseReturnValue:
    do = {"approve": rights.approve, "end": rights.end}[act]
    try:
        with transaction():
            found: Grant = own_or_404(rights.find(number))
            do(me(), found)
            label, name = say(rights.label(found)), found.user.full_name
            username = found.user.username if rights.may_manage(me()) else ""
    except Refused as error:
        flash(sentence_of(error), "error")
        return redirect(_back(), 303)
    said = (
        _("Đã xác nhận: %(right)s, %(name)s.")
        if act == "approve"
        else _("Đã kết thúc: %(right)s, %(name)s.")
    )
    flash(said % {"right": label, "name": name}, "success")
    is_there = act == "end" and username
    return redirect(url_for(".person", username=username) if is_there else _back(), 303)


def _back() -> str:
    return url_for(".people_page" if rights.may_manage(me()) else ".waiting_rights")


@bp.get("/desk/people/review")
@for_administrators
def rights_page() -> ResponseReturnValue:
    """Show every person's rights with who confirmed them when; those overdue are marked.

    Also to the head, who confirms those of the only administrator.
    """
    user = _second_person()
    after = request.args.get("after", "")
    page = rights_review.page(after=after)
    opened = people.opened(page.rows)
    manages = rights.may_manage(user)
    return render_template(
        "desk/people/review.html",
        rows=[_row(u, opened) | {"is_me": u.id == user.id} for u in page.rows],
        manages=manages,
        overdue=rights_review.overdue(),
        first=url_for(".rights_page") if after else "",
        next=url_for(".rights_page", after=page.next) if page.next else "",
        after=after,
    )


def _row(user: User, opened: Container[int]) -> dict[str, Any]:
    held = [g for g in user.grants if g.is_in_force]
    last = min((g for g in held if g.confirmed_at), key=lambda g: str(g.confirmed_at), default=None)
    is_whole = all(g.confirmed_at for g in held)
    return {
        "name": user.full_name,
        "username": user.username,
        "position": user.position,
        "unit": user.unit.name,
        "rights": [say(rights.label(g)) for g in held],
        "state": state_of(user, opened)[1],
        "confirmed": formats.short_moment(last.confirmed_at)
        if last and last.confirmed_at and is_whole
        else "",
        "by": last.confirmed_by.full_name if last and last.confirmed_by and is_whole else "",
        "late": rights_review.is_overdue(user),
        "href": url_for(".person", username=user.username),
    }


@bp.post("/desk/people/review/<username>")
@for_administrators
def confirm_rights(username: str) -> ResponseReturnValue:
    """Confirm that somebody still needs every right they have; behind a code."""
    _second_person()
    return _confirm(username)


@needs_code(Purpose.RIGHTS)
def _confirm(username: str) -> ResponseReturnValue:
    try:
        with transaction():
            whom: User = own_or_404(people.find(username, lock=True))
            rights_review.confirm(me(), whom)
            name = whom.full_name
    except Refused as error:
        flash(sentence_of(error), "error")
    else:
        flash(_("Đã xác nhận quyền của %(name)s.", name=name), "success")
    return redirect(url_for(".rights_page", after=request.args.get("after") or None), 303)


@bp.get("/desk/people.xlsx")
@for_administrators
def people_workbook() -> ResponseReturnValue:
    """Send everybody with their rights as a workbook."""
    only_administrators()
    return _workbook()


@export("people")
def _workbook() -> ResponseReturnValue:
    everybody = rights_review.everybody()
    opened = people.opened(everybody)
    rows = (_row(u, opened) for u in everybody)
    names = ("name", "username", "position", "unit", "rights", "state", "confirmed", "by")
    return workbook(
        say(Text("Danh sách quyền người dùng", "Rights of the staff")),
        "quyen-nguoi-dung",
        [say(c) for c in _COLUMNS],
        ([", ".join(r[n]) if n == "rights" else r[n] for n in names] for r in rows),
    )

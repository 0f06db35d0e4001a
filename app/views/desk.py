"""The desk of the staff: who may enter, the navigation, the queue."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import workflows
from app import clock, formats
from app.calendar import OfficeCalendar
from app.language import say
from app.models import Dossier, User
from app.security import sessions
from app.security.actors import is_head, staff_roles
from app.services import calendar, own_password, papers, rights, rights_review
from app.services import queue as queues
from app.views import F, app_view, own_or_404
from workflows import Phase, Role, Text

bp = Blueprint("desk", __name__)


def for_administrators(view: F) -> F:
    """Open an endpoint of the desk also to people who see no dossiers."""
    view.is_for_administrators = True  # type: ignore[attr-defined]  # a mark, read below
    return view


def for_oneself(view: F) -> F:
    """Open an endpoint about one's own account to everybody who works or worked here."""
    view.is_for_oneself = True  # type: ignore[attr-defined]  # a mark, read below
    return view


@bp.before_request
def keep_dossiers_closed() -> ResponseReturnValue | None:
    """Answer 403 with a sentence to whom a page is not for: rule A4, and whoever has no role."""
    user = sessions.current_user()
    view = app_view(request.endpoint or "")
    if user is None or getattr(view, "is_for_oneself", False) or queues.may_see(user):
        return None
    has_role = bool(staff_roles(user))
    if has_role and getattr(view, "is_for_administrators", False):
        return None
    return render_template("desk/closed.html", nav=nav()["nav"], has_role=has_role), 403


def me() -> User:
    """Return the member of staff at this desk."""
    user: User = own_or_404(sessions.current_user())
    return user


@bp.context_processor
def nav() -> dict[str, Any]:
    """Return the menu of the person who is signed in."""
    user = sessions.current_user()
    if user is None:
        return {"nav": []}
    if own_password.must_change(user):
        return {"nav": []}  # nothing of it would open
    items = []
    if queues.may_see(user):
        first = queues.views_of(user)[0]
        items.append(_item("desk.queue", Text("Hồ sơ", "Dossiers"), "inbox", _tally(first).total))
        if Role.OFFICER in staff_roles(user):
            items.append(_item("desk.new", Text("Lập hồ sơ", "New dossier"), "pen"))
        items.append(_item("desk.register", Text("Sổ văn bản đi", "Outgoing register"), "book"))
        items.append(_item("desk.arrivals", Text("Sổ văn bản đến", "Incoming register"), "arrive"))
        items.append(_item("desk.tracking_book", Text("Sổ theo dõi", "Tracking book"), "clock"))
        items.append(_item("desk.registers", Text("Sổ đăng ký", "Registers"), "cabinet"))
    held = staff_roles(user)
    if queues.may_see(user) and Role.OFFICER in held:
        label = Text("Yêu cầu dữ liệu", "Data requests")
        items.append(_item("desk.data_requests_page", label, "user"))
    if rights.may_manage(user):
        n = len(rights.waiting()) + rights_review.overdue()
        items.append(_item("desk.people_page", Text("Nhân sự", "People"), "people", n))
    elif is_head(user):
        n = len(rights.waiting())
        items.append(_item("desk.waiting_rights", Text("Phân quyền", "Rights"), "key", n))
    if {Role.ADMIN, Role.SIGNER} & held:
        items.append(_item("desk.delegations_page", Text("Ủy quyền ký", "Delegations"), "stamp"))
    if not held:
        return {"nav": [], "own_password_due": own_password.remind_of(user)}
    items.append(_item("desk.wordings_page", Text("Lời văn", "Wording"), "file"))
    if Role.ADMIN in held or is_head(user):
        items.append(_item("desk.retention_page", Text("Lưu giữ", "Retention"), "archive"))
    dead = mail_counts().get("dead", 0)
    items.append(_item("desk.mail", Text("Thư điện tử", "E-mail"), "mail", dead))
    items.append(_item("desk.audit", Text("Nhật ký", "Audit trail"), "shield"))
    return {"nav": items, "own_password_due": own_password.remind_of(user)}


_PARTS = {
    "desk.dossier": "desk.queue",
    "desk.act": "desk.queue",
    "desk.affected": "desk.queue",
    "desk.recipients_page": "desk.queue",
    "desk.chain": "desk.queue",
    "desk.new_number": "desk.register",
    "desk.entry": "desk.register",
    "desk.entry_act": "desk.register",
    "desk.incoming": "desk.arrivals",
    "desk.new_arrival": "desk.arrivals",
    "desk.draft_form": "desk.new",
    "desk.draft_list": "desk.new",
    "desk.draft_row": "desk.new",
    "desk.draft_review": "desk.new",
    "desk.find_person": "desk.registers",
    "desk.account": "desk.registers",
    "desk.organisation": "desk.registers",
    "desk.prescriber": "desk.registers",
    "desk.review": "desk.registers",
    "desk.reconcile": "desk.registers",
    "desk.reconcile_file": "desk.registers",
    "desk.person": "desk.people_page",
    "desk.person_act": "desk.people_page",
    "desk.new_person": "desk.people_page",
    "desk.rights_page": "desk.people_page",
    "desk.waiting_rights": "desk.people_page",
    "desk.delegate": "desk.delegations_page",
    "desk.erase_due": "desk.retention_page",
    "desk.wording": "desk.wordings_page",
    "desk.wording_form": "desk.wordings_page",
    "desk.wording_save": "desk.wordings_page",
    "desk.wording_version": "desk.wordings_page",
}


def _item(endpoint: str, label: Text, icon: str, count: int = 0) -> dict[str, Any]:
    here = request.endpoint or ""
    return {
        "label": say(label),
        "href": url_for(endpoint),
        "active": endpoint in (here, _PARTS.get(here)),
        "icon": icon,
        "count": count,
    }


def mail_counts() -> dict[str, int]:
    """Return mails by state, counted once a page."""
    if "mail_counts" not in g:
        g.mail_counts = papers.mail_counts()
    counts: dict[str, int] = g.mail_counts
    return counts


def _tally(view: queues.View) -> queues.Tally:
    if "tallies" not in g:
        user = me()
        g.tallies = queues.tallies(user, queues.views_of(user))
    tally: queues.Tally = g.tallies.get(view.name, queues.Tally())
    return tally


@bp.get("/desk", strict_slashes=False)
def queue() -> ResponseReturnValue:
    """Show what is due first, or what was searched for."""
    user = me()
    views = queues.views_of(user)
    wanted = request.args.get("view", "")
    view = next((v for v in views if v.name == wanted), views[0])
    text = " ".join(request.args.get("q", "")[:100].split())
    cursors = {"after": request.args.get("after", ""), "before": request.args.get("before", "")}
    if text and queues.find(text.upper(), user):
        return redirect(url_for(".dossier", code=text.upper()), 303)
    page = queues.search(text, user, **cursors) if text else queues.page(view, user, **cursors)
    here: dict[str, Any] = {"q": text} if text else {"view": view.name}
    office = calendar.office()
    is_officer = Role.OFFICER in staff_roles(user)
    return render_template(
        "desk/queue.html",
        view=view,
        text=text,
        tabs=[_tab(v, is_active=v == view and not text) for v in views],
        late=0 if text else _tally(view).late,
        rows=[_row(d, office, is_officer=is_officer) for d in page.rows],
        previous=url_for(".queue", before=page.previous, **here) if page.previous else "",
        next=url_for(".queue", after=page.next, **here) if page.next else "",
    )


def _tab(view: queues.View, *, is_active: bool) -> dict[str, Any]:
    is_counted = not workflows.FINAL_PHASES.intersection(view.phases)
    return {
        "label": say(view.label),
        "href": url_for(".queue", view=view.name),
        "active": is_active,
        "count": _tally(view).total if is_counted else None,
    }


def _row(dossier: Dossier, office: OfficeCalendar, *, is_officer: bool) -> dict[str, Any]:
    workflow = workflows.get(dossier.kind)
    state = workflow.by_state[dossier.state]
    claim = next(
        (
            a
            for a in workflow.offered(dossier.state, {Role.OFFICER})
            if a.effect == "assign" and is_officer
        ),
        None,
    )
    days = days_left(dossier, office)
    return {
        "code": dossier.code,
        "href": url_for(".dossier", code=dossier.code),
        "subject": dossier.subject,
        "title": say(workflow.title),
        "phase": dossier.phase,
        "state": say(state.label),
        "days": days,
        "on": _promised(dossier),
        "late": days is not None and days < 0,
        "officer": dossier.officer.full_name if dossier.officer else "",
        "is_mine": dossier.officer_id == me().id,
        "claim": claim and {"name": claim.name, "label": say(claim.label)},
        "version": dossier.version,
        "closed_on": formats.day(clock.local(dossier.closed_at).date())
        if dossier.closed_at
        else "",
    }


def days_left(dossier: Dossier, office: OfficeCalendar) -> int | None:
    """Return the working days to the day that counts now; None when nobody waits for it."""
    day = dossier.supplement_due_on if dossier.phase == Phase.WAITING else dossier.due_on
    if day is None or dossier.phase in workflows.FINAL_PHASES:
        return None
    return office.days_left(clock.today(), day)


def _promised(dossier: Dossier) -> str:
    day = dossier.supplement_due_on if dossier.phase == Phase.WAITING else dossier.due_on
    return formats.day(day) if day else ""

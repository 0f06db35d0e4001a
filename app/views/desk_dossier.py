"""The page of a dossier, and the one address that every action of the staff is sent to."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import workflows
from app.errors import AlreadyDone, Conflict, Invalid
from app.language import say
from app.models import Dossier
from app.security.actors import roles_of, staff, staff_roles
from app.services import dossiers, evidence
from app.services import queue as queues
from app.services.step_up import Purpose, is_fresh
from app.transaction import transaction
from app.views import own_or_404, seen, step_up, uploads
from app.views.desk import bp, me
from app.views.desk_affected import affected_panel
from app.views.desk_binding import works_on
from app.views.desk_pages import Attempt, dossier_page
from app.views.desk_recipients import recipients_panel
from app.views.desk_register_pages import dossier_panels
from app.views.failures import sentence_of
from workflows import FINAL_PHASES, FieldType, GuardFailed, Phase, WrongState


@bp.get("/desk/dossiers/<code>")
def dossier(code: str) -> ResponseReturnValue:
    """Show a dossier and what this person may do with it."""
    found = queues.find(code, me())
    if found is None and queues.find(code.upper(), me()):
        return redirect(url_for(".dossier", code=code.upper()), 303)
    seen.note("dossier_seen", f"dossier:{code}")
    return page(own_or_404(found))


def page(
    found: Dossier, attempt: Attempt | None = None, status: int = 200, *, is_open: bool = False
) -> ResponseReturnValue:
    """Answer with the page of a dossier; `is_open` shows the numbers of persons in full."""
    actor = staff(me())
    context = dossier_page(found, actor, attempt or Attempt(), is_open=is_open)
    context |= (
        dossier_panels(found, actor, is_open=is_open)
        | recipients_panel(found)
        | affected_panel(found)
    )
    thing = evidence.Thing(f"dossier:{found.code}", dossier_id=found.id)
    if evidence.is_in_charge(me(), thing):
        context["viewers"] = url_for(".audit", thing=found.code, group="views")
    return render_template("desk/dossier.html", **context), status


@bp.post("/desk/dossiers/<code>/actions/<name>")
def act(code: str, name: str) -> ResponseReturnValue:
    """Take one step; whoever was late gets the fresh page, a sentence and their own text back."""
    found: Dossier = own_or_404(queues.find(code, me()))
    action = next((a for a in workflows.get(found.kind).actions if a.name == name), None)
    if action is None:
        abort(404)
    key = found.key
    version = request.form.get("version", type=int)
    typed = {n: v[:4000] for n, v in request.form.items()}
    sent, refused = uploads.taken(f.name for f in action.asks if f.type is FieldType.FILE)
    try:
        if refused:
            raise Invalid(refused)
        if action.roles & staff_roles(me()) and (action.signs or action.issues):
            purpose = Purpose.SIGN if action.signs else Purpose.ISSUE
            if not is_fresh(purpose):
                # What is missing is said before somebody fetches a code.
                dossiers.supplied_values(action.asks, typed, sent)
            step_up.ensure(purpose)
        with transaction():
            changed = dossiers.act(
                key, name, staff(me()), version=version, supplied=typed, files=sent
            )
            done = say(dossiers.last_step(changed))
    except AlreadyDone as error:
        flash(say(error.message), "info")
        return redirect(_after(code), 303)
    except Invalid as error:
        return page(_again(code), Attempt(name, typed, error.errors), 422)
    except (Conflict, WrongState, GuardFailed) as error:
        return page(_again(code), Attempt(name, typed, problem=sentence_of(error)), 409)
    flash(_("Ông/Bà %(done)s: %(code)s.", done=done, code=code), "success")
    return redirect(_after(code), 303)


def _again(code: str) -> Dossier:
    dossier: Dossier = own_or_404(queues.find(code, me()))
    return dossier


def _after(code: str) -> str:
    """Return where to go on: here while there is something to do or to read, else the queue."""
    found = _again(code)
    roles = roles_of(staff(me()), found)
    has_more = works_on(workflows.get(found.kind).offered(found.state, roles))
    if found.phase in FINAL_PHASES or (has_more and found.phase != Phase.QUEUE):
        return url_for(".dossier", code=code)
    return url_for(".queue")

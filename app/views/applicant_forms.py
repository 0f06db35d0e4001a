"""The applicant fills a form, looks it over and acts: submit, supplement, withdraw."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import workflows
from app import clock, forms
from app.errors import AlreadyDone, AppError, Conflict, Invalid, Refused
from app.formats import short_moment
from app.models import Dossier
from app.security import sessions
from app.services import applications, consents, dossiers, filling, retention
from app.transaction import transaction
from app.views import filled_forms, for_applicants, own_or_404, uploads
from app.views.applicants import bp, links_of, own_dossier, registered_page
from app.views.failures import sentence_of, status_of
from workflows import Action, ActionRefused, Text


@bp.route("/dossiers/<key>/form", methods=["GET", "POST"])
@for_applicants
def form(key: str) -> ResponseReturnValue:
    """Show the form and keep everything typed; go on only when all of it is right."""
    dossier = own_dossier(key)
    if request.method != "POST":
        if applications.sending_action(dossier) is None:
            return redirect(url_for(".status", key=key), 303)
        return _form_page(dossier, {})
    try:
        refused = _save(key)
    except Conflict as error:
        return _sentence(sentence_of(error), dossier, 409)
    dossier = own_dossier(key)
    field = request.form.get("remove", "")
    if request.form.get("step") == "next":
        errors = filling.errors(dossier) | refused
        return _form_page(dossier, errors) if errors else redirect(url_for(".review", key=key), 303)
    if refused:
        return _form_page(dossier, refused)
    flash(_("Đã gỡ tệp và lưu bản nháp.") if field else _("Đã lưu bản nháp."), "success")
    return redirect(url_for(".form", key=key, _anchor=field or None), 303)


@bp.post("/dossiers/<key>/save")
@for_applicants
def save(key: str) -> ResponseReturnValue:
    """Keep what is being typed, without a word about what is still missing."""
    own_dossier(key)
    try:
        _save(key, with_files=False)
    except Conflict as error:
        return sentence_of(error)
    return str(_("Đã tự lưu lúc %(at)s", at=short_moment(clock.now())[:5]))


def _save(key: str, *, with_files: bool = True) -> dict[str, Text]:
    """Store what was typed and attached; return the files that were refused."""
    kind = own_dossier(key).kind
    sent, refused = filled_forms.received(kind) if with_files else (None, {})
    with transaction():
        dossier = own_or_404(applications.own_to_change(key, sessions.current_email()))
        if applications.sending_action(dossier) is None:
            raise Conflict(dossiers.who_did_what(dossier))
        return refused | filled_forms.keep(dossier, sent)


@bp.post("/dossiers/<key>/check/<field>")
@for_applicants
def check_field(key: str, field: str) -> ResponseReturnValue:
    """Check one field while people type; nothing is kept."""
    dossier = own_dossier(key)
    line = own_or_404(filled_forms.checked_line(dossier, field))
    return render_template("_line.html", line=line, links=links_of(key))


@bp.get("/dossiers/<key>/review")
@for_applicants
def review(key: str) -> ResponseReturnValue:
    """Show everything once more before it is sent."""
    dossier = own_dossier(key)
    action = applications.sending_action(dossier)
    if action is None:
        return redirect(url_for(".status", key=key), 303)
    errors = filling.errors(dossier)
    if errors:
        return _form_page(dossier, errors)
    return render_template(
        "portal/review.html",
        dossier=dossier,
        workflow=workflows.get(dossier.kind),
        sections=applications.summary(dossier),
        links=links_of(key),
        action=action,
        optional=_unasked(),
    )


def _unasked() -> list[tuple[str, consents.Purpose]]:
    """Return the optional purposes this person has not agreed to yet."""
    held = consents.held(sessions.current_email())
    return [(name, p) for name, p in consents.asked().items() if name not in held]


@bp.get("/dossiers/<key>/actions/<name>")
@for_applicants
def ask(key: str, name: str) -> ResponseReturnValue:
    """Ask before something that cannot be taken back."""
    dossier = own_dossier(key)
    action = next((a for a in applications.other_actions(dossier) if a.name == name), None)
    if action is None:
        return redirect(url_for(".status", key=key), 303)
    return _ask_page(dossier, action, {})


@bp.post("/dossiers/<key>/actions/<name>")
@for_applicants
def act(key: str, name: str) -> ResponseReturnValue:
    """Take one step on an own dossier; a double click ends where the first one did."""
    before = own_dossier(key)
    sends = _is_sending(before, name)
    try:
        with transaction():
            dossier = own_or_404(applications.own_to_change(key, sessions.current_email()))
            dossiers.act(
                key,
                name,
                applications.actor(dossier),
                version=request.form.get("version", type=int),
                supplied=request.form,
            )
            for purpose in request.form.getlist("purpose") if sends else ():
                if purpose in consents.asked():
                    consents.give(dossier.email, purpose, f"dossier:{dossier.code}")
    except Invalid as error:
        return _refused_input(own_dossier(key), name, error.errors)
    except AlreadyDone:
        pass
    except Refused:
        return registered_page(before.kind, 409)
    except (AppError, ActionRefused) as error:
        return _sentence(sentence_of(error), own_dossier(key), status_of(error))
    return redirect(url_for(".receipt" if sends else ".status", key=key), 303)


def _is_sending(dossier: Dossier, name: str) -> bool:
    actions = workflows.get(dossier.kind).actions
    return any(a.name == name and a.clock in applications.SENDING for a in actions)


def _refused_input(dossier: Dossier, name: str, errors: Mapping[str, Text]) -> ResponseReturnValue:
    asking = next((a for a in applications.other_actions(dossier) if a.name == name), None)
    return _ask_page(dossier, asking, errors) if asking else _form_page(dossier, errors)


def _form_page(dossier: Dossier, errors: Mapping[str, Text]) -> ResponseReturnValue:
    page = render_template(
        "portal/form.html",
        dossier=dossier,
        workflow=workflows.get(dossier.kind),
        filled=filled_forms.filled(dossier, errors),
        links=links_of(dossier.key),
        asked=applications.asked(dossier),
        kept_days=0 if dossier.submitted_at else retention.days("drafts"),
        max_mb=uploads.max_mb(),
        page_has_errors=bool(errors),
    )
    return page, 422 if errors else 200


def _ask_page(dossier: Dossier, action: Action, errors: Mapping[str, Text]) -> ResponseReturnValue:
    filled = forms.fill([(Text(""), list(action.asks))], request.form, {}, errors)
    page = render_template(
        "portal/ask.html",
        dossier=dossier,
        workflow=workflows.get(dossier.kind),
        action=action,
        filled=filled,
        page_has_errors=bool(errors),
    )
    return page, 422 if errors else 200


def _sentence(text: str, dossier: Dossier, status: int) -> ResponseReturnValue:
    return render_template("portal/sentence.html", text=text, dossier=dossier), status

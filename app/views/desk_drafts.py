"""What officers file themselves: begun at the desk, filled, looked over, put before a leader."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import workflows
from app import clock
from app.errors import AlreadyDone, Conflict, Invalid
from app.extensions import db
from app.formats import short_moment
from app.language import say
from app.models import Dossier
from app.security.actors import staff, staff_roles
from app.services import applications, audit, dossiers, drafts, filling, recipients, retention
from app.transaction import transaction
from app.views import files, filled_forms, own_or_404, uploads
from app.views.desk import bp, me
from app.views.failures import sentence_of
from app.views.filled_forms import Links
from workflows import ActionRefused, Role, Text


@bp.get("/desk/new")
def new() -> ResponseReturnValue:
    """List what officers file, and the drafts of this one."""
    _only_officers()
    return render_template(
        "desk/drafts/new.html",
        workflows=workflows.filed_by(Role.OFFICER),
        drafts=drafts.of(me()),
        kinds=workflows.all_workflows(),
        kept_days=retention.days("drafts"),
    )


@bp.post("/desk/new/<kind>")
def begin(kind: str) -> ResponseReturnValue:
    """Begin or resume a draft."""
    _only_officers()
    with transaction():
        draft = dossiers.begin(kind, "", me())
        db.session.flush()
        audit.record("draft_begun", staff(me()), f"draft:{draft.id}", {"kind": kind})
        key = draft.key
    return redirect(url_for(".draft_form", key=key), 303)


@bp.route("/desk/drafts/<key>/form", methods=["GET", "POST"])
def draft_form(key: str) -> ResponseReturnValue:
    """Show the form and keep everything typed; go on when all of it is right."""
    dossier = own_draft(key)
    if request.method != "POST":
        return _form_page(dossier, {})
    refused = _save(key)
    dossier = own_draft(key)
    field = request.form.get("remove", "")
    if request.form.get("step") == "next":
        errors = filling.errors(dossier) | refused
        if errors:
            return _form_page(dossier, errors)
        after = ".draft_list" if workflows.get(dossier.kind).recipients else ".draft_review"
        return redirect(url_for(after, key=key), 303)
    if refused:
        return _form_page(dossier, refused)
    flash(_("Đã gỡ tệp và lưu bản nháp.") if field else _("Đã lưu bản nháp."), "success")
    return redirect(url_for(".draft_form", key=key, _anchor=field or None), 303)


@bp.post("/desk/drafts/<key>/save")
def draft_save(key: str) -> ResponseReturnValue:
    """Keep what is being typed."""
    own_draft(key)
    _save(key, with_files=False)
    return str(_("Đã tự lưu lúc %(at)s", at=short_moment(clock.now())[:5]))


def _save(key: str, *, with_files: bool = True) -> dict[str, Text]:
    kind = own_draft(key).kind
    sent, refused = filled_forms.received(kind) if with_files else (None, {})
    with transaction():
        return refused | filled_forms.keep(locked_draft(key), sent)


@bp.post("/desk/drafts/<key>/check/<field>")
def draft_check(key: str, field: str) -> ResponseReturnValue:
    """Check one field while people type; nothing is kept."""
    line = own_or_404(filled_forms.checked_line(own_draft(key), field))
    return render_template("_line.html", line=line, links=_links(key))


@bp.get("/desk/drafts/<key>/files/<int(max=2147483647):number>")
def draft_file(key: str, number: int) -> ResponseReturnValue:
    """Show a file of a draft to the officer who attached it."""
    found = own_or_404(applications.attachment(own_draft(key), number))
    return files.attachment(found, "staff", staff(me()))


@bp.get("/desk/drafts/<key>/review")
def draft_review(key: str) -> ResponseReturnValue:
    """Show everything once more before a leader sees it."""
    dossier = own_draft(key)
    errors = filling.errors(dossier)
    return _form_page(dossier, errors) if errors else _review_page(dossier)


@bp.post("/desk/drafts/<key>/propose")
def draft_propose(key: str) -> ResponseReturnValue:
    """Put the draft before a leader; a double click ends where the first one did."""
    dossier = own_or_404(drafts.find(key, me()))
    action = applications.sending_action(dossier)
    name = action.name if action else "propose_request"
    try:
        with transaction():
            done = dossiers.act(
                key, name, staff(me()), version=request.form.get("version", type=int)
            )
            code = done.code
    except AlreadyDone:
        code = own_or_404(drafts.find(key, me())).code
    except Invalid as error:
        return _form_page(own_draft(key), error.errors)
    except (Conflict, ActionRefused) as error:
        return _review_page(own_draft(key), sentence_of(error)), 409
    flash(_("Đã trình lãnh đạo: %(code)s.", code=code), "success")
    return redirect(url_for(".dossier", code=code), 303)


def own_draft(key: str) -> Dossier:
    """Return a dossier that this officer is filling in, or answer 404; 403 to anybody else."""
    _only_officers()
    dossier: Dossier = own_or_404(drafts.find(key, me()))
    if applications.sending_action(dossier) is None:
        abort(redirect(url_for(".dossier", code=dossier.code), 303))
    return dossier


def locked_draft(key: str) -> Dossier:
    """Return an own draft to change; raise Conflict when it was proposed meanwhile."""
    dossier: Dossier = own_or_404(drafts.find(key, me(), lock=True))
    if applications.sending_action(dossier) is None:
        raise Conflict(dossiers.who_did_what(dossier))
    return dossier


def _only_officers() -> None:
    if Role.OFFICER not in staff_roles(me()):
        abort(403)


def _links(key: str) -> Links:
    return Links(
        form=url_for(".draft_form", key=key),
        save=url_for(".draft_save", key=key),
        check=lambda field: url_for(".draft_check", key=key, field=field),
        file=lambda a: url_for(".draft_file", key=key, number=a.id),
    )


def _form_page(dossier: Dossier, errors: Mapping[str, Text]) -> ResponseReturnValue:
    page = render_template(
        "desk/drafts/form.html",
        **draft_head(dossier, "form"),
        filled=filled_forms.filled(dossier, errors),
        links=_links(dossier.key),
        max_mb=uploads.max_mb(),
        page_has_errors=bool(errors),
    )
    return page, 422 if errors else 200


def _review_page(dossier: Dossier, problem: str = "") -> str:
    listed = recipients.rows(dossier) if workflows.get(dossier.kind).recipients else []
    action = applications.sending_action(dossier)
    return render_template(
        "desk/drafts/review.html",
        **draft_head(dossier, "review"),
        sections=applications.summary(dossier),
        links=_links(dossier.key),
        label=say(action.label) if action else "",
        version=dossier.version,
        names=[r.name for r in listed],
        wrong=len(recipients.problems(dossier, listed)),
        problem=problem,
        page_has_errors=bool(problem),
    )


def draft_head(dossier: Dossier, here: str) -> dict[str, object]:
    """Return what the pages of a draft share: its title and the steps to its leader."""
    workflow = workflows.get(dossier.kind)
    steps = [("form", _("Nội dung"), ".draft_form")]
    if workflow.recipients:
        steps.append(("list", _("Danh sách nhận"), ".draft_list"))
    steps.append(("review", _("Kiểm tra và trình ký"), ".draft_review"))
    return {
        "key": dossier.key,
        "code": dossier.code or "",
        "title": say(workflow.title),
        "subject": dossier.subject,
        "dossier": dossier,
        "tabs": [
            {"label": label, "href": url_for(endpoint, key=dossier.key), "active": name == here}
            for name, label, endpoint in steps
        ],
    }

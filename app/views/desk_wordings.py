"""The wording of letters on the desk: administrators edit it, everybody at the desk reads it."""

from dataclasses import replace

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import letters
import workflows
from app import rendering
from app.errors import AlreadyDone, Conflict, Invalid
from app.language import say
from app.models import Dossier, User
from app.security.actors import staff, staff_roles
from app.services import audit, facts, wordings
from app.services import letters as drafting
from app.services import queue as queues
from app.services.wordings import SUBJECT, Said
from app.transaction import transaction
from app.views import desk_wording_pages as pages
from app.views import files, own_or_404, seen
from app.views.desk import bp, for_administrators, me
from letters import LetterData, LetterError
from workflows import Role, Text


def _known(kind: str) -> str:
    if kind not in wordings.editable():
        abort(404)
    return kind


def _is_editor() -> bool:
    """Tell whether this person edits: wording is the department's, no dossier is touched."""
    return Role.ADMIN in staff_roles(me())


def _editor(kind: str) -> User:
    """Return the administrator at work, or answer 403."""
    if not _is_editor():
        abort(403)
    _known(kind)
    return me()


@bp.get("/desk/wordings")
@for_administrators
def wordings_page() -> ResponseReturnValue:
    """Show the letters whose wording may be edited, and who changed it last."""
    current = wordings.all_current()
    rows = [pages.row(kind, current.get(kind)) for kind in wordings.editable()]
    rows.sort(key=lambda r: r["title"])
    return render_template("desk/wordings/index.html", rows=rows)


@bp.get("/desk/wordings/<kind>")
@for_administrators
def wording(kind: str) -> ResponseReturnValue:
    """Show the wording in use, as text and as a letter, and its versions."""
    history = wordings.versions(_known(kind))
    said = wordings.said(kind, history[0] if history else None)
    return render_template(
        "desk/wordings/show.html",
        kind=kind,
        title=letters.kinds()[kind].title,
        version=said.version,
        blocks=pages.blocks(kind, said),
        versions=[pages.version_row(found) for found in history],
        is_editor=_is_editor(),
        is_original=not history or history[0].restores == 0,
        sees_dossiers=queues.may_see(me()),
    )


@bp.get("/desk/wordings/<kind>/versions/<int(max=2147483647):number>")
@for_administrators
def wording_version(kind: str, number: int) -> ResponseReturnValue:
    """Show what a version changed."""
    found = own_or_404(wordings.find(_known(kind), number))
    old = wordings.find(kind, number - 1)
    now = wordings.current(kind)
    return render_template(
        "desk/wordings/version.html",
        kind=kind,
        title=letters.kinds()[kind].title,
        row=pages.version_row(found),
        changes=pages.changes(kind, wordings.said(kind, old), wordings.said(kind, found)),
        base=now.version if now else 0,
        is_editor=_is_editor(),
    )


@bp.get("/desk/wordings/<kind>/edit")
@for_administrators
def wording_form(kind: str) -> ResponseReturnValue:
    """Show the sentences in boxes."""
    _editor(kind)
    said = wordings.said(kind, wordings.current(kind))
    texts = {SUBJECT: said.subject or letters.kinds()[kind].subject, **said.texts}
    return _form(kind, texts, said.version)


@bp.post("/desk/wordings/<kind>/edit")
@for_administrators
def wording_save(kind: str) -> ResponseReturnValue:
    """Keep a new version; what is wrong comes back with its sentences, and nothing is kept."""
    author = _editor(kind)
    texts, note = request.form.to_dict(), request.form.get("note", "")
    base = request.form.get("version", 0, type=int)
    try:
        with transaction():
            saved = wordings.save(kind, texts, base=base, note=note, author=author).version
            audit.record("wording_changed", staff(author), f"wording:{kind}", {"version": saved})
    except Invalid as error:
        return _form(kind, texts, base, errors=error.errors), 422
    except Conflict as error:
        # Whoever saves again has seen that there is a newer version.
        newest = wordings.said(kind, wordings.current(kind)).version
        return _form(kind, texts, newest, problem=say(error.message)), 409
    except AlreadyDone as error:
        flash(say(error.message), "info")
        return redirect(url_for(".wording", kind=kind), 303)
    flash(_("Đã lưu phiên bản %(n)s. Hồ sơ đã trình giữ lời văn lúc trình.", n=saved), "success")
    return redirect(url_for(".wording", kind=kind), 303)


def _form(
    kind: str,
    texts: dict[str, str],
    version: int,
    *,
    errors: dict[str, Text] | None = None,
    problem: str = "",
) -> str:
    wrong = errors or {}
    return render_template(
        "desk/wordings/edit.html",
        kind=kind,
        title=letters.kinds()[kind].title,
        version=version,
        boxes=pages.boxes(kind, texts, wrong),
        note=texts.get("note", ""),
        note_error=say(wrong["note"]) if "note" in wrong else "",
        note_length=wordings.NOTE_LENGTH,
        wrong=[{"href": f"#{name}", "text": say(text)} for name, text in wrong.items()],
        problem=problem,
        page_has_errors=bool(wrong or problem),
    )


@bp.post("/desk/wordings/<kind>/check/<block>")
@for_administrators
def wording_check(kind: str, block: str) -> ResponseReturnValue:
    """Say what is wrong with one box while it is typed."""
    _editor(kind)
    if block not in {SUBJECT, *letters.kinds()[kind].wording}:
        abort(404)
    wrong = wordings.checked(kind, block, request.form.get(block, ""))
    return render_template("desk/wordings/_check.html", error=say(wrong) if wrong else "")


@bp.post("/desk/wordings/<kind>/versions/<int(max=2147483647):number>/restore")
@for_administrators
def wording_restore(kind: str, number: int) -> ResponseReturnValue:
    """Make an old version, or with 0 the shipped wording, the one in use."""
    author = _editor(kind)
    base = request.form.get("version", 0, type=int)
    try:
        with transaction():
            saved = wordings.restore(kind, number, base=base, author=author).version
            restored = {"version": saved, "restores": number}
            audit.record("wording_changed", staff(author), f"wording:{kind}", restored)
        flash(_("Đã khôi phục thành phiên bản %(n)s.", n=saved), "success")
    except Invalid as error:
        flash(say(next(iter(error.errors.values()))), "error")
    except Conflict as error:
        flash(say(error.message), "warning")
    except AlreadyDone as error:
        flash(say(error.message), "info")
    return redirect(url_for(".wording", kind=kind), 303)


@bp.get("/desk/wordings/<kind>/sample.pdf")
@for_administrators
def wording_sample(kind: str) -> ResponseReturnValue:
    """Show a version, or the one in use, on an invented dossier."""
    number = request.args.get("version", type=int)
    if number:
        found = own_or_404(wordings.find(_known(kind), number))
    else:
        found = wordings.current(_known(kind))
    return _drawn(_sample(kind, wordings.said(kind, found)))


@bp.post("/desk/wordings/<kind>/trial.pdf")
@for_administrators
def wording_trial(kind: str) -> ResponseReturnValue:
    """Show what is typed and not yet saved on an invented dossier."""
    _editor(kind)
    try:
        said = wordings.typed(kind, request.form)
    except Invalid as error:
        found = [f"{say(pages.BLOCKS[n])}: {say(text)}" for n, text in error.errors.items()]
        return _not_drawn(found)
    return _drawn(_sample(kind, said))


@bp.get("/desk/wordings/<kind>/dossier.pdf")
def wording_dossier(kind: str) -> ResponseReturnValue:
    """Show the wording in use on a real dossier; nothing is drafted or kept."""
    _known(kind)
    code = " ".join(request.args.get("code", "").split())[:60].upper()
    dossier: Dossier | None = queues.find(code, me()) if code else None
    if dossier is None:
        return _not_drawn([_("Không có hồ sơ mã số này.")])
    if kind not in workflows.get(dossier.kind).letters:
        return _not_drawn([_("Thủ tục của hồ sơ này không dùng loại văn bản này.")])
    try:
        data = drafting.compose(dossier, kind, facts.proposed(dossier))
        seen.note("letter_seen", f"dossier:{code}", page="wording")
        return _drawn(replace(data, draft=True))
    except LetterError:
        return _not_drawn([_("Hồ sơ này chưa có đủ nội dung của văn bản.")])


def _sample(kind: str, said: Said) -> LetterData:
    data = letters.sample(kind)
    return replace(
        data,
        subject=letters.subject_of(kind, data.facts, said.subject),
        wording=said.texts,
        wording_version=said.version,
        draft=True,
    )


def _drawn(data: LetterData) -> Response:
    return files.pdf(rendering.letter(data), f"{data.kind.replace('_', '-')}.pdf")


def _not_drawn(sentences: list[str]) -> ResponseReturnValue:
    """Answer in the frame of the preview why there is none."""
    return render_template("desk/wordings/not_drawn.html", sentences=sentences), 422

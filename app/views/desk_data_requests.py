"""Requests of persons about their data on the desk: what waits, and the answer."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock, formats
from app.errors import AlreadyDone, Invalid
from app.language import say
from app.models import DataRequest, Dossier
from app.security.actors import staff, staff_roles
from app.services import data_requests, progress
from app.transaction import transaction
from app.views.desk import bp, me
from workflows import Role, Text

_DRAFT = Text("bản nháp", "a draft")


@bp.get("/desk/data-requests")
def data_requests_page() -> ResponseReturnValue:
    """Show what waits for an answer and what was answered."""
    return _page()


def _page(errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    if Role.OFFICER not in staff_roles(me()):
        abort(403)
    waiting = data_requests.listed(answered=False)
    about = data_requests.concerned({r.email for r in waiting})
    page = render_template(
        "desk/data_requests.html",
        waiting=[_row(r) | _about(r, about[r.email]) for r in waiting],
        answered=[_row(r) for r in data_requests.listed(answered=True)],
        answers={name: say(label) for name, label in data_requests.ANSWERS.items()},
        errors=errors or {},
        tried=request.view_args.get("number") if request.view_args else None,
        typed=request.form,
        page_has_errors=bool(errors),
    )
    return page, status


def _row(made: DataRequest) -> dict[str, object]:
    by = made.answered_by
    return {
        "id": made.id,
        "kind": say(data_requests.KINDS[made.kind].label),
        "email": formats.mask_email(made.email) if made.answer else made.email,
        "text": made.text,
        "made_at": formats.short_moment(made.made_at),
        "acknowledge_by": formats.day(made.acknowledge_by),
        "due_on": formats.day(made.due_on),
        "late": not made.answer and made.due_on < clock.today(),
        "answered_at": formats.short_moment(made.answered_at) if made.answered_at else "",
        "answer": say(data_requests.ANSWERS[made.answer]) if made.answer else "",
        "reason": made.reason,
        "by": by.full_name if by else "",
    }


def _about(made: DataRequest, about: data_requests.Concerned) -> dict[str, object]:
    return {
        "is_erasure": made.kind == "erasure",
        "erasable": _dossiers(about.erasable),
        "kept": _dossiers(about.kept),
        "accounts": [
            {"label": a.username, "href": url_for(".account", number=a.id)} for a in about.accounts
        ],
    }


def _dossiers(found: list[Dossier]) -> list[dict[str, str]]:
    # A draft has no page of its own on the desk.
    return [
        {
            "label": f"{d.code}, {say(progress.label(d))}" if d.code else say(_DRAFT),
            "href": url_for(".dossier", code=d.code) if d.code else "",
        }
        for d in found
    ]


@bp.post("/desk/data-requests/<int(max=2147483647):number>")
def answer_data_request(number: int) -> ResponseReturnValue:
    """Grant or refuse, with the reason; the person gets a mail."""
    if Role.OFFICER not in staff_roles(me()):
        abort(403)
    try:
        with transaction():
            data_requests.answer(
                number,
                request.form.get("answer", ""),
                request.form.get("reason", ""),
                staff(me()),
            )
    except LookupError:
        abort(404)
    except AlreadyDone as error:
        flash(say(error.message), "info")
        return redirect(url_for(".data_requests_page"), 303)
    except Invalid as error:
        return _page({n: say(t) for n, t in error.errors.items()}, 422)
    flash(_("Đã trả lời; người yêu cầu nhận được thư."), "success")
    return redirect(url_for(".data_requests_page"), 303)

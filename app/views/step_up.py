"""The page that asks for the one-time code again, and the mark of views that need it (rule O1).

A form that is sent without a fresh proof is answered by a page that carries all it said, takes
the code and sends it on to the same address: nothing is typed twice and nothing is lost.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.form import BaseForm

from app.errors import CodeNeeded, Locked
from app.language import say
from app.security.actors import staff
from app.services import audit, step_up
from app.services.step_up import Purpose
from app.transaction import transaction
from app.views import F, safe_next
from app.views.desk import bp, for_administrators, me, nav

_CODE = "otp"
_NOT_CARRIED = frozenset({_CODE, "csrf_token"})


def register(app: Flask) -> None:
    """Answer CodeNeeded, wherever it is raised, with the page that asks for the code."""
    app.register_error_handler(CodeNeeded, _ask)


def needs_code(purpose: Purpose) -> Callable[[F], F]:
    """Let a view run only behind a fresh one-time code for a purpose."""

    def mark(view: F) -> F:
        @wraps(view)
        def guarded(*args: Any, **named: Any) -> Any:
            ensure(purpose)
            return view(*args, **named)

        guarded.needs_code = purpose  # type: ignore[attr-defined]  # a mark tests read
        return guarded  # type: ignore[return-value]

    return mark


def export(name: str) -> Callable[[F], F]:
    """Let a view send data out of the house: behind a code, and noted to the person."""

    def mark(view: F) -> F:
        @wraps(view)
        def noted(*args: Any, **named: Any) -> Any:
            with transaction():
                chosen = {n: str(v)[:100] for n, v in (request.args | named).items() if v}
                audit.record("exported", staff(me()), f"list:{name}", chosen)
            return view(*args, **named)

        return needs_code(Purpose.EXPORT)(noted)  # type: ignore[return-value]

    return mark


def ensure(purpose: Purpose) -> None:
    """Go on with a fresh proof or a right code in the form; else raise CodeNeeded or Locked.

    To be called outside a transaction: a wrong try is counted in one of its own.
    """
    if step_up.is_fresh(purpose):
        return
    typed = request.form.get(_CODE, "") if request.method == "POST" else ""
    if not typed:
        raise CodeNeeded(purpose)
    _take(purpose, typed)


def _take(purpose: Purpose, typed: str) -> None:
    refusal: CodeNeeded | None = None
    with transaction():
        try:
            step_up.prove(purpose, typed[:20])
        except CodeNeeded as error:
            refusal = error  # the wrong try is committed
    if refusal is not None:
        raise refusal


@bp.route("/desk/confirm", methods=["GET", "POST"])
@for_administrators
def confirm() -> ResponseReturnValue:
    """Take a code for a page or a file that is asked for by its address."""
    purpose = _purpose()
    target = safe_next("")
    if purpose is None or not target:
        return redirect(url_for(".queue"), 303)
    if request.method == "POST":
        try:
            _take(purpose, request.form.get(_CODE, ""))
        except CodeNeeded as error:
            return _page(purpose, say(error.problem) if error.problem else "", target), 422
        except Locked as error:
            return _page(purpose, say(error.message), target), 429
        return redirect(url_for(".confirmed", next=target), 303)
    return _page(purpose, "", target)


@bp.get("/desk/confirmed")
@for_administrators
def confirmed() -> ResponseReturnValue:
    """Go on to what was asked for; a download leaves this page on the screen."""
    target = safe_next("")
    if not target:
        return redirect(url_for(".queue"), 303)
    minutes = int(step_up.lifetime().total_seconds() // 60)
    page = render_template("desk/confirmed.html", target=target, minutes=minutes)
    return page, 200, {"Refresh": f"0; url={target}"}


def _purpose() -> Purpose | None:
    try:
        return Purpose(request.values.get("purpose", ""))
    except ValueError:
        return None


def _ask(error: CodeNeeded) -> ResponseReturnValue:
    purpose = Purpose(error.purpose)
    if request.method != "POST":
        target = request.full_path.rstrip("?")
        return redirect(url_for("desk.confirm", purpose=purpose, next=target), 303)
    problem = say(error.problem) if error.problem else ""
    return _page(purpose, problem), 422 if problem else 403


def _page(purpose: Purpose, problem: str, target: str = "") -> str:
    form = BaseForm({_CODE: StringField(lazy_gettext("Mã xác thực"), widget=GovTextInput())})
    form.process()
    form[_CODE].errors = [problem] if problem else []
    # A GET is sent to this page's own address, a form to where it was going.
    carried = (
        [("purpose", purpose), ("next", target)]
        if target
        else [(n, v) for n, v in request.form.items(multi=True) if n not in _NOT_CARRIED]
    )
    return render_template(
        "desk/confirm.html",
        form=form,
        action=url_for("desk.confirm") if target else request.full_path.rstrip("?"),
        carried=carried,
        files=[f.filename for f in request.files.values() if f.filename],
        purpose=say(step_up.LABELS[purpose]),
        minutes=int(step_up.lifetime().total_seconds() // 60),
        page_has_errors=bool(problem),
        **nav(),
    )

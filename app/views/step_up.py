"""The page that asks for the one-time code again, and the mark of views that need it (rule O1).

A form that is sent without a fresh proof is answered by a page that carries all it said, takes
the code and sends it on to the same address: nothing is typed twice and nothing is lost.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.form import BaseForm

from app.errors import CodeNeeded, Locked
from app.language import say
from app.security.actors import staff
from app.services import audit, factors, sent_codes, step_up
from app.services.factors import Factor
from app.services.step_up import Purpose
from app.transaction import transaction
from app.views import F, came_from, refusals, safe_next
from app.views.auth import landing
from app.views.desk import bp, for_oneself, me, nav
from app.views.second_factor import chosen, masked

_CODE = "otp"
# Which factor the code is of, a wish to be asked for another, and a wish to be sent one.
_BY, _OTHER, _SEND = "otp_by", "otp_other", "otp_send"
_NOT_CARRIED = frozenset({_CODE, _BY, _OTHER, _SEND, "csrf_token"})


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
                chosen = {n: _filter(n, v) for n, v in (request.args | named).items() if v}
                audit.record("exported", staff(me()), f"list:{name}", chosen)
            return view(*args, **named)

        return needs_code(Purpose.EXPORT)(noted)  # type: ignore[return-value]

    return mark


def _filter(name: str, value: object) -> str:
    """Return what a filter was set to; what was searched for may be somebody's name."""
    return "…" if name == "q" else str(value)[:100]


def ensure(purpose: Purpose) -> None:
    """Go on with a fresh proof or a right code in the form; else raise CodeNeeded.

    To be called outside a transaction: a wrong try is counted in one of its own.
    """
    if step_up.is_fresh(purpose):
        return
    if request.method != "POST":
        raise CodeNeeded(purpose)
    try:
        _take(purpose)
    except Locked as error:
        # On the page that carries the form: what was typed is still there in five minutes.
        raise CodeNeeded(purpose, error.message) from error


def _take(purpose: Purpose) -> None:
    """Do what the page of codes was sent for: another factor, a code sent, a code given."""
    if _SEND in request.form:
        with transaction():
            ways = [w for w in step_up.offered(me(), purpose) if w in factors.SENT]
            if ways:
                step_up.send(purpose, chosen(ways, _SEND))
        raise CodeNeeded(purpose)
    if _CODE not in request.form or _OTHER in request.form:
        raise CodeNeeded(purpose)
    typed = request.form[_CODE]
    ways = step_up.offered(me(), purpose)
    by = chosen(ways, _BY) if ways else Factor.TOTP
    if not typed.strip():
        raise CodeNeeded(purpose, factors.MISSING[by])
    refusal: CodeNeeded | None = None
    with transaction():
        try:
            step_up.prove(purpose, typed, by)
        except CodeNeeded as error:
            refusal = error  # the wrong try is committed
    if refusal is not None:
        raise refusal


@bp.route("/desk/confirm", methods=["GET", "POST"])
@for_oneself
def confirm() -> ResponseReturnValue:
    """Take a code for a page or a file that is asked for by its address."""
    purpose = _purpose()
    target = safe_next("")
    if purpose is None or not target:
        return redirect(url_for(".queue"), 303)
    if request.method == "POST":
        try:
            _take(purpose)
        except CodeNeeded as error:
            status = 422 if error.problem else 403
            refusals.expected()
            return _page(purpose, say(error.problem) if error.problem else "", target), status
        except Locked as error:
            return _page(purpose, say(error.message), target), 429
        return redirect(url_for(".confirmed", next=target, back=_back() or None), 303)
    return _page(purpose, "", target)


@bp.get("/desk/confirmed")
@for_oneself
def confirmed() -> ResponseReturnValue:
    """Go on to what was asked for; a download leaves this page on the screen."""
    target = safe_next("")
    if not target:
        return redirect(url_for(".queue"), 303)
    minutes = int(step_up.lifetime().total_seconds() // 60)
    page = render_template(
        "desk/confirmed.html", target=target, minutes=minutes, back_to=_back() or landing(me())
    )
    return page, 200, {"Refresh": f"0; url={target}"}


def _back() -> str:
    """Return the page a file was asked for on; the form of the code carries it along."""
    page = safe_next("", "back") or came_from()
    return "" if urlsplit(page).path == url_for(".confirm") else page


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
    refusals.expected()
    return _page(purpose, problem), 422 if problem else 403


def _page(purpose: Purpose, problem: str, target: str = "") -> str:
    form = BaseForm({_CODE: StringField(lazy_gettext("Mã xác thực"), widget=GovTextInput())})
    form.process()
    form[_CODE].errors = [problem] if problem else []
    # A GET is sent to this page's own address, a form to where it was going.
    carried = (
        [("purpose", purpose), ("next", target), ("back", _back())]
        if target
        else [(n, v) for n, v in request.form.items(multi=True) if n not in _NOT_CARRIED]
    )
    user = me()
    ways = step_up.offered(user, purpose)
    by = next((f for f in (_asked_for(n, ways) for n in (_SEND, _OTHER, _BY)) if f), None)
    by = by or (ways[0] if ways else Factor.TOTP)
    return render_template(
        "desk/confirm.html",
        form=form,
        action=url_for("desk.confirm") if target else request.full_path.rstrip("?"),
        carried=carried,
        is_sending=not target,
        back=_back() if target else came_from(),
        files=[f.filename for f in request.files.values() if f.filename],
        by=by,
        others=[(way, say(factors.LABELS[way])) for way in ways if way != by],
        place=masked(user, by),
        is_sent=by in factors.SENT and sent_codes.live(by, purpose) is not None,
        purpose=say(step_up.LABELS[purpose]),
        purpose_name=purpose,
        minutes=int(step_up.lifetime().total_seconds() // 60),
        problem=problem,
        page_has_errors=bool(problem),
        **nav(),
    )


def _asked_for(name: str, ways: list[Factor]) -> Factor | None:
    return next((way for way in ways if way == request.form.get(name)), None)

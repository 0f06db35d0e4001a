"""The web: every endpoint is closed unless marked; headers, errors and blueprints."""

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from app.config import Config
from app.extensions import db
from app.security import sessions
from app.services import own_password
from app.transaction import transaction

# One slash: browsers read two, or a backslash, as a host, and drop tabs and line ends before that.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x1f\x7f-\x9f\\]{0,2000}")

F = TypeVar("F", bound=Callable[..., Any])


def public(view: F) -> F:
    """Open an endpoint to everybody."""
    view.is_public = True  # type: ignore[attr-defined]  # a mark that `deny_by_default` reads
    return view


def for_applicants(view: F) -> F:
    """Open an endpoint to people with a verified e-mail."""
    view.is_for_applicants = True  # type: ignore[attr-defined]  # a mark that `deny_by_default` reads
    return view


def half_open(view: F) -> F:
    """Open an endpoint between password and one-time code."""
    view.is_half_open = True  # type: ignore[attr-defined]  # a mark that `deny_by_default` reads
    return view


def before_change(view: F) -> F:
    """Open an endpoint also to staff who must change their password before all else."""
    view.is_before_change = True  # type: ignore[attr-defined]  # a mark that `deny_by_default` reads
    return view


def register(app: Flask, config: Config) -> None:
    """Bind everything that has to do with HTTP."""
    from app.views import (  # noqa: F401 - some add their pages to `applicants` or `desk`
        activation,
        applicant_dossiers,
        applicant_forms,
        applicant_sessions,
        applicants,
        auth,
        compression,
        custody,
        desk,
        desk_affected,
        desk_arrivals,
        desk_audit,
        desk_chain,
        desk_data_requests,
        desk_delegations,
        desk_dossier,
        desk_drafts,
        desk_factors,
        desk_interchange,
        desk_ledger,
        desk_letters,
        desk_lists,
        desk_mail,
        desk_me,
        desk_numbers,
        desk_people,
        desk_recipients,
        desk_reconcile,
        desk_register,
        desk_registers,
        desk_retention,
        desk_review,
        desk_rights,
        desk_tracking,
        desk_wordings,
        failures,
        files,
        first_phone,
        headers,
        health,
        limits,
        my_data,
        origin,
        passkeys,
        portal,
        received,
        refusals,
        second_factor,
        seen,
        step_up,
        verification,
        welcome,
    )

    for module in (
        portal, applicants, activation, custody, received, auth, desk, desk_letters, health,
        verification, welcome, files,
    ):  # fmt: skip
        app.register_blueprint(module.bp)
    if config.env == "development":
        from app.views import authenticator, sms_inbox

        app.register_blueprint(authenticator.bp)
        app.register_blueprint(sms_inbox.bp)
    if not config.is_production:
        from app.mail.mailbox_views import make_blueprint

        mailbox = make_blueprint(config.mailbox_dir)
        app.register_blueprint(mailbox)
        for name, view in app.view_functions.items():
            if name.startswith(f"{mailbox.name}."):
                public(view)
    compression.register(app)
    step_up.register(app)
    seen.register(app)
    refusals.register(app)
    failures.register(app)
    # Last of all: what is registered first sees an answer last.
    headers.register(app)
    origin.register(app, config)
    app.before_request(refuse_nul)
    app.before_request(deny_by_default)
    limits.register(app)
    app.after_request(_finish)


def refuse_nul() -> ResponseReturnValue | None:
    """Answer 400 to a NUL: no person types one, and PostgreSQL stores none."""
    sent = (
        text
        for values in (request.args, request.form)
        for name, value in values.items(multi=True)
        for text in (name, value)
    )
    if "\0" not in request.path and not any("\0" in text for text in sent):
        return None
    from app.views import failures

    sentence = _("Nội dung gửi lên có ký tự không hợp lệ. Ông/Bà kiểm tra lại rồi gửi lần nữa.")
    return failures.page(400, sentence)


def deny_by_default() -> ResponseReturnValue | None:
    """Let a request pass only where its endpoint says so."""
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static":
        return None  # werkzeug answers 404 or 405 itself
    view = app_view(endpoint)
    if getattr(view, "is_public", False):
        return None
    if getattr(view, "is_for_applicants", False):
        return _seen(sessions.PORTAL) if sessions.current_email() else _to("applicants.start")
    if getattr(view, "is_half_open", False):
        # Not back here: once the code was given, this page only leads to the sign-in page again.
        return None if sessions.half_signed_in() else _to("auth.sign_in", safe_next(""))
    user = sessions.current_user()
    if user is None:
        return _to("auth.sign_in")
    if own_password.must_change(user) and not getattr(view, "is_before_change", False):
        return _to_change()
    return _seen(sessions.STAFF)


def _seen(area: str) -> ResponseReturnValue | None:
    if sessions.is_unseen(area):
        with transaction():
            sessions.touch(area)
    return None


def _to_change() -> ResponseReturnValue:
    """Lead to the one page of the desk that is open until the password is changed."""
    target = url_for("desk.my_password")
    if "HX-Request" in request.headers:
        return "", 403, {"HX-Redirect": target}
    return redirect(target, 303)


def app_view(endpoint: str) -> Callable[..., Any] | None:
    """Return the function behind an endpoint."""
    return current_app.view_functions.get(endpoint)


def _to(endpoint: str, target: str | None = None) -> ResponseReturnValue:
    if "HX-Request" in request.headers:
        return _ended(endpoint)
    if target is None:
        is_page = request.method in ("GET", "HEAD")
        target = request.full_path.rstrip("?") if is_page else came_from()
        if not is_page:
            flash(
                _("Phiên làm việc đã hết. Ông/Bà đăng nhập lại; nội dung vừa nhập sẽ hiện lại."),
                "info",
            )
    return redirect(url_for(endpoint, next=target or None), 303)


def _ended(endpoint: str) -> ResponseReturnValue:
    """Answer a script: a redirect would put the whole sign-in page where a field was."""
    way_in = _("mở trang đăng nhập")
    sentence = _(
        "Phiên làm việc đã hết; %(link)s ở thẻ khác rồi tiếp tục, nội dung đã nhập vẫn còn.",
        link=f'<a href="{url_for(endpoint)}" target="_blank">{way_in}</a>',
    )
    return sentence, 401


def came_from() -> str:
    """Return the page of ours that a form was sent from, or "".

    What a refused POST left on the screen has no page of its own: the nearest one above it.
    """
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return ""
    from app.views import origin

    config: Config = current_app.config["VANTHU"]
    if parts.netloc not in (origin.host(), urlsplit(config.base_url).netloc):
        return ""
    page = nearest_page(parts.path)
    return f"{page}?{parts.query}" if page == parts.path and parts.query else page


def nearest_page(path: str) -> str:
    """Return an address if a page is there, else that of the nearest page above it, or ""."""
    pages = current_app.url_map.bind("")
    path = "/" + path.lstrip("/")  # where it begins with two, a browser reads a host
    while path:
        try:
            pages.match(path, method="GET")
        except HTTPException:
            path = path.rpartition("/")[0]
        else:
            break
    return path


def safe_next(fallback: str, name: str = "next") -> str:
    """Return where to go after signing in: a path of ours, never another host."""
    target = request.values.get(name, "")
    return target if _OWN_PATH.fullmatch(target) else fallback


def own_or_404(found: Any) -> Any:
    """Return what was found, or answer 404: unknown and not yours look the same."""
    if found is None:
        abort(404)
    return found


def _finish(response: Response) -> Response:
    response = sessions.write_cookies(response)
    if g.get("_cookies") and db.session.dirty:
        raise RuntimeError("a session was changed outside a transaction")
    return response

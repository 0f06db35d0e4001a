"""The one table from exceptions to answers."""

import logging

from flask import Flask, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from app.errors import AlreadyDone, AppError, Conflict, Invalid, Locked, Refused
from app.language import say
from app.services.organisation import NoDepartment
from app.views import came_from, nearest_page
from letters import LetterError
from workflows import ActionRefused, GuardFailed, NotPermitted, UnknownWorkflow, WrongState

log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotPermitted, 403),
    (WrongState, 409),
    (GuardFailed, 409),
    (ActionRefused, 409),
    (Conflict, 409),
    (Refused, 409),
    (Locked, 429),
    (Invalid, 422),
)


def register(app: Flask) -> None:
    """Bind the table; unexpected exceptions surface in tests."""
    app.register_error_handler(AlreadyDone, _already_done)
    app.register_error_handler(AppError, _known)
    app.register_error_handler(ActionRefused, _known)
    app.register_error_handler(UnknownWorkflow, lambda e: page(404))
    app.register_error_handler(LookupError, _lookup)
    # A value no row can have, such as a number beyond the column's.
    app.register_error_handler(DataError, lambda e: page(404))
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(LetterError, _letter)
    app.register_error_handler(NoDepartment, _no_department)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http)
    if not app.testing:
        app.register_error_handler(OperationalError, _unavailable)
        app.register_error_handler(OSError, _unavailable)
        app.register_error_handler(Exception, _unexpected)


def page(status: int, message: str = "") -> ResponseReturnValue:
    """Return the error page with its status.

    Not render_template: the page must also come when the database that fills the usual
    context is what failed.
    """
    template = current_app.jinja_env.get_template("errors/error.html")
    back = came_from() if request.method == "POST" else ""
    locale = str(get_locale() or "vi")
    is_desk = request.path.startswith("/desk/")
    page = template.render(code=status, detail=message, back=back, locale=locale, is_desk=is_desk)
    return page, status


def status_of(error: Exception) -> int:
    """Return the HTTP status of a refusal."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def sentence_of(error: AppError | ActionRefused) -> str:
    """Return what a person reads."""
    return say(error.reason if isinstance(error, ActionRefused) else error.message)


def _known(error: AppError | ActionRefused) -> ResponseReturnValue:
    return page(status_of(error), sentence_of(error))


def _already_done(error: AlreadyDone) -> ResponseReturnValue:
    flash(say(error.message), "info")
    return redirect(came_from() or "/", 303)


def _lookup(error: LookupError) -> ResponseReturnValue:
    if isinstance(error, KeyError | IndexError):
        raise error  # a mistake of ours, not a missing page
    return page(404)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    return page(
        400,
        _("Biểu mẫu đã hết hiệu lực. Vui lòng quay lại, tải lại trang rồi gửi lần nữa."),
    )


def _no_department(error: NoDepartment) -> ResponseReturnValue:
    log.error("no department: run vanthu department load FILE")
    return page(503)


def _letter(error: LetterError) -> ResponseReturnValue:
    log.error("letter: %s", error)
    return page(500, _("Chưa tạo được văn bản. Nội dung vẫn được giữ; vui lòng thử lại."))


def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    limit = current_app.config["MAX_CONTENT_LENGTH"]
    if request.content_length is None or request.content_length > limit:
        return page(413)
    # Small enough as a whole: not a file, but the number of its fields or a text is too much.
    return page(
        400,
        _("Biểu mẫu có quá nhiều mục hoặc nội dung quá dài. Ông/Bà quay lại, rút gọn rồi gửi lại."),
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error
    # The address of a form that was refused, asked for again from the address bar. Only where
    # routing itself said no: a page that did would be the nearest one to itself, for ever.
    if error is request.routing_exception and _is_only_posted_to(error):
        return redirect(nearest_page(request.path) or "/", 303)
    return page(error.code or 500)


def _is_only_posted_to(error: HTTPException) -> bool:
    return isinstance(error, MethodNotAllowed) and request.method in ("GET", "HEAD")


def _unavailable(error: Exception) -> ResponseReturnValue:
    log.error("unavailable", exc_info=error)
    return page(503)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected", exc_info=error)
    return page(500)

"""Which requests are counted per network address, and what the one too many reads.

Ordinary pages cost no write: counted are sign-ins, codes, files, drawings, and of the look-ups
only those that found nothing.
"""

import math
from collections.abc import Mapping

from flask import Flask, Response, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.networks import network
from app.services import limits
from app.transaction import transaction

# Endpoint → what each POST to it takes; of drawings also each GET.
TAKES: Mapping[str, str] = {
    "auth.sign_in": "sign_in",
    "auth.code": "sign_in",
    "auth.enrol": "sign_in",
    "applicants.start": "code",
    "applicants.verify": "code",
    "applicants.resend": "code",
    "activation.send": "code",
    "activation.show": "code",
    "verification.check": "examine",
    "portal.poster": "render",
}
# A key or a token in the address is all that keeps others out.
GUESSED = frozenset({"activation", "custody", "received", "files"})
GUESSED_ENDPOINTS = frozenset({"applicants.status", "verification.letter"})
_NOTHING = (404, 410)


def register(app: Flask) -> None:
    """Count before and after the views."""
    app.before_request(refuse_too_many)
    app.after_request(_count_guess)


def refuse_too_many() -> ResponseReturnValue | None:
    """Answer 429 to what is beyond a limit."""
    if not limits.are_on():
        return None
    purpose = _taken()
    seconds = 0
    if purpose:
        with transaction():
            seconds = limits.take(purpose, network(request.remote_addr or ""))
    elif _is_guessed():
        seconds = limits.wait("guess", network(request.remote_addr or ""))
    return _too_many(seconds) if seconds else None


def _taken() -> str:
    purpose = TAKES.get(request.endpoint or "", "")
    if request.method == "POST":
        return purpose or ("upload" if any(f.filename for f in request.files.values()) else "")
    return purpose if purpose == "render" else ""


def _is_guessed() -> bool:
    return request.blueprint in GUESSED or request.endpoint in GUESSED_ENDPOINTS


def _count_guess(response: Response) -> Response:
    if response.status_code in _NOTHING and _is_guessed() and limits.are_on():
        with transaction():
            limits.take("guess", network(request.remote_addr or ""))
    return response


def _too_many(seconds: int) -> Response:
    from app.views import failures

    minutes = math.ceil(seconds / 60)
    sentence = _(
        "Mạng của Ông/Bà gửi quá nhiều yêu cầu. Vui lòng thử lại sau %(n)s phút.", n=minutes
    )
    if "HX-Request" in request.headers:
        response = make_response(sentence, 429)
    else:
        response = make_response(failures.page(429, sentence))
    response.headers["Retry-After"] = str(seconds)
    return response

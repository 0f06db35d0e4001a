"""Refused requests leave a line in the technical log: what was refused, where, and to whom.

By number, not by name: the log knows no persons. What was tried with a code or a password is a
row of the evidence besides.
"""

import logging

from flask import Flask, Response, g, request

from app.networks import network
from app.security import keys, sessions

log = logging.getLogger(__name__)

# Forged forms and hosts; rights that are missing; limits reached.
_REFUSED = frozenset({400, 403, 429})


def register(app: Flask) -> None:
    """Look at every answer."""
    app.after_request(_note)


def expected() -> None:
    """Say that the answer under way is a question, such as for a code, and no refusal."""
    g.is_question = True


def _note(response: Response) -> Response:
    who = sessions.label()
    # Somebody else's thing looks like one that is not there, also to its refusal.
    is_probe = response.status_code == 404 and who and request.endpoint
    if (response.status_code in _REFUSED or is_probe) and not g.get("is_question"):
        log.warning(
            "refused %s: %s %s, %s from %s",
            response.status_code, request.method, request.endpoint or "?", who or "nobody",
            keys.blind("limits", network(request.remote_addr or ""))[:12],
        )  # fmt: skip
    return response

"""Is it alive, and can it work: for load balancers and for the person who starts it."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from app.extensions import db
from app.views import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """Answer while the process lives."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Answer while the database answers."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")

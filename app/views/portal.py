"""Open pages: what can be asked for, its QR code and poster, the way in, the language."""

from io import BytesIO

import segno
from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

import workflows
from app import rendering
from app.language import COOKIE, LANGUAGES
from app.security import sessions
from app.services import guidance, organisation
from app.views import own_or_404, public, safe_next
from letters import Office
from letters.poster import Poster
from workflows import Role

bp = Blueprint("portal", __name__)

_YEAR = 365 * 24 * 60 * 60


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """List what the department can be asked for."""
    return render_template(
        "portal/home.html", workflows=workflows.filed_by(Role.APPLICANT), steps=guidance.steps()
    )


@bp.get("/apply/<kind>")
@public
def request_type(kind: str) -> ResponseReturnValue:
    """Say what is needed, how long it takes and by which rules."""
    workflow = workflows.get(kind, Role.APPLICANT)
    return render_template(
        "portal/request_type.html",
        workflow=workflow,
        rules=guidance.rules(workflow),
        steps=guidance.steps(),
        address=_address(kind),
    )


@bp.get("/apply/<kind>/qr.svg")
@public
def qr(kind: str) -> ResponseReturnValue:
    """Return the QR code that opens the form of this request type (rule Q1)."""
    workflows.get(kind, Role.APPLICANT)
    out = BytesIO()
    segno.make(_address(kind), error="m").save(
        out, kind="svg", scale=8, border=2, dark="#062f2d", light="#fff", title=_address(kind)
    )
    response = make_response(out.getvalue())
    response.content_type = "image/svg+xml"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@bp.get("/apply/<kind>/poster.pdf")
@public
def poster(kind: str) -> ResponseReturnValue:
    """Return an A4 poster to print and hang up."""
    workflow = workflows.get(kind, Role.APPLICANT)
    office = organisation.department()
    pdf = rendering.poster(
        Poster(
            office=Office(
                parent=office.parent,
                name=office.name,
                place=office.place,
                address=office.address,
                phone=office.phone,
                email=office.email,
                website=office.website,
            ),
            title=str(workflow.title),
            summary=str(workflow.summary),
            audience=str(workflow.audience),
            working_days=workflow.working_days,
            address=_address(kind),
            steps=tuple((str(title), str(about)) for title, about in guidance.steps()),
            rules=tuple(str(rule) for rule in guidance.rules(workflow)),
        )
    )
    response = make_response(pdf)
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{kind}.pdf"'
    return response


def _address(kind: str) -> str:
    base: str = current_app.config["VANTHU"].base_url
    return base.rstrip("/") + url_for("portal.request_type", kind=kind)


@bp.get("/track")
@public
def track() -> ResponseReturnValue:
    """Lead to one's dossiers: a code, then the list."""
    if sessions.current_email():
        return redirect(url_for("applicants.mine"), 303)
    return render_template("portal/track.html")


@bp.post("/language/<code>")
@public
def language(code: str) -> ResponseReturnValue:
    """Keep the chosen language for a year."""
    own_or_404(LANGUAGES.get(code))
    response: Response = make_response(redirect(_page_or_home(), 303))
    response.set_cookie(
        COOKIE,
        code,
        max_age=_YEAR,
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )
    return response


def _page_or_home() -> str:
    """Return the page to go back to, if it is one that can be opened by its address alone."""
    asked = safe_next("")
    # What staff were shown after a refused POST has no address: the queue is nearer than home.
    home = url_for("desk.queue" if asked.startswith("/desk/") else "portal.home")
    target = asked or home
    try:
        current_app.url_map.bind("").match(target.partition("?")[0], method="GET")
    except HTTPException:
        return home
    return target

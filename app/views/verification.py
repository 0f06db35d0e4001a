"""The public page behind the QR code of a letter: is this file what the department issued?"""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import examination, formats
from app.errors import Conflict
from app.language import say
from app.models import Letter
from app.services import signatures, verification
from app.views import own_or_404, public
from letters import LetterData

bp = Blueprint("verification", __name__)


@bp.get("/verify")
@public
def ask() -> ResponseReturnValue:
    """Take a file to check."""
    return _page()


@bp.get("/verify/<key>")
@public
def letter(key: str) -> ResponseReturnValue:
    """Show number, date, subject and standing of an issued letter, and take its file to check."""
    return _page(own_or_404(verification.find(key)))


@bp.post("/verify")
@public
def check() -> ResponseReturnValue:
    """Say what holds of a file; it is read in memory, shown to nobody and kept nowhere."""
    about = verification.find(request.form.get("key", ""))
    sent = request.files.get("file")
    limit: int = current_app.config["VANTHU"].upload_max_mb
    content = sent.read(limit * 1024 * 1024 + 1) if sent else b""
    if not content:
        return _page(about, problem=_("Ông/Bà chọn tệp PDF cần kiểm tra.")), 422
    if len(content) > limit * 1024 * 1024:
        return _page(about, problem=_("Tệp lớn hơn %(n)s MB.", n=limit)), 422
    try:
        report = examination.examine(content, signatures.roots())
    except Conflict as busy:
        return _page(about, problem=say(busy.message)), 503
    verdict = verification.judge(content, report, about.key if about else "")
    return _page(about or verdict.letter, verdict=verdict)


def _page(
    about: Letter | None = None,
    *,
    verdict: verification.Verdict | None = None,
    problem: str = "",
) -> str:
    return render_template(
        "portal/verification.html",
        letter=_shown(about) if about else None,
        holds=verdict.holds if verdict else None,
        lines=[{"holds": x.holds, "text": say(x.text)} for x in verdict.lines] if verdict else [],
        problem=problem,
        page_has_errors=bool(problem),
        max_mb=current_app.config["VANTHU"].upload_max_mb,
    )


def _shown(found: Letter) -> dict[str, object]:
    data = LetterData.from_json(found.data)
    in_force = verification.is_in_force(found)
    return {
        "key": found.key,
        "reference": data.reference,
        "on": formats.day(data.issued_on) if data.issued_on else "",
        "subject": found.subject[:1].upper() + found.subject[1:],
        "state": say(verification.standing(found)),
        "phase": "done" if in_force else "refused",
    }

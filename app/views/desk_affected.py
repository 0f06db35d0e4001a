"""Whom the revocation of a vendor's account would cut off: seen before anybody decides."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.models import Dossier
from app.services import connections
from app.services import queue as queues
from app.views import own_or_404, seen
from app.views.desk import bp, me
from app.views.desk_register_pages import facility_list
from workflows import Phase

_FIRST = 5


def affected_panel(dossier: Dossier) -> dict[str, Any]:
    """Return how many facilities and the first of them; nothing on any other dossier."""
    found = connections.affected(dossier)
    if found is None:
        return {"affected": None}
    shown = facility_list(found, "desk.affected", code=dossier.code)
    return {
        "affected": {
            **shown,
            "rows": shown["rows"][:_FIRST],
            "href": url_for("desk.affected", code=dossier.code),
        }
    }


@bp.get("/desk/dossiers/<code>/affected")
def affected(code: str) -> ResponseReturnValue:
    """Show the whole list; once it is cut off, it is the list of recipients."""
    dossier: Dossier = own_or_404(queues.find(code, me()))
    if connections.to_close(dossier) and dossier.phase in (Phase.ISSUE, Phase.DONE):
        return redirect(url_for("desk.recipients_page", code=code), 303)
    seen.note("dossier_seen", f"dossier:{code}", page="affected")
    found = own_or_404(connections.affected(dossier, request.args.get("page", 1, type=int)))
    return render_template(
        "desk/affected.html",
        code=code,
        subject=dossier.subject,
        affected=facility_list(found, "desk.affected", code=code),
    )

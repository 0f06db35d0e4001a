"""Letters on their way to and from other systems: edXML files."""

import io

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.errors import Invalid, Refused
from app.language import say
from app.security.actors import staff
from app.services import arrivals, audit, interchange, ledger, letters, papers
from app.transaction import transaction
from app.views import own_or_404, uploads
from app.views.desk import bp, me
from app.views.desk_arrivals import arrival_page
from app.views.step_up import export
from letters import edxml


@bp.get("/desk/letters/<key>.edxml")
@export("edxml")
def letter_edxml(key: str) -> ResponseReturnValue:
    """Return an issued letter as edXML, or the page that waits for its PDF."""
    letter = own_or_404(papers.find_letter(key, me()))
    try:
        content = interchange.as_edxml(letter)
    except LookupError:
        return render_template("desk/letter_pending.html"), 202
    name = letters.file_name(letter).removesuffix(".pdf") + ".edxml"
    return send_file(
        io.BytesIO(content), mimetype=edxml.CONTENT_TYPE, download_name=name, as_attachment=True
    )


@bp.post("/desk/incoming/edxml")
def arrival_edxml() -> ResponseReturnValue:
    """Enter a dispatch that came as edXML, with its PDF as the scan."""
    actor = staff(me())
    ledger.require_clerk(actor, "enter")
    sent = request.files.get("edxml")
    if sent is None or not sent.filename:
        return arrival_page(problem=_("Chọn tệp .edxml nhận từ trục liên thông.")), 422
    try:
        said, enclosed = interchange.arrival(sent.read())
        scan = uploads.let_in(enclosed, "scan") if enclosed else None
        with transaction():
            letter = arrivals.enter(said, scan, actor)
            number, ident = letter.number, letter.id
            said_by = {"number": number, "by": "edxml"}
            audit.record("arrival_entered", actor, f"incoming:{ident}", said_by)
    except Refused as error:
        return arrival_page(problem=say(error.message)), 409
    except Invalid as error:
        return arrival_page(problem=" ".join(say(text) for text in error.errors.values())), 422
    flash(_("Đã vào sổ, số đến %(n)s.", n=number), "success")
    return redirect(url_for(".incoming", number=ident), 303)

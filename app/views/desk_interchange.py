"""Letters on their way to other systems: the edXML file of an issued letter."""

import io

from flask import render_template, send_file
from flask.typing import ResponseReturnValue

from app.services import interchange, letters, papers
from app.views import own_or_404
from app.views.desk import bp
from letters import edxml


@bp.get("/desk/letters/<key>.edxml")
def letter_edxml(key: str) -> ResponseReturnValue:
    """Return an issued letter as edXML, or the page that waits for its PDF."""
    letter = own_or_404(papers.find_letter(key))
    try:
        content = interchange.as_edxml(letter)
    except LookupError:
        return render_template("desk/letter_pending.html"), 202
    name = letters.file_name(letter).removesuffix(".pdf") + ".edxml"
    return send_file(
        io.BytesIO(content), mimetype=edxml.CONTENT_TYPE, download_name=name, as_attachment=True
    )

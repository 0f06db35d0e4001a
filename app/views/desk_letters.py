"""Letters and files on the desk: the very letter before it binds, the issued one, the register."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

import letters as documents
from app import clock, formats
from app.language import say
from app.models import BookEntry, Letter
from app.security.actors import roles_of, staff
from app.services import letters, papers
from app.services import queue as queues
from app.views import desk, files, own_or_404
from letters import LetterData
from workflows import Role, Text

bp = Blueprint("desk_letters", __name__)
bp.before_request(desk.keep_dossiers_closed)

_FORMS = {
    "dispatch": Text("Công văn", "Dispatches"),
    "receipt": Text("Giấy tiếp nhận và hẹn trả", "Receipts"),
    "supplement_request": Text("Phiếu yêu cầu bổ sung", "Supplement requests"),
}


@bp.get("/desk/dossiers/<code>/letter.pdf")
def preview(code: str) -> ResponseReturnValue:
    """Show the letter that waits for signature or number, as it would leave the house."""
    dossier = own_or_404(queues.find(code))
    letter: Letter = own_or_404(letters.waiting(dossier))
    user = desk.me()
    signer = user if Role.SIGNER in roles_of(staff(user), dossier) else None
    return files.pdf(letters.preview_pdf(letter, signer), letters.file_name(letter))


@bp.get("/desk/letters/<key>.pdf")
def pdf(key: str) -> ResponseReturnValue:
    """Show an issued letter; while the worker makes it, a page that asks again by itself."""
    letter: Letter = own_or_404(papers.find_letter(key))
    try:
        content = letters.pdf(letter)
    except LookupError:
        return render_template("desk/letter_pending.html"), 202
    return files.pdf(content, letters.file_name(letter))


@desk.bp.get("/desk/attachments/<int(max=2147483647):number>")
def attachment(number: int) -> ResponseReturnValue:
    """Show a file an applicant sent."""
    return files.shown(own_or_404(papers.find_attachment(number)))


@desk.bp.get("/desk/register")
def register() -> ResponseReturnValue:
    """Show the outgoing register: a book per form and year, the newest number first."""
    books = papers.books()
    years = sorted({b.year for b in books} | {clock.today().year}, reverse=True)
    year = request.args.get("year", years[0], type=int)
    of_year = sorted(
        (b for b in books if b.year == year), key=lambda b: (b.form != "dispatch", b.form)
    )
    form = request.args.get("form", "")
    book = next((b for b in of_year if b.form == form), of_year[0] if of_year else None)
    page = papers.EntryPage([])
    if book:
        page = papers.entries(
            book,
            after=_number("after"),
            before=_number("before"),
        )
    here: dict[str, Any] = {"year": year, "form": book.form if book else None}
    return render_template(
        "desk/register.html",
        year=year,
        years=years,
        form=here["form"],
        tabs=[
            {
                "label": say(_FORMS.get(b.form, Text(b.form))),
                "href": url_for("desk.register", year=year, form=b.form),
                "active": b is book,
                "count": b.last_number,
            }
            for b in of_year
        ],
        rows=[_entry(e) for e in page.rows],
        previous=url_for("desk.register", before=page.previous, **here) if page.previous else "",
        next=url_for("desk.register", after=page.next, **here) if page.next else "",
    )


def _number(name: str) -> int:
    number = request.args.get(name, 0, type=int)
    return number if 0 < number < 2**31 else 0


def _entry(entry: BookEntry) -> dict[str, str]:
    letter = entry.letter
    about = documents.kinds().get(letter.kind) if letter else None
    code = (letter.dossier.code or "") if letter else ""
    return {
        "reference": f"{entry.number:02d}/{entry.symbol}",
        "on": formats.day(entry.issued_on),
        "subject": letter.subject[:1].upper() + letter.subject[1:] if letter else "",
        "kind": about.title if about else "",
        "addressee": ", ".join(LetterData.from_json(letter.data).addressees) if letter else "",
        "signer": letter.signer.full_name if letter and letter.signer else "",
        "code": code,
        "dossier": url_for("desk.dossier", code=code) if code else "",
        "href": url_for("desk_letters.pdf", key=letter.key) if letter else "",
    }

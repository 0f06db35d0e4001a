"""The incoming register: what the post brought, with its scan, and the replies to our letters."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock, formats
from app.errors import Invalid, Refused
from app.language import say
from app.models import IncomingLetter
from app.security.actors import staff
from app.services import arrivals, audit, chain, ledger
from app.services.arrivals import COLUMNS
from app.transaction import transaction
from app.views import files, own_or_404, uploads
from app.views.act_forms import answers, sent, shown
from app.views.desk import bp, me
from workflows import Field, FieldType, Text

_ARRIVAL = (
    Field("received_on", Text("Ngày đến", "Arrived on"), FieldType.DATE, sample="06/01/2026"),
    Field("sender", Text("Cơ quan ban hành", "Sender"), FieldType.TEXT, sample="Bộ Y tế"),
    Field("reference", Text("Số, ký hiệu", "Number and symbol"), FieldType.TEXT,
          sample="136/BYT-KCB", max_length=60),
    Field("issued_on", Text("Ngày văn bản", "Date of the letter"), FieldType.DATE,
          sample="05/01/2026"),
    Field("form", Text("Tên loại", "Form"), FieldType.TEXT, sample="Công văn", max_length=60),
    Field("subject", Text("Trích yếu nội dung", "Subject"), FieldType.TEXT,
          sample="Hướng dẫn cấp tài khoản"),
    Field("handed_to", Text("Đơn vị hoặc người nhận", "Handed to"), FieldType.TEXT,
          sample="Phòng Nghiệp vụ Dược", required=False),
    Field("handed_on", Text("Ngày chuyển", "Handed on"), FieldType.DATE, sample="06/01/2026",
          required=False),
    Field("note", Text("Ghi chú", "Notes"), FieldType.TEXT, sample="Bản giấy", required=False),
    Field("scan", Text("Bản quét", "Scan"), FieldType.FILE, sample="cong-van.pdf", required=False),
)  # fmt: skip


@bp.get("/desk/incoming", endpoint="arrivals")
def arrivals_page() -> ResponseReturnValue:
    """Show the incoming register of a year, the newest arrival first."""
    found = arrivals.years()
    years = sorted({b.year for b in found} | {clock.today().year}, reverse=True)
    year = request.args.get("year", years[0], type=int)
    book = next((b for b in found if b.year == year), None)
    text = " ".join(request.args.get("q", "")[:100].split())
    page = arrivals.Page([])
    if book:
        page = arrivals.page(book, text, after=_number("after"), before=_number("before"))
    here: dict[str, Any] = {"year": year} | ({"q": text} if text else {})
    return render_template(
        "desk/register/arrivals.html",
        year=year,
        years=years,
        text=text,
        columns={name: say(label) for name, label in COLUMNS.items()},
        rows=[_row(letter) for letter in page.rows],
        may_keep=ledger.may_keep(staff(me())),
        previous=url_for(".arrivals", before=page.previous, **here) if page.previous else "",
        next=url_for(".arrivals", after=page.next, **here) if page.next else "",
    )


@bp.route("/desk/incoming/new", methods=["GET", "POST"])
def new_arrival() -> ResponseReturnValue:
    """Enter a dispatch the post brought."""
    actor = staff(me())
    ledger.require_clerk(actor, "enter")
    typed: dict[str, str] | None = None
    errors: dict[str, Text] = {}
    problem, status = "", 200
    if request.method == "POST":
        typed = sent(_ARRIVAL)
        try:
            said = answers(_ARRIVAL)
            scan = uploads.one("scan")
            with transaction():
                letter = arrivals.enter(said, scan, actor)
                number, ident = letter.number, letter.id
                audit.record("arrival_entered", actor, f"incoming:{ident}", {"number": number})
        except Invalid as error:
            errors, status = error.errors, 422
        except Refused as error:
            problem, status = say(error.message), 409
        else:
            flash(_("Đã vào sổ, số đến %(n)s.", n=number), "success")
            return redirect(url_for(".incoming", number=ident), 303)
    return arrival_page(typed, errors, problem), status


def arrival_page(
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, Text] | None = None,
    problem: str = "",
) -> str:
    """Return the page on which a dispatch is entered, with what was typed and what was wrong."""
    typed = typed if typed is not None else {"received_on": clock.today().isoformat()}
    return render_template(
        "desk/register/new_arrival.html",
        form=shown("arrival", _ARRIVAL, typed, errors or {}),
        problem=problem,
        page_has_errors=bool(errors or problem),
    )


@bp.get("/desk/incoming/<int(max=2147483647):number>/scan")
def scan(number: int) -> ResponseReturnValue:
    """Show the scan of a dispatch that belongs to no dossier."""
    found: IncomingLetter = own_or_404(chain.find_incoming(number))
    own_or_404(found.scan_sha256 or None)
    return files.scan(found, staff(me()))


def _row(letter: IncomingLetter) -> dict[str, Any]:
    dossier = letter.dossier
    subject = letter.subject or (dossier.subject if dossier else "")
    return {
        "href": url_for(".incoming", number=letter.id),
        "number": f"{letter.number:02d}",
        "received_on": formats.day(letter.received_on) if letter.received_on else "",
        "sender": letter.sender,
        "reference": letter.reference,
        "issued_on": formats.day(letter.issued_on),
        "form": letter.form,
        "subject": subject,
        "handed_to": letter.handed_to or (letter.entered_by if dossier else ""),
        "handed_on": formats.day(letter.handed_on) if letter.handed_on else "",
        "note": letter.note,
        "code": dossier.code if dossier else "",
        "dossier": url_for(".dossier", code=dossier.code) if dossier else "",
    }


def _number(name: str) -> int:
    number = request.args.get(name, 0, type=int)
    return number if 0 < number < 2**31 else 0

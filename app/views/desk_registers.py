"""The registers on the desk: lists to search, and one account, facility or prescriber."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Refused
from app.language import say
from app.models import Account, Organisation, Prescriber, User
from app.security import keys
from app.security.actors import staff_roles
from app.services import connections, evidence
from app.services import registers as books
from app.services.persons import Person, person
from app.views import own_or_404, seen
from app.views.desk import bp, me
from app.views.desk_register_pages import account_page, organisation_page, prescriber_page
from app.views.desk_register_rows import (
    account_row,
    body_row,
    code_row,
    facility_row,
    prescriber_row,
)
from app.views.failures import sentence_of
from workflows import FieldError, Role, Text

_TABS = {
    "accounts": Text("Tài khoản", "Accounts"),
    "facilities": Text("Cơ sở", "Facilities"),
    "vendors": Text("Đơn vị phần mềm", "Software vendors"),
    "offices": Text("Cơ quan", "Offices"),
    "codes": Text("Mã liên thông", "Interoperability codes"),
    "prescribers": Text("Người kê đơn", "Prescribers"),
}
_ROWS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "accounts": account_row,
    "facilities": facility_row,
    "vendors": body_row,
    "offices": body_row,
    "codes": code_row,
    "prescribers": prescriber_row,
}
# A person is looked for in these; what was typed is sent in a body, not in an address.
_OF_PERSONS = ("accounts", "prescribers")


@bp.get("/desk/registers")
def registers() -> ResponseReturnValue:
    """Show a register, the newest entry first, or what was searched for."""
    tab = _tab(request.args.get("tab", ""))
    text = " ".join(request.args.get("q", "")[:100].split())
    cursors = {name: _number(request.args.get(name, 0, type=int)) for name in ("after", "before")}
    page: books.Page[Any] = books.Page([])
    match tab:
        case "accounts":
            page = books.accounts(text, None, **cursors)
        case "facilities":
            page = books.facilities(text, **cursors)
        case "vendors":
            page = books.vendors(text, **cursors)
        case "offices":
            page = books.offices(text, **cursors)
        case "codes":
            page = books.codes(text, **cursors)
    here: dict[str, Any] = {"tab": tab, **({"q": text} if text else {})}
    seen.note("list_seen", f"list:{tab}")
    return _page(
        tab,
        page,
        text=text,
        previous=url_for(".registers", before=page.previous, **here) if page.previous else "",
        next=url_for(".registers", after=page.next, **here) if page.next else "",
    )


@bp.post("/desk/registers/persons")
def find_person() -> ResponseReturnValue:
    """Show what a person keeps or is entered with; one field alone is answered with the rule."""
    tab = _tab(request.form.get("tab", ""))
    if tab not in _OF_PERSONS:
        tab = _OF_PERSONS[0]
    typed = {name: request.form.get(name, "")[:100] for name in ("name", "phone", "number")}
    after = _number(request.form.get("after", 0, type=int))
    try:
        who = person(**typed)
    except (Refused, FieldError) as error:
        problem = sentence_of(error) if isinstance(error, Refused) else say(error.message)
        return _page(tab, books.Page([]), typed=typed, problem=problem), 422
    found = _of_person(tab, who, after)
    # That somebody was looked for, and how many were found; of whom only what a guess confirms.
    blind: dict[str, Any] = {
        name: keys.blind("search", value) for name, value in typed.items() if value.strip()
    }
    seen.note("person_searched", f"list:{tab}", found=len(found.rows), after=after, **blind)
    return _page(tab, found, typed=typed, is_person=True)


def _of_person(tab: str, who: Person, after: int) -> books.Page[Any]:
    if tab == "prescribers":
        return books.prescribers(who, after=after)
    return books.accounts(who=who, after=after)


def _page(tab: str, page: books.Page[Any], **context: Any) -> str:
    return render_template(
        "desk/registers/index.html",
        **{"text": "", "typed": {}, "problem": "", "is_person": False} | context,
        tab=tab,
        tabs=[
            {
                "label": say(label),
                "href": url_for(".registers", tab=name),
                "active": name == tab,
            }
            for name, label in _TABS.items()
        ],
        of_persons=tab in _OF_PERSONS,
        rows=[_ROWS[tab](row) for row in page.rows],
        connected=connections.counts(page.rows) if tab == "vendors" else {},
        after=page.next,
        page_has_errors=bool(context.get("problem")),
    )


def _tab(name: str) -> str:
    return name if name in _TABS else "accounts"


def _number(number: int) -> int:
    return number if 0 < number < 2**31 else 0


def reads_numbers(user: User) -> bool:
    """Tell whether somebody may ask for phones and e-mails of the register in full."""
    return Role.OFFICER in staff_roles(user)


def _may(context: dict[str, Any]) -> dict[str, Any]:
    """Offer the numbers in full only to who may ask for them."""
    return context if reads_numbers(me()) else context | {"numbers": None}


@bp.get("/desk/accounts/<int(max=2147483647):number>")
def account(number: int) -> ResponseReturnValue:
    """Show an account, who keeps it, its first access and what became of it."""
    found: Account = own_or_404(books.find_account(number))
    seen.note("register_seen", f"account:{number}")
    context = _may(account_page(found))
    thing = evidence.Thing(f"account:{number}", account_id=number)
    if evidence.is_in_charge(me(), thing):
        context["viewers"] = url_for(".audit", thing=thing.about, group="views")
    return render_template("desk/registers/account.html", **context)


@bp.get("/desk/organisations/<int(max=2147483647):number>")
def organisation(number: int) -> ResponseReturnValue:
    """Show a body with its accounts and its dossiers; of a vendor also whom it connects."""
    found: Organisation = own_or_404(books.find_organisation(number))
    seen.note("register_seen", f"organisation:{number}")
    page = _number(request.args.get("page", 1, type=int))
    return render_template("desk/registers/organisation.html", **organisation_page(found, page))


@bp.get("/desk/prescribers/<int(max=2147483647):number>")
def prescriber(number: int) -> ResponseReturnValue:
    """Show a prescriber and the code."""
    found: Prescriber = own_or_404(books.find_prescriber(number))
    seen.note("register_seen", f"prescriber:{number}")
    return render_template("desk/registers/prescriber.html", **_may(prescriber_page(found)))

"""«Xem đầy đủ»: the numbers of a person, whole for one view of a page, and who looked."""

from collections.abc import Callable
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from app.models import Account, Dossier, Prescriber
from app.security.actors import staff
from app.services import audit
from app.services import queue as queues
from app.services import registers as books
from app.transaction import transaction
from app.views import own_or_404
from app.views.desk import bp, me
from app.views.desk_dossier import page
from app.views.desk_pages import may_see_numbers
from app.views.desk_register_pages import account_page, prescriber_page
from app.views.desk_registers import reads_numbers


@bp.post("/desk/dossiers/<code>/numbers")
def dossier_numbers(code: str) -> ResponseReturnValue:
    """Show a dossier with its numbers to somebody whose work it is."""
    with transaction():
        found: Dossier = own_or_404(queues.find(code, me()))
        if not may_see_numbers(found, staff(me())):
            abort(403)
        _note(f"dossier:{found.code}")
    return page(own_or_404(queues.find(code, me())), is_open=True)


@bp.post("/desk/accounts/<int(max=2147483647):number>/numbers")
def account_numbers(number: int) -> ResponseReturnValue:
    """Show an account with the phone and the e-mail of its custodian."""
    found: Account = _seen(books.find_account, "account", number)
    return render_template("desk/registers/account.html", **account_page(found, is_open=True))


@bp.post("/desk/prescribers/<int(max=2147483647):number>/numbers")
def prescriber_numbers(number: int) -> ResponseReturnValue:
    """Show a prescriber with the phone."""
    found: Prescriber = _seen(books.find_prescriber, "prescriber", number)
    return render_template("desk/registers/prescriber.html", **prescriber_page(found, is_open=True))


def _seen(find: Callable[[int], Any], what: str, number: int) -> Any:
    """Note that this person reads an entry of the register in full, and return the entry."""
    with transaction():
        if not reads_numbers(me()):
            abort(403)
        own_or_404(find(number))
        _note(f"{what}:{number}")
    return own_or_404(find(number))


def _note(about: str) -> None:
    audit.record("personal_data_seen", staff(me()), about)

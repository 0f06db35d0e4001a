"""Passwords in the hands of custodians: reminders before they are due, and the answer to them."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from flask import current_app
from sqlalchemy import String, case, cast, select
from sqlalchemy.orm import joinedload

from app import clock, formats
from app.extensions import db
from app.models import Account, AccountEvent, OutgoingMail
from app.security import keys
from app.services import accounts, mails, registers

_PURPOSE = "custody"
_BATCH = 200
_DUE = "password_due_on"
_OVER = ":overdue"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reminder's link stands for: still asked, confirmed just now, or long before.

    `due_on` is the day the password is to be changed by, as it stands.
    """

    account: Account
    due_on: date
    state: Literal["asked", "recorded", "known"] = "asked"


def remind(after: int = 0) -> tuple[int, int]:
    """Write the reminders of one batch of accounts, those behind an id.

    Return how many were written, and the id to go on behind (0: nothing is left).
    """
    found, today = _to_remind(after), clock.today()
    for name, ending, is_over in (("password_due", "", False), ("password_overdue", _OVER, True)):
        mails.write_later(
            name,
            [
                (
                    f"account:{account.id}:password:{due_on}{ending}",
                    account.custodian_email,
                    f"{_PURPOSE}:{_nonce(account, due_on)}",
                    _context(account, due_on),
                )
                for account, due_on in found
                if (due_on < today) is is_over
            ],
        )
    return len(found), found[-1][0].id if len(found) == _BATCH else 0


def _context(account: Account, due_on: date) -> dict[str, Any]:
    return {
        "account": account,
        "due_on": formats.day(due_on),
        "password_months": formats.two(current_app.config["VANTHU"].password_months),
    }


def _to_remind(after: int) -> Sequence[tuple[Account, date]]:
    today = clock.today()
    horizon = today + timedelta(days=current_app.config["VANTHU"].password_reminder_days)
    # Spelt as `remind` spells it: one mail per due date, and one more when that is over.
    once = "account:" + cast(Account.id, String) + ":password:"
    once += cast(Account.password_due_on, String)
    once += case((Account.password_due_on < today, _OVER), else_="")
    rows = db.session.scalars(
        select(Account)
        .where(
            Account.state == "active",
            Account.password_due_on <= horizon,
            Account.id > after,
            ~select(OutgoingMail.id).where(OutgoingMail.once == once).exists(),
        )
        .order_by(Account.id)
        .limit(_BATCH)
        .options(joinedload(Account.system), joinedload(Account.holder))
    )
    return [(a, a.password_due_on) for a in rows if a.password_due_on]


def find(number: int, token: str) -> Answer | None:
    """Return what a link stands for; None when it is unknown, or something else happened since."""
    account = registers.find_account(number)
    return _answer(account, token) if account else None


def confirm(number: int, token: str) -> Answer | None:
    """Record that the password was changed and count anew; a second time changes nothing."""
    account = registers.find_account(number)
    if account is None:
        return None
    accounts.lock(account)
    found = _answer(account, token)
    if found is None or found.state == "known":
        return found
    events = registers.history(account)
    due_on = accounts.next_due()
    accounts.note(
        account,
        registers.entrusted_by(events) or events[0].dossier,
        account.custodian_name,
        "confirmed",
        {_DUE: [found.due_on.isoformat(), due_on.isoformat()]},
    )
    account.password_due_on = due_on
    return Answer(account, due_on, "recorded")


def _answer(account: Account, token: str) -> Answer | None:
    if account.state != "active" or account.password_due_on is None:
        return None
    if _fits(account, account.password_due_on, token):
        return Answer(account, account.password_due_on)
    last = db.session.scalars(
        select(AccountEvent)
        .where(AccountEvent.account_id == account.id, AccountEvent.what == "confirmed")
        .order_by(AccountEvent.id.desc())
    ).first()
    if last is None or not _fits(account, date.fromisoformat(last.changes[_DUE][0]), token):
        return None
    return Answer(account, account.password_due_on, "known")


def _fits(account: Account, due_on: date, token: str) -> bool:
    expected = keys.derived_token(_PURPOSE, _nonce(account, due_on))
    return hmac.compare_digest(expected.encode(), token.encode())


def _nonce(account: Account, due_on: date) -> str:
    return f"{account.id}:{due_on}"

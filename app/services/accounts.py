"""Accounts and their history: every change says which dossier and who did it."""

from calendar import monthrange
from datetime import date

from flask import current_app
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Account, AccountEvent, Dossier


def lock(account: Account) -> None:
    """Wait for whoever else changes the account, then see it as it is now.

    Opening, re-issuing, handing over and closing meet here: one order of locks, no deadlock.
    """
    # Not refresh(): it repeats the joins the account was read with, which cannot be locked.
    db.session.scalars(
        select(Account)
        .where(Account.id == account.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def next_due() -> date:
    """Return by when a password set today is changed (rule A3)."""
    months = current_app.config["VANTHU"].password_months
    return months_after(clock.today(), months)


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or the last one of a month that is too short."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def note(
    account: Account,
    dossier: Dossier,
    actor_name: str,
    what: str,
    changes: dict[str, list[str]] | None = None,
) -> AccountEvent:
    """Write one row of the history of an account."""
    event = AccountEvent(
        account=account,
        dossier_id=dossier.id,
        what=what,
        changes=changes or {},
        actor_name=actor_name,
        at=clock.now(),
    )
    db.session.add(event)
    return event


def change(
    account: Account,
    dossier: Dossier,
    actor_name: str,
    what: str,
    beside: dict[str, list[str]] | None = None,
    **values: str,
) -> AccountEvent:
    """Change particulars and keep before and after; an empty value leaves the old one.

    `beside` are changes of its holder. All in one INSERT: no event is ever written over.
    """
    changes = dict(beside or {})
    for name, value in values.items():
        before = getattr(account, name)
        if value and value != before:
            setattr(account, name, value)
            changes[name] = [before, value]
    return note(account, dossier, actor_name, what, changes)

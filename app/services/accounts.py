"""Accounts and their history: every change says which dossier and who did it."""

from app import clock
from app.extensions import db
from app.models import Account, AccountEvent, Dossier


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
    account: Account, dossier: Dossier, actor_name: str, what: str, **values: str
) -> AccountEvent:
    """Change particulars and keep before and after; an empty value leaves the old one."""
    changes: dict[str, list[str]] = {}
    for name, value in values.items():
        before = getattr(account, name)
        if value and value != before:
            setattr(account, name, value)
            changes[name] = [before, value]
    return note(account, dossier, actor_name, what, changes)

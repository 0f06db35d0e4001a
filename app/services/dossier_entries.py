"""What the registers have on one dossier: the entry it is about, and what it changed."""

from sqlalchemy import case, select
from sqlalchemy.orm import contains_eager, joinedload

from app.extensions import db
from app.models import Account, AccountEvent, ConnectionCode, Dossier, TargetSystem
from app.services import facts
from workflows import Phase


def account_of(dossier: Dossier) -> Account | None:
    """Return the account a dossier is about as it stands now, also when it was closed."""
    if "system" not in dossier.answers:
        return None
    return db.session.scalars(
        select(Account)
        .join(Account.holder)
        .join(Account.system)
        .where(
            facts.is_named_in(dossier.answers),
            TargetSystem.code == dossier.answers["system"],
        )
        .order_by(case((Account.state == "closed", 1), else_=0), Account.id.desc())
        .options(contains_eager(Account.holder), contains_eager(Account.system))
    ).first()


def code_of(dossier: Dossier) -> ConnectionCode | None:
    """Return the code a dossier is about, of a facility or a prescriber."""
    return facts.find_code(dossier) if facts.is_about_a_code(dossier) else None


def is_about_an_entry(dossier: Dossier) -> bool:
    """Tell whether a dossier is about an account or a code at all."""
    named = dossier.answers.get("licence_no") or dossier.answers.get("vendor_tax_code")
    return ("system" in dossier.answers and bool(named)) or facts.is_about_a_code(dossier)


def changes_by(dossier: Dossier) -> tuple[list[AccountEvent], list[ConnectionCode]]:
    """Return what a dossier changed: rows of account histories, and codes it entered."""
    if dossier.phase not in (Phase.ISSUE, Phase.DONE):
        return [], []
    events = db.session.scalars(
        select(AccountEvent)
        # Those that a revocation cut off are many, and listed on a page of their own.
        .where(AccountEvent.dossier_id == dossier.id, AccountEvent.what != "disconnected")
        .order_by(AccountEvent.id.desc())
        .options(joinedload(AccountEvent.account))
    )
    entered = db.session.scalars(
        select(ConnectionCode)
        .where(ConnectionCode.dossier_id == dossier.id)
        .options(joinedload(ConnectionCode.facility), joinedload(ConnectionCode.prescriber))
    )
    return list(events), list(entered)

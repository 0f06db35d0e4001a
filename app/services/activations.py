"""First access to an account: a link used once, opened with a code, the secret shown once."""

from datetime import timedelta

from sqlalchemy import select, update

from app import clock
from app.database import changed_rows
from app.extensions import db
from app.models import Account, Activation, Dossier
from app.security import keys
from app.security.passwords import random_password
from app.services import accounts

_PURPOSE = "activation"


def prepare(dossier: Dossier, account: Account) -> Activation:
    """Make the first access of an account; links given before are dead at once."""
    revoke(account)
    account.password_due_on = None  # counted anew once this access was opened
    return first(dossier, account)


def first(dossier: Dossier, account: Account) -> Activation:
    """Make the first access of an account that has had none before."""
    nonce = keys.nonce()
    activation = Activation(
        account=account,
        dossier_id=dossier.id,
        nonce=nonce,
        token_hash=keys.token_hash(keys.derived_token(_PURPOSE, nonce)),
        secret=keys.encrypt(random_password()),
        created_at=clock.now(),
    )
    db.session.add(activation)
    return activation


def revoke(account: Account) -> None:
    """End every link to an account that was not used yet."""
    db.session.execute(
        update(Activation)
        .where(Activation.account_id == account.id, Activation.used_at.is_(None))
        .values(used_at=clock.now(), secret=None)
    )


def release(dossier: Dossier, days: int) -> Activation | None:
    """Let the link of a dossier live from now on; None when the dossier has none."""
    activation = db.session.scalars(
        select(Activation).where(Activation.dossier_id == dossier.id, Activation.used_at.is_(None))
    ).first()
    if activation is not None:
        activation.expires_at = clock.now() + timedelta(days=days)
    return activation


def release_all(dossier: Dossier, days: int) -> None:
    """Let every link of a dossier live from now on."""
    db.session.execute(
        update(Activation)
        .where(Activation.dossier_id == dossier.id, Activation.used_at.is_(None))
        .values(expires_at=clock.now() + timedelta(days=days))
    )


def token_of(activation: Activation) -> str:
    """Return the token of a link for somebody whose own page it stands on."""
    return keys.derived_token(_PURPOSE, activation.nonce)


def find(token: str) -> Activation | None:
    """Return a link that still opens, or None."""
    activation = _unused(token)
    return activation if activation and not _is_over(activation) else None


def expired(token: str) -> Activation | None:
    """Return a link nobody used in time, so that its owner reads what to do now.

    Unknown and used ones look the same; only whoever got the mail has the token of this one.
    """
    activation = _unused(token)
    return activation if activation and _is_over(activation) else None


def _unused(token: str) -> Activation | None:
    return db.session.scalars(
        select(Activation).where(
            Activation.token_hash == keys.token_hash(token[:200]),
            Activation.used_at.is_(None),
            Activation.expires_at.is_not(None),
        )
    ).first()


def _is_over(activation: Activation) -> bool:
    return activation.expires_at is None or activation.expires_at <= clock.now()


def open_once(activation: Activation) -> str | None:
    """Spend the link and return the secret; None when another tab was first."""
    accounts.lock(activation.account)
    sealed = activation.secret
    spent = db.session.execute(
        update(Activation)
        .where(Activation.id == activation.id, Activation.used_at.is_(None))
        .values(used_at=clock.now(), secret=None)
    )
    if changed_rows(spent) != 1 or sealed is None:
        return None
    activation.account.state = "active"
    activation.account.password_due_on = accounts.next_due()
    name = activation.account.custodian_name
    accounts.note(activation.account, activation.dossier, name, "activated")
    return keys.decrypt(sealed)

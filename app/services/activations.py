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
    """Make the first access of an account; links of earlier dossiers are dead at once."""
    revoke(account)
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


def find(token: str) -> Activation | None:
    """Return a link that still opens, or None: unknown, used and expired look the same."""
    activation = db.session.scalars(
        select(Activation).where(Activation.token_hash == keys.token_hash(token[:200]))
    ).first()
    if activation is None or activation.used_at or activation.expires_at is None:
        return None
    return activation if activation.expires_at > clock.now() else None


def open_once(activation: Activation) -> str | None:
    """Spend the link and return the secret; None when another tab was first."""
    sealed = activation.secret
    spent = db.session.execute(
        update(Activation)
        .where(Activation.id == activation.id, Activation.used_at.is_(None))
        .values(used_at=clock.now(), secret=None)
    )
    if changed_rows(spent) != 1 or sealed is None:
        return None
    activation.account.state = "active"
    dossier = db.session.get_one(Dossier, activation.dossier_id)
    accounts.note(activation.account, dossier, activation.account.custodian_name, "activated")
    return keys.decrypt(sealed)

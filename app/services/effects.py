"""What actions change beyond the dossier, by the name the workflow gives it.

An effect runs inside the transaction of its action and raises Conflict when its premise is gone.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import Conflict
from app.extensions import db
from app.models import Account, ConnectionCode, Dossier, TargetSystem
from app.security.actors import Actor, may_hold
from app.services import accounts, activations, colleagues, connections, facts, holders
from app.services.list_effects import LIST_EFFECTS
from workflows import Text
from workflows.guards import access_unused, no_account_yet

Effect = Callable[[Dossier, Actor], None]


def assign(dossier: Dossier, actor: Actor) -> None:
    """The officer who takes a dossier holds it."""
    dossier.officer = actor.user


def reassign(dossier: Dossier, actor: Actor) -> None:
    """Give the dossier to the colleague who was chosen; refuse who has no right to it."""
    chosen = colleagues.named(dossier.events[-1].details["colleague"])
    if chosen is None or chosen.id == dossier.officer_id:
        raise Conflict(Text("Chọn một chuyên viên khác.", "Choose another officer."))
    if not may_hold(chosen, dossier):
        raise Conflict(
            Text(
                "{name} không được phân quyền đối với hệ thống của hồ sơ này.",
                "{name} has no rights on the system of this dossier.",
            ).fill(name=chosen.full_name)
        )
    dossier.officer = chosen


def give_back(dossier: Dossier, actor: Actor) -> None:
    """What a leader sends back goes to its officer; of one who left, to who took over."""
    while dossier.officer and dossier.officer.left_at:
        dossier.officer = colleagues.successor_of(dossier.officer)


def unassign(dossier: Dossier, actor: Actor) -> None:
    """A dossier put back is anybody's."""
    dossier.officer = None


def grant_account(dossier: Dossier, actor: Actor) -> None:
    """Enter the holder and its account; the first access waits for the letter (rule A1)."""
    answers = dossier.answers
    vendor = connections.named(dossier)
    holder = holders.of(dossier)
    # Whoever was approved in the same moment has committed before the holder could be locked.
    if (taken := no_account_yet(facts.for_guards(dossier))) is not None:
        raise Conflict(taken)
    system = db.session.scalars(
        select(TargetSystem).where(TargetSystem.code == answers["system"])
    ).one()
    account = Account(
        holder=holder,
        system=system,
        username=facts.proposed_username(dossier),
        state="granted",
        custodian_name=answers["custodian_name"],
        custodian_phone=answers["custodian_phone"],
        custodian_email=dossier.email,
        custodian_gender=answers.get("custodian_gender", ""),
        custodian_position=answers.get("custodian_position", ""),
        created_at=clock.now(),
    )
    db.session.add(account)
    _first_wins(
        Text(
            "Tên đăng nhập {username} vừa được cấp cho đơn vị khác.",
            "The username {username} has just been given to somebody else.",
        ).fill(username=account.username)
    )
    accounts.note(account, dossier, actor.name, "granted")
    activations.prepare(dossier, account)
    if vendor or not any(a.state != "closed" for a in holder.accounts if a is not account):
        # An account that a facility still has may connect through a vendor while this one does not.
        holder.vendor = vendor


def reset_access(dossier: Dossier, actor: Actor) -> None:
    """End the old first access and prepare a new one; the account itself stays."""
    account = _account(dossier)
    account.state = "granted"
    accounts.note(account, dossier, actor.name, "reset")
    activations.prepare(dossier, account)


def reissue_access(dossier: Dossier, actor: Actor) -> None:
    """Put a new link in the place of one that was not used; the account stays as it is."""
    account = _account(dossier)
    # The custodian may have opened it, or a handover been approved, while the lock was awaited.
    if (lost := access_unused({"access": facts.first_access(dossier)})) is not None:
        raise Conflict(lost)
    accounts.note(account, dossier, actor.name, "reissued")
    activations.prepare(dossier, account)


def change_account(dossier: Dossier, actor: Actor) -> None:
    """Write the new particulars; what was left empty stays."""
    answers = dossier.answers
    vendor = connections.named(dossier)
    account = _account(dossier)
    beside: dict[str, list[str]] = {}
    if name := answers.get("new_facility_name"):
        beside["facility_name"] = [account.holder.name, name]
        account.holder.name = name
    if answers.get("new_connection") and vendor is not account.holder.vendor:
        beside["vendor"] = [v.name if v else "" for v in (account.holder.vendor, vendor)]
        account.holder.vendor = vendor
    accounts.change(
        account,
        dossier,
        actor.name,
        "changed",
        beside,
        custodian_phone=answers.get("new_phone", ""),
        custodian_email=answers.get("new_email", ""),
    )


def hand_over(dossier: Dossier, actor: Actor) -> None:
    """Put a new custodian in; the old access is dead at once (rule A3)."""
    account = _account(dossier)
    accounts.change(
        account,
        dossier,
        actor.name,
        "handed_over",
        custodian_name=dossier.answers["custodian_name"],
        custodian_phone=dossier.answers["custodian_phone"],
        custodian_email=dossier.email,
    )
    account.state = "granted"
    activations.prepare(dossier, account)


def close_account(dossier: Dossier, actor: Actor) -> None:
    """Close the account and every link to it (rule A2); a vendor's facilities are cut off."""
    vendor = connections.to_close(dossier, lock=True)
    account = _account(dossier)
    account.state = "closed"
    account.closed_at = clock.now()
    account.password_due_on = None
    activations.revoke(account)
    accounts.note(account, dossier, actor.name, "closed")
    if vendor:
        connections.cut_off(dossier, account, vendor, actor.name)


def register_code(dossier: Dossier, actor: Actor) -> None:
    """Enter the code the officer proposed, one per facility and one per prescriber (rule C1)."""
    answers = dossier.answers
    code = ConnectionCode(
        code=facts.proposed(dossier).get("assigned_code", ""),
        dossier_id=dossier.id,
        created_at=clock.now(),
    )
    if answers["holder"] == "prescriber":
        code.prescriber = holders.prescriber(dossier)
    else:
        code.facility = holders.facility(dossier)
    db.session.add(code)
    _first_wins(
        Text(
            "Mã này, hoặc mã khác của cùng người đăng ký, vừa được ghi vào sổ bởi hồ sơ khác.",
            "This code, or another one of the same holder, was just registered by another dossier.",
        )
    )


def _account(dossier: Dossier) -> Account:
    account = facts.find_account(dossier)
    if account is None:
        raise Conflict(
            Text("Tài khoản không còn trong sổ.", "The account is no longer in the register.")
        )
    accounts.lock(account)
    return account


def _first_wins(lost: Text) -> None:
    """Let the database decide who was first: its unique indexes are the rule."""
    try:
        db.session.flush()
    except IntegrityError:
        raise Conflict(lost) from None


EFFECTS: Mapping[str, Effect] = {
    "assign": assign,
    "unassign": unassign,
    "reassign": reassign,
    "give_back": give_back,
    "grant_account": grant_account,
    "reset_access": reset_access,
    "reissue_access": reissue_access,
    "change_account": change_account,
    "hand_over": hand_over,
    "close_account": close_account,
    "register_code": register_code,
    **LIST_EFFECTS,
}

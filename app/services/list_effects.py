"""What actions of a dossier that goes to a list change: accounts, citations, deadlines, reminders.

Like the effects beside it: inside the transaction of the action, Conflict when late.
"""

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock, formats
from app.database import insert_into
from app.errors import Conflict, Invalid
from app.extensions import db
from app.models import Account, Dossier, Office, Organisation, TargetSystem
from app.security.actors import Actor
from app.services import accounts, activations, circulation, citations, facts, recipients
from workflows import Text
from workflows.guards import no_unit_has_an_account


def cite(dossier: Dossier, actor: Actor) -> None:
    """Note the dispatch this one carries out, as the form or the officer names it (L4)."""
    citations.cite(dossier, dossier.answers | dossier.events[-1].details)


def record_reply(dossier: Dossier, actor: Actor) -> None:
    """Enter the reply of the superior body."""
    citations.record_reply(dossier, dossier.events[-1].details)


def grant_units(dossier: Dossier, actor: Actor) -> None:
    """Give every unit of the list its account and its own first access (rule A1)."""
    listed = recipients.rows(dossier)
    offices = _offices([r.name for r in listed])
    # The offices are locked now: whoever gave one an account meanwhile has committed.
    if (taken := no_unit_has_an_account(facts.for_guards(dossier))) is not None:
        raise Conflict(taken)
    system = db.session.scalars(
        select(TargetSystem).where(TargetSystem.code == dossier.answers["system"])
    ).one()
    for recipient in listed:
        office = offices[formats.fold(recipient.name)]
        account = Account(
            holder=office,
            system=system,
            username=recipient.email,
            state="granted",
            custodian_name=recipient.typed["custodian_name"],
            custodian_phone=recipient.typed["custodian_phone"],
            custodian_email=recipient.email,
            custodian_gender=recipient.typed["custodian_gender"],
            custodian_position=recipient.typed["custodian_position"],
            created_at=clock.now(),
        )
        recipient.account, recipient.organisation_id = account, office.id
        accounts.note(account, dossier, actor.name, "granted")
        activations.first(dossier, account)
    try:
        db.session.flush()
    except IntegrityError:
        raise Conflict(
            Text(
                "Một thư điện tử trong danh sách đã là tên đăng nhập của đơn vị khác trên hệ thống"
                " này. Chọn «Trả lại chuyên viên» để sửa danh sách.",
                "An e-mail of the list is the username of another unit on this system already.",
            )
        ) from None


def _offices(names: list[str]) -> dict[str, Office]:
    """Return the offices by folded name, entered when they are new, locked until the commit."""
    keyed = {formats.fold(name): name for name in names}
    now = clock.now()
    db.session.execute(
        insert_into(db.engine, Organisation.__table__)
        .values(
            [
                {"sort": "office", "number": key, "name": name, "folded": key, "kind": "",
                 "tax_code": "", "address": "", "created_at": now}
                for key, name in keyed.items()
            ]
        )
        .on_conflict_do_nothing(index_elements=["sort", "number"])
    )  # fmt: skip
    found = db.session.scalars(
        select(Office).where(Office.number.in_(keyed)).order_by(Office.id).with_for_update()
    )
    return {office.number: office for office in found}


def reissue_unit(dossier: Dossier, actor: Actor) -> None:
    """Give one unit a new first access; the link it had is dead."""
    email = dossier.events[-1].details["unit_email"]
    recipient = next((r for r in recipients.rows(dossier) if r.email == email), None)
    if recipient is None or recipient.account is None:
        raise Invalid(
            {"unit_email": Text("Không có đơn vị này trong danh sách.", "It is not in the list.")}
        )
    account = recipient.account
    accounts.lock(account)
    if account.state != "granted":
        raise Invalid(
            {
                "unit_email": Text(
                    "Tài khoản này đã được mở hoặc đã thu hồi; đơn vị dùng thủ tục cấp lại mật"
                    " khẩu.",
                    "This account was opened or revoked; the unit asks for a new password.",
                )
            }
        )
    accounts.note(account, dossier, actor.name, "reissued")
    activations.prepare(dossier, account)
    circulation.send_again(recipient)


def extend(dossier: Dossier, actor: Actor) -> None:
    """Move the deadline for comments; never to an earlier day than people were told."""
    new = dossier.events[-1].details["deadline"]
    if date.fromisoformat(new) <= date.fromisoformat(dossier.answers["deadline"]):
        raise Invalid(
            {"deadline": Text("Chọn ngày sau hạn đang có.", "Choose a day after the present one.")}
        )
    dossier.answers = dossier.answers | {"deadline": new}
    circulation.announce(dossier, "extended")


def tell_cancelled(dossier: Dossier, actor: Actor) -> None:
    """Write to those who were asked that nothing more is expected of them."""
    circulation.announce(dossier, "cancelled")


def remind(dossier: Dossier, actor: Actor) -> None:
    """Write to those who have not answered; at most once a day."""
    if circulation.remind(dossier) == 0:
        raise Conflict(
            Text("Hôm nay đã nhắc các đơn vị này.", "They have been reminded today already.")
        )


LIST_EFFECTS: Mapping[str, Callable[[Dossier, Actor], None]] = {
    "cite": cite,
    "record_reply": record_reply,
    "grant_units": grant_units,
    "extend": extend,
    "remind": remind,
    "tell_cancelled": tell_cancelled,
    "reissue_unit": reissue_unit,
}

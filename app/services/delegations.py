"""Signing on behalf of the head (Decree 30/2020/NĐ-CP, Art. 13.3): written, for a time, a matter.

What an administrator enters counts once the head it speaks for approves it: otherwise whoever
manages people could make anybody sign.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

import workflows
from app import clock, formats
from app.errors import Invalid, Refused
from app.extensions import db
from app.models import Delegation, User
from app.security import sessions
from app.security.actors import is_head, staff
from app.services import audit, mails, rights
from workflows import Role, Text


def may_enter(user: User) -> bool:
    """Tell whether somebody enters delegations: the head, or an administrator for the head."""
    return is_head(user) or rights.may_manage(user)


def enter(
    by: User, principal: User | None, deputy: User | None,
    *, kinds: Sequence[str], basis: str, since: date, until: date,
) -> Delegation:  # fmt: skip
    """Write down a delegation. Raises Refused, or Invalid with a sentence per field."""
    if not rights.may_manage(by) and not (principal is by and is_head(by)):
        raise rights.refused(Text("chỉ được ủy quyền ký của mình.", "only for your own signature."))
    errors = objections(principal, deputy, kinds=kinds, since=since, until=until)
    if errors or principal is None or deputy is None:
        raise Invalid(errors)
    now = clock.now()
    made = Delegation(
        principal=principal,
        deputy=deputy,
        kinds=_known(kinds),
        basis=basis,
        since=since,
        until=until,
        entered_at=now,
        entered_by_id=by.id,
        approved_at=now if by is principal else None,
    )
    db.session.add(made)
    db.session.flush()
    _note("delegated", by, made)
    if made.approved_at:
        _tell(made)
    return made


def objections(
    principal: User | None, deputy: User | None,
    *, kinds: Sequence[str], since: date | None, until: date | None,
) -> dict[str, Text]:  # fmt: skip
    """Say, field by field, why this is no delegation; a day that is None is not looked at."""
    errors = {}
    if principal is None or not is_head(principal):
        errors["principal"] = Text(
            "Chỉ người đứng đầu ủy quyền ký (Nghị định 30/2020/NĐ-CP, Điều 13).",
            "Only the head delegates signing (Decree 30/2020, Art. 13).",
        )
    if deputy is None or deputy is principal or not _may_be_deputy(deputy):
        errors["deputy"] = Text(
            "Chọn một lãnh đạo hoặc chuyên viên khác đang làm việc.",
            "Choose another leader or officer who works here.",
        )
    if until and (until < clock.today() or (since and until < since)):
        errors["until"] = Text(
            "Ngày kết thúc phải từ ngày bắt đầu và từ hôm nay trở đi.",
            "The last day is not before the first one, nor before today.",
        )
    known = _known(kinds)
    if not known:
        errors["kinds"] = Text("Chọn ít nhất một loại hồ sơ.", "Choose at least one matter.")
    if not errors and principal and deputy and since and until:
        for same in _overlapping(principal, deputy, since, until):
            shared = [k for k in known if k in same.kinds]
            if shared:
                errors["deputy"] = _exists(same, shared)
    return errors


def _known(kinds: Sequence[str]) -> list[str]:
    return [k for k in workflows.all_workflows() if k in kinds]


def _overlapping(principal: User, deputy: User, since: date, until: date) -> list[Delegation]:
    query = select(Delegation).where(
        Delegation.principal_id == principal.id,
        Delegation.deputy_id == deputy.id,
        Delegation.revoked_at.is_(None),
        Delegation.since <= until,
        Delegation.until >= since,
    )
    return list(db.session.scalars(query.order_by(Delegation.id)))


def _exists(same: Delegation, kinds: Sequence[str]) -> Text:
    titles = [workflows.get(k).title for k in kinds]
    return Text(
        "{name} đã được ủy quyền từ {since} đến hết {until} theo «{basis}» cho: {kinds}. Ông/Bà"
        " chấm dứt ủy quyền đó trước, hoặc chọn thời hạn, loại hồ sơ khác.",
        "{name} has a delegation from {since} to the end of {until} by “{basis}” for: {kinds}."
        " End that one first, or choose other days or matters.",
    ).fill(
        name=same.deputy.full_name,
        since=formats.day(same.since),
        until=formats.day(same.until),
        basis=same.basis,
        kinds=Text("; ".join(titles), "; ".join(t.en for t in titles)),
    )


def _may_be_deputy(user: User) -> bool:
    held = set(user.roles)
    return user.is_active and Role.ADMIN not in held and not held.isdisjoint({"officer", "signer"})


def approve(by: User, made: Delegation) -> None:
    """Let what an administrator entered count: the word of the head it speaks for."""
    if by.id != made.principal_id or not is_head(by):
        raise rights.refused(Text("chỉ người ủy quyền xác nhận.", "only the head approves this."))
    if made.approved_at or made.revoked_at:
        raise Refused(Text("Ủy quyền này không còn chờ xác nhận.", "This no longer waits."))
    made.approved_at = clock.now()
    _note("delegated", by, made)
    _tell(made)


def revoke(by: User, made: Delegation) -> None:
    """End a delegation at once: by its head, an administrator, or the deputy who gives it back."""
    if by.id not in (made.principal_id, made.deputy_id) and not rights.may_manage(by):
        raise rights.refused(Text("ủy quyền này của người khác.", "it is somebody else's."))
    if made.revoked_at:
        raise Refused(Text("Ủy quyền này đã chấm dứt.", "This has ended already."))
    made.revoked_at = clock.now()
    _note("delegation_revoked", by, made)
    _tell(made)


def find(number: int) -> Delegation | None:
    """Return a delegation to change, locked."""
    return db.session.get(Delegation, number, with_for_update=True)


def seen_by(user: User) -> list[Delegation]:
    """Return the delegations somebody may see, the newest first."""
    query = select(Delegation).order_by(Delegation.id.desc()).limit(100)
    query = query.options(joinedload(Delegation.principal), joinedload(Delegation.deputy))
    if not rights.may_manage(user):
        mine = (Delegation.principal_id == user.id, Delegation.deputy_id == user.id)
        query = query.where(or_(*mine))
    return list(db.session.scalars(query))


def _note(what: str, by: User, made: Delegation) -> None:
    audit.record(
        what,
        staff(by),
        f"user:{made.deputy.username}",
        {
            "delegation": made.id,
            "principal": made.principal.username,
            "kinds": made.kinds,
            "basis": made.basis,
            "since": made.since.isoformat(),
            "until": made.until.isoformat(),
        },
    )


def _tell(made: Delegation) -> None:
    """End the sessions that have the old rights, and tell the deputy."""
    sessions.end_all(made.deputy)
    state = "revoked" if made.revoked_at else "approved"
    context = {"made": made, "kinds": [workflows.get(k).title for k in made.kinds]}
    mails.queue(
        "delegation", made.deputy.email, once=f"delegation:{made.id}:{state}", context=context
    )

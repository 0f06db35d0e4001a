"""Who gives whom which right; nobody grants above their own (rule A4, seeds 002 and 003).

The order: an administrator manages people, and gives or ends what officers and clerks have. What
an administrator does not stand above, a leader's signature and another administrator, they can
only propose: it counts once a second person approves it, another administrator or the head of
the department, who is neither the one who proposed it nor the one it is for. Nobody touches
their own rights, and there is always an administrator left.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app import clock
from app.errors import Refused
from app.extensions import db
from app.models import Grant, User
from app.security import sessions
from app.security.actors import HEADS, ROLE_NAMES, is_head, staff, staff_roles
from app.services import audit, mails, staff_links
from workflows import Role, Text

GRANTED = (Role.OFFICER, Role.SIGNER, Role.CLERK, Role.ADMIN)
_NEEDS_TWO = frozenset({Role.SIGNER, Role.ADMIN})
_NO = Text(
    "Ông/Bà không được phép phân quyền cho người dùng: {why}",
    "You are not allowed to change the rights of this person: {why}",
)
_OWN = Text("không ai tự thay đổi quyền của mình.", "nobody changes their own rights.")
_NOT_ADMIN = Text("việc này của quản trị.", "this is for administrators.")
_SAME = Text(
    "quyền này cần người thứ hai xác nhận, không phải người đã đề nghị.",
    "this right needs a second person, not the one who proposed it.",
)
_ABOVE = Text(
    "chỉ quản trị khác hoặc người đứng đầu Sở xác nhận quyền này.",
    "only another administrator or the head of the department approves this right.",
)
_LAST = Text(
    "đây là quản trị cuối cùng; hãy phân quyền cho một quản trị khác trước.",
    "this is the last administrator; appoint another one first.",
)
_HEAD_IS = Text(
    "người đứng đầu là {name}; hãy kết thúc quyền đó trước hoặc chọn thẩm quyền ký khác.",
    "{name} is the head; end that right first, or choose another way of signing.",
)
_ADDRESS = Text(
    "thư điện tử này mở quyền lãnh đạo hoặc quản trị; hãy kết thúc quyền đó, sửa thư điện tử rồi"
    " đề nghị lại quyền.",
    "this e-mail opens the right of a leader or an administrator; end that right, correct the"
    " e-mail, then propose the right again.",
)
_WAITS = Text("Quyền này đang chờ xác nhận.", "This right waits for a second person already.")
_GONE = Text("người này đã thôi việc.", "this person has left.")


def refused(why: Text) -> Refused:
    """Return the refusal of seed 003 with its reason."""
    return Refused(_NO.fill(why=why))


def may_manage(user: User) -> bool:
    """Tell whether somebody manages people."""
    return Role.ADMIN in staff_roles(user)


def may_approve(user: User) -> bool:
    """Tell whether somebody may be the second person of a right."""
    return may_manage(user) or is_head(user)


def check_manages(by: User, whom: User) -> None:
    """Raise Refused when somebody may not change the account of another."""
    if not may_manage(by):
        raise refused(_NOT_ADMIN)
    _check_other(by, whom)


def _check_other(by: User, whom: User) -> None:
    """Raise Refused for oneself, and for who has left."""
    if by.id == whom.id:
        raise refused(_OWN)
    if whom.left_at:
        raise refused(_GONE)


def check_moves_address(whom: User) -> None:
    """Raise Refused when an e-mail opens what an administrator alone does not give.

    Whoever reads it chooses the next password: it would be the way around the second person.
    """
    if any(g.ended_at is None and g.role in _NEEDS_TWO for g in whom.grants):
        raise refused(_ADDRESS)


def check_reviews(by: User, whom: User) -> None:
    """Raise Refused when somebody may not confirm the rights of another; the head may, too."""
    if not may_approve(by):
        raise refused(_ABOVE)
    _check_other(by, whom)


def grant(
    by: User, whom: User, role: Role, system: str | None, basis: str, capacity: str = ""
) -> Grant:
    """Give a right, or propose it where a second person is needed. Raises Refused.

    `capacity` is how a leader signs: "" as the head, of whom there is one.
    """
    check_manages(by, whom)
    if role not in GRANTED:
        raise refused(_ABOVE)
    system = None if role is Role.ADMIN else system
    for same in (g for g in whom.grants if (g.role, g.system) == (role, system)):
        if same.is_waiting:
            raise Refused(_WAITS)
        if same.is_in_force:
            raise Refused(Text("Người này đã có quyền đó.", "This person has that right already."))
    if role is Role.SIGNER:
        keep_one_head(whom, capacity)
    before, now = words(whom), clock.now()
    needs_two = role in _NEEDS_TWO
    given = Grant(
        role=role,
        system=system,
        capacity=capacity if role is Role.SIGNER else "",
        basis=basis,
        granted_at=now,
        granted_by=by,
        approved_at=None if needs_two else now,
        confirmed_at=None if needs_two else now,
        confirmed_by=None if needs_two else by,
    )
    whom.grants.append(given)
    db.session.flush()
    if needs_two:
        audit.record("right_proposed", staff(by), f"user:{whom.username}", _said(given))
    else:
        _changed(by, whom, before, _said(given))
    return given


def approve(by: User, given: Grant) -> None:
    """Be the second person of a right. Raises Refused."""
    if by.id == given.user_id:
        raise refused(_OWN)
    if by.id == given.granted_by_id:
        raise refused(_SAME)
    if not may_approve(by):
        raise refused(_ABOVE)
    if not given.is_waiting or given.user.left_at:
        raise Refused(Text("Đề nghị này không còn chờ xác nhận.", "This no longer waits."))
    before = words(given.user)
    if given.role == Role.SIGNER:
        keep_one_head(given.user, given.capacity)
        given.user.capacity = given.capacity
    given.approved_at = given.confirmed_at = clock.now()
    given.approved_by_id = by.id
    given.confirmed_by = by
    _changed(by, given.user, before, _said(given))


def may_end(by: User, given: Grant) -> bool:
    """Tell whether somebody may end a right; the second person of a proposal may refuse it."""
    return may_manage(by) or (given.is_waiting and may_approve(by))


def end(by: User, given: Grant) -> None:
    """Take a right away, or a proposal back, or refuse one. Raises Refused."""
    if not may_end(by, given):
        raise refused(_NOT_ADMIN)
    _check_other(by, given.user)
    if given.ended_at:
        raise Refused(Text("Quyền này đã kết thúc.", "This right has ended already."))
    if given.role == Role.ADMIN and given.is_in_force:
        keep_an_administrator(given.user)
    before = words(given.user)
    given.ended_at = clock.now()
    _changed(by, given.user, before, _said(given))


def keep_one_head(whom: User, capacity: str) -> None:
    """Raise Refused when somebody else is the head already: nobody becomes one by omission."""
    if capacity not in HEADS:
        return
    others = _holders(Role.SIGNER).where(User.capacity.in_(HEADS), User.id != whom.id)
    head = db.session.scalars(others).first()
    if head is not None:
        raise refused(_HEAD_IS.fill(name=head.full_name))


def keep_an_administrator(besides: User) -> None:
    """Raise Refused when nobody else is an administrator who can sign in."""
    others = _holders(Role.ADMIN).where(User.id != besides.id)
    if Role.ADMIN in staff_roles(besides) and db.session.scalars(others).first() is None:
        raise refused(_LAST)


def _holders(role: Role) -> Select[User]:
    """Select those who can sign in and have a role on any system."""
    return (
        select(User)
        .join(Grant, Grant.user_id == User.id)
        .where(
            Grant.role == role,
            Grant.approved_at.is_not(None),
            Grant.ended_at.is_(None),
            User.is_active,
        )
        .order_by(User.id)
    )


def waiting() -> list[Grant]:
    """Return the rights that wait for a second person, the oldest first."""
    query = (
        select(Grant)
        .where(Grant.approved_at.is_(None), Grant.ended_at.is_(None))
        .order_by(Grant.id)
        .options(joinedload(Grant.user), joinedload(Grant.granted_by))
    )
    return list(db.session.scalars(query))


def find(number: int) -> Grant | None:
    """Return a right to change, with its person locked: two changes follow each other."""
    given = db.session.get(Grant, number)
    if given is not None:
        db.session.execute(select(User.id).where(User.id == given.user_id).with_for_update())
        db.session.refresh(given)
    return given


def covers(user: User, role: Role, system: str) -> bool:
    """Tell whether somebody has a role on a system ("" for what belongs to none)."""
    return any(g.is_in_force and g.role == role and g.system in (None, system) for g in user.grants)


def words(user: User) -> list[str]:
    """Return what somebody may do, as the audit trail keeps it."""
    return sorted(word(g) for g in user.grants if g.is_in_force)


def word(given: Grant) -> str:
    """Return a right as one word."""
    return f"{given.role}:{given.system}" if given.system else given.role


def label(given: Grant) -> Text:
    """Return a right as people read it."""
    name = ROLE_NAMES[Role(given.role)]
    return Text(f"{name} ({given.system})", f"{name.en} ({given.system})") if given.system else name


def _said(given: Grant) -> dict[str, Any]:
    signs = {"capacity": given.capacity} if given.capacity else {}
    return {"right": word(given), "basis": given.basis, **signs}


def _changed(by: User, whom: User, before: list[str], details: Mapping[str, Any]) -> None:
    """Note who changed what, end the sessions that have the old rights, and tell the person."""
    after = words(whom)
    row = audit.record(
        "rights_changed",
        staff(by),
        f"user:{whom.username}",
        {**details, "before": before, "after": after},
    )
    sessions.end_all(whom)
    db.session.flush()
    if staff_links.is_newcomer(whom):
        return  # the invitation is all there is to say; there was nothing to change or to end
    held = [label(g) for g in whom.grants if g.is_in_force]
    context = {"name": whom.full_name, "rights": held, "by": by.full_name}
    mails.queue("rights_changed", whom.email, once=f"rights:{row.id}", context=context)


def administrators() -> list[User]:
    """Return the administrators who can sign in."""
    return list(db.session.scalars(_holders(Role.ADMIN)).unique())

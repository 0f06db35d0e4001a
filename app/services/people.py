"""The people of the department: how they come, pause, move and leave."""

import secrets
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from app import clock, formats
from app.errors import Invalid, Refused
from app.extensions import db
from app.models import Delegation, Dossier, Grant, Passkey, Unit, User
from app.security import passwords, sessions
from app.security.actors import SYSTEM, Actor, staff
from app.services import audit, colleagues, dossiers, mails, rights, staff_links
from app.services import factors as second_factors
from workflows import Phase, Role, Text

PAGE = 25
_HANDED_OVER = Text("Quản trị phân công lại: {name}.", "Re-assigned by an administrator: {name}.")
# Answers of the forms that stand for no value.
EVERY_SYSTEM, HEAD = "*", "-"
# Where somebody's work goes on; what is with a leader or the clerk goes on without them.
_IN_HAND = (Phase.QUEUE, Phase.REVIEW, Phase.WAITING, Phase.OUTSIDE)


@dataclass(frozen=True, slots=True)
class Page:
    """Some people, and the cursor of the next page ("" when there is none)."""

    rows: list[User]
    next: str = ""


def page(text: str, *, after: str = "") -> Page:
    """Return people by name, or those whose name has these words, with or without marks."""
    query = select(User).options(selectinload(User.grants)).order_by(User.folded, User.id)
    for word in formats.fold(text).split():
        query = query.where(User.folded.contains(word, autoescape=True))
    name, _, number = after.rpartition("~")
    if number.isdecimal() and len(number) < 10:
        query = query.where(
            or_(User.folded > name, (User.folded == name) & (User.id > int(number)))
        )
    found = list(db.session.scalars(query.limit(PAGE + 1)))
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], f"{last.folded}~{last.id}" if last else "")


def find(username: str, *, lock: bool = False) -> User | None:
    """Return a person by sign-in name; locked, so that two changes follow each other."""
    query = select(User).where(User.username == username.strip().lower()[:100])
    return db.session.scalars(query.with_for_update(of=User) if lock else query).one_or_none()


def add(
    *, username: str, full_name: str, email: str, position: str, unit: Unit, password: str = "",
    phone: str = "", capacity: str = "",
) -> User:  # fmt: skip
    """Enter a person without rights. Raises Invalid when the name is taken."""
    username = username.strip().lower()
    if not username.isascii() or not username.replace(".", "").replace("_", "").isalnum():
        raise Invalid(
            {
                "username": Text(
                    "Tên đăng nhập gồm chữ không dấu, chữ số, dấu chấm và gạch dưới.",
                    "A sign-in name has plain letters, digits, dots and underscores.",
                )
            }
        )
    if find(username):
        taken = Text("Tên đăng nhập này đã có người dùng.", "This sign-in name is taken.")
        raise Invalid({"username": taken})
    _refuse_taken(email)
    now = clock.now()
    user = User(
        username=username,
        full_name=full_name,
        email=email,
        phone=phone,
        position=position,
        unit=unit,
        capacity=capacity,
        password_hash=passwords.hash_password(password or secrets.token_urlsafe(32)),
        created_at=now,
        active_since=now,
    )
    db.session.add(user)
    db.session.flush()
    return user


def invite(by: User, values: Mapping[str, str]) -> User:
    """Enter a person with a first right and mail the link to a password."""
    if not rights.may_manage(by):
        raise rights.refused(Text("việc này của quản trị.", "this is for administrators."))
    user = add(
        username=values["username"],
        full_name=values["full_name"],
        email=values["email"],
        phone=values["phone"],
        position=values["position"],
        unit=unit(values["unit"]),
    )
    what = {"unit": user.unit.symbol, "position": user.position}
    audit.record("person_invited", staff(by), f"user:{user.username}", what)
    give(by, user, values)
    staff_links.send(user)
    return user


def give(by: User, whom: User, values: Mapping[str, str]) -> Grant:
    """Give or propose the right that a form describes."""
    # Every system is chosen, never what an empty answer means.
    role, system = Role(values["role"]), values["system"]
    capacity = "" if values["capacity"] == HEAD else values["capacity"]
    where = None if system == EVERY_SYSTEM else system
    return rights.grant(by, whom, role, where, values["basis"], capacity)


def units() -> list[Unit]:
    """Return the divisions."""
    return list(db.session.scalars(select(Unit).order_by(Unit.id)))


def unit(symbol: str) -> Unit:
    """Return a division by its symbol; raise Invalid when there is none."""
    found = db.session.scalars(select(Unit).where(Unit.symbol == symbol)).first()
    if found is None:
        raise Invalid({"unit": Text("Chọn: Phòng.", "Choose: division.")})
    return found


def reset(by: User, whom: User, *, factors: bool) -> None:
    """Mail a link to a new password; with `factors` the authenticator is enrolled anew too."""
    rights.check_manages(by, whom)
    if not whom.is_active:
        raise Refused(Text("Tài khoản đang tạm ngừng.", "The account is suspended."))
    if factors:
        forget_factors(whom, staff(by))
    staff_links.send(whom)
    audit.record("access_reset", staff(by), f"user:{whom.username}", {"factors": factors})


def forget_factors(user: User, by: Actor) -> None:
    """Forget every second factor and wrong code; the next sign-in is a first one."""
    second_factors.reset(user, by)
    sessions.end_all(user)


def suspend(by: User, whom: User, reason: str) -> None:
    """Keep somebody out until further notice; rights and dossiers stay."""
    rights.check_manages(by, whom)
    if not whom.is_active:
        raise Refused(Text("Tài khoản đã tạm ngừng.", "The account is suspended already."))
    rights.keep_an_administrator(whom)
    close(whom, reason)
    audit.record("person_suspended", staff(by), f"user:{whom.username}", {"reason": reason})


def close(user: User, reason: str) -> None:
    """Let nobody in under this name."""
    user.is_active, user.suspended_why = False, reason
    staff_links.revoke(user)
    sessions.end_all(user)


def resume(by: User, whom: User) -> None:
    """Let somebody in again."""
    rights.check_manages(by, whom)
    whom.is_active, whom.suspended_why, whom.active_since = True, "", clock.now()
    audit.record("person_resumed", staff(by), f"user:{whom.username}")


def move(by: User, whom: User, symbol: str, position: str) -> None:
    """Put somebody into another division; what was before stays in the audit trail."""
    rights.check_manages(by, whom)
    there = unit(symbol)
    before = {"unit": whom.unit.symbol, "position": whom.position}
    whom.unit, whom.position = there, position or whom.position
    after = {"unit": there.symbol, "position": whom.position}
    audit.record(
        "person_moved", staff(by), f"user:{whom.username}", {"before": before, "after": after}
    )


def in_hand(user: User) -> list[Dossier]:
    """Return the dossiers that would be left without anybody."""
    query = select(Dossier).where(Dossier.officer_id == user.id, Dossier.phase.in_(_IN_HAND))
    return list(db.session.scalars(query.order_by(Dossier.id)))


def by_kind(held: list[Dossier]) -> Mapping[str, int]:
    """Count dossiers by request type: all an administrator may know of them."""
    return Counter(d.kind for d in held)


def fit_to_take_over(user: User, held: list[Dossier]) -> list[User]:
    """Return the officers with rights on every one of these dossiers."""
    return [
        u
        for u in colleagues.officers(with_rights=True)
        if u.id != user.id
        and all(rights.covers(u, Role.OFFICER, system) for system in {d.system for d in held})
    ]


def hand_over(by: User, whom: User, choice: str) -> int:
    """Give everything in somebody's hands to a colleague, each as a step of its own history."""
    rights.check_manages(by, whom)
    chosen = colleagues.named(choice)
    held = in_hand(whom)
    for dossier in held:
        supplied = {"colleague": choice, "note": str(_HANDED_OVER.fill(name=by.full_name))}
        dossiers.act(dossier.key, "reassign", SYSTEM, supplied=supplied)
    if chosen is not None:
        whom.successor_id = chosen.id
    details = {"to": chosen.username if chosen else "", "dossiers": [d.code for d in held]}
    row = audit.record("dossiers_handed_over", staff(by), f"user:{whom.username}", details)
    if chosen is not None and held:
        context = {"name": chosen.full_name, "n": len(held), "of": whom.full_name}
        mails.queue("handed_over", chosen.email, once=f"handed:{row.id}", context=context)
    return len(held)


def correct(by: User, whom: User, values: Mapping[str, str]) -> None:
    """Correct name, e-mail and phone of a person. Raises Invalid for somebody else's address,
    Refused for that of a leader or an administrator.

    A link that went to the old address is dead, and that address is told: whoever reads the new
    one chooses the next password.
    """
    rights.check_manages(by, whom)
    email = values["email"]
    _refuse_taken(email, whom)
    changed = [n for n in ("full_name", "email", "phone") if getattr(whom, n) != values[n]]
    if "email" in changed:
        rights.check_moves_address(whom)
        staff_links.revoke(whom)
        once = f"address:{whom.id}:{clock.now().timestamp()}"
        context = {"name": whom.full_name, "by": by.full_name}
        mails.queue("address_changed", whom.email, once=once, context=context)
    for name in changed:
        setattr(whom, name, values[name])
    audit.record("person_corrected", staff(by), f"user:{whom.username}", {"fields": changed})


def _refuse_taken(email: str, of: User | None = None) -> None:
    query = select(User.id).where(User.email == email, User.is_active)
    if of is not None:
        query = query.where(User.id != of.id)
    if db.session.scalars(query).first():
        used = Text("Địa chỉ này là của người khác.", "This address belongs to somebody else.")
        raise Invalid({"email": used})


def opened(users: Collection[User]) -> set[int]:
    """Return whose accounts were opened: they have proved a second factor; one query for all."""
    ids = [u.id for u in users]
    keys = set(db.session.scalars(select(Passkey.user_id).where(Passkey.user_id.in_(ids))))
    return keys | {u.id for u in users if u.totp_last_step or u.phone_confirmed_at}


def leave(by: User, whom: User, basis: str) -> None:
    """Close an account for good. Raises Refused while dossiers are left."""
    rights.check_manages(by, whom)
    left = len(in_hand(whom))
    if left:
        raise Refused(
            Text(
                "Còn {n} hồ sơ do người này thụ lý. Ông/Bà phân công lại trước khi đóng tài khoản.",
                "{n} dossiers are still in this person's hands. Re-assign them first.",
            ).fill(n=left)
        )
    rights.keep_an_administrator(whom)
    before, now = rights.words(whom), clock.now()
    for grant in whom.grants:
        grant.ended_at = grant.ended_at or now
    for delegation in db.session.scalars(
        select(Delegation).where(
            or_(Delegation.deputy_id == whom.id, Delegation.principal_id == whom.id),
            Delegation.revoked_at.is_(None),
        )
    ):
        delegation.revoked_at = now
    close(whom, "")
    whom.left_at = now
    audit.record(
        "person_left",
        staff(by),
        f"user:{whom.username}",
        {"before": before, "after": [], "basis": basis},
    )

"""Who acts, and what that makes them on one dossier."""

import os
import pwd
from collections.abc import Collection
from dataclasses import dataclass

from app import clock
from app.models import Delegation, Dossier, DossierEvent, User
from workflows import Role, Text


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff, a verified e-mail, or the system itself."""

    name: str
    user: User | None = None
    email: str = ""
    # Somebody at the command line of the server, who needs no account of ours.
    is_console: bool = False

    @property
    def user_id(self) -> int | None:
        """The staff row, if any."""
        return self.user.id if self.user else None


SYSTEM = Actor(name="Hệ thống")

ROLE_NAMES = {
    Role.APPLICANT: Text("Người nộp", "Applicant"),
    Role.OFFICER: Text("Chuyên viên", "Officer"),
    Role.SIGNER: Text("Lãnh đạo", "Leader"),
    Role.CLERK: Text("Văn thư", "Registry clerk"),
    Role.ADMIN: Text("Quản trị", "Administrator"),
    Role.SYSTEM: Text("Hệ thống", "System"),
}
_STAFF = frozenset({Role.OFFICER, Role.SIGNER, Role.CLERK})
# letters.SigningCapacity of who signs in their own right: the head, or who acts as one.
HEADS = frozenset({"", "Q."})


# Where a step keeps the name of the leader in whose place somebody signed.
ON_BEHALF = "on_behalf_of"


def who_of(event: DossierEvent) -> Text:
    """Return who took a step, and on whose behalf; only the system is named in every language."""
    if event.role == Role.SYSTEM:
        return ROLE_NAMES[Role.SYSTEM]
    name, principal = event.actor_name, event.details.get(ON_BEHALF)
    if not principal:
        return Text(name)
    return Text(f"{name} thay mặt {principal}", f"{name} on behalf of {principal}")


def applicant(email: str, name: str = "") -> Actor:
    """Return the actor behind a verified e-mail."""
    return Actor(name=name or email, email=email)


def console() -> Actor:
    """Return who runs a command, by the operating system and not by what the environment says."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    return Actor(name=name, is_console=True)


def staff(user: User) -> Actor:
    """Return the actor of a signed-in member of staff."""
    return Actor(name=user.full_name, user=user)


def staff_roles(user: User) -> frozenset[Role]:
    """Return the roles a member of staff holds anywhere, also by delegation."""
    if not user.is_active:
        return frozenset()
    held = {Role(g.role) for g in user.grants if g.is_in_force}
    if Role.ADMIN not in held and any(_counts(d) for d in user.deputed):
        held.add(Role.SIGNER)
    return frozenset(held)


def is_head(user: User) -> bool:
    """Tell whether somebody signs as the head of the department: only the head delegates."""
    return user.capacity in HEADS and Role.SIGNER in _own(user)


def roles_of(actor: Actor, dossier: Dossier) -> frozenset[Role]:
    """Return what an actor is on this dossier.

    An administrator is nothing on a dossier (seed rule A4). A role counts on the systems it was
    granted for. An officer is one on a dossier nobody holds, that they hold, or whose officer has
    left. Who reviewed it does not sign it, nor does anybody sign it on their behalf (two persons).
    """
    if actor is SYSTEM:
        return frozenset({Role.SYSTEM})
    user = actor.user
    if user is None:
        own = bool(actor.email) and actor.email == dossier.email
        return frozenset({Role.APPLICANT}) if own else frozenset()
    if Role.ADMIN in staff_roles(user):
        return frozenset()
    roles = {r for r in _own(user) & _STAFF if _is_granted(user, r, dossier)}
    if dossier.officer_id not in (None, user.id) and not _has_left(dossier.officer):
        roles.discard(Role.OFFICER)
    if Role.SIGNER in roles and _reviewed(user, dossier):
        roles.discard(Role.SIGNER)
    elif delegation_for(user, dossier):
        roles.add(Role.SIGNER)
    return frozenset(roles)


def may_hold(user: User, dossier: Dossier) -> bool:
    """Tell whether a dossier may be put into the hands of somebody."""
    return Role.ADMIN not in staff_roles(user) and _is_granted(user, Role.OFFICER, dossier)


def delegation_for(user: User, dossier: Dossier) -> Delegation | None:
    """Return the delegation under which somebody signs this dossier; None by their own right.

    It passes on what the principal may do with it and no more.
    """
    if not user.is_active or _is_granted(user, Role.SIGNER, dossier) or _reviewed(user, dossier):
        return None
    return next(
        (
            d
            for d in user.deputed
            if _counts(d)
            and dossier.kind in d.kinds
            and _is_granted(d.principal, Role.SIGNER, dossier)
            and not _reviewed(d.principal, dossier)
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """Dossiers of these systems and kinds; None for every one."""

    systems: frozenset[str] | None
    kinds: frozenset[str] | None = None


EVERYTHING = Reach(None)


def reach_of(user: User) -> tuple[Reach, ...]:
    """Return which dossiers somebody may see, as parts; an administrator none."""
    if Role.ADMIN in staff_roles(user) or not user.is_active:
        return ()
    parts = {_granted(user, _STAFF)} | {
        Reach(_granted(d.principal, {Role.SIGNER}).systems, frozenset(d.kinds))
        for d in user.deputed
        if _counts(d)
    }
    if EVERYTHING in parts:
        return (EVERYTHING,)
    return tuple(p for p in parts if p.systems is None or p.systems)


def _granted(user: User, roles: Collection[Role]) -> Reach:
    systems = {g.system for g in user.grants if g.is_in_force and g.role in roles}
    return EVERYTHING if None in systems else Reach(frozenset(s for s in systems if s))


def _own(user: User) -> frozenset[Role]:
    if not user.is_active:
        return frozenset()
    return frozenset(Role(g.role) for g in user.grants if g.is_in_force)


def _is_granted(user: User, role: Role, dossier: Dossier) -> bool:
    return user.is_active and any(
        g.is_in_force and g.role == role and g.system in (None, dossier.system) for g in user.grants
    )


def _counts(delegation: Delegation) -> bool:
    """Tell whether a delegation holds today; it falls with the right of its principal."""
    return (
        delegation.approved_at is not None
        and delegation.revoked_at is None
        and delegation.since <= clock.today() <= delegation.until
        and is_head(delegation.principal)
        and Role.ADMIN not in _own(delegation.principal)
    )


def _reviewed(user: User, dossier: Dossier) -> bool:
    return any(e.user_id == user.id and e.role == Role.OFFICER for e in dossier.events)


def _has_left(user: User | None) -> bool:
    return user is not None and user.left_at is not None

"""Who acts, and what that makes them on one dossier."""

from dataclasses import dataclass
from functools import lru_cache

from app.models import Dossier, DossierEvent, User
from workflows import Role, Text


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff, a verified e-mail, or the system itself."""

    name: str
    user: User | None = None
    email: str = ""

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


def who_of(event: DossierEvent) -> Text:
    """Return who took a step; only the system has a name in every language."""
    return ROLE_NAMES[Role.SYSTEM] if event.role == Role.SYSTEM else Text(event.actor_name)


def applicant(email: str, name: str = "") -> Actor:
    """Return the actor behind a verified e-mail."""
    return Actor(name=name or email, email=email)


def staff(user: User) -> Actor:
    """Return the actor of a signed-in member of staff."""
    return Actor(name=user.full_name, user=user)


@lru_cache(maxsize=64)
def _known(roles: tuple[str, ...]) -> frozenset[Role]:
    return frozenset(Role(r) for r in roles)


def staff_roles(user: User) -> frozenset[Role]:
    """Return the roles a member of staff holds anywhere."""
    return _known(tuple(user.roles)) if user.is_active else frozenset()


def roles_of(actor: Actor, dossier: Dossier) -> frozenset[Role]:
    """Return what an actor is on this dossier.

    An administrator is nothing on a dossier (seed rule A4). An officer is one on a dossier
    nobody holds or that they hold. Who reviewed it does not sign it (two persons).
    """
    if actor is SYSTEM:
        return frozenset({Role.SYSTEM})
    if actor.user is None:
        own = bool(actor.email) and actor.email == dossier.email
        return frozenset({Role.APPLICANT}) if own else frozenset()
    held = staff_roles(actor.user)
    roles = set() if Role.ADMIN in held else set(held & _STAFF)
    if dossier.officer_id not in (None, actor.user.id):
        roles.discard(Role.OFFICER)
    if Role.SIGNER in roles and any(
        e.user_id == actor.user.id and e.role == Role.OFFICER for e in dossier.events
    ):
        roles.discard(Role.SIGNER)
    return frozenset(roles)

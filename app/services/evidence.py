"""Searching the evidence: the audit trail and the histories as one list, the newest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, union_all
from sqlalchemy.orm import joinedload

from app import clock
from app.extensions import db
from app.models import (
    Account,
    AccountEvent,
    AuditEvent,
    BookEvent,
    Dossier,
    DossierEvent,
    Unit,
    User,
)
from app.security.actors import staff_roles
from workflows import Phase, Role, Text

PAGE = 50
# In the order in which rows of the same moment stand.
_SOURCES = (AuditEvent, DossierEvent, AccountEvent, BookEvent)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

GROUPS: Mapping[str, tuple[Text, frozenset[str]]] = {
    "access": (
        Text("Đăng nhập", "Sign-in"),
        frozenset({"signed_in", "sign_in_refused", "signed_out", "code_refused", "code_sent",
                   "confirmed", "link_opened", "access_shown", "new_device", "session_ended",
                   "password_changed", "password_given", "password_refused", "factor_added",
                   "factor_removed", "factor_preferred", "factor_locked", "recovery_made",
                   "recovery_used"}),
    ),
    "exports": (Text("Kết xuất", "Exports"), frozenset({"exported", "data_copied"})),
    "views": (
        Text("Xem dữ liệu", "Views"),
        frozenset({"dossier_seen", "letter_seen", "register_seen", "list_seen", "file_seen",
                   "person_searched", "personal_data_seen"}),
    ),
    "rights": (
        Text("Quyền và người dùng", "Rights and people"),
        frozenset({"right_proposed", "rights_changed", "rights_confirmed", "person_invited",
                   "person_suspended", "person_resumed", "person_moved", "person_corrected",
                   "person_left",
                   "access_reset", "factors_reset", "dossiers_handed_over", "delegated",
                   "delegation_revoked"}),
    ),
    "settings": (
        Text("Cấu hình và nhật ký", "Settings and evidence"),
        frozenset({"wording_changed", "department_loaded", "book_planned", "schema_changed",
                   "mail_retried", "audit_seen", "check_asked", "sealed", "erased"}),
    ),
    "changes": (
        Text("Việc khác", "Other work"),
        frozenset({"acknowledged", "draft_begun", "arrival_entered", "signing_retried",
                   "list_compared", "upload_refused", "consents_chosen", "data_requested",
                   "data_request_answered"}),
    ),
    "acts": (Text("Thao tác trên hồ sơ, sổ", "Acts on dossiers and books"), frozenset()),
}  # fmt: skip
"""What a word of services.audit.WHAT is about; acts are rows of the histories."""
# An administrator sees who came in and what was set, never who was dealt with (rule A4).
_OF_ADMINISTRATORS = ("access", "exports", "rights", "settings")


@dataclass(frozen=True, slots=True)
class Thing:
    """What rows are about: the name the audit trail has for it, and its row."""

    about: str
    dossier_id: int = 0
    account_id: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; `words` None: all. `only` is the person whose rows alone are seen."""

    person: int | None = None
    thing: Thing | None = None
    words: frozenset[str] | None = None
    acts: bool = True
    since: date | None = None
    until: date | None = None
    only: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, the newest first, and where the next page hangs on ("": none)."""

    rows: Sequence[Any]
    next: str = ""


class Names:
    """What the trail's words for people and divisions mean; asked for once, when first needed."""

    @cached_property
    def people(self) -> Mapping[str, str]:
        """User name → full name."""
        found = db.session.execute(select(User.username, User.full_name))
        return {row.username: row.full_name for row in found}

    @cached_property
    def usernames(self) -> Mapping[int, str]:
        """Id → user name."""
        found = db.session.execute(select(User.id, User.username))
        return {row.id: row.username for row in found}

    @cached_property
    def units(self) -> Mapping[str, str]:
        """Symbol → name of a division."""
        found = db.session.execute(select(Unit.symbol, Unit.name))
        return {row.symbol: row.name for row in found}


def groups_of(user: User) -> Sequence[str]:
    """Return what somebody may look for."""
    return _OF_ADMINISTRATORS if Role.ADMIN in staff_roles(user) else tuple(GROUPS)


def sees_all(user: User) -> bool:
    """Tell whether somebody sees rows of others: leaders, and administrators in their groups."""
    return bool(staff_roles(user) & {Role.SIGNER, Role.ADMIN})


def is_in_charge(user: User, thing: Thing | None) -> bool:
    """Tell whether somebody reads who looked at a thing: leaders, and the officer who has it."""
    roles = staff_roles(user)
    if thing is None or Role.ADMIN in roles:
        return False
    if Role.SIGNER in roles:
        return True
    mine = select(Dossier.id).where(Dossier.officer_id == user.id)
    if thing.dossier_id:
        mine = mine.where(Dossier.id == thing.dossier_id)
    elif thing.account_id:
        of_account = AccountEvent.account_id == thing.account_id
        mine = mine.join(AccountEvent, AccountEvent.dossier_id == Dossier.id).where(of_account)
    else:
        return False
    return db.session.scalar(mine.limit(1)) is not None


def thing(text: str) -> Thing | None:
    """Return what a code, a username or a name of the trail means; None: nothing known."""
    code = text.removeprefix("dossier:").upper()
    dossier_id = db.session.scalar(
        select(Dossier.id).where(Dossier.code == code, Dossier.phase != Phase.DRAFT)
    )
    if dossier_id is not None:
        return Thing(f"dossier:{code}", dossier_id=dossier_id)
    kind, _, name = text.partition(":")
    if kind == "account" and name.isdecimal() and len(name) < 10:
        return Thing(text, account_id=int(name))
    if name:
        return Thing(text)
    account = db.session.scalar(select(Account.id).where(Account.username == text).limit(1))
    if account is not None:
        return Thing(f"account:{account}", account_id=account)
    person = db.session.scalar(select(User.id).where(User.username == text.lower()))
    return Thing(f"user:{text.lower()}") if person is not None else None


def people() -> list[tuple[int, str]]:
    """Return id and name of everybody who works or worked here."""
    found = db.session.execute(
        select(User.id, User.full_name, User.username).order_by(User.username)
    )
    return [(number, f"{name} ({username})") for number, name, username in found]


def page(wanted: Wanted, after: str = "", size: int = PAGE) -> Page:
    """Return a page along the indexes; as many statements whatever the number of rows."""
    cursor = _cursor(after)
    found: list[tuple[tuple[int, int, int], Any]] = []
    for rank, table in enumerate(_SOURCES):
        rows = _of(table, rank, wanted, cursor, size + 1)
        found += [((-_micros(row.at), rank, -row.id), row) for row in rows]
    found.sort(key=lambda each: each[0])
    shown = [row for _, row in found[:size]]
    if len(found) <= size:
        return Page(shown)
    moment, rank, number = found[size - 1][0]
    return Page(shown, f"{-moment}-{rank}-{-number}")


def every(wanted: Wanted) -> Iterator[Any]:
    """Yield all rows, a portion in memory at a time."""
    after = ""
    while True:
        part = page(wanted, after, 1000)
        yield from part.rows
        after = part.next
        if not after:
            return
        db.session.expunge_all()


def _of(
    table: Any, rank: int, wanted: Wanted, cursor: tuple[datetime, int, int] | None, most: int
) -> Sequence[Any]:
    if table is not AuditEvent and not wanted.acts:
        return ()
    where = [*_filters(table, wanted), *_behind(table, rank, cursor)]
    order = (table.at.desc(), table.id.desc())
    query = select(table).order_by(*order).limit(most)
    if table is DossierEvent:
        query = query.options(joinedload(DossierEvent.dossier))
    elif table is AccountEvent:
        query = query.options(joinedload(AccountEvent.account), joinedload(AccountEvent.dossier))
    if table is not AuditEvent or wanted.words is None:
        return db.session.scalars(query.where(*where)).all()
    if wanted.thing is not None:
        # Few rows are about one thing. Not the bare column: SQLite would go along the words'
        # index, through all rows of the house.
        return db.session.scalars(query.where(*where, (table.what + "").in_(wanted.words))).all()
    # Each word along its own index: an IN would sort everything, or read past all the others.
    parts = [
        select(
            select(table.id).where(*where, table.what == w).order_by(*order).limit(most).subquery()
        )
        for w in sorted(wanted.words)
    ]
    if not parts:
        return ()
    return db.session.scalars(query.where(table.id.in_(union_all(*parts)))).all()


def _filters(table: Any, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for person in filter(None, (wanted.person, wanted.only)):
        yield table.user_id == person if hasattr(table, "user_id") else false()
    if wanted.since:
        yield table.at >= datetime.combine(wanted.since, time(), clock.LOCAL)
    if wanted.until:
        yield table.at < datetime.combine(wanted.until + timedelta(days=1), time(), clock.LOCAL)
    if wanted.thing is None:
        return
    match table:
        case _ if table is AuditEvent:
            yield table.about == wanted.thing.about
        case _ if table is DossierEvent and wanted.thing.dossier_id:
            yield table.dossier_id == wanted.thing.dossier_id
        case _ if table is AccountEvent and wanted.thing.dossier_id:
            yield table.dossier_id == wanted.thing.dossier_id
        case _ if table is AccountEvent and wanted.thing.account_id:
            yield table.account_id == wanted.thing.account_id
        case _:
            yield false()


def _behind(
    table: Any, rank: int, cursor: tuple[datetime, int, int] | None
) -> Iterator[ColumnElement[bool]]:
    if cursor is None:
        return
    moment, of, number = cursor
    # The first condition alone is what an index is entered by.
    yield table.at <= moment
    if rank < of:
        yield table.at < moment
    elif rank == of:
        yield or_(table.at < moment, and_(table.at == moment, table.id < number))


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _cursor(text: str) -> tuple[datetime, int, int] | None:
    parts = text.split("-")
    if len(parts) != 3 or not all(p.isascii() and p.isdecimal() and len(p) < 18 for p in parts):
        return None
    moment, rank, number = (int(p) for p in parts)
    if number >= 2**63 or moment >= 2**53:
        return None
    return _EPOCH + timedelta(microseconds=moment), rank, min(number, 2**31 - 1)

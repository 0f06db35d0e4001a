"""The registers as staff read them: lists, and one entry with its history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, load_only, selectinload
from sqlalchemy.orm.attributes import InstrumentedAttribute

from app import formats
from app.extensions import db
from app.models import (
    Account,
    AccountEvent,
    Activation,
    ConnectionCode,
    Dossier,
    Facility,
    Letter,
    Office,
    Organisation,
    Prescriber,
    Vendor,
)
from app.models.sealed import has_number
from app.services.persons import Person
from workflows import Phase

PAGE = 25
_SHORT = 10
# The steps that put a custodian in.
_ENTRUSTED = ("granted", "handed_over")

Row = TypeVar("Row")
Body = TypeVar("Body", Vendor, Office)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, the newest first, and the ids its neighbours hang on (0: none)."""

    rows: Sequence[Row]
    previous: int = 0
    next: int = 0


def accounts(
    text: str = "", who: Person | None = None, *, after: int = 0, before: int = 0
) -> Page[Account]:
    """Return accounts by holder, number or username, or those a person is custodian of."""
    query = (
        select(Account)
        .join(Account.holder)
        .options(contains_eager(Account.holder), joinedload(Account.system))
    )
    if text:
        query = query.where(or_(_of_holder(text), _of_username(text)))
    if who:
        query = query.where(*_custodian(who))
    return _page(query, Account.id, after, before)


def facilities(text: str = "", *, after: int = 0, before: int = 0) -> Page[Facility]:
    """Return facilities by name, licence or the username of an account."""
    query = select(Facility).options(selectinload(Facility.accounts), selectinload(Facility.codes))
    if text:
        query = query.where(or_(_of_facility(text), Facility.accounts.any(_of_username(text))))
    return _page(query, Facility.id, after, before)


def vendors(text: str = "", *, after: int = 0, before: int = 0) -> Page[Vendor]:
    """Return vendors by name, tax code or the username of an account."""
    return _page(_bodies(Vendor, text), Vendor.id, after, before)


def offices(text: str = "", *, after: int = 0, before: int = 0) -> Page[Office]:
    """Return offices by name or the username of an account."""
    return _page(_bodies(Office, text), Office.id, after, before)


def _bodies(table: type[Body], text: str) -> Select[Body]:
    query = select(table).options(selectinload(table.accounts))
    if not text:
        return query
    part = formats.fold(text)
    return query.where(
        or_(
            table.folded.contains(part, autoescape=True),
            table.accounts.any(_of_username(text)),
        )
    )


def codes(text: str = "", *, after: int = 0, before: int = 0) -> Page[ConnectionCode]:
    """Return codes by facility, licence or code; a prescriber's only by the whole code."""
    query = (
        select(ConnectionCode)
        .outerjoin(ConnectionCode.facility)
        .options(
            contains_eager(ConnectionCode.facility),
            joinedload(ConnectionCode.prescriber),
            joinedload(ConnectionCode.dossier).load_only(Dossier.code),
        )
    )
    if text:
        code = text.upper()
        part = ConnectionCode.code.contains(code, autoescape=True)
        query = query.where(
            or_(
                _of_facility(text),
                ConnectionCode.code == code,
                part & ConnectionCode.facility_id.is_not(None),
            )
        )
    return _page(query, ConnectionCode.id, after, before)


def prescribers(who: Person, *, after: int = 0, before: int = 0) -> Page[Prescriber]:
    """Return the prescribers of a name with a phone or a practice licence."""
    query = (
        select(Prescriber)
        .where(Prescriber.folded == who.name)
        .options(selectinload(Prescriber.codes))
    )
    if who.phone:
        query = query.where(Prescriber.phone == who.phone)
    if who.number:
        query = query.where(Prescriber.licence_no.in_(who.licences))
    return _page(query, Prescriber.id, after, before)


def find_account(number: int) -> Account | None:
    """Return an account with its holder and system."""
    return db.session.scalars(
        select(Account)
        .where(Account.id == number)
        .options(joinedload(Account.holder), joinedload(Account.system))
    ).first()


def find_organisation(number: int) -> Organisation | None:
    """Return a facility, a vendor or an office with its accounts and its code."""
    return db.session.scalars(
        select(Organisation)
        .where(Organisation.id == number)
        .options(
            selectinload(Organisation.accounts).joinedload(Account.system),
            selectinload(Organisation.codes).joinedload(ConnectionCode.dossier),
            joinedload(Organisation.vendor),
        )
    ).first()


def find_prescriber(number: int) -> Prescriber | None:
    """Return a prescriber with the code."""
    return db.session.scalars(
        select(Prescriber)
        .where(Prescriber.id == number)
        .options(selectinload(Prescriber.codes).joinedload(ConnectionCode.dossier))
    ).first()


def history(account: Account) -> list[AccountEvent]:
    """Return what became of an account, the newest first, each with its dossier."""
    return list(
        db.session.scalars(
            select(AccountEvent)
            .where(AccountEvent.account_id == account.id)
            .order_by(AccountEvent.id.desc())
            .options(joinedload(AccountEvent.dossier))
        )
    )


def entrusted_by(events: Sequence[AccountEvent]) -> Dossier | None:
    """Return the dossier that put the present custodian in, from a history."""
    return next((e.dossier for e in events if e.what in _ENTRUSTED), None)


def last_activation(account: Account) -> Activation | None:
    """Return the newest first access of an account."""
    return db.session.scalars(
        select(Activation)
        .where(Activation.account_id == account.id)
        .order_by(Activation.id.desc())
        .options(
            load_only(
                Activation.dossier_id,
                Activation.created_at,
                Activation.expires_at,
                Activation.used_at,
            )
        )
    ).first()


def dispatches(dossier_ids: Iterable[int]) -> dict[int, Letter]:
    """Return the issued dispatch of each dossier that has one."""
    found = db.session.scalars(
        select(Letter)
        .where(
            Letter.dossier_id.in_(set(dossier_ids)),
            Letter.form == "dispatch",
            Letter.state == "issued",
        )
        .order_by(Letter.id)
        .options(
            load_only(Letter.dossier_id, Letter.key, Letter.kind, Letter.subject),
            joinedload(Letter.entry),
        )
    )
    return {letter.dossier_id: letter for letter in found}


def dossiers_of(holder: Organisation) -> list[Dossier]:
    """Return the newest dossiers that name the number of a facility or a vendor; offices: none."""
    if holder.sort == "office":
        return []
    field = "vendor_tax_code" if holder.sort == "vendor" else "licence_no"
    return list(
        db.session.scalars(
            select(Dossier)
            .where(
                # The folded text has an index to read along; the answer itself is exact.
                Dossier.folded.contains(formats.fold(holder.number), autoescape=True),
                Dossier.answers[field].as_string() == holder.number,
                Dossier.phase != Phase.DRAFT,
            )
            .order_by(Dossier.id.desc())
            .limit(_SHORT)
        )
    )


def _of_holder(text: str) -> ColumnElement[bool]:
    return Organisation.folded.contains(formats.fold(text), autoescape=True)


def _of_facility(text: str) -> ColumnElement[bool]:
    return Facility.folded.contains(formats.fold(text), autoescape=True)


def _of_username(text: str) -> ColumnElement[bool]:
    return func.lower(Account.username).contains(text.lower(), autoescape=True)


def _custodian(who: Person) -> Iterable[ColumnElement[bool]]:
    yield Account.folded == who.name
    if who.phone:
        yield Account.custodian_phone == who.phone
    if who.number:
        # The ID number stays in the dossier; the name has narrowed the accounts before.
        entrusted = (
            select(AccountEvent.id)
            .join(AccountEvent.dossier)
            .where(
                AccountEvent.account_id == Account.id,
                AccountEvent.what.in_(_ENTRUSTED),
                has_number(Dossier.answers, "custodian_id", who.personal_id),
                Dossier.answers["custodian_name"].as_string() == Account.custodian_name,
            )
        )
        yield or_(Organisation.number.in_(who.licences), entrusted.exists())


def _page(
    query: Select[Row], key: InstrumentedAttribute[int], after: int, before: int
) -> Page[Row]:
    if before:
        query = query.where(key > before).order_by(key)
    else:
        query = query.where(key < after) if after else query
        query = query.order_by(key.desc())
    found = list(db.session.scalars(query.limit(PAGE + 1)))
    has_more, found = len(found) > PAGE, found[:PAGE]
    if before:
        found.reverse()
    if not found:
        return Page([])
    ends = [getattr(row, key.key) for row in (found[0], found[-1])]
    return Page(
        found,
        previous=ends[0] if (has_more if before else after) else 0,
        next=ends[1] if (before or has_more) else 0,
    )

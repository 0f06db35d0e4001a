"""Which facilities connect through which vendor's software (seed 001, rules V1 and V2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, update
from sqlalchemy.orm import selectinload

import workflows
from app import clock
from app.errors import Conflict
from app.extensions import db
from app.models import Account, AccountEvent, Dossier, Facility, Letter, Recipient, Vendor
from app.services import recipients
from letters import LetterData
from workflows import Choice, Phase, Text
from workflows.guards import list_is_current, vendor_is_connected

PAGE = 50
_BATCH = 500
# While a revocation can still be decided.
_PENDING = (Phase.REVIEW, Phase.WAITING, Phase.SIGNATURE)
_ALL_LISTED = Text(
    "Các cơ sở có tên trong danh sách kèm theo", "The facilities named in the list enclosed"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A facility in a list, with its open accounts: (id, username)."""

    name: str
    number: str
    address: str
    accounts: tuple[tuple[int, str], ...]
    facility_id: int


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of a list; so many of all have no open account, and nobody to write to."""

    rows: Sequence[Line]
    total: int
    without_account: int
    page: int
    pages: int


def _is_open() -> ColumnElement[bool]:
    return Account.state != "closed"


def choices() -> tuple[Choice, ...]:
    """Return the vendors a facility may name: those with an open account on any system."""
    query = select(Vendor).where(Vendor.accounts.any(_is_open())).order_by(Vendor.folded)
    return tuple(
        Choice(v.number, Text(f"{v.name} ({v.number})")) for v in db.session.scalars(query)
    )


def name_of(number: str) -> Text:
    """Return the name of a vendor by its tax code, also when its account is closed."""
    vendor = _vendor(number)
    return Text(vendor.name if vendor else number)


def standing(answers: Mapping[str, str]) -> dict[str, Any] | None:
    """Return whether the vendor that a facility names can still connect it."""
    number = answers.get("software_vendor")
    if not number:
        return None
    vendor = _vendor(number)
    is_open = (
        select(Account.id).where(Account.holder_id == vendor.id, _is_open()).limit(1)
        if vendor
        else None
    )
    return {
        "name": vendor.name if vendor else number,
        "is_open": is_open is not None and db.session.scalars(is_open).first() is not None,
    }


def named(dossier: Dossier) -> Vendor | None:
    """Return the vendor a facility connects through, locked; raise Conflict when it is closed.

    Vendors are locked before facilities and accounts, here and where one is revoked.
    """
    number = dossier.answers.get("software_vendor")
    vendor = _vendor(number, lock=True) if number else None
    if (closed := vendor_is_connected({"vendor": standing(dossier.answers)})) is not None:
        raise Conflict(closed)
    return vendor


def to_close(dossier: Dossier, *, lock: bool = False) -> Vendor | None:
    """Return the vendor whose account a dossier closes; None when it is about a facility."""
    number = dossier.answers.get("vendor_tax_code")
    actions = workflows.get(dossier.kind).actions
    if not number or not any(a.effect == "close_account" for a in actions):
        return None
    return _vendor(number, lock=lock)


def _vendor(number: str, *, lock: bool = False) -> Vendor | None:
    query = select(Vendor).where(Vendor.number == number)
    return db.session.scalars(query.with_for_update() if lock else query).first()


def of_vendor(vendor: Vendor, page: int) -> Lines:
    """Return a page of the facilities that use a vendor's software, by name."""
    total, without = db.session.execute(
        select(
            func.count(),
            func.count().filter(~Facility.accounts.any(_is_open())),
        ).where(Facility.vendor_id == vendor.id)
    ).one()
    last = max(1, -(-total // PAGE))
    page = min(max(page, 1), last)
    found = db.session.scalars(_listed(vendor).offset((page - 1) * PAGE).limit(PAGE))
    return Lines([_line(f) for f in found], total, without, page, last)


def counts(vendors: Iterable[Vendor]) -> dict[int, int]:
    """Return how many facilities use the software of each of these vendors."""
    rows = db.session.execute(
        select(Facility.vendor_id, func.count())
        .where(Facility.vendor_id.in_([v.id for v in vendors]))
        .group_by(Facility.vendor_id)
    )
    return {vendor_id: n for vendor_id, n in rows if vendor_id is not None}


def affected(dossier: Dossier, page: int = 1) -> Lines | None:
    """Return whom a revocation that is not decided yet would cut off; None for any other."""
    vendor = to_close(dossier) if dossier.phase in _PENDING else None
    return of_vendor(vendor, page) if vendor else None


def _listed(vendor: Vendor) -> Select[Facility]:
    return (
        select(Facility)
        .where(Facility.vendor_id == vendor.id)
        .order_by(Facility.folded, Facility.id)
        .options(selectinload(Facility.accounts))
    )


def _line(facility: Facility) -> Line:
    return Line(
        facility.name,
        facility.number,
        facility.address,
        tuple((a.id, a.username) for a in facility.accounts if a.state != "closed"),
        facility.id,
    )


def _account(facility: Facility, beside: Account) -> Account | None:
    """Return the open account of a facility: the one on the vendor's system before others."""
    found = [a for a in facility.accounts if a.state != "closed"]
    same = [a for a in found if a.system_id == beside.system_id]
    return next(iter([*same, *found]), None)


def for_letter(dossier: Dossier) -> dict[str, Any]:
    """Return what the letter to a vendor and its facilities says of them."""
    vendor = to_close(dossier)
    found = db.session.scalars(_listed(vendor)).all() if vendor else []
    name = dossier.answers.get("vendor_name", "")
    return {
        "count": f"{len(found):02d}",
        "addressees": (name, str(_ALL_LISTED)) if found else (name,),
        "affected": tuple(
            {"name": f.name, "number": f.number, "address": f.address} for f in found
        ),
    }


def moved(dossier: Dossier) -> dict[str, int] | None:
    """Return how the list has changed since the letter was drafted; None without a draft."""
    vendor = to_close(dossier)
    if vendor is None:
        return None
    drafted = db.session.scalars(
        select(Letter)
        .where(Letter.dossier_id == dossier.id, Letter.state == "draft")
        .order_by(Letter.id.desc())
    ).first()
    known = LetterData.from_json(drafted.data).facts if drafted else {}
    if "affected" not in known:
        return None
    before = {str(row["number"]) for row in known["affected"] if isinstance(row, Mapping)}
    now = set(db.session.scalars(select(Facility.number).where(Facility.vendor_id == vendor.id)))
    return {"joined": len(now - before), "left": len(before - now)}


def cut_off(dossier: Dossier, account: Account, vendor: Vendor, actor_name: str) -> None:
    """Disconnect every facility of a vendor whose account is closed, and list them to be told.

    Raises Conflict when they are not those in the letter.
    """
    # Nobody joins while the vendor is locked; whoever is leaving has left once it is locked.
    facilities = db.session.scalars(
        _listed(vendor).with_for_update().execution_options(populate_existing=True)
    ).all()
    if (changed := list_is_current({"moved": moved(dossier)})) is not None:
        raise Conflict(changed)
    now = clock.now()
    told = [(f, _account(f, account)) for f in facilities]
    _insert(
        AccountEvent,
        [
            {
                "account_id": own.id,
                "dossier_id": dossier.id,
                "what": "disconnected",
                "changes": {"vendor": [vendor.name, ""]},
                "actor_name": actor_name,
                "at": now,
            }
            for _, own in told
            if own
        ],
    )
    _insert(
        Recipient,
        [
            {
                **recipients.numbered(dossier, row),
                "name": facility.name,
                "email": own.custodian_email if own else "",
                "typed": {},
                "organisation_id": facility.id,
            }
            for row, (facility, own) in enumerate(told, start=1)
        ],
    )
    db.session.execute(
        update(Facility).where(Facility.vendor_id == vendor.id).values(vendor_id=None)
    )


def _insert(table: type[AccountEvent | Recipient], rows: list[dict[str, Any]]) -> None:
    for n in range(0, len(rows), _BATCH):
        db.session.execute(insert(table), rows[n : n + _BATCH])

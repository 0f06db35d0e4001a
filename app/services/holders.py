"""Who holds an account or a code: found by the number of a dossier, entered when new."""

from typing import TypeVar

from sqlalchemy import select

from app import clock
from app.database import insert_into
from app.extensions import db
from app.models import Dossier, Facility, Organisation, Prescriber, Vendor
from app.services import facts, places

Holder = TypeVar("Holder", Facility, Vendor, Prescriber)


def of(dossier: Dossier) -> Facility | Vendor:
    """Return the vendor or the facility of a dossier, entered when it is new, locked."""
    return vendor(dossier) if dossier.answers.get("vendor_tax_code") else facility(dossier)


def facility(dossier: Dossier) -> Facility:
    """Return the facility of a dossier, entered when it is new, locked until the commit."""
    answers = dossier.answers
    found = _known(Facility, answers["licence_no"], answers["facility_name"])
    # A later form fills blanks only; what is on record changes by a request to change it.
    found.kind = found.kind or answers.get("facility_kind", "")
    found.tax_code = found.tax_code or answers.get("tax_code", "")
    _settle(found, dossier)
    return found


def vendor(dossier: Dossier) -> Vendor:
    """Return the vendor of a dossier, entered when it is new, locked until the commit."""
    answers = dossier.answers
    found = _known(Vendor, answers["vendor_tax_code"], answers["vendor_name"])
    found.tax_code = found.number
    _settle(found, dossier)
    return found


def _settle(found: Organisation, dossier: Dossier) -> None:
    """Enter where a body sits, unless that is on record."""
    found.address = found.address or facts.address(dossier)
    place = places.find(dossier.answers.get("commune", ""))
    found.place_code = found.place_code or (place.code if place else None)


def prescriber(dossier: Dossier) -> Prescriber:
    """Return the prescriber of a dossier, entered when new, locked until the commit."""
    answers = dossier.answers
    found = _known(Prescriber, answers["prescriber_licence_no"], answers["prescriber_name"])
    found.name = answers["prescriber_name"]
    found.phone = answers.get("custodian_phone", "")
    return found


def _known(table: type[Holder], number: str, name: str) -> Holder:
    """Return the row of a number, made when it is new, locked until the commit.

    Two dossiers of one holder approved at once meet here: the second waits for the first.
    """
    if table is Prescriber:
        key = {"licence_no": number}
    else:
        key = {"sort": str(table.__mapper__.polymorphic_identity), "number": number}
    row = insert_into(db.engine, table.__table__).values(**key, name=name, created_at=clock.now())
    db.session.execute(row.on_conflict_do_nothing(index_elements=list(key)))
    return db.session.scalars(select(table).filter_by(**key).with_for_update()).one()

"""Holders entered in the registers past the pages, for the tests of the review."""

from datetime import date, timedelta

from sqlalchemy import select

from app import clock, samples
from app.extensions import db
from app.models import Account, ConnectionCode, Dossier, Facility, Prescriber, TargetSystem


def dossier() -> Dossier:
    """Return a dossier that codes may hang on."""
    found = db.session.scalars(select(Dossier)).first()
    if found is None:
        samples.submit_sample("Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")
        found = db.session.scalars(select(Dossier)).one()
    return found


def facility(number: str, name: str = "Quầy thuốc", code: str = "", **more: str) -> Facility:
    by = dossier()  # first: filing one ends the transaction
    entered = Facility(name=name, licence_no=number, created_at=clock.now(), **more)
    db.session.add(entered)
    if code:
        now = clock.now()
        db.session.add(ConnectionCode(code=code, facility=entered, dossier=by, created_at=now))
    return entered


def prescriber(number: str, name: str = "Lục Thị Mai", code: str = "", phone: str = "") -> None:
    by = dossier()
    entered = Prescriber(name=name, licence_no=number, phone=phone, created_at=clock.now())
    db.session.add(entered)
    if code:
        now = clock.now()
        db.session.add(ConnectionCode(code=code, prescriber=entered, dossier=by, created_at=now))


def account(number: str, state: str, *, days_old: int = 0, due_on: date | None = None) -> None:
    db.session.add(
        Account(
            holder=facility(number, f"Nhà thuốc {number}", f"Q{number}"),
            system=db.session.scalars(select(TargetSystem)).first(),
            username=f"lso.{number}",
            state=state,
            custodian_name="Lý Văn Ba",
            custodian_phone="+84987000111",
            custodian_email="ba@example.vn",
            password_due_on=due_on,
            created_at=clock.now() - timedelta(days=days_old),
        )
    )

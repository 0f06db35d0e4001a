"""A vendor with its account and the facilities it connects, for the tests of both."""

from sqlalchemy import insert, select

from app import clock, formats, samples
from app.extensions import db
from app.models import Account, Facility, Organisation, TargetSystem, Vendor
from app.transaction import transaction
from tests.app.services.test_dossiers import GRANT, walked

EMAIL = "ketnoi@example.vn"
NAME = "Công ty TNHH Phần mềm Sao Mai"
TAX_CODE = "4909999019"


def asked(kind: str = "vendor_connection", email: str = EMAIL, **answers: str) -> str:
    """File a request of the vendor."""
    return samples.submit_sample("", email, "", kind=kind, answers=answers)


def connected() -> Vendor:
    """Grant the vendor its account."""
    walked(asked(), *GRANT)
    return vendor()


def vendor() -> Vendor:
    """Return the vendor as it is in the database now."""
    db.session.rollback()
    return db.session.scalars(select(Vendor).where(Vendor.number == TAX_CODE)).one()


def put_facilities(numbers: range, *, without_account: int = 0) -> None:
    """Enter facilities that the vendor connects, the last of them without an account."""
    vendor_id = vendor().id
    with transaction():
        now = clock.now()
        rows = [
            {"sort": "facility", "number": f"{n}/ĐKKDD-LSO", "name": f"Quầy thuốc số {n}",
             "folded": formats.fold(f"Quầy thuốc số {n} {n}/ĐKKDD-LSO"), "vendor_id": vendor_id,
             "address": f"Số {n}, đường Bắc Sơn, phường Tam Thanh", "created_at": now}
            for n in numbers
        ]  # fmt: skip
        db.session.execute(insert(Organisation.__table__), rows)
        system = db.session.scalars(select(TargetSystem.id)).first()
        facilities = db.session.execute(
            select(Facility.id, Facility.number)
            .where(Facility.vendor_id == vendor_id)
            .order_by(Facility.id)
        ).all()
        kept = [f for f in facilities if f.number in {row["number"] for row in rows}]
        db.session.execute(
            insert(Account.__table__),
            [
                {"holder_id": id_, "system_id": system, "username": f"lso.{number[:-10]}",
                 "state": "active", "custodian_name": "Lý Văn Ba", "folded": "ly van ba",
                 "custodian_phone": "+84987000111", "created_at": now,
                 "custodian_email": f"n{number[:-10]}@example.vn"}
                for id_, number in kept[: len(kept) - without_account]
            ],
        )  # fmt: skip

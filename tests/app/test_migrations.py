"""Migrations go up and down, and end where the models are."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select

from app import clock, create_app, samples
from app.extensions import db
from app.models import Account, AccountEvent, Base, Dossier, Facility, TargetSystem, Vendor
from app.models.base import is_of_models
from tests.conftest import fresh_database, make_config


def _put_accounts() -> None:
    """Enter what the older tables could not hold: a vendor, and one name on two systems."""
    now = clock.now()
    dossier = db.session.scalars(select(Dossier)).one()
    vendor = Vendor(name="Công ty Phần mềm Xứ Lạng", number="0100109106", created_at=now)
    facility = Facility(
        name="Nhà thuốc An Bình", licence_no="2101/ĐKKDD-LSO", vendor=vendor, created_at=now
    )
    for system in db.session.scalars(select(TargetSystem).limit(2)):
        for holder in (vendor, facility):
            account = Account(
                holder=holder, system=system, username=holder.number, state="active",
                custodian_name="Lý Văn Ba", custodian_phone="", custodian_email="", created_at=now,
            )  # fmt: skip
            event = AccountEvent(
                account=account, dossier=dossier, what="granted", actor_name="An", at=now
            )
            db.session.add_all([account, event])
    db.session.commit()


def test_every_migration_goes_up_and_down_with_rows_in(tmp_path: Path) -> None:
    app = create_app(make_config(tmp_path, fresh_database(tmp_path, "migrations")))
    with app.app_context():
        upgrade()
        samples.load_department()
        samples.submit_sample("Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")
        _put_accounts()
        with db.engine.connect() as connection:
            options = {"render_as_batch": True, "include_object": is_of_models}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, Base.metadata) == []
        db.session.remove()

        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}

        upgrade()
        assert set(inspect(db.engine).get_table_names()) >= set(Base.metadata.tables)
        db.session.remove()
        db.engine.dispose()

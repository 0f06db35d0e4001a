"""Migrations go up and down, and end where the models are."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app import create_app, samples
from app.extensions import db
from app.models import Base
from tests.conftest import fresh_database, make_config


def test_every_migration_goes_up_and_down_with_rows_in(tmp_path: Path) -> None:
    app = create_app(make_config(tmp_path, fresh_database(tmp_path, "migrations")))
    with app.app_context():
        upgrade()
        samples.load_department()
        samples.submit_sample("Nhà thuốc An Bình", "anbinh@example.vn", "2101/ĐKKDD-LSO")
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"render_as_batch": True})
            assert compare_metadata(context, Base.metadata) == []
        db.session.remove()

        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}

        upgrade()
        assert set(inspect(db.engine).get_table_names()) >= set(Base.metadata.tables)
        db.session.remove()
        db.engine.dispose()

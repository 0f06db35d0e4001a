"""Registers: codes, prescribers, and the history of accounts instead of two pointers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OPEN = sa.text("state <> 'closed'")


def upgrade() -> None:
    """Go forward: what granted an account becomes the first row of its history."""
    op.create_table(
        "prescribers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("licence_no", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prescribers"),
        sa.UniqueConstraint("licence_no", name="uq_prescribers_licence_no"),
    )
    op.create_table(
        "connection_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=True),
        sa.Column("prescriber_id", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(facility_id IS NULL) <> (prescriber_id IS NULL)",
            name="ck_connection_codes_one_holder",
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name="fk_connection_codes_dossier_id_dossiers"
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name="fk_connection_codes_facility_id_facilities"
        ),
        sa.ForeignKeyConstraint(
            ["prescriber_id"],
            ["prescribers.id"],
            name="fk_connection_codes_prescriber_id_prescribers",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_connection_codes"),
        sa.UniqueConstraint("code", name="uq_connection_codes_code"),
        sa.UniqueConstraint("facility_id", name="uq_connection_codes_facility_id"),
        sa.UniqueConstraint("prescriber_id", name="uq_connection_codes_prescriber_id"),
    )
    op.create_index("ix_connection_codes_dossier_id", "connection_codes", ["dossier_id"])
    op.create_table(
        "account_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_account_events_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name="fk_account_events_dossier_id_dossiers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_events"),
    )
    op.create_index("ix_account_events_account_id", "account_events", ["account_id"])
    op.create_index("ix_account_events_dossier_id", "account_events", ["dossier_id"])
    op.execute(
        "INSERT INTO account_events (account_id, dossier_id, what, changes, actor_name, at)"
        " SELECT id, granted_by_id, 'granted', '{}', 'Hệ thống', created_at FROM accounts"
    )
    with op.batch_alter_table("accounts") as batch:
        batch.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch.drop_index("ix_accounts_facility_id_system_id")
        batch.drop_constraint("uq_accounts_username", type_="unique")
        batch.drop_constraint("fk_accounts_granted_by_id_dossiers", type_="foreignkey")
        batch.drop_constraint("fk_accounts_changed_by_id_dossiers", type_="foreignkey")
        batch.drop_column("changed_by_id")
        batch.drop_column("granted_by_id")
    for name, columns in (
        ("uq_accounts_open", ["facility_id", "system_id"]),
        ("uq_accounts_username", ["username"]),
    ):
        op.create_index(
            name, "accounts", columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )


def downgrade() -> None:
    """Go back; the older tables cannot hold closed accounts beside open ones."""
    op.drop_index("uq_accounts_username", "accounts")
    op.drop_index("uq_accounts_open", "accounts")
    closed = "(SELECT id FROM accounts WHERE state = 'closed')"
    op.execute(f"DELETE FROM activations WHERE account_id IN {closed}")
    op.execute(f"DELETE FROM account_events WHERE account_id IN {closed}")
    op.execute("DELETE FROM accounts WHERE state = 'closed'")
    with op.batch_alter_table("accounts") as batch:
        batch.drop_column("closed_at")
        batch.add_column(sa.Column("granted_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("changed_by_id", sa.Integer(), nullable=True))
    for column, pick in (("granted_by_id", "MIN"), ("changed_by_id", "MAX")):
        op.execute(
            f"UPDATE accounts SET {column} = (SELECT {pick}(dossier_id) FROM account_events"
            " WHERE account_id = accounts.id)"
        )
    with op.batch_alter_table("accounts") as batch:
        for column in ("granted_by_id", "changed_by_id"):
            batch.alter_column(column, nullable=False)
            batch.create_foreign_key(
                f"fk_accounts_{column}_dossiers", "dossiers", [column], ["id"]
            )
        batch.create_unique_constraint("uq_accounts_username", ["username"])
        batch.create_index(
            "ix_accounts_facility_id_system_id", ["facility_id", "system_id"], unique=True
        )
    op.drop_table("connection_codes")
    op.drop_table("account_events")
    op.drop_table("prescribers")

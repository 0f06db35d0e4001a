"""Vendors and offices beside facilities; dispatches to many, and which carries out which."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("state <> 'closed'")


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default="")


def _unique_while_open(name: str, columns: list[str]) -> None:
    op.create_index(
        name, "accounts", columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def upgrade() -> None:
    """Go forward: every facility becomes an organisation with its licence as its number."""
    op.rename_table("facilities", "organisations")
    op.drop_index("ix_facilities_folded", "organisations")
    with op.batch_alter_table("organisations") as batch:
        batch.drop_constraint("uq_facilities_licence_no", type_="unique")
        batch.alter_column("licence_no", new_column_name="number")
        batch.add_column(sa.Column("sort", sa.String(), nullable=False, server_default="facility"))
        batch.add_column(sa.Column("vendor_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            "fk_organisations_vendor_id_organisations", "organisations", ["vendor_id"], ["id"]
        )
    with op.batch_alter_table("organisations") as batch:
        batch.alter_column("sort", server_default=None)
        batch.create_index("ix_organisations_sort_number", ["sort", "number"], unique=True)
        batch.create_index("ix_organisations_folded", ["folded"])
        batch.create_index("ix_organisations_vendor_id", ["vendor_id"])

    op.drop_index("uq_accounts_open", "accounts")
    op.drop_index("uq_accounts_username", "accounts")
    with op.batch_alter_table("accounts") as batch:
        batch.drop_constraint("fk_accounts_facility_id_facilities", type_="foreignkey")
        batch.alter_column("facility_id", new_column_name="holder_id")
        batch.add_column(_words("custodian_gender"))
        batch.add_column(_words("custodian_position"))
        batch.add_column(sa.Column("password_due_on", sa.Date(), nullable=True))
    with op.batch_alter_table("accounts") as batch:
        batch.create_foreign_key(
            "fk_accounts_holder_id_organisations", "organisations", ["holder_id"], ["id"]
        )
    _unique_while_open("uq_accounts_open", ["holder_id", "system_id"])
    # A facility may have accounts on several systems, and then the same name on each.
    _unique_while_open("uq_accounts_username", ["system_id", "username"])
    op.create_index(
        "ix_accounts_state_password_due_on", "accounts", ["state", "password_due_on"]
    )
    with op.batch_alter_table("connection_codes") as batch:
        batch.drop_constraint("fk_connection_codes_facility_id_facilities", type_="foreignkey")
        batch.create_foreign_key(
            "fk_connection_codes_facility_id_organisations",
            "organisations", ["facility_id"], ["id"],
        )  # fmt: skip
    _create_tables()


def _create_tables() -> None:
    op.create_table(
        "recipients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        _moment("sent_at"),
        _moment("reminded_at"),
        sa.Column("answers", sa.JSON(), nullable=False),
        _moment("answered_at"),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name="fk_recipients_dossier_id_dossiers"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name="fk_recipients_organisation_id_organisations",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_recipients_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recipients"),
        sa.UniqueConstraint("token_hash", name="uq_recipients_token_hash"),
    )
    op.create_index("ix_recipients_dossier_id_row", "recipients", ["dossier_id", "row"])
    op.create_index("ix_recipients_organisation_id", "recipients", ["organisation_id"])
    op.create_index("ix_recipients_account_id", "recipients", ["account_id"])
    op.create_table(
        "incoming_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        _words("subject"),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=True),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name="fk_incoming_letters_dossier_id_dossiers"
        ),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"],
            name="fk_incoming_letters_attachment_id_attachments",
        ),
        sa.ForeignKeyConstraint(
            ["answers_id"], ["letters.id"], name="fk_incoming_letters_answers_id_letters"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_incoming_letters"),
    )  # fmt: skip
    op.create_index("ix_incoming_letters_dossier_id", "incoming_letters", ["dossier_id"])
    op.create_index("ix_incoming_letters_answers_id", "incoming_letters", ["answers_id"])
    op.create_index(
        "ix_incoming_letters_sender_reference_issued_on", "incoming_letters",
        ["sender", "reference", "issued_on"], unique=True,
    )  # fmt: skip
    op.create_table(
        "citations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("incoming_id", sa.Integer(), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(incoming_id IS NULL) <> (letter_id IS NULL)", name="ck_citations_one_source"
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name="fk_citations_dossier_id_dossiers"
        ),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming_letters.id"],
            name="fk_citations_incoming_id_incoming_letters",
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name="fk_citations_letter_id_letters"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_citations"),
    )  # fmt: skip
    op.create_index("ix_citations_incoming_id", "citations", ["incoming_id"])
    op.create_index("ix_citations_letter_id", "citations", ["letter_id"])
    for source in ("incoming_id", "letter_id"):
        op.create_index(
            f"ix_citations_dossier_id_{source}", "citations", ["dossier_id", source], unique=True
        )


def downgrade() -> None:
    """Go back; the older tables hold facilities only, and one username in all systems."""
    for table in ("citations", "incoming_letters", "recipients"):
        op.drop_table(table)
    others = "(SELECT id FROM organisations WHERE sort <> 'facility')"
    accounts = f"(SELECT id FROM accounts WHERE holder_id IN {others})"
    for table in ("activations", "account_events"):
        op.execute(f"DELETE FROM {table} WHERE account_id IN {accounts}")  # noqa: S608 - constants
    op.execute(f"DELETE FROM accounts WHERE holder_id IN {others}")  # noqa: S608 - constants
    op.execute("UPDATE organisations SET vendor_id = NULL")
    op.execute("DELETE FROM organisations WHERE sort <> 'facility'")
    op.execute(
        "UPDATE accounts SET username = username || '.' || id WHERE state <> 'closed' AND EXISTS"
        " (SELECT 1 FROM accounts other WHERE other.username = accounts.username"
        " AND other.id < accounts.id AND other.state <> 'closed')"
    )

    with op.batch_alter_table("connection_codes") as batch:
        batch.drop_constraint("fk_connection_codes_facility_id_organisations", type_="foreignkey")
    op.drop_index("ix_accounts_state_password_due_on", "accounts")
    op.drop_index("uq_accounts_username", "accounts")
    op.drop_index("uq_accounts_open", "accounts")
    with op.batch_alter_table("accounts") as batch:
        batch.drop_constraint("fk_accounts_holder_id_organisations", type_="foreignkey")
        for column in ("password_due_on", "custodian_position", "custodian_gender"):
            batch.drop_column(column)
        batch.alter_column("holder_id", new_column_name="facility_id")
    for column in ("vendor_id", "folded", "sort_number"):
        op.drop_index(f"ix_organisations_{column}", "organisations")
    with op.batch_alter_table("organisations") as batch:
        batch.drop_constraint("fk_organisations_vendor_id_organisations", type_="foreignkey")
        batch.drop_column("vendor_id")
        batch.drop_column("sort")
        batch.alter_column("number", new_column_name="licence_no")
        batch.create_unique_constraint("uq_facilities_licence_no", ["licence_no"])
    op.rename_table("organisations", "facilities")
    op.create_index("ix_facilities_folded", "facilities", ["folded"])
    with op.batch_alter_table("accounts") as batch:
        batch.create_foreign_key(
            "fk_accounts_facility_id_facilities", "facilities", ["facility_id"], ["id"]
        )
    _unique_while_open("uq_accounts_open", ["facility_id", "system_id"])
    _unique_while_open("uq_accounts_username", ["username"])
    with op.batch_alter_table("connection_codes") as batch:
        batch.create_foreign_key(
            "fk_connection_codes_facility_id_facilities", "facilities", ["facility_id"], ["id"]
        )

"""Second factors of staff: sent codes, recovery codes, passkeys; SMS in the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward: everybody keeps the authenticator they have."""
    with op.batch_alter_table("users") as table:
        table.add_column(
            sa.Column("wrong_in_a_row", sa.Integer(), nullable=False, server_default="0")
        )
        table.add_column(sa.Column("phone_confirmed_at", _MOMENT, nullable=True))
        table.add_column(
            sa.Column("preferred_factor", sa.String(), nullable=False, server_default="")
        )
    with op.batch_alter_table("outgoing_mails") as table:
        table.add_column(sa.Column("channel", sa.String(), nullable=False, server_default="mail"))
    op.create_table(
        "factor_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sign_in_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("spent_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_factor_codes_user_id_users"),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_ins.id"], name="fk_factor_codes_sign_in_id_sign_ins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_factor_codes"),
    )
    for columns in (
        ["sign_in_id", "purpose", "channel", "id"],
        ["user_id", "created_at"],
        ["recipient", "created_at"],
    ):
        op.create_index(f"ix_factor_codes_{'_'.join(columns)}", "factor_codes", columns)
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("spent_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_recovery_codes_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
    )
    op.create_index(
        "ix_recovery_codes_user_id_number", "recovery_codes", ["user_id", "number"], unique=True
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_passkeys_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "spent_captchas",
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("signature", name="pk_spent_captchas"),
    )
    op.create_index("ix_spent_captchas_expires_at", "spent_captchas", ["expires_at"])


def downgrade() -> None:
    """Go back; whoever had no authenticator enrols one at the next sign-in."""
    for table in ("spent_captchas", "passkeys", "recovery_codes", "factor_codes"):
        op.drop_table(table)
    op.execute("DELETE FROM outgoing_mails WHERE channel <> 'mail'")
    with op.batch_alter_table("outgoing_mails") as table:
        table.drop_column("channel")
    with op.batch_alter_table("users") as table:
        for column in ("preferred_factor", "phone_confirmed_at", "wrong_in_a_row"):
            table.drop_column(column)

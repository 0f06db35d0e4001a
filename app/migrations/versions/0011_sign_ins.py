"""Passwords that grow old, tries to sign in, where from and by which device."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ADDED = ("ended_by", "place", "network", "device")


def upgrade() -> None:
    """Go forward: nobody could change a password so far, so each is as old as its owner's row."""
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("password_changed_at", sa.DateTime(timezone=True)))
        users.add_column(
            sa.Column(
                "must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()
            )
        )
    op.execute("UPDATE users SET password_changed_at = created_at")
    with op.batch_alter_table("users") as users:
        users.alter_column("password_changed_at", nullable=False)
    with op.batch_alter_table("sign_ins") as sign_ins:
        for name in _ADDED:
            sign_ins.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        sign_ins.create_index("ix_sign_ins_email_id", ["email", "id"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("sign_in_id", sa.Integer(), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_in_attempts_user_id_users"),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_ins.id"], name="fk_sign_in_attempts_sign_in_id_sign_ins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempts"),
    )
    op.create_index("ix_sign_in_attempts_user_id_id", "sign_in_attempts", ["user_id", "id"])
    op.create_table(
        "past_passwords",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_past_passwords_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_past_passwords"),
    )
    op.create_index("ix_past_passwords_user_id_id", "past_passwords", ["user_id", "id"])


def downgrade() -> None:
    """Go back; tries and earlier passwords are lost."""
    op.drop_table("past_passwords")
    op.drop_table("sign_in_attempts")
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.drop_index("ix_sign_ins_email_id")
        for name in reversed(_ADDED):
            sign_ins.drop_column(name)
    with op.batch_alter_table("users") as users:
        users.drop_column("must_change_password")
        users.drop_column("password_changed_at")

"""Audit events, proofs of a second code; histories the database keeps append-only."""

import sqlalchemy as sa
from alembic import op

from app.migrations.append_only import drop_function, guard, release

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEPT = ("audit_events", "dossier_events")


def upgrade() -> None:
    """Go forward: rows of histories can only be added."""
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_audit_events_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_lane_seq", "audit_events", ["lane", "seq"], unique=True)
    for columns in (["at", "id"], ["user_id", "id"], ["about", "id"], ["what", "id"]):
        op.create_index(f"ix_audit_events_{'_'.join(columns)}", "audit_events", columns)
    op.create_table(
        "audit_heads",
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("lane", name="pk_audit_heads"),
    )
    op.create_table(
        "proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sign_in_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_ins.id"], name="fk_proofs_sign_in_id_sign_ins"),
        sa.PrimaryKeyConstraint("id", name="pk_proofs"),
    )
    op.create_index("ix_proofs_sign_in_id_purpose", "proofs", ["sign_in_id", "purpose"], unique=True)
    for table in _KEPT:
        guard(table)


def downgrade() -> None:
    """Go back; what the audit tables held is lost."""
    for table in _KEPT:
        release(table)
    drop_function()
    for table in ("proofs", "audit_heads", "audit_events"):
        op.drop_table(table)

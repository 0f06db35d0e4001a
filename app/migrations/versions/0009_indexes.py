"""Indexes for the accounts of a holder, also closed ones, and for the tracking book of a year."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_accounts_holder_id", "accounts", ["holder_id"])
    op.create_index("ix_dossiers_submitted_at_id", "dossiers", ["submitted_at", "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_dossiers_submitted_at_id", "dossiers")
    op.drop_index("ix_accounts_holder_id", "accounts")

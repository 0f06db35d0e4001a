"""Windows of the rate limits."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "rate_windows",
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "client", "started_at", name="pk_rate_windows"),
    )
    op.create_index("ix_rate_windows_started_at", "rate_windows", ["started_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("rate_windows")

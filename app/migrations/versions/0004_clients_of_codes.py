"""Who asked for a code, and no counter that nothing reads."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("email_codes") as batch:
        batch.add_column(sa.Column("client", sa.String(), nullable=False, server_default=""))
        batch.drop_column("failures")
        batch.create_index("ix_email_codes_client_created_at", ["client", "created_at"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("email_codes") as batch:
        batch.drop_index("ix_email_codes_client_created_at")
        batch.add_column(
            sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
        batch.drop_column("client")

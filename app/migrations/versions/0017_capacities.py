"""How somebody is to sign, said with the right to sign and confirmed with it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("grants", sa.Column("capacity", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("grants", "capacity")

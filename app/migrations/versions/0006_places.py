"""Places: provinces and communes by their codes, districts of the past; where a body sits."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _place(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name], ["places.code"], name=f"fk_places_{name}_places",
        deferrable=True, initially="DEFERRED",
    )  # fmt: skip


def upgrade() -> None:
    """Go forward: no place is known yet, `vanthu department load` brings them."""
    op.create_table(
        "places",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False, server_default=""),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("successor_code", sa.String(), nullable=True),
        sa.Column("former_code", sa.String(), nullable=True),
        _place("parent_code"),
        _place("successor_code"),
        _place("former_code"),
        sa.PrimaryKeyConstraint("code", name="pk_places"),
    )
    op.create_index("ix_places_folded", "places", ["folded"])
    op.create_index("ix_places_level_valid_until", "places", ["level", "valid_until"])
    with op.batch_alter_table("organisations") as batch:
        batch.add_column(sa.Column("place_code", sa.String(), nullable=True))
        batch.create_foreign_key(
            "fk_organisations_place_code_places", "places", ["place_code"], ["code"]
        )
    op.create_index("ix_organisations_place_code", "organisations", ["place_code"])


def downgrade() -> None:
    """Go back; bodies keep their address in words."""
    op.drop_index("ix_organisations_place_code", "organisations")
    with op.batch_alter_table("organisations") as batch:
        batch.drop_constraint("fk_organisations_place_code_places", type_="foreignkey")
        batch.drop_column("place_code")
    op.drop_table("places")

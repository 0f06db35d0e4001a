"""Search in the registers: names folded, for facilities, custodians and prescribers."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# table → the columns whose words are searched
FOLDED = {
    "facilities": ("name", "licence_no"),
    "accounts": ("custodian_name",),
    "prescribers": ("name",),
}


def fold(text: str) -> str:
    """Fold as the product did when this migration was written."""
    marked = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in marked if not unicodedata.combining(c)).split())


def upgrade() -> None:
    """Go forward: no database folds Vietnamese, so every row is folded here."""
    connection = op.get_bind()
    for name, columns in FOLDED.items():
        # A default instead of a rewrite: SQLite would copy the table to make it NOT NULL.
        op.add_column(name, sa.Column("folded", sa.String(), server_default="", nullable=False))
        table = sa.table(name, *(sa.column(c) for c in ("id", "folded", *columns)))
        rows = connection.execute(sa.select(table.c.id, *(table.c[c] for c in columns))).all()
        if rows:
            connection.execute(
                sa.update(table)
                .where(table.c.id == sa.bindparam("row_id"))
                .values(folded=sa.bindparam("words")),
                [{"row_id": row[0], "words": fold(" ".join(row[1:]))} for row in rows],
            )
        op.create_index(f"ix_{name}_folded", name, ["folded"])


def downgrade() -> None:
    """Go back; what was folded can be folded again."""
    for name in reversed(FOLDED):
        op.drop_index(f"ix_{name}_folded", name)
        op.drop_column(name, "folded")

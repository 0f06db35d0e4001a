"""Daily seals and their checks; histories of accounts and books append-only; ends that only rise."""

import sqlalchemy as sa
from alembic import op

from app.migrations.append_only import guard, guard_columns, guard_rising, release

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KEPT = ("book_events", "seals")
# All of a row but what it says of persons.
_OF_ACCOUNTS = ("id", "account_id", "dossier_id", "what", "at")
# What the page of the evidence reads along: (table, columns).
_INDEXES = (
    ("audit_events", ("user_id", "at", "id")),
    ("audit_events", ("about", "at", "id")),
    ("audit_events", ("what", "at", "id")),
    ("audit_events", ("user_id", "what", "at", "id")),
    ("dossier_events", ("at", "id")),
    ("dossier_events", ("user_id", "at", "id")),
    ("account_events", ("at", "id")),
    ("book_events", ("at", "id")),
    ("book_events", ("user_id", "at", "id")),
)
# Replaced: they order by id, the page by moment.
_OLD = (("user_id", "id"), ("about", "id"), ("what", "id"))


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "seals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_seals"),
    )
    op.create_table(
        "evidence_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.Column("first_problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_checks"),
    )
    for columns in _OLD:
        op.drop_index(f"ix_audit_events_{'_'.join(columns)}", "audit_events")
    for table, names in _INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(names)}", table, list(names))
    for table in _KEPT:
        guard(table)
    op.add_column(
        "account_events", sa.Column("erased", sa.String(), nullable=False, server_default="")
    )
    guard_columns("account_events", _OF_ACCOUNTS)
    guard_rising("audit_heads", "lane", "seq")


def downgrade() -> None:
    """Go back; seals are lost, histories of accounts and books may be written over again."""
    for table in (*_KEPT, "account_events", "audit_heads"):
        release(table)
    with op.batch_alter_table("account_events") as events:
        events.drop_column("erased")
    for table, names in _INDEXES:
        op.drop_index(f"ix_{table}_{'_'.join(names)}", table)
    for columns in _OLD:
        op.create_index(f"ix_audit_events_{'_'.join(columns)}", "audit_events", list(columns))
    op.drop_table("evidence_checks")
    op.drop_table("seals")

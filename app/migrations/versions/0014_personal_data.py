"""Personal data: sealed at rest, consents and requests about it, and histories it leaves."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.migrations.append_only import guard, guard_but_for_erasure, release
from app.security import keys

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# All of a row of history but its words, the name of who wrote them, and the mark.
_KEPT = (
    "id", "dossier_id", "seq", "action", "before", "after", "role", "user_id", "at",
    "previous_hash", "hash",
)  # fmt: skip
_PORTION = 500
_INDEX = 32
_JSON = (
    ("dossiers", "answers"),
    ("dossiers", "typed"),
    ("recipients", "typed"),
    ("recipients", "answers"),
    ("account_events", "changes"),
)
_NUMBERS = (("accounts", "custodian_phone"), ("prescribers", "phone"), ("users", "phone"))
_TEXTS = (("letters", "data"), ("outgoing_mails", "text"))
# The answers that are numbers of persons, as the forms were when this was written.
_FIELDS = frozenset({"custodian_phone", "custodian_id", "new_phone"})


def upgrade() -> None:
    """Go forward: seal what is there, let what must be erased go."""
    _change(_seal_number, _seal_text)
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_person_purpose_id", "consents", ["person", "purpose", "id"])
    op.create_table(
        "data_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledge_by", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["users.id"], name="fk_data_requests_answered_by_id_users"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_data_requests"),
    )
    op.create_index("ix_data_requests_person_id", "data_requests", ["person", "id"])
    op.create_index("ix_data_requests_answer_due_on", "data_requests", ["answer", "due_on"])
    op.add_column("dossiers", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    release("dossier_events")
    with op.batch_alter_table("dossier_events") as batch:
        batch.add_column(sa.Column("erased", sa.String(), nullable=False, server_default=""))
    guard_but_for_erasure("dossier_events", _KEPT, "erased")


def downgrade() -> None:
    """Go back: everything is clear again; what was erased stays so."""
    release("dossier_events")
    with op.batch_alter_table("dossier_events") as batch:
        batch.drop_column("erased")
    guard("dossier_events")
    with op.batch_alter_table("dossiers") as batch:
        batch.drop_column("erased_at")
    op.drop_table("data_requests")
    op.drop_table("consents")
    _change(_open_number, _open_text)


def _change(number: Callable[[str], str], text: Callable[[str], str]) -> None:
    for table, column in _JSON:
        _rewrite(table, column, sa.JSON(), lambda stored: _numbers_in(stored, number))
    for table, column in _NUMBERS:
        _rewrite(table, column, sa.String(), number)
    for table, column in _TEXTS:
        _rewrite(table, column, sa.String(), text)


def _rewrite(table: str, column: str, kind: Any, change: Callable[[Any], Any]) -> None:
    rows = sa.table(table, sa.column("id", sa.Integer), sa.column(column, kind))
    value, connection, last = rows.c[column], op.get_bind(), 0
    query = sa.select(rows.c.id, value).order_by(rows.c.id).limit(_PORTION)
    while found := connection.execute(query.where(rows.c.id > last)).all():
        changed = [
            {"key": number, "value": again}
            for number, stored in found
            if stored and (again := change(stored)) != stored
        ]
        if changed:
            statement = sa.update(rows).where(rows.c.id == sa.bindparam("key"))
            connection.execute(statement.values({column: sa.bindparam("value", type_=kind)}), changed)
        last = found[-1][0]


def _numbers_in(stored: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    return {n: _each(v, change) if n in _FIELDS else v for n, v in stored.items()}


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_each(v, change) for v in value]
    return change(value) if isinstance(value, str) and value else value


def _seal_number(clear: str) -> str:
    if keys.is_sealed_text(clear[_INDEX:]):
        return clear
    return keys.blind("number", clear) + keys.seal_text(clear)


def _open_number(stored: str) -> str:
    is_sealed = keys.is_sealed_text(stored[_INDEX:])
    return keys.unseal_text(stored[_INDEX:]) if is_sealed else stored


def _seal_text(clear: str) -> str:
    return clear if keys.is_sealed_text(clear) else keys.seal_text(clear)


def _open_text(stored: str) -> str:
    return keys.unseal_text(stored) if keys.is_sealed_text(stored) else stored

"""The ledger of numbers: every state with its reason, closing, corrections, the incoming book."""

import json
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Of a row of book_entries, beside its words: what the page of a register filters by.
_ENTRY = {
    "sqlite": "{0}.folded || ' sach' || {0}.book_id || ' tt' || {0}.state || ' ht'"
    " || replace({0}.form, '_', '') || ' th' || replace(substr({0}.issued_on, 1, 7), '-', '')",
    "postgresql": "regexp_replace(folded, '[^[:alnum:]]+', ' ', 'g') || ' sach' || book_id::text"
    " || ' tt' || state || ' ht' || replace(form, '_', '') || ' th'"
    " || (extract(year from issued_on) * 100 + extract(month from issued_on))::int::text",
}
_ARRIVAL = {
    "sqlite": "{0}.folded || ' sach' || coalesce({0}.book_id, 0)",
    "postgresql": "regexp_replace(folded, '[^[:alnum:]]+', ' ', 'g')"
    " || ' sach' || coalesce(book_id, 0)::text",
}
_INDEXED = {
    "book_entries": (_ENTRY, "folded, book_id, state, form, issued_on"),
    "incoming_letters": (_ARRIVAL, "folded, book_id"),
}


def fold(text: str) -> str:
    """Fold as the product did when this migration was written."""
    marked = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in marked if not unicodedata.combining(c)).split())


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default="")


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    """Go forward: every number is of the form its book was of; replies get arrival numbers."""
    op.drop_index("ix_number_books_form_year", "number_books")
    with op.batch_alter_table("number_books") as batch:
        batch.alter_column("form", new_column_name="name")
        batch.add_column(_moment("closed_at"))
        batch.add_column(sa.Column("closed_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            "fk_number_books_closed_by_id_users", "users", ["closed_by_id"], ["id"]
        )
    op.create_index("ix_number_books_name_year", "number_books", ["name", "year"], unique=True)
    op.create_table(
        "book_plans",
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("from_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("form", "from_year", name="pk_book_plans"),
    )
    # Defaults instead of a rewrite: SQLite would copy the table to make them NOT NULL.
    for name in ("form", "subject", "addressee", "signer_name", "archive", "received_by", "reason",
                 "folded"):  # fmt: skip
        op.add_column("book_entries", _words(name))
    op.add_column(
        "book_entries", sa.Column("copies", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("book_entries", sa.Column("sent_on", sa.Date(), nullable=True))
    op.create_index("ix_book_entries_number_symbol", "book_entries", ["number", "symbol"])
    op.create_index(
        "ix_book_entries_book_id_state_number", "book_entries", ["book_id", "state", "number"]
    )
    op.create_table(
        "book_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id"], ["number_books.id"], name="fk_book_events_book_id_number_books"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["book_entries.id"], name="fk_book_events_entry_id_book_entries"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_book_events_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_book_events"),
    )
    op.create_index("ix_book_events_book_id_seq", "book_events", ["book_id", "seq"], unique=True)
    op.create_index("ix_book_events_entry_id", "book_events", ["entry_id"])
    with op.batch_alter_table("letters") as batch:
        batch.add_column(sa.Column("replaces_id", sa.Integer(), nullable=True))
        batch.add_column(_moment("recalled_at"))
        batch.add_column(_words("recall_reason"))
        batch.add_column(_words("recalled_by"))
        batch.create_foreign_key(
            "fk_letters_replaces_id_letters", "letters", ["replaces_id"], ["id"]
        )
    # Most letters replace none: an index over all of them looks useless to a planner that has
    # counted, and it reads the table instead.
    replaces = sa.text("replaces_id IS NOT NULL")
    op.create_index(
        "ix_letters_replaces_id", "letters", ["replaces_id"],
        unique=True, sqlite_where=replaces, postgresql_where=replaces,
    )  # fmt: skip
    with op.batch_alter_table("incoming_letters") as batch:
        batch.alter_column("dossier_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("book_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("received_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("handed_on", sa.Date(), nullable=True))
        for name in ("form", "handed_to", "note", "entered_by", "folded", "scan_name",
                     "scan_type", "scan_sha256"):  # fmt: skip
            batch.add_column(_words(name))
        batch.create_foreign_key(
            "fk_incoming_letters_book_id_number_books", "number_books", ["book_id"], ["id"]
        )
    op.create_index(
        "ix_incoming_letters_book_id_number", "incoming_letters", ["book_id", "number"],
        unique=True,
    )  # fmt: skip
    _fill_entries()
    _number_replies()
    _index_words()


def _fill_entries() -> None:
    connection = op.get_bind()
    op.execute(
        "UPDATE book_entries SET form = (SELECT name FROM number_books b"
        " WHERE b.id = book_entries.book_id)"
    )
    rows = connection.execute(
        sa.text(
            "SELECT e.id, e.symbol, e.issued_on, l.subject, l.data FROM book_entries e"
            " JOIN letters l ON l.id = e.letter_id"
        )
    ).all()
    filled = []
    for id_, symbol, on, subject, data in rows:
        said = json.loads(data)
        addressee = ", ".join(said.get("addressees") or ())
        signer = (said.get("signer") or {}).get("name", "")
        filled.append(
            {
                "row": id_, "subject": subject, "addressee": addressee, "signer": signer,
                "archive": said.get("archive", ""), "sent_on": on,
                "folded": fold(f"{symbol} {subject} {addressee} {signer}"),
            }
        )  # fmt: skip
    if filled:
        connection.execute(
            sa.text(
                "UPDATE book_entries SET subject = :subject, addressee = :addressee,"
                " signer_name = :signer, archive = :archive, sent_on = :sent_on,"
                " folded = :folded WHERE id = :row"
            ),
            filled,
        )


def _number_replies() -> None:
    """Give the replies that came in their arrival numbers, in the order they were recorded."""
    connection = op.get_bind()
    books = sa.table("number_books", *map(sa.column, ("id", "name", "year", "last_number")))
    letters = sa.table(
        "incoming_letters",
        *map(sa.column, ("id", "sender", "reference", "subject", "folded", "answers_id",
                         "book_id", "number")),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("received_on", sa.Date()),
    )  # fmt: skip
    last: dict[int, int] = {}
    ids: dict[int, int] = {}
    rows = connection.execute(sa.select(letters).order_by(letters.c.id)).all()
    for row in rows:
        values = {"folded": fold(f"{row.sender} {row.reference} {row.subject}")}
        if row.answers_id is not None:
            day = _local_day(row.created_at)
            if day.year not in ids:
                connection.execute(
                    sa.insert(books).values(name="incoming", year=day.year, last_number=0)
                )
                ids[day.year] = connection.execute(
                    sa.select(books.c.id).where(
                        books.c.name == "incoming", books.c.year == day.year
                    )
                ).scalar_one()
            last[day.year] = last.get(day.year, 0) + 1
            values |= {
                "book_id": ids[day.year], "number": last[day.year], "received_on": day,
            }  # fmt: skip
        connection.execute(sa.update(letters).where(letters.c.id == row.id).values(**values))
    for year, number in last.items():
        connection.execute(
            sa.update(books).where(books.c.id == ids[year]).values(last_number=number)
        )


def _local_day(at: datetime) -> date:
    utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return utc.astimezone(timezone(timedelta(hours=7))).date()


def _index_words() -> None:
    """Index the words of both registers: FTS5 kept by triggers, or a generated tsvector.

    A migration that copies one of these tables on SQLite (batch mode) loses its triggers and
    has to make them again.
    """
    dialect = op.get_bind().dialect.name
    for table, (content, columns) in _INDEXED.items():
        words = content[dialect]
        if dialect == "postgresql":
            op.execute(
                f"ALTER TABLE {table} ADD COLUMN words tsvector"
                f" GENERATED ALWAYS AS (to_tsvector('simple', {words})) STORED"
            )
            op.execute(f"CREATE INDEX ix_{table}_words ON {table} USING gin (words)")
            continue
        index = f"{table}_words"
        put = f"INSERT INTO {index} (rowid, words) VALUES (new.id, {words.format('new')});"
        take = (
            f"INSERT INTO {index} ({index}, rowid, words)"
            f" VALUES ('delete', old.id, {words.format('old')});"
        )
        op.execute(f"CREATE VIRTUAL TABLE {index} USING fts5(words, content='', detail=none)")
        op.execute(
            f"INSERT INTO {index} (rowid, words)"  # noqa: S608 - constants
            f" SELECT id, {words.format(table)} FROM {table}"
        )
        for when, body in (
            ("INSERT", put), ("DELETE", take), (f"UPDATE OF {columns}", take + put),
        ):  # fmt: skip
            name = f"{table}_words_{when.split()[0].lower()}"
            op.execute(f"CREATE TRIGGER {name} AFTER {when} ON {table} BEGIN {body} END")


def downgrade() -> None:
    """Go back; the older tables know only numbers with a letter, and arrivals with a dossier."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in _INDEXED:
        if sqlite:
            for when in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {table}_words_{when}")
            op.execute(f"DROP TABLE {table}_words")
        else:
            op.execute(f"ALTER TABLE {table} DROP COLUMN words")
    op.drop_index("ix_incoming_letters_book_id_number", "incoming_letters")
    op.execute(
        "DELETE FROM citations WHERE incoming_id IN"
        " (SELECT id FROM incoming_letters WHERE dossier_id IS NULL)"
    )
    op.execute("DELETE FROM incoming_letters WHERE dossier_id IS NULL")
    with op.batch_alter_table("incoming_letters") as batch:
        batch.drop_constraint("fk_incoming_letters_book_id_number_books", type_="foreignkey")
        for name in ("book_id", "number", "received_on", "handed_on", "form", "handed_to", "note",
                     "entered_by", "folded", "scan_name", "scan_type", "scan_sha256"):  # fmt: skip
            batch.drop_column(name)
        batch.alter_column("dossier_id", existing_type=sa.Integer(), nullable=False)
    op.drop_index("ix_letters_replaces_id", "letters")
    with op.batch_alter_table("letters") as batch:
        batch.drop_constraint("fk_letters_replaces_id_letters", type_="foreignkey")
        for name in ("replaces_id", "recalled_at", "recall_reason", "recalled_by"):
            batch.drop_column(name)
    op.drop_table("book_events")
    op.drop_table("book_plans")
    op.drop_index("ix_book_entries_book_id_state_number", "book_entries")
    op.drop_index("ix_book_entries_number_symbol", "book_entries")
    with op.batch_alter_table("book_entries") as batch:
        for name in ("form", "subject", "addressee", "signer_name", "archive", "received_by",
                     "reason", "folded", "copies", "sent_on"):  # fmt: skip
            batch.drop_column(name)
    op.execute("DELETE FROM number_books WHERE name = 'incoming'")
    op.drop_index("ix_number_books_name_year", "number_books")
    with op.batch_alter_table("number_books") as batch:
        batch.drop_constraint("fk_number_books_closed_by_id_users", type_="foreignkey")
        batch.drop_column("closed_by_id")
        batch.drop_column("closed_at")
        batch.alter_column("name", new_column_name="form")
    op.create_index("ix_number_books_form_year", "number_books", ["form", "year"], unique=True)

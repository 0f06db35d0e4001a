"""Triggers that make the database itself refuse to change or delete rows of a table."""

from collections.abc import Sequence

from alembic import op

PREFIX = "append_only"
_DENY = f"""
CREATE OR REPLACE FUNCTION {PREFIX}() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$ LANGUAGE plpgsql
"""


def guard(table: str) -> None:
    """Refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE on a table."""
    if _is_postgresql():
        op.execute(_DENY)
        op.execute(
            f"CREATE TRIGGER {PREFIX}_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {PREFIX}()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {PREFIX}_{table}_{verb.lower()} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def guard_columns(table: str, kept: Sequence[str]) -> None:
    """Refuse DELETE, and any UPDATE that changes a kept column.

    The others are sealed anew when keys change, and erased; the seal of the day tells the rest.
    """
    guard(table)
    differs = " OR ".join(f"NOT (NEW.{c} {_same()} OLD.{c})" for c in kept)
    _replace_update(table, differs)


def guard_but_for_erasure(table: str, kept: Sequence[str], mark: str) -> None:
    """Refuse all but one UPDATE of a row: the one that sets its mark and changes no kept column."""
    guard(table)
    same = " AND ".join(f"NEW.{c} {_same()} OLD.{c}" for c in kept)
    allowed = f"OLD.{mark} = '' AND NEW.{mark} <> '' AND {same}"
    _replace_update(table, f"NOT ({allowed})")


def _replace_update(table: str, refused: str) -> None:
    if not _is_postgresql():
        op.execute(f"DROP TRIGGER {PREFIX}_{table}_update")
        op.execute(
            f"CREATE TRIGGER {PREFIX}_{table}_update BEFORE UPDATE ON {table}"
            f" WHEN {refused} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        return
    op.execute(f"DROP TRIGGER {PREFIX}_{table} ON {table}")
    op.execute(
        f"CREATE TRIGGER {PREFIX}_{table} BEFORE DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {PREFIX}()"
    )
    op.execute(
        f"CREATE TRIGGER {PREFIX}_{table}_row BEFORE UPDATE ON {table}"
        f" FOR EACH ROW WHEN ({refused}) EXECUTE FUNCTION {PREFIX}()"
    )


def _same() -> str:
    return "IS NOT DISTINCT FROM" if _is_postgresql() else "IS"


def release(table: str) -> None:
    """Undo what guards a table; a batch migration needs it too, since SQLite copies tables."""
    if _is_postgresql():
        for name in (table, f"{table}_row", f"{table}_update"):
            op.execute(f"DROP TRIGGER IF EXISTS {PREFIX}_{name} ON {table}")
        return
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER IF EXISTS {PREFIX}_{table}_{verb}")


def guard_rising(table: str, key: str, column: str) -> None:
    """Refuse DELETE, another key, and any UPDATE that does not make a column greater."""
    falls = f"NEW.{column} <= OLD.{column} OR NEW.{key} <> OLD.{key}"
    if _is_postgresql():
        op.execute(_DENY)
        op.execute(
            f"CREATE TRIGGER {PREFIX}_{table} BEFORE DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {PREFIX}()"
        )
        op.execute(
            f"CREATE TRIGGER {PREFIX}_{table}_update BEFORE UPDATE ON {table}"
            f" FOR EACH ROW WHEN ({falls}) EXECUTE FUNCTION {PREFIX}()"
        )
        return
    for verb, when in (("UPDATE", f" WHEN {falls}"), ("DELETE", "")):
        op.execute(
            f"CREATE TRIGGER {PREFIX}_{table}_{verb.lower()} BEFORE {verb} ON {table}{when}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def drop_function() -> None:
    """Remove what all guards share, after the last of them."""
    if _is_postgresql():
        op.execute(f"DROP FUNCTION IF EXISTS {PREFIX}()")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"

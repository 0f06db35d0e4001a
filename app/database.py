"""How SQLite is opened: WAL, foreign keys, and who takes the write lock when."""

import sqlite3
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Engine, Result, event
from sqlalchemy.dialects import postgresql, sqlite

WRITES = "vanthu_writes"
"""Execution option of a connection whose transaction will write."""


@event.listens_for(Engine, "connect")
def _configure(connection: Any, record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # pysqlite's own BEGIN comes late and is always deferred; we issue it ourselves below.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        # What was erased or encrypted does not stay readable in freed pages.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    # A transaction that reads first and writes later fails with SQLITE_BUSY_SNAPSHOT when
    # somebody else wrote in between; taking the write lock at once makes it wait instead.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def changed_rows(result: Result[Any]) -> int:
    """Return how many rows an UPDATE changed; only the cursor behind the result knows."""
    return cast("CursorResult[Any]", result).rowcount


def insert_into(engine: Engine, table: Any) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT on both databases."""
    insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    return insert(table)

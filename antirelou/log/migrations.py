"""The log's migrations: numbered, applied in order under one lock, never edited after a release.

Each is recorded by sqlite-utils in `_sqlite_migrations`, and named in `version.py`, which refuses a log that a later
version wrote before anything is touched.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from antirelou.log import schema, schema_evidence, schema_lean
from antirelou.log.connection import Connection
from antirelou.log.version import APPLICATION_ID

migrations = Migrations("antirelou")


@migrations(name="0001_first")
def first(db: Database) -> None:
    """Make every table, those that later work fills too."""
    for statement in schema.FIRST:
        db.conn.execute(statement)
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@migrations(name="0002_evidence")
def evidence(db: Database) -> None:
    """Make the tables of what was exported, and of what the operator observed."""
    for statement in schema_evidence.EVIDENCE:
        db.conn.execute(statement)


@migrations(name="0003_lean")
def lean(db: Database) -> None:
    """Make the indexes on replies anew, so that less is written for each."""
    for statement in schema_lean.LEAN:
        db.conn.execute(statement)


def migrate(connection: Connection) -> None:
    """Bring the schema up to date, inside the caller's transaction; the caller holds the lock for making logs."""
    migrations.apply(
        Database(connection.raw, recursive_triggers=False, execute_plugins=False)
    )

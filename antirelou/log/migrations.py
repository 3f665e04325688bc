"""The log's migrations: numbered, applied in order under one lock, never edited after a release.

Each is recorded by sqlite-utils in `_sqlite_migrations`. A log that a later version wrote is refused before anything
is touched; a file that belongs to something else as well.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from antirelou.log import schema
from antirelou.log.connection import Connection
from antirelou.log.errors import NewerSchema, NotADatabase

APPLICATION_ID = 0x616E7469  # "anti": lets file(1) and us tell this file from another program's

migrations = Migrations("antirelou")
_NAMES = ("0001_first",)


@migrations(name="0001_first")
def first(db: Database) -> None:
    """Make every table, those that later work fills too."""
    for statement in schema.FIRST:
        db.conn.execute(statement)
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def refuse_strangers(connection: Connection) -> bool:
    """Return whether the log is up to date; raise `NotADatabase` or `NewerSchema` where it must not be touched."""
    if not connection.value("SELECT count(*) FROM sqlite_master"):
        return False
    if connection.value("PRAGMA application_id") != APPLICATION_ID:
        raise NotADatabase(
            f"{connection.path} is a database, but no antirelou log: set [log] path to another file, or move this one."
        )
    applied = connection.rows("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", ["antirelou"])
    names = {row["name"] for row in applied}
    unknown = sorted(names.difference(_NAMES))
    if unknown:
        raise NewerSchema(
            f"The log {connection.path} was written by a later version of antirelou (it has {unknown[-1]!r}): "
            "install that version or a newer one."
        )
    return names.issuperset(_NAMES)


def migrate(connection: Connection) -> None:
    """Bring the schema up to date, inside the caller's transaction; the caller holds the lock for making logs."""
    migrations.apply(Database(connection.raw, recursive_triggers=False, execute_plugins=False))

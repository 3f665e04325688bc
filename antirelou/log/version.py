"""Whether a file is a log, and one that this version may touch. Reading needs no more than this."""

from __future__ import annotations

from antirelou.language import _
from antirelou.log.connection import Connection
from antirelou.log.errors import NewerSchema, NotADatabase

APPLICATION_ID = (
    0x616E7469  # "anti": lets file(1) and us tell this file from another program's
)
MIGRATIONS = ("0001_first", "0002_evidence", "0003_lean")


def refuse_strangers(connection: Connection) -> bool:
    """Return whether the log is up to date; raise `NotADatabase` or `NewerSchema` where it must not be touched."""
    if not connection.value("SELECT count(*) FROM sqlite_master"):
        return False
    if connection.value("PRAGMA application_id") != APPLICATION_ID:
        raise NotADatabase(
            _(
                "{path} is a database, but no antirelou log: set [log] path to another file, or move this one.",
                path=connection.path,
            )
        )
    applied = connection.rows(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ?", ["antirelou"]
    )
    names = {row["name"] for row in applied}
    unknown = sorted(names.difference(MIGRATIONS))
    if unknown:
        raise NewerSchema(
            _(
                "The log {path} was written by a later version of antirelou (it has {unknown!r}): "
                "install that version or a newer one.",
                path=connection.path,
                unknown=unknown[-1],
            )
        )
    return names.issuperset(MIGRATIONS)

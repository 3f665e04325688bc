"""Writing beside a daemon that may be running: what the operator's commands add to the log, and extend its chain by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from antirelou.language import _
from antirelou.log.connection import Connection
from antirelou.log.errors import LogMissing, exists
from antirelou.log.version import refuse_strangers


@contextmanager
def beside(path: Path) -> Iterator[Connection]:
    """One durable transaction in the log at `path`. Raises `LogMissing` where no daemon has made or migrated it yet."""
    if not exists(path):
        raise LogMissing(
            _(
                "There is no log at {path}: start the daemon once, or correct [log] path.",
                path=path,
            )
        )
    connection = Connection.writing(path)
    try:
        if not refuse_strangers(connection):
            raise LogMissing(
                _(
                    "The log {path} is of an older version: start the daemon once, it migrates.",
                    path=path,
                )
            )
        with connection.transaction():
            yield connection
    finally:
        connection.close()

"""What was exported: which messages left the log for a file of evidence, so that one knows what remains where.

Erasing does not reach such a file. So each is a row, in the chain, that says which messages it holds, by their ids; whose
they were can be told as long as the pseudonym is kept, also after everything else of them was erased.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from antirelou.clock import Moment
from antirelou.log import chain
from antirelou.log.beside import beside
from antirelou.log.connection import Connection
from antirelou.log.ranges import ranges
from antirelou.log.session import clean
from antirelou.log.times import read, read_or_none, stamp
from antirelou.settings import Settings


@dataclass(frozen=True, slots=True)
class Export:
    """A file of evidence: when it was made and where, the SHA-256 of its manifest, its period, how many messages."""

    id: int
    at: datetime
    path: str
    manifest_digest: str
    since: datetime | None
    until: datetime | None
    messages: int


def record_export(
    settings: Settings,
    *,
    path: Path,
    manifest_digest: str,
    since: datetime | None,
    until: datetime | None,
    message_ids: Iterable[int],
    moment: Moment,
) -> int:
    """Keep what was exported, beside a daemon that may be running; return the row's id.

    `manifest_digest` is the SHA-256 of the manifest in hexadecimal, and so fixes every file of the export. Raises
    `LogError`.
    """
    with beside(settings.log.path) as connection:
        export = connection.insert(
            "INSERT INTO exports (at, line, path, manifest_digest, since, until, messages, nonce)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(stamp(moment.at), settings.line, clean(str(path)), manifest_digest),
                *(None if at is None else stamp(at) for at in (since, until)),
                *(json.dumps(ranges(message_ids)), chain.nonce()),
            ],
        )
        chain.append(connection, "export", export, moment.at, settings.line)
        return export


def exports(connection: Connection) -> list[Export]:
    """Return what was exported, oldest first."""
    return [
        export(dict(row))
        for row in connection.rows("SELECT * FROM exports ORDER BY id")
    ]


def export(row: dict[str, Any]) -> Export:
    """A row of `exports`."""
    runs = json.loads(row["messages"])
    return Export(
        id=row["id"],
        at=read(row["at"]),
        path=row["path"],
        manifest_digest=row["manifest_digest"],
        since=read_or_none(row["since"]),
        until=read_or_none(row["until"]),
        messages=sum(last - first + 1 for first, last in runs),
    )

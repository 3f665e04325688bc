"""The third record: what the log says, read beside the daemon with SQL of its own, and what of it is durable.

It holds one connection for the whole day, so that it sees what is committed and nothing else, and so that closing
the daemon's connection tidies nothing up that a killed process would have left.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

LINE = "main"


def identity(pdu: str) -> str:
    """What identifies a short message, hexadecimal: the PDU without the service centre's address."""
    pdu = pdu.upper()
    try:
        behind = pdu[2 * (1 + int(pdu[:2], 16)) :]
    except ValueError:
        return pdu
    return behind or pdu


class Logbook:
    """The log, as somebody else reads it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._newest = 0
        self.durable = True  # what is committed next
        self.all_durable = True  # what was committed last, and so everything
        self.pdus: set[str] = set()  # of durable rows
        self.identities: set[str] = set()
        self.decoded: Counter[str] = (
            Counter()
        )  # how many rows each has that could be read
        self._same: dict[str, str] = {}  # what only differs behind its end

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Every row of a query."""
        if self._connection is None:
            uri = f"{self._path.absolute().as_uri()}?mode=ro"
            self._connection = sqlite3.connect(
                uri, uri=True, isolation_level=None, timeout=0, cached_statements=256
            )
            self._connection.row_factory = sqlite3.Row
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        return next(iter(self.rows(sql, *values)), None)

    def value(self, sql: str, *values: Any) -> Any:
        row = self.row(sql, *values)
        return None if row is None else row[0]

    def committed(self) -> None:
        """A commit returned; what it and those before it wrote is durable, if it was a durable one."""
        self.all_durable = self.durable
        if not self.durable:
            return
        for row in self.rows(
            "SELECT id, pdu, error FROM delivers WHERE id > ? ORDER BY id", self._newest
        ):
            self._newest = row["id"]
            if row["pdu"] is None:  # erased already
                continue
            self.pdus.add(row["pdu"].upper())
            self.identities.add(self.identity(row["pdu"]))
            if row["error"] is None:
                self.decoded[identity(row["pdu"])] += 1

    def identity(self, pdu: str) -> str:
        """`identity`, of what is padded that of what it was made from."""
        own = identity(pdu)
        return self._same.get(own, own)

    def padded(self, pdu: str, base: str) -> None:
        """`pdu` is `base` and octets behind its end, which do not make it another short message."""
        self._same[identity(pdu)] = self.identity(base)

    def holds(self, pdu: str) -> bool:
        """Whether this short message is durable."""
        return pdu.upper() in self.pdus or self.identity(pdu) in self.identities

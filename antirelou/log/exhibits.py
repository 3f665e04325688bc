"""What a court is handed of the log: messages in full with what opens their entries in the chain, and digests between.

An entry is *opened* by giving its nonce and what it commits to; without its nonce an entry says nothing that could be
guessed back. Only the entries of what was selected, and of notes, are opened: of all others there is the kind and the
digests. What nobody sent, what the operator's own phones sent, and what was erased is left out. Only reads.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from antirelou.log import chain
from antirelou.log.connection import Connection
from antirelou.log.raids import NOBODYS
from antirelou.log.selection import Filters, selections
from antirelou.log.times import stamp

_TABLES = (
    "CREATE TEMP TABLE IF NOT EXISTS exhibit (id INTEGER PRIMARY KEY)",
    """CREATE TEMP TABLE IF NOT EXISTS opening (
    seq INTEGER PRIMARY KEY, at TEXT, line TEXT, kind TEXT, row INTEGER, message INTEGER, note INTEGER
)""",
    "CREATE INDEX IF NOT EXISTS temp.opening_message ON opening (message) WHERE message IS NOT NULL",
    "DELETE FROM exhibit",
    "DELETE FROM opening",
)
_OURS = f"""
DELETE FROM exhibit WHERE id IN (SELECT m.id FROM exhibit e CROSS JOIN messages m ON m.id = e.id
    WHERE m.kind IN {NOBODYS} OR m.erased_at IS NOT NULL
    OR m.sender_id IN (SELECT id FROM senders WHERE address IN (SELECT value FROM json_each(?) UNION
        SELECT number FROM lines WHERE number IS NOT NULL)))
"""
_OPEN_MESSAGES = """
INSERT INTO opening (seq, at, line, kind, row, message)
SELECT c.seq, c.at, c.line, c.kind, c.row, c.row FROM chain c JOIN exhibit e ON e.id = c.row
WHERE c.kind IN ('decision', 'call')
"""
_OPEN_DELIVERS = """
INSERT INTO opening (seq, at, line, kind, row, message)
SELECT c.seq, c.at, c.line, c.kind, c.row, e.id FROM chain c JOIN delivers d ON d.id = c.row
JOIN exhibit e ON e.id = d.message_id WHERE c.kind IN ('deliver', 'segment')
"""
_OPEN_NOTES = """
INSERT INTO opening (seq, at, line, kind, row, note)
SELECT c.seq, c.at, c.line, c.kind, c.row, n.id FROM chain c JOIN notes n ON n.id = c.row
WHERE c.kind = 'note' AND n.erased_at IS NULL AND n.observed_at >= ? AND n.observed_at < ?
"""
_MESSAGE = """SELECT m.id, m.line, m.kind, s.address, m.alphanumeric, m.received_at, m.clock_unsynced, m.clock_wrong,
    m.service_centre_time, m.text, m.segments, m.segments_expected, m.complete, m.reason, m.hold
FROM exhibit e CROSS JOIN messages m ON m.id = e.id LEFT JOIN senders s ON s.id = m.sender_id ORDER BY e.id"""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Selected:
    """How much was selected, and how much of it is left out since it was erased by the rules."""

    messages: int
    erased: int
    notes: int
    first: int  # entry of the chain, 0 if nothing is opened
    last: int


class Exhibits:
    """The reader's queries for a file of evidence; `select_exhibits` first, all within `unchanging`."""

    _db: Connection

    def unchanging(self) -> AbstractContextManager[None]:
        """One state of the log, however long it is read and whatever is written meanwhile."""
        return self._db.snapshot()

    def select_exhibits(self, filters: Filters, ours: Collection[str]) -> Selected:
        """Choose messages, and the notes of their period; `ours`: addresses that are left out."""
        for statement in _TABLES:
            self._db.run(statement)
        lines = [row["line"] for row in self._db.rows("SELECT line FROM lines")]
        for one in selections(filters, lines):
            self._db.run(
                f"INSERT OR IGNORE INTO exhibit SELECT m.id FROM {one.tables} WHERE {one.where}",
                one.values,
            )
        erased = self._db.value(
            "SELECT count(*) FROM exhibit e CROSS JOIN messages m ON m.id = e.id WHERE m.erased_at IS NOT NULL"
        )
        self._db.run(_OURS, [json.dumps(sorted(ours))])
        self._db.run(_OPEN_MESSAGES)
        self._db.run(_OPEN_DELIVERS)
        self._db.run(
            _OPEN_NOTES, [_stamp(filters.since, ""), _stamp(filters.until, "9999")]
        )
        row = self._db.row(
            "SELECT coalesce(min(seq), 0) AS first, coalesce(max(seq), 0) AS last, count(note) AS notes FROM opening"
        )
        assert row is not None
        return Selected(
            messages=self._db.value("SELECT count(*) FROM exhibit"),
            erased=erased,
            notes=row["notes"],
            first=row["first"],
            last=row["last"],
        )

    def exhibit_ids(self) -> Iterator[int]:
        """The selected messages' ids, in order."""
        yield from (row["id"] for row in self._db.each("SELECT id FROM exhibit"))

    def exhibits(self) -> Iterator[Row]:
        """Each selected message in full, in order: its columns, its replies, and its opened entries."""
        for row in self._db.each(_MESSAGE):
            replies = self._db.rows(
                "SELECT purpose, state, reason, due_at, submitted_at FROM replies WHERE message_id = ? ORDER BY id",
                [row["id"]],
            )
            deliveries = self._db.value(
                "SELECT max(deliveries) FROM delivers WHERE id IN (SELECT row FROM opening WHERE message = ?"
                " AND kind = 'deliver')",
                [row["id"]],
            )
            yield dict(row) | {
                "deliveries": deliveries or 1,
                "replies": [dict(reply) for reply in replies],
                "chain": self._openings("o.message = ?", row["id"]),
            }

    def exhibited_notes(self) -> Iterator[Row]:
        """Each selected note, with its opened entry."""
        for row in self._db.each(
            "SELECT DISTINCT note FROM opening WHERE note IS NOT NULL"
        ):
            yield {
                "id": row["note"],
                "chain": self._openings("o.note = ?", row["note"]),
            }

    def head(self, seq: int) -> str:
        """The chain's head at an entry, in hexadecimal; empty if there is none, zeros before the first."""
        if not seq:
            return chain.GENESIS.hex()
        found: bytes | None = self._db.value(
            "SELECT head FROM chain WHERE seq = ?", [seq]
        )
        return found.hex() if found else ""

    def digests(self, first: int, last: int) -> Iterator[Row]:
        """The chain from `first` to `last`, led by the head before it; `message` and `note` are of opened entries."""
        yield {"seq": first - 1, "head": self.head(first - 1)}
        for row in self._db.each(
            "SELECT c.seq, c.kind, c.commitment, c.head, o.message, o.note FROM chain c"
            " LEFT JOIN opening o ON o.seq = c.seq WHERE c.seq BETWEEN ? AND ? ORDER BY c.seq",
            [first, last],
        ):
            entry = dict(row)
            digests = {name: entry[name].hex() for name in ("commitment", "head")}
            yield {
                name: value
                for name, value in (entry | digests).items()
                if value is not None
            }

    def _openings(self, which: str, row_id: int) -> list[Row]:
        rows = self._db.rows(
            f"SELECT o.seq, o.at, o.line, o.kind, o.row, c.head FROM opening o JOIN chain c ON c.seq = o.seq WHERE {which}"
            " ORDER BY o.seq",
            [row_id],
        )
        return [self._opened(row) for row in rows]

    def _opened(self, entry: sqlite3.Row) -> Row:
        found = self._db.row(chain.COVERED[entry["kind"]], [entry["row"]])
        of = dict(found) if found else {}
        nonce = of.pop("nonce", None)
        shown = dict(entry) | {"head": entry["head"].hex()}
        return shown | {"nonce": nonce.hex() if nonce else None, "of": of}


def _stamp(at: datetime | None, otherwise: str) -> str:
    return otherwise if at is None else stamp(at)

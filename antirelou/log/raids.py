"""What an operator asks while many write: who writes most, what is written most, what was decided about it all.

Only reads. Whole numbers and hostile texts come out as they are stored, as everything that is read here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from antirelou.log.connection import Connection
from antirelou.log.times import stamp

NOBODYS = "('status_report', 'self_test')"  # kinds that no person sent


class Raids:
    """The reader's queries about a raid."""

    _db: Connection

    def loudest(self, line: str, since: datetime, limit: int) -> list[dict[str, Any]]:
        """Return the numbers that wrote or called most since then and are not blocked, the loudest first."""
        rows = self._db.rows(
            "SELECT s.address, count(*) AS messages, max(m.received_at) AS last_at, s.told, s.opted_out_at"
            " FROM messages m JOIN senders s ON s.id = m.sender_id WHERE m.received_at >= ? AND m.line = ?"
            f" AND m.kind NOT IN {NOBODYS} AND s.blocked_at IS NULL AND s.address <> ''"
            " GROUP BY s.id ORDER BY messages DESC, s.id LIMIT ?",
            [stamp(since), line, limit],
        )
        return [dict(row) for row in rows]

    def flood_texts(self, flood: int, limit: int) -> list[dict[str, Any]]:
        """Return the texts that came most in a flood: how often, from how many numbers, and one that was written so.

        Texts are the same if they differ in case, accents and signs only; those not decided yet, if they are equal.
        """
        rows = self._db.rows(
            "SELECT g.messages, g.numbers, m.id, m.text FROM (SELECT min(id) AS id, count(*) AS messages,"
            " count(DISTINCT sender_id) AS numbers, coalesce(text_key, text) AS written"
            " FROM messages WHERE flood = ?1 AND id >= ?1 GROUP BY written"
            " HAVING written IS NOT NULL ORDER BY messages DESC, 1 LIMIT ?2) g JOIN messages m ON m.id = g.id"
            " ORDER BY g.messages DESC, m.id",
            [flood, limit],
        )
        return [dict(row) for row in rows]

    def flood_decisions(self, flood: int) -> dict[str, int]:
        """Return how many of a flood's messages have which reason or hold."""
        rows = self._db.rows(
            "SELECT coalesce(reason, hold, 'undecided') AS word, count(*) AS messages"
            " FROM messages WHERE flood = ?1 AND id >= ?1 GROUP BY word",
            [flood],
        )
        return {row["word"]: row["messages"] for row in rows}

"""What happened to the lines, and what the operator ordered: the reader's queries over `events` and `control`.

Only reads. Neither table holds a text of anybody's; an order may hold a number.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from antirelou.log.connection import Connection
from antirelou.log.exports import Export, exports
from antirelou.log.holds import Hold, holds
from antirelou.log.times import stamp
from antirelou.log.windows import REPEAT_WITHIN

_EVENT = "SELECT id, at, last_at, count, line, kind, text FROM events"
_ORDER = "SELECT id, at, line, kind, argument, done_at, result FROM control"
_NEVER = "9999"  # later than every time


class Happened:
    """The reader's queries about events and orders."""

    _db: Connection

    def events(
        self, limit: int = 50, *, line: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the newest events, oldest first."""
        if line is None:
            rows = self._db.rows(f"{_EVENT} ORDER BY id DESC LIMIT ?", [limit])
        else:
            rows = self._db.rows(
                f"{_EVENT} WHERE line = ? ORDER BY at DESC, id DESC LIMIT ?",
                [line, limit],
            )
        return [dict(row) for row in reversed(rows)]

    def meanwhile(
        self, line: str, since: datetime, until: datetime | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return what happened on a line from `since` to `until`, repeats too, oldest first: the last so many."""
        rows = self._db.rows(
            f"{_EVENT} WHERE line = ? AND at >= ? AND at <= ? AND last_at >= ?"
            " ORDER BY at DESC, id DESC LIMIT ?",
            [
                line,
                stamp(since - REPEAT_WITHIN),
                stamp(until) if until else _NEVER,
                stamp(since),
                limit,
            ],
        )
        return [dict(row) for row in reversed(rows)]

    def last_erased(self, line: str) -> int:
        """Return the newest event of a line that says that something was erased, 0 if there is none."""
        last: int = self._db.value(
            "SELECT coalesce(max(id), 0) FROM events WHERE line = ? AND kind = 'erased'",
            [line],
        )
        return last

    def orders(self, limit: int = 50) -> list[dict[str, Any]]:
        """Return the newest orders, oldest first."""
        rows = self._db.rows(
            f"{_ORDER} ORDER BY id DESC LIMIT ?",
            [limit],
        )
        return [dict(row) for row in reversed(rows)]

    def order(self, order_id: int) -> dict[str, Any] | None:
        """Return one order, done or not."""
        row = self._db.row(
            f"{_ORDER} WHERE id = ?",
            [order_id],
        )
        return dict(row) if row else None

    def holds(self) -> list[Hold]:
        """Return the legal holds that were not ended, oldest first."""
        return holds(self._db)

    def exports(self) -> list[Export]:
        """Return what was exported as evidence, oldest first."""
        return exports(self._db)

    def published(self, line: str) -> dict[str, Any]:
        """Return what the operator answered last about what is to be settled before the number of the SIM is published.

        Nothing once another SIM was accepted: it has a voicemail and a contract of its own.
        """
        row = self._db.row(
            "SELECT kind, argument FROM control INDEXED BY control_published"
            " WHERE line = ? AND kind IN ('published', 'line_accept') ORDER BY id DESC LIMIT 1",
            [line],
        )
        if row is None or row["kind"] == "line_accept" or not row["argument"]:
            return {}
        try:
            answers = json.loads(row["argument"])
        except (RecursionError, ValueError):
            return {}
        return answers if isinstance(answers, dict) else {}

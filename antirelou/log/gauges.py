"""The figures for a monitoring system: of one line, now, and what was settled since its daemon started.

What is settled is read off the chain, which has an entry for each decision and for each change of a reply's state: so
what a look costs does not grow with the log, only with what happened since the last one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from antirelou.log.connection import Value
from antirelou.log.session import Session
from antirelou.log.status import used, waiting

_LAST_MESSAGE = (
    "SELECT received_at FROM messages WHERE line = ? ORDER BY id DESC LIMIT 1"
)
_LAST_SUBMIT = (
    "SELECT max(counted_at) FROM submits WHERE line = ? AND counted_at IS NOT NULL"
)
_LAST_PROOF = "SELECT self_text_proved_at FROM lines WHERE line = ?"
_BETWEEN = "SELECT row FROM chain WHERE seq > ? AND seq <= ? AND line = ? AND kind = ?"
_DECIDED = (
    f"SELECT reason AS word, count(*) AS n FROM messages WHERE id IN ({_BETWEEN})"
    " AND reason IS NOT NULL GROUP BY reason"
)
_ENDED = (
    f"SELECT state AS word, count(*) AS n FROM replies WHERE id IN ({_BETWEEN})"
    " AND state NOT IN ('queued', 'submitting') GROUP BY state"
)


class Gauges(Session):
    """The daemon's reads for its metrics."""

    def gauges(self, now: datetime, month_start: datetime) -> dict[str, Any]:
        """Return what waits and why, what is used of the limits, and when something came and left last."""
        return {
            **waiting(self._db, self.line),
            **used(self._db, self.line, now, month_start),
            "last_message_at": self._db.value(_LAST_MESSAGE, [self.line]),
            "last_submit_at": self._db.value(_LAST_SUBMIT, [self.line]),
            "last_proof_at": self._db.value(_LAST_PROOF, [self.line]),
        }

    def chain_end(self) -> int:
        """Return the newest entry of the chain."""
        end: int = self._db.value("SELECT coalesce(max(seq), 0) FROM chain")
        return end

    def settled(self, after: int, until: int) -> tuple[Counter[str], Counter[str]]:
        """Count decisions by reason and replies that ended by state, from one entry of the chain to another.

        A reply whose unknown fate became known later is counted as either.
        """
        span = (after, until, self.line)
        return (
            self._by_word(_DECIDED, [*span, "decision"]),
            self._by_word(_ENDED, [*span, "reply.state"]),
        )

    def _by_word(self, query: str, values: Sequence[Value]) -> Counter[str]:
        return Counter({row["word"]: row["n"] for row in self._db.rows(query, values)})

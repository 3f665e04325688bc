"""Limits that hold replies back: whether that was told lately, and how many replies wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.log.line import Condition
from antirelou.log.times import stamp

TOLD_FOR = timedelta(days=1)
_KIND = "limit_reached"


class Limits(Condition):
    """The daemon's reads and writes about limits that were reached; a limit is named as in the configuration."""

    def limit_told(self, limit: str, now: datetime) -> bool:
        """Whether an event of the last day says that this limit holds replies back."""
        return bool(
            self._db.value(
                "SELECT EXISTS (SELECT 1 FROM events INDEXED BY events_repeat WHERE line = ? AND kind = ?"
                " AND repeat_key = ? AND at > ? AND at <= ?)",
                [self.line, _KIND, limit, stamp(now - TOLD_FOR), stamp(now)],
            )
        )

    def tell_limit(
        self, limit: str, sentence: str, moment: Moment, data: object
    ) -> None:
        """Keep the event that this limit holds replies back."""
        self.event(_KIND, sentence, moment, repeat_key=limit, data=data)

    def due_replies(self, now: datetime) -> int:
        """How many replies of this line are due and have not left."""
        found: int = self._db.value(
            "SELECT count(*) FROM replies INDEXED BY replies_queued WHERE ended_at IS NULL AND line = ?"
            " AND state = 'queued' AND due_at <= ? AND expires_at > ?",
            [self.line, stamp(now), stamp(now)],
        )
        return found

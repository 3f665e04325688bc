"""Callers: how many called lately, and whether one of them insists. Counted from the stored calls and texts.

A caller's number is forged more easily than a sender's: one call alone says nothing about whose number it shows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from antirelou.log.connection import Connection
from antirelou.log.facts import Message
from antirelou.log.session import Session
from antirelou.log.times import stamp
from antirelou.policy.facts import Kind

LATELY = timedelta(minutes=10)
APART = timedelta(minutes=10)  # two calls in less are one attempt


class Callers(Session):
    """The daemon's reads about calls."""

    def calls_lately(self, now: datetime, most: int) -> int:
        """How many calls came on this line within ten minutes, `most` at most; times ahead of the clock count too."""
        found: int = self._db.value(
            "SELECT count(*) FROM (SELECT 1 FROM messages INDEXED BY messages_time WHERE received_at > ?"
            " AND received_at <= ? AND clock_wrong = 0 AND kind = ? AND line = ? LIMIT ?)",
            [
                stamp(now - LATELY),
                stamp(now + LATELY),
                Kind.CALL.value,
                self.line,
                most,
            ],
        )
        return found


def insists(connection: Connection, message: Message) -> bool:
    """Whether a caller wrote before this call, on any line, or called at least ten minutes before it."""
    if message.kind is not Kind.CALL:
        return False
    return bool(
        connection.value(
            "SELECT EXISTS (SELECT 1 FROM messages INDEXED BY messages_sender WHERE sender_id = ?"
            " AND (flood_counts IS NOT NULL) IN (0, 1) AND received_at <= ? AND id < ?"
            " AND (kind = ? OR (kind = ? AND received_at <= ?)))",
            [
                *(message.sender_id, stamp(message.received_at), message.id),
                *(Kind.TEXT.value, Kind.CALL.value, stamp(message.received_at - APART)),
            ],
        )
    )

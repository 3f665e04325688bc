"""The figures of the status screen: of one line, what waits, what is used of its limits, what came and left last.

Only reads. The caller holds the snapshot, so that the figures of all lines are of one moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from antirelou.log.connection import Connection, Value
from antirelou.log.figures import TO_STRANGERS, figures
from antirelou.log.times import stamp

Figures = dict[str, Any]

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_TICK = timedelta(milliseconds=1)  # of stored times: "after" less one is "from … on"
_REASONS = "coalesce(reason, 'not_due')"  # of replies; one without a reason is not due


def status(
    connection: Connection, line: str, now: datetime, month_start: datetime | None
) -> Figures:
    """Return a line's figures; `recipients_month` is None without a `month_start`."""
    return {
        "paused": _paused(connection, line),
        **waiting(connection, line),
        "flood": _flood(connection, line),
        **used(connection, line, now, month_start),
        **_last(connection, line, now),
    }


def _paused(connection: Connection, line: str) -> bool:
    """Whether the operator's last word was to pause, carried out or not."""
    last = connection.value(
        "SELECT kind FROM control WHERE kind IN ('pause', 'resume') AND line = ?"
        " ORDER BY id DESC LIMIT 1",
        [line],
    )
    return bool(last == "pause")


def waiting(connection: Connection, line: str) -> Figures:
    """What is to be submitted or decided, and why it is not yet."""
    queued = "FROM replies INDEXED BY replies_queued WHERE ended_at IS NULL AND state = 'queued' AND line = ?"
    undecided = (
        "FROM messages INDEXED BY messages_undecided WHERE reason IS NULL AND line = ?"
    )
    return {
        "queued": _counts(connection, f"{_REASONS} {queued}", line),
        "next_due_at": connection.value(f"SELECT min(due_at) {queued}", [line]),
        "held": _counts(connection, f"hold {undecided} AND hold IS NOT NULL", line),
        "undecided": connection.value(f"SELECT count(*) {undecided}", [line]),
    }


def _flood(connection: Connection, line: str) -> Figures | None:
    """The flood whose end the line's daemon has not told yet: since when, what came in it, what it cost, what waits.

    `hot_at` is when it was last fed; `waiting` and `dropped` count the replies to what came in it by reason.
    """
    row = connection.row(
        "SELECT * FROM floods WHERE line = ? ORDER BY id DESC LIMIT 1", [line]
    )
    if row is None or row["ended_at"] is not None:
        return None
    replies = f"{_REASONS} FROM replies INDEXED BY replies_flood WHERE flood = ? AND flood > 0"
    return {
        **figures(connection, row["id"]),
        "since": row["began_at"],
        "hot_at": row["hot_at"],
        "waiting": _counts(connection, f"{replies} AND state = 'queued'", row["id"]),
        "dropped": _counts(connection, f"{replies} AND state = 'dropped'", row["id"]),
    }


def used(
    connection: Connection, line: str, now: datetime, month_start: datetime | None
) -> Figures:
    """What counts for the limits of the hour, the day and the month."""

    def segments(after: datetime) -> int:
        count: int = connection.value(
            "SELECT count(*) FROM submits WHERE line = ? AND counted_at > ?",
            [line, stamp(after)],
        )
        return count

    def recipients(after: datetime) -> int:
        count: int = connection.value(
            "SELECT count(DISTINCT sender_id) FROM replies"
            f" WHERE line = ? AND counted_at > ? AND {TO_STRANGERS}",
            [line, stamp(after)],
        )
        return count

    return {
        "segments_hour": segments(now - _HOUR),
        "segments_day": segments(now - _DAY),
        "recipients_day": recipients(now - _DAY),
        "recipients_month": recipients(month_start - _TICK) if month_start else None,
    }


def _last(connection: Connection, line: str, now: datetime) -> Figures:
    """What came in the last day, and when something came and left last."""
    return {
        "messages_day": connection.value(
            "SELECT count(*) FROM messages WHERE line = ? AND received_at > ?",
            [line, stamp(now - _DAY)],
        ),
        "last_message_at": connection.value(
            "SELECT received_at FROM messages WHERE line = ? AND clock_wrong = 0"
            " ORDER BY received_at DESC LIMIT 1",
            [line],
        ),
        "last_submitted_at": connection.value(
            "SELECT max(counted_at) FROM submits WHERE line = ? AND counted_at IS NOT NULL",
            [line],
        ),
    }


def _counts(connection: Connection, query: str, *values: Value) -> dict[str, int]:
    """How often each value of the query's column occurs."""
    rows = connection.rows(f"SELECT count(*) AS n, {query} GROUP BY 2", values)
    return {row[1]: row["n"] for row in rows}

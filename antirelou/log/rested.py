"""What a decision rested on, counted again from the rows as they stood then.

Only reads, and only what the reason speaks of. Rows that were erased since are gone from the counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from antirelou.log.connection import Connection, Value
from antirelou.log.figures import TO_STRANGERS
from antirelou.log.times import read, stamp
from antirelou.log.windows import CAMPAIGN_WITHIN, LOOP_WITHIN, SAME_TEXT_WITHIN
from antirelou.policy.facts import Reason

Row = Mapping[str, Any]
Facts = dict[str, Any]


def rested_on(connection: Connection, message: Row) -> Facts:
    """Return the figures behind a message's reason; nothing where it needs none, or there is no decision."""
    facts = _FACTS.get(message["reason"])
    return facts(connection, message) if facts else {}


def _already_told(connection: Connection, message: Row) -> Facts:
    """How many automatic texts had left to this sender by then."""
    told = connection.value(
        "SELECT count(*) FROM replies WHERE sender_id = ? AND queued_at <= ? AND counted_at <= ?"
        f" AND {TO_STRANGERS}",
        [message["sender_id"], message["decided_at"], message["decided_at"]],
    )
    return {"told": told}


def _pending(connection: Connection, message: Row) -> Facts:
    """Which reply was waiting, or leaving, when this came."""
    row = connection.row(
        "SELECT id, message_id FROM replies WHERE sender_id = ? AND queued_at <= ?"
        " AND coalesce(ended_at, '9') >= ? ORDER BY id DESC LIMIT 1",
        [message["sender_id"], message["decided_at"], message["received_at"]],
    )
    return {"reply": row["id"], "of_message": row["message_id"]} if row else {}


def _loop(connection: Connection, message: Row) -> Facts:
    """How often this sender had sent the same text, and how much since the last reply left to it."""
    came = message["received_at"]
    same = connection.value(
        "SELECT count(*) FROM messages INDEXED BY messages_text_key WHERE text_key = ? AND sender_id = ?"
        " AND received_at > ? AND received_at <= ?",
        [
            *(message["text_key"], message["sender_id"]),
            *(_before(message, SAME_TEXT_WITHIN), came),
        ],
    )
    left = connection.value(
        "SELECT max(counted_at) FROM replies WHERE sender_id = ? AND queued_at <= ? AND counted_at <= ?",
        [message["sender_id"], came, came],
    )
    if left is None or left < _before(message, LOOP_WITHIN):
        return {"same_text": same, "since_reply": 0}
    return {"same_text": same, "since_reply": _since(connection, message, left)}


def _since(connection: Connection, message: Row, left: str) -> int:
    count: int = connection.value(
        "SELECT count(*) FROM messages WHERE sender_id = ? AND (flood_counts IS NOT NULL) IN (0, 1)"
        " AND received_at > ? AND received_at <= ? AND kind <> 'status_report'",
        [message["sender_id"], left, message["received_at"]],
    )
    return count


def _campaign(connection: Connection, message: Row) -> Facts:
    """From how many numbers this text had come within a day."""
    values: list[Value] = [message["text_key"], _before(message, CAMPAIGN_WITHIN)]
    numbers = connection.value(
        "SELECT count(DISTINCT sender_id) FROM messages INDEXED BY messages_text_key WHERE text_key = ?"
        " AND received_at > ? AND received_at <= ?",
        [*values, message["received_at"]],
    )
    return {"numbers": numbers}


def _before(message: Row, span: timedelta) -> str:
    return stamp(read(message["received_at"]) - span)


_FACTS: dict[str | None, Callable[[Connection, Row], Facts]] = {
    Reason.ALREADY_TOLD: _already_told,
    Reason.PENDING: _pending,
    Reason.LOOP: _loop,
    Reason.CAMPAIGN: _campaign,
}

"""The figures of a flood: what came in it and what it cost; for its events, the operator's screen, and the limits."""

from __future__ import annotations

import sqlite3

from antirelou.log.connection import Connection, Value

TO_STRANGERS = "purpose NOT IN ('test', 'self_test', 'anchor')"  # of replies: what has a recipient that counts

# The replies that left while a flood lasted, or for a message that came in it: flood, line, when it began and ended.
_COST = f"""
SELECT id, sender_id, counted_at FROM replies INDEXED BY replies_counted
WHERE line = ?2 AND counted_at >= ?3 AND counted_at < ?4 AND {TO_STRANGERS}
UNION SELECT id, sender_id, counted_at FROM replies INDEXED BY replies_flood_counted
WHERE flood = ?1 AND flood > 0 AND counted_at IS NOT NULL AND {TO_STRANGERS}
"""
_NEVER_ENDED = "9999"


def cost(
    connection: Connection, flood: int, columns: str, *values: Value
) -> sqlite3.Row:
    """Return aggregates of the replies that left while a flood lasted or for what came in it.

    `columns` is SQL over id, sender_id and counted_at; `values` are its ?5, ?6…
    """
    row = connection.row(
        "SELECT line, began_at, ended_at FROM floods WHERE id = ?", [flood]
    )
    assert row is not None
    span = (flood, row["line"], row["began_at"], row["ended_at"] or _NEVER_ENDED)
    found = connection.row(f"SELECT {columns} FROM ({_COST})", [*span, *values])
    assert found is not None
    return found


def figures(connection: Connection, flood: int) -> dict[str, int]:
    """Return how many messages, numbers and different texts came in a flood, and how many numbers got a reply.

    Reads what came from the flood's first message on: meant for the newest flood.
    """
    row = connection.row(
        "SELECT count(*) AS messages, count(DISTINCT sender_id) AS numbers,"
        " count(DISTINCT coalesce(text_key, text)) AS texts"  # what is not decided yet has no key
        " FROM messages WHERE flood = ?1 AND id >= ?1",
        [flood],
    )
    assert row is not None
    recipients = cost(connection, flood, "count(DISTINCT sender_id)")[0]
    return {"flood": flood, **dict(row), "recipients": recipients}

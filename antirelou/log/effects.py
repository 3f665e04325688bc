"""What a raid did to the service: how late messages came, what became of replies, how full the SIM was, what happened.

Counted from stored rows, for spans before, during and after. How late a message came is the time from the service
centre's stamp, which is in whole seconds, to ours; only where the kernel vouched for our clock. How full the SIM was is
not stored: what is shown is the most that one sweep found in a storage. Events come as kinds and times, never as texts,
which may name what is on this machine. Only reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from antirelou.log.connection import Connection
from antirelou.log.figures import TO_STRANGERS
from antirelou.log.raids import NOBODYS
from antirelou.log.times import read, stamp

LATE = timedelta(minutes=10)
TOLD_EVENTS = (
    *("flood_began", "flood_ended", "limit_reached", "breaker", "storage_full"),
    *("storage_nearly_full", "disk_low", "modem_away", "network_denied"),
)
_IN_SPAN = "line IN (SELECT line FROM lines) AND received_at >= ? AND received_at < ?"
_CAME = f"""SELECT sender_id, received_at, service_centre_utc, clock_unsynced OR clock_wrong AS doubtful
FROM messages INDEXED BY messages_time WHERE {_IN_SPAN} AND kind NOT IN {NOBODYS}"""
_DUE = f"""SELECT state, CASE state WHEN 'dropped' THEN reason END AS reason, due_at, marked_at FROM replies
WHERE due_at >= ? AND due_at < ? AND {TO_STRANGERS}"""
_SWEPT = f"""SELECT max(found) FROM (SELECT count(*) AS found FROM delivers
WHERE {_IN_SPAN} AND storage IS NOT NULL GROUP BY line, storage, received_at)"""
_AGAIN = f"SELECT coalesce(sum(deliveries - 1), 0) FROM delivers WHERE {_IN_SPAN}"


@dataclass(slots=True)
class Effects:
    """The figures of one span; times in seconds, None where there is nothing to measure."""

    since: datetime
    until: datetime
    messages: int = 0
    senders: int = 0
    late: int = 0
    lateness: list[float] = field(default_factory=list)  # median, longest
    due: int = 0
    states: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)  # median, longest
    swept: int = 0
    again: int = 0


class Affected:
    """The reader's queries about what a raid did."""

    _db: Connection

    def effects(self, spans: Sequence[tuple[datetime, datetime]]) -> list[Effects]:
        """Return the figures of each span."""
        return [self._effects(since, until) for since, until in spans]

    def floods_between(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """Return the floods that were on in a span: when they began, and ended."""
        rows = self._db.rows(
            "SELECT began_at, ended_at FROM floods WHERE began_at < ? AND (ended_at IS NULL OR ended_at > ?) ORDER BY id",
            [stamp(until), stamp(since)],
        )
        return [dict(row) for row in rows]

    def told_events(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """Return what happened in a span and says something about the service: kind, first and last time, how often."""
        marks = ", ".join("?" * len(TOLD_EVENTS))
        rows = self._db.rows(
            "SELECT kind, min(at) AS first, max(last_at) AS last, sum(count) AS times FROM events"
            f" WHERE at >= ? AND at < ? AND kind IN ({marks}) GROUP BY kind ORDER BY first",
            [stamp(since), stamp(until), *TOLD_EVENTS],
        )
        return [dict(row) for row in rows]

    def first_and_last(self) -> tuple[datetime, datetime] | None:
        """Return the times of the first and the last selected message; None without any."""
        row = self._db.row(
            "SELECT min(m.received_at) AS first, max(m.received_at) AS last FROM exhibit e"
            " CROSS JOIN messages m ON m.id = e.id"
        )
        if row is None or row["first"] is None:
            return None
        return read(row["first"]), read(row["last"])

    def _effects(self, since: datetime, until: datetime) -> Effects:
        found, span = Effects(since, until), [stamp(since), stamp(until)]
        senders: set[int | None] = set()
        lateness: list[float] = []
        for row in self._db.each(_CAME, span):
            found.messages += 1
            senders.add(row["sender_id"])
            if row["service_centre_utc"] and not row["doubtful"]:
                took = read(row["received_at"]) - read(row["service_centre_utc"])
                lateness.append(max(0.0, took.total_seconds()))
        found.senders = len(senders)
        found.late = sum(one > LATE.total_seconds() for one in lateness)
        found.lateness = _middle_and_most(lateness)
        waits: list[float] = []
        for row in self._db.each(_DUE, span):
            found.due += 1
            found.states[row["state"]] += 1
            if row["reason"]:
                found.dropped[row["reason"]] += 1
            if row["marked_at"]:
                waits.append(
                    (read(row["marked_at"]) - read(row["due_at"])).total_seconds()
                )
        found.waits = _middle_and_most(waits)
        found.swept = self._db.value(_SWEPT, span) or 0
        found.again = self._db.value(_AGAIN, span)
        return found


def _middle_and_most(values: list[float]) -> list[float]:
    return [median(values), max(values)] if values else []

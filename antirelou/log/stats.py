"""Statistics: how much came, from how many, what was decided, what left; in spans of time that the caller cuts.

Only reads. What nobody sent (delivery reports, this line's own proofs) is left out, and so are the numbers that the
caller names: the operator's own phones. Each span is one search in an index of times, so that what a month costs does not depend
on how long the log is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from antirelou.log.connection import Connection, Value
from antirelou.log.figures import TO_STRANGERS
from antirelou.log.raids import NOBODYS
from antirelou.log.times import stamp
from antirelou.policy.facts import Kind

# ?1 a line, '' for all; ?2 and ?3 a span, its end excluded; ?4 the senders that are left out, as JSON.
_LINES = "line IN (SELECT line FROM lines WHERE ?1 IN (line, ''))"
_IN_SPAN = f"m.{_LINES} AND m.received_at >= ?2 AND m.received_at < ?3"
_PEOPLE = f"""m.kind NOT IN {NOBODYS}
    AND (m.sender_id IS NULL OR m.sender_id NOT IN (SELECT value FROM json_each(?4)))"""
_CAME = f"""SELECT m.sender_id, m.kind, coalesce(m.reason, m.hold, 'undecided') AS word, count(*) AS messages
FROM messages m INDEXED BY messages_time WHERE {_IN_SPAN} AND {_PEOPLE} GROUP BY 1, 2, 3"""
_TEXTS = f"""SELECT m.text, m.sender_id FROM messages m INDEXED BY messages_time
WHERE {_IN_SPAN} AND {_PEOPLE} AND m.text IS NOT NULL ORDER BY m.received_at, m.id"""
_LEFT = f"""SELECT count(*) FROM replies INDEXED BY replies_counted
WHERE {_LINES} AND counted_at >= ?2 AND counted_at < ?3 AND {TO_STRANGERS}"""
# Few messages are answered: their replies are looked up among all of the span's, not by each message of it.
_BECAME = f"""SELECT r.state, CASE r.state WHEN 'dropped' THEN r.reason END AS reason, count(*) AS replies
FROM (SELECT min(m.id) AS first, max(m.id) AS last FROM messages m INDEXED BY messages_time WHERE {_IN_SPAN}) a
CROSS JOIN replies r ON r.message_id BETWEEN a.first AND a.last
CROSS JOIN messages m ON m.id = r.message_id
WHERE +{_IN_SPAN} AND {_PEOPLE} AND r.{TO_STRANGERS} GROUP BY 1, 2"""


@dataclass(slots=True)
class _Counted:
    """What came in a span, and how many replies left in it."""

    messages: int = 0
    texts: int = 0
    calls: int = 0
    replies: int = 0
    senders: set[int | None] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)

    def came(self, sender_id: int | None, kind: str, word: str, messages: int) -> None:
        self.messages += messages
        self.texts += messages * (kind == Kind.TEXT)
        self.calls += messages * (kind == Kind.CALL)
        self.senders.add(sender_id)
        self.reasons[word] += messages

    def shown(self) -> dict[str, int]:
        return {
            "messages": self.messages,
            "senders": len(self.senders),
            "texts": self.texts,
            "calls": self.calls,
            "replies": self.replies,
        }


class Stats:
    """The reader's statistics."""

    _db: Connection

    def stats(
        self, bounds: Sequence[datetime], *, line: str | None, ours: Collection[str]
    ) -> dict[str, Any]:
        """Return the figures of each span between two of `bounds`, and of all of them together.

        They are how many messages, senders (all withheld ones are one), texts and calls came, and how many replies
        left; for all together also the words of the decisions, and what became of the replies to what came. `ours`:
        addresses that do not count. Without a `line`: of all lines.
        """
        total, periods = _Counted(), []
        with self._db.snapshot():
            shared = (line or "", self._ids(ours))
            for since, until in pairwise(bounds):
                span = _span(since, until, *shared)
                counted = self._count(span, total)
                periods.append({"since": span[1], "until": span[2], **counted.shown()})
            became = self._db.rows(_BECAME, _span(bounds[0], bounds[-1], *shared))
        states: Counter[str] = Counter()
        for row in became:
            states[row["state"]] += row["replies"]
        dropped = {row["reason"]: row["replies"] for row in became if row["reason"]}
        return {
            **total.shown(),
            "reasons": dict(total.reasons.most_common()),
            "states": dict(states.most_common()),
            "dropped": dropped,
            "periods": periods,
        }

    def texts(
        self,
        since: datetime,
        until: datetime,
        *,
        line: str | None,
        ours: Collection[str],
    ) -> Iterator[tuple[str, int | None]]:
        """Each text of a span with its sender's row, oldest first; `line` and `ours` as in `stats`."""
        span = _span(since, until, line or "", self._ids(ours))
        yield from ((row[0], row[1]) for row in self._db.each(_TEXTS, span))

    def addresses(self, senders: Collection[int]) -> dict[int, str | None]:
        """Return the addresses of senders' rows; None where it was erased."""
        rows = self._db.rows(
            "SELECT id, address FROM senders WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(sorted(senders))],
        )
        return {row["id"]: row["address"] for row in rows}

    def _count(self, span: list[Value], total: _Counted) -> _Counted:
        """Count one span, and add it to the total."""
        counted = _Counted()
        for row in self._db.rows(_CAME, span):
            for counts in (counted, total):
                counts.came(*row)
        counted.replies = self._db.value(_LEFT, span[:3])
        total.replies += counted.replies
        return counted

    def _ids(self, addresses: Collection[str]) -> str:
        """The senders' rows, as JSON."""
        rows = self._db.rows(
            "SELECT id FROM senders WHERE address IN (SELECT value FROM json_each(?)) AND address IS NOT NULL",
            [json.dumps(sorted(addresses))],
        )
        return json.dumps([row["id"] for row in rows])


def _span(since: datetime, until: datetime, line: str, ours: str) -> list[Value]:
    return [line, stamp(since), stamp(until), ours]

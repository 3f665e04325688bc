"""Whose turn it is: which replies are to be looked at, which of those that are due goes first, until when none may.

A queued reply is looked at when it falls due, when what postponed it is over, and when it expires. If it may still
leave it *takes its turn* (`turn`: its recipient is `new` or `known`), in a group with all those that the same rules
hold back: of one purpose, for one flood, of as many segments. From then on only the first of a group is asked about,
so that what a cycle costs does not grow with what waits. Among the first of all groups whoever cries for help goes
first, then the operator's tests, then who did not write in a flood, then the quietest sender, then it is by lot.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from antirelou.log.facts import DueReply
from antirelou.log.reserve import Reserving
from antirelou.log.times import read, read_or_none, stamp
from antirelou.policy.facts import Purpose, Queued

_COLUMNS = """r.id, r.message_id, s.address, r.text, r.purpose, r.segments, r.due_at, r.expires_at, r.approved_at,
    r.attempts, r.reason, r.later_messages, r.flood, r.turn"""
_SENDER = "JOIN senders s ON s.id = r.sender_id"

# When a reply is to be looked at, as the index has it.
_LOOK_AT = "max(due_at, coalesce(postponed_until, ''), coalesce(next_attempt_at, ''))"
_UNTIL_LOOKED_AT = (
    "replies r INDEXED BY replies_look {} WHERE r.state = 'queued' AND r.turn IS NULL"
    " AND r.line = ?1"
)
_UNTIL_EXPIRED = (
    "replies r INDEXED BY replies_queued {} WHERE r.ended_at IS NULL AND r.state = 'queued'"
    " AND r.line = ?1"
)
_IN_TURN = "replies INDEXED BY replies_turn WHERE state = 'queued' AND turn IS NOT NULL AND line = ?1"

# The first of each group is found from the one before it: as many looks as there are groups. (The signs: between two
# columns SQLite compares without their types, and would look no further than the first for an index.)
_GROUP = "purpose, flood, turn, segments"
_END = (
    1 << 63
) - 1  # so that SQLite, which begins with what is equal, begins behind the whole group
_ORDER = f"ORDER BY {_GROUP}, later_messages, lot, id LIMIT 1"
_FIRSTS = f"""
WITH RECURSIVE firsts (id) AS (
    SELECT (SELECT id FROM {_IN_TURN} {_ORDER})
    UNION ALL
    SELECT (SELECT id FROM {_IN_TURN} AND ({_GROUP}, later_messages) > (+f.purpose, +f.flood, +f.turn, +f.segments, {_END})
        {_ORDER})
    FROM firsts JOIN replies f ON f.id = firsts.id
)
SELECT {_COLUMNS}, 0 AS expired FROM firsts JOIN replies r ON r.id = firsts.id {_SENDER}
ORDER BY r.purpose <> 'distress', r.purpose <> 'test', r.flood > 0, r.later_messages, r.lot, r.id
"""


class Turns(Reserving):
    """The daemon's reads and writes on whose turn it is."""

    _resting_until: datetime | None = None  # none of those in turn can leave before

    def anything_to_ask(self, now: datetime) -> bool:
        """Whether a reply is to be looked at, or one of those in turn might leave."""
        return bool(
            self._db.value(
                f"SELECT EXISTS (SELECT 1 FROM {_UNTIL_EXPIRED.format('')} AND r.expires_at <= ?2)"
                f" OR EXISTS (SELECT 1 FROM {_UNTIL_LOOKED_AT.format('')} AND {_LOOK_AT} <= ?2)"
                f" OR (?3 AND EXISTS (SELECT 1 FROM {_IN_TURN}))",
                [self.line, stamp(now), not self.resting(now)],
            )
        )

    def due(self, now: datetime, limit: int = 20) -> list[DueReply]:
        """Return the replies to look at: the expired ones, then those whose time has come, each the oldest first."""
        at = stamp(now)
        rows = self._db.rows(
            f"SELECT {_COLUMNS}, 1 AS expired FROM {_UNTIL_EXPIRED.format(_SENDER)} AND r.expires_at <= ?2"
            " ORDER BY r.expires_at, r.id LIMIT ?3",
            [self.line, at, limit],
        )
        rows += self._db.rows(
            f"SELECT {_COLUMNS}, 0 AS expired FROM {_UNTIL_LOOKED_AT.format(_SENDER)} AND {_LOOK_AT} <= ?2"
            f" AND r.expires_at > ?2 ORDER BY {_LOOK_AT}, r.id LIMIT ?3",
            [self.line, at, limit - len(rows)],
        )
        return [_due(row) for row in rows]

    def any_in_turn(self) -> bool:
        """Whether a reply waits for its turn."""
        return bool(
            self._db.value(f"SELECT EXISTS (SELECT 1 FROM {_IN_TURN})", [self.line])
        )

    def take_turn(self, reply_id: int, reason: str | None) -> None:
        """Put a due reply among those that may leave as soon as `reason`, if any, does not hold them back."""
        with self._writing():
            self._db.run(
                "UPDATE replies SET reason = ?, postponed_until = NULL, turn ="
                " (SELECT iif(told > 0, 'known', 'new') FROM senders WHERE id = sender_id)"
                " WHERE id = ? AND state = 'queued'",
                [reason, reply_id],
            )

    def firsts(self) -> list[DueReply]:
        """Return the first of each group of those in turn, in the order in which they may leave."""
        return [_due(row) for row in self._db.rows(_FIRSTS, [self.line])]

    def hold_back(self, first: DueReply, reason: str) -> int:
        """Say why a whole group waits; write only a change, and return how many rows that was."""
        with self._writing():
            return self._db.run(
                "UPDATE replies SET reason = ? WHERE state = 'queued' AND line = ? AND purpose = ? AND flood = ?"
                " AND turn = ? AND segments = ? AND reason IS NOT ?",
                [reason, self.line, *first.group, reason],
            )

    def postpone(self, reply_id: int, reason: str, until: datetime | None) -> bool:
        """Remember why a due reply waits, and until when it need not be looked at; write only a change."""
        written = None if until is None else stamp(until)
        with self._writing():
            changed = self._db.run(
                "UPDATE replies SET reason = ?, postponed_until = ?, turn = NULL WHERE id = ? AND state = 'queued'"
                " AND (reason IS NOT ? OR postponed_until IS NOT ? OR turn IS NOT NULL)",
                [str(reason), written, reply_id, str(reason), written],
            )
            return bool(changed)

    def rest(self, until: datetime) -> None:
        """Note that none of those in turn can leave before `until`, unless somebody `wake`s them."""
        self._resting_until = until

    def rest_too(self, until: datetime) -> None:
        """Note that one more of those in turn cannot leave before `until`; if the others rest, not for longer."""
        if self._resting_until is not None:
            self._resting_until = min(self._resting_until, until)

    def resting(self, now: datetime) -> bool:
        """Whether it is known that none of those in turn can leave now."""
        return self._resting_until is not None and now < self._resting_until

    def wake(self) -> None:
        """Something changed that may let one of those in turn leave: an order, a flood that is over, another SIM."""
        self._resting_until = None

    def reconsider(self) -> int:
        """Look at every postponed reply again: after a new configuration, a refusal, a step of the clock."""
        self.wake()
        waiting = "state = 'queued' AND turn IS NULL AND line = ? AND postponed_until IS NOT NULL"
        if self._db.value(
            f"SELECT EXISTS (SELECT 1 FROM replies INDEXED BY replies_look WHERE {waiting})",
            [self.line],
        ):
            with self._writing():
                return self._db.run(
                    f"UPDATE replies SET postponed_until = NULL WHERE {waiting}",
                    [self.line],
                )
        return 0

    def next_due(self, now: datetime) -> datetime | None:
        """Return when a reply falls due next, or may leave, after `now`; None if none will.

        That one expires is nothing to wake up for: it does not leave any more.
        """
        row = self._db.row(
            f"SELECT (SELECT min({_LOOK_AT}) FROM {_UNTIL_LOOKED_AT.format('')} AND {_LOOK_AT} > ?2) AS due,"
            f" EXISTS (SELECT 1 FROM {_IN_TURN}) AS in_turn",
            [self.line, stamp(now)],
        )
        assert row is not None
        due = read_or_none(row["due"])
        if not row["in_turn"] or not self.resting(now):
            return due
        return min(filter(None, (due, self._resting_until)))


def _due(row: sqlite3.Row) -> DueReply:
    purpose = Purpose(row["purpose"])
    return DueReply(
        id=row["id"],
        message_id=row["message_id"],
        queued=Queued(
            sender=row["address"] or "",
            purpose=purpose,
            segments=row["segments"],
            due_at=read(row["due_at"]),
            expires_at=read(row["expires_at"]),
            approved=row["approved_at"] is not None,
        ),
        text=row["text"] or "",
        purpose=purpose,
        attempts=row["attempts"],
        reason=row["reason"],
        later_messages=row["later_messages"],
        expired=bool(row["expired"]),
        group=(purpose.value, row["flood"], row["turn"], row["segments"]),
    )

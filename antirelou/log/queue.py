"""The queue of replies: which are due, in what order, and what takes them out of it.

Among due replies those to what came outside a flood go first, of these the quietest sender's, then it is by lot. Whether one may leave is asked of the policy, with
what `reserve.py` counts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.log.facts import DueReply, State
from antirelou.log.reserve import Reserving
from antirelou.log.search import expression
from antirelou.log.times import read, read_or_none, stamp
from antirelou.policy.facts import NeverReason, Purpose, Queued

_QUEUED = (
    "FROM replies r INDEXED BY replies_queued JOIN senders s ON s.id = r.sender_id"
)
_COLUMNS = """r.id, r.message_id, s.address, r.text, r.purpose, r.segments, r.due_at, r.expires_at, r.approved_at,
    r.attempts, r.reason, r.later_messages"""
_NOT_BEFORE = (
    "max(due_at, coalesce(postponed_until, ''), coalesce(next_attempt_at, ''))"
)
_IN_FLOOD = (
    "(SELECT coalesce(m.flood, 0) > 0 FROM messages m WHERE m.id = r.message_id)"
)


class Queue(Reserving):
    """The daemon's reads and writes on replies that have not left."""

    def due(
        self,
        now: datetime,
        limit: int = 20,
        *,
        purposes: Collection[Purpose] = tuple(Purpose),
    ) -> list[DueReply]:
        """Return the expired replies, then those of these purposes that are due.

        Whoever cries for help goes first, then the operator's tests, then who did not write in a flood, then the
        quietest sender, then by lot.
        """
        at = stamp(now)
        wanted = [purpose.value for purpose in purposes]
        marks = ", ".join("?" * len(wanted))
        expired = self._db.rows(
            f"SELECT {_COLUMNS}, 1 AS expired {_QUEUED} WHERE r.state = 'queued' AND r.line = ? AND r.expires_at <= ?"
            " ORDER BY r.expires_at, r.id LIMIT ?",
            [self.line, at, limit],
        )
        if not wanted:  # SQLite finds no plan for an empty IN ()
            return [_due(row) for row in expired]
        ready = self._db.rows(
            f"SELECT {_COLUMNS}, 0 AS expired {_QUEUED} WHERE r.state = 'queued' AND r.line = ? AND r.due_at <= ?"
            f" AND {_NOT_BEFORE} <= ? AND r.expires_at > ? AND r.purpose IN ({marks})"
            f" ORDER BY r.purpose <> 'distress', r.purpose <> 'test', {_IN_FLOOD}, r.later_messages, r.lot, r.id LIMIT ?",
            [self.line, at, at, at, *wanted, limit - len(expired)],
        )
        return [_due(row) for row in expired + ready]

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next reply becomes due or expires after `now`, None if none will."""
        at = stamp(now)
        found = self._db.value(
            f"SELECT min(CASE WHEN {_NOT_BEFORE} > ? THEN min({_NOT_BEFORE}, expires_at) ELSE expires_at END)"
            " FROM replies INDEXED BY replies_queued WHERE state = 'queued' AND line = ? AND expires_at > ?",
            [at, self.line, at],
        )
        return read_or_none(found)

    def drop_reply(self, reply_id: int, reason: str, moment: Moment) -> None:
        """Take one reply out of the queue for good."""
        with self._writing():
            self._drop("id = ?", [reply_id], reason, moment)

    def postpone(self, reply_id: int, reason: str, until: datetime | None) -> bool:
        """Remember why a due reply waits, and until when it need not be looked at; write only a change."""
        written = None if until is None else stamp(until)
        with self._writing():
            changed = self._db.run(
                "UPDATE replies SET reason = ?, postponed_until = ? WHERE id = ? AND state = 'queued'"
                " AND (reason IS NOT ? OR postponed_until IS NOT ?)",
                [str(reason), written, reply_id, str(reason), written],
            )
            return bool(changed)

    def postpone_due(
        self, purpose: Purpose, reason: str, until: datetime | None, now: datetime
    ) -> int:
        """`postpone` for every due reply of one purpose, where what one waits for holds back all of them."""
        written = None if until is None else stamp(until)
        with self._writing():
            return self._db.run(
                "UPDATE replies SET reason = ?, postponed_until = ? WHERE state = 'queued' AND line = ? AND due_at <= ?"
                " AND purpose = ? AND (reason IS NOT ? OR postponed_until IS NOT ?)",
                [
                    str(reason),
                    written,
                    self.line,
                    stamp(now),
                    purpose.value,
                    str(reason),
                    written,
                ],
            )

    def reconsider(self) -> int:
        """Look at every postponed reply again: after a new configuration, an order, a step of the clock."""
        if self._db.value(
            "SELECT EXISTS (SELECT 1 FROM replies INDEXED BY replies_queued"
            " WHERE state = 'queued' AND line = ? AND postponed_until IS NOT NULL)",
            [self.line],
        ):
            with self._writing():
                return self._db.run(
                    "UPDATE replies SET postponed_until = NULL"
                    " WHERE state = 'queued' AND line = ? AND postponed_until IS NOT NULL",
                    [self.line],
                )
        return 0

    # The operator, and the texters

    def opt_out(
        self, sender: str, moment: Moment, *, alphanumeric: bool = False
    ) -> int:
        """Remember, for ever, that a sender wants no text; drop what is queued for it, and return how many."""
        with self._writing():
            sender_id = self._sender_id(sender, moment, alphanumeric)
            return self._refuse(
                sender_id, "opted_out_at", NeverReason.OPTED_OUT, moment
            )

    def block(self, address: str, moment: Moment) -> int:
        """Remember that the operator wants no reply to a number; drop what is queued for it, and return how many."""
        with self._writing():
            return self._refuse(
                self._sender_id(address, moment),
                "blocked_at",
                NeverReason.BLOCKED,
                moment,
            )

    def unblock(self, address: str, moment: Moment) -> bool:
        """Undo `block`; an opt-out stays. Return whether the number was blocked."""
        with self._writing():
            sender_id = self._known_sender(address)
            blocked = self._db.run(
                "UPDATE senders SET blocked_at = NULL WHERE id = ? AND blocked_at IS NOT NULL",
                [sender_id],
            )
            if blocked and sender_id is not None:
                self._chain("sender.state", sender_id, moment.at)
            return bool(blocked)

    def drop(
        self,
        moment: Moment,
        *,
        reply_ids: Sequence[int] = (),
        sender: str | None = None,
        search: str | None = None,
        everything: bool = False,
    ) -> int:
        """Drop queued replies of this line by id, by recipient, by a word in the message, or all; return how many."""
        with self._writing():
            return sum(
                self._drop(
                    f"line = ? AND {which}",
                    [self.line, *values],
                    NeverReason.DROPPED,
                    moment,
                )
                for which, values in self._chosen(reply_ids, sender, search, everything)
            )

    def drop_lessons(self, sender: str, reason: str, moment: Moment) -> int:
        """Drop the lessons that wait for this number on any line; return how many."""
        with self._writing():
            found = self._known_sender(sender)
            return self._drop(
                "sender_id = ? AND purpose = 'lesson'", [found or 0], reason, moment
            )

    def approve(
        self,
        moment: Moment,
        *,
        reply_ids: Sequence[int] = (),
        sender: str | None = None,
        search: str | None = None,
        everything: bool = False,
    ) -> int:
        """Let queued replies of this line go that wait for approval, chosen as in `drop`; return how many."""
        approved = 0
        with self._writing():
            for which, values in self._chosen(reply_ids, sender, search, everything):
                for row in self._db.rows(
                    f"SELECT id FROM replies WHERE state = 'queued' AND approved_at IS NULL AND line = ? AND {which}",
                    [self.line, *values],
                ):
                    self._db.run(
                        "UPDATE replies SET approved_at = ?, postponed_until = NULL WHERE id = ?",
                        [stamp(moment.at), row["id"]],
                    )
                    self._chain("reply.state", row["id"], moment.at)
                    approved += 1
        return approved

    # The clock

    def shift_queued(self, boot_id: str, by: timedelta, moment: Moment) -> int:
        """Move this boot's queued replies with the wall clock that stepped; return how many."""
        with self._writing():
            return self._shift("boot_id = ?", [boot_id], by, moment)

    def forgive_clock(self, moment: Moment) -> None:
        """Declare times later than now wrong (`resume --clock`).

        What counts in the limits counts as of now (in doubt silence, but not for years); what is queued is due after
        the delay that it was queued with.
        """
        now = stamp(moment.at)
        with self._writing():
            self._db.run(
                "UPDATE messages SET clock_wrong = 1 WHERE line IN (SELECT line FROM lines) AND received_at > ?",
                [now],
            )
            self._db.run(
                "UPDATE lines SET updated_at = ? WHERE updated_at > ?", [now, now]
            )
            for name in ("began_at", "hot_at", "ended_at"):
                self._db.run(
                    f"UPDATE floods SET {name} = ? WHERE line = ? AND {name} > ?",
                    [now, self.line, now],
                )
            for table, kind in (
                ("replies", "reply.state"),
                ("submits", "submit.state"),
            ):
                for row in self._db.rows(
                    f"SELECT id FROM {table} WHERE line = ? AND counted_at > ?",
                    [self.line, now],
                ):
                    self._db.run(
                        f"UPDATE {table} SET counted_at = ? WHERE id = ?",
                        [now, row["id"]],
                    )
                    self._chain(kind, row["id"], moment.at)
            for row in self._db.rows(
                "SELECT DISTINCT queued_at FROM replies WHERE state = 'queued' AND line = ? AND queued_at > ?",
                [self.line, now],
            ):
                self._shift(
                    "queued_at = ?",
                    [row["queued_at"]],
                    moment.at - read(row["queued_at"]),
                    moment,
                )

    # Inside

    def _refuse(
        self, sender_id: int | None, column: str, reason: NeverReason, moment: Moment
    ) -> int:
        if sender_id is None:
            return 0
        if self._db.run(
            f"UPDATE senders SET {column} = ? WHERE id = ? AND {column} IS NULL",
            [stamp(moment.at), sender_id],
        ):
            self._chain("sender.state", sender_id, moment.at)
        return self._drop(
            "sender_id = ? AND state IN ('queued', 'submitting')",
            [sender_id],
            reason,
            moment,
        )

    def _chosen(
        self,
        reply_ids: Sequence[int],
        sender: str | None,
        search: str | None,
        everything: bool,
    ) -> list[tuple[str, list[str | int]]]:
        chosen: list[tuple[str, list[str | int]]] = [
            ("id = ?", [reply]) for reply in reply_ids
        ]
        if sender is not None:
            chosen.append(("sender_id = ?", [self._known_sender(sender) or 0]))
        if search is not None:
            which = "message_id IN (SELECT rowid FROM messages_text WHERE messages_text MATCH ?)"
            chosen.append((which, [expression(search)]))
        if everything:
            chosen.append(("1", []))
        return chosen

    def _drop(
        self, which: str, values: Sequence[str | int], reason: str, moment: Moment
    ) -> int:
        rows = self._db.rows(
            f"SELECT id FROM replies WHERE state = 'queued' AND {which}", values
        )
        for row in rows:
            self._db.run(
                "UPDATE replies SET state = ?, reason = ?, ended_at = ? WHERE id = ?",
                [State.DROPPED.value, str(reason), stamp(moment.at), row["id"]],
            )
            self._chain("reply.state", row["id"], moment.at)
        return len(rows)

    def _shift(
        self, which: str, values: Sequence[str], by: timedelta, moment: Moment
    ) -> int:
        rows = self._db.rows(
            f"SELECT * FROM replies WHERE state = 'queued' AND line = ? AND {which}",
            [self.line, *values],
        )
        for row in rows:
            moved = [
                row[name] and stamp(read(row[name]) + by)
                for name in ("due_at", "expires_at", "next_attempt_at")
            ]
            self._db.run(
                "UPDATE replies SET due_at = ?, expires_at = ?, next_attempt_at = ?, postponed_until = NULL"
                " WHERE id = ?",
                [*moved, row["id"]],
            )
            self._chain("reply.state", row["id"], moment.at)
        return len(rows)


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
    )

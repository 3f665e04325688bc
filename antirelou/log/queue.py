"""The queue of replies: what takes them out of it, and what moves them within it.

Which of them are due and whose turn it is stands in `turns.py`; whether one may leave is asked of the policy, with
what `reserve.py` counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from antirelou.clock import Moment
from antirelou.log.facts import State
from antirelou.log.search import expression
from antirelou.log.times import read, stamp
from antirelou.log.turns import Turns
from antirelou.policy.facts import NeverReason


class Queue(Turns):
    """The daemon's reads and writes on replies that have not left."""

    def drop_reply(self, reply_id: int, reason: str, moment: Moment) -> None:
        """Take one reply out of the queue for good."""
        with self._writing():
            self._drop("id = ?", [reply_id], reason, moment)

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
                "SELECT DISTINCT queued_at FROM replies WHERE ended_at IS NULL AND state = 'queued' AND line = ?"
                " AND queued_at > ?",
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
            chosen.append(("ended_at IS NULL", []))
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
            f"SELECT * FROM replies WHERE ended_at IS NULL AND state = 'queued' AND line = ? AND {which}",
            [self.line, *values],
        )
        self.wake()
        for row in rows:
            moved = [
                row[name] and stamp(read(row[name]) + by)
                for name in ("due_at", "expires_at", "next_attempt_at")
            ]
            self._db.run(
                "UPDATE replies SET due_at = ?, expires_at = ?, next_attempt_at = ?, postponed_until = NULL,"
                " turn = NULL WHERE id = ?",
                [*moved, row["id"]],
            )
            self._chain("reply.state", row["id"], moment.at)
        return len(rows)

"""Deciding: which messages wait for it, what the policy must know of them, and what it decided.

Every fact is counted from rows. A message gets one decision, with the reply it plans, in one transaction; a hold is
written only when it changes, and is looked at again only when its cause has gone.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.log import callers, chain
from antirelou.log.facts import Message, State
from antirelou.log.floods import Floods
from antirelou.log.key import Domain
from antirelou.log.session import boot_ms, clean
from antirelou.log.times import read, read_or_none, stamp
from antirelou.log.windows import (
    CAMPAIGN_WITHIN,
    LOOP_WITHIN,
    SAME_TEXT_WITHIN,
    TESTS_WITHIN,
)
from antirelou.policy.decide import CAMPAIGN_SENDERS
from antirelou.policy.facts import Decision, History, HoldReason, Kind, Planned, Purpose
from antirelou.policy.words import CAMPAIGN_LENGTH

RIPE_AFTER = timedelta(
    minutes=10
)  # after its newest segment an incomplete message is decided as it is
COUNTING_OR_NOT = "(flood_counts IS NOT NULL) IN (0, 1)"  # for the index on a sender's messages, which is by that too
_ENOUGH = 20  # counting further changes no decision
_MANY = (
    100  # numbers that ever sent one long text: it is a pasted one, whenever they did
)

_COLUMNS = """m.id, m.kind, s.address, m.alphanumeric, m.text, m.received_at, m.service_centre_time, m.segments,
    m.segments_expected, m.complete, m.hold, m.sender_id"""
_WAITING = f"""SELECT {_COLUMNS} FROM messages m INDEXED BY messages_undecided LEFT JOIN senders s ON s.id = m.sender_id
    WHERE m.reason IS NULL AND m.line = ?"""
_RIPE = """m.complete = 0 AND m.hold IS NULL AND CASE m.newest_boot_id WHEN ? THEN m.newest_boot_ms <= ?
    ELSE m.newest_at <= ? END"""


class Deciding(Floods):
    """The daemon's reads and writes on deciding."""

    def undecided(self, moment: Moment, limit: int = 200) -> list[Message]:
        """Return messages that can be decided now, oldest first; the rest with the next call.

        They are the complete ones, those without a new segment for ten minutes (by the boot clock, where the boot is
        the same), and those whose hold no longer applies.
        """
        ripe = (
            moment.boot_id,
            boot_ms(moment) - _ms(RIPE_AFTER),
            stamp(moment.at - RIPE_AFTER),
        )
        found = self._db.rows(
            f"{_WAITING} AND m.complete = 1 AND m.hold IS NULL ORDER BY m.id LIMIT ?",
            [self.line, limit],
        )
        found += self._db.rows(
            f"{_WAITING} AND {_RIPE} ORDER BY m.id LIMIT ?", [self.line, *ripe, limit]
        )
        for reason in self._lifted(moment.at) if self._any_held() else ():
            for complete in (0, 1):
                found += self._db.rows(
                    f"{_WAITING} AND m.complete = ? AND m.hold = ? ORDER BY m.id LIMIT ?",
                    [self.line, complete, reason, limit],
                )
        return sorted((_message(row) for row in found), key=lambda message: message.id)[
            :limit
        ]

    def next_ripe(self, moment: Moment) -> float | None:
        """Return the seconds until `undecided` has something, 0 if it has now, None while nothing waits."""
        row = self._db.row(
            "SELECT min(complete = 0) AS incomplete, min(CASE WHEN newest_boot_id = ? THEN newest_boot_ms END) AS boot,"
            " min(CASE WHEN newest_boot_id <> ? THEN newest_at END) AS at"
            " FROM messages INDEXED BY messages_undecided"
            " WHERE reason IS NULL AND line = ? AND complete IN (0, 1) AND hold IS NULL",
            [moment.boot_id, moment.boot_id, self.line],
        )
        assert row is not None
        if row["incomplete"] == 0 or (
            self._any_held() and self.undecided(moment, limit=1)
        ):
            return 0.0
        waits: list[float] = []
        if row["boot"] is not None:
            waits.append((row["boot"] + _ms(RIPE_AFTER) - boot_ms(moment)) / 1000)
        if row["at"] is not None:
            newest = read(row["at"])
            waits.append((newest + RIPE_AFTER - moment.at).total_seconds())
        return max(0.0, min(waits)) if waits else None

    def history(
        self, message: Message, now: datetime, *, normalised: str = ""
    ) -> History:
        """Return what the log knows of a message's sender and line. `normalised`: the text as `decide` will keep it."""
        sender = self._sender_row(message.sender_id)
        key = self._text_key(normalised)
        return History(
            first_start=self.first_start(),
            told=sender["told"] if sender else 0,
            last_told_at=read_or_none(sender["last_told_at"]) if sender else None,
            queued=self._has_open_reply(message.sender_id),
            blocked=bool(sender and sender["blocked_at"]),
            opted_out=bool(sender and sender["opted_out_at"]),
            distress_told=bool(sender and sender["distress_told"]),
            distress_queued=self._has_open_reply(message.sender_id, Purpose.DISTRESS),
            caller_insists=callers.insists(self._db, message),
            tests_today=self._tests(message.sender_id, now),
            same_text_in_hour=self._same_text(message, key),
            since_reply_in_five_minutes=self._since_reply(message, sender),
            campaign_senders=self._campaign_senders(
                message.sender_id, message.received_at, key, len(normalised)
            ),
            paused=self.paused(),
            clock_behind=self.clock_behind(now),
            new_sim=self.new_sim(),
        )

    def decide(
        self,
        message_id: int,
        decision: Decision,
        segments: int,
        moment: Moment,
        *,
        normalised: str = "",
    ) -> int | None:
        """Write the one decision on a message and queue its reply, of `segments` segments; return the reply's id."""
        with self._writing():
            decided = self._db.run(
                "UPDATE messages SET reason = ?, decided_at = ?, hold = NULL, text_key = ?"
                " WHERE id = ? AND reason IS NULL",
                [
                    str(decision.reason),
                    stamp(moment.at),
                    self._text_key(normalised),
                    message_id,
                ],
            )
            if not decided:
                raise LookupError(f"there is no undecided message {message_id}")
            self._chain("decision", message_id, moment.at)
            if decision.reply is None:
                return None
            return self._queue(message_id, decision.reply, segments, moment)

    def hold(self, message_id: int, reason: str) -> bool:
        """Remember why a message has no decision yet; write only a change, and return whether it was one."""
        with self._writing():
            changed = self._db.run(
                "UPDATE messages SET hold = ? WHERE id = ? AND reason IS NULL AND hold IS NOT ?",
                [str(reason), message_id, str(reason)],
            )
            return bool(changed)

    # Reading

    def _any_held(self) -> bool:
        return bool(
            self._db.value(
                "SELECT EXISTS (SELECT 1 FROM messages INDEXED BY messages_undecided"
                " WHERE reason IS NULL AND line = ? AND complete IN (0, 1) AND hold IS NOT NULL)",
                [self.line],
            )
        )

    def _lifted(self, now: datetime) -> list[str]:
        """The reasons of holds that hold nobody any more."""
        holding = {
            HoldReason.PAUSED: self.paused(),
            HoldReason.CLOCK_BEHIND: self.clock_behind(now),
            HoldReason.NEW_SIM: self.new_sim(),
        }
        return [reason.value for reason, holds in holding.items() if not holds]

    def _sender_row(self, sender_id: int | None) -> sqlite3.Row | None:
        return self._db.row("SELECT * FROM senders WHERE id = ?", [sender_id])

    def _has_open_reply(self, sender_id: int | None, *purposes: Purpose) -> bool:
        """Whether a reply of one of these purposes (of any, if none is named) is queued or leaving."""
        wanted = [purpose.value for purpose in purposes or Purpose]
        marks = ", ".join("?" * len(wanted))
        return bool(
            self._db.value(
                "SELECT EXISTS (SELECT 1 FROM replies WHERE sender_id = ? AND state IN ('queued', 'submitting')"
                f" AND purpose IN ({marks}))",
                [sender_id, *wanted],
            )
        )

    def _tests(self, sender_id: int | None, now: datetime) -> int:
        found: int = self._db.value(
            "SELECT count(*) FROM replies WHERE sender_id = ? AND queued_at > ? AND purpose = ?"
            " AND state IN ('queued', 'submitting', 'submitted', 'partial', 'unknown')",
            [sender_id, stamp(now - TESTS_WITHIN), Purpose.TEST.value],
        )
        return found

    def _same_text(self, message: Message, key: bytes | None) -> int:
        if key is None or message.sender_id is None:
            return 0
        since, until = message.received_at - SAME_TEXT_WITHIN, message.received_at
        others: int = self._db.value(
            "SELECT count(*) FROM (SELECT 1 FROM messages INDEXED BY messages_text_key WHERE text_key = ?"
            " AND sender_id = ? AND received_at > ? AND received_at <= ? AND id <> ? LIMIT ?)",
            [key, message.sender_id, stamp(since), stamp(until), message.id, _ENOUGH],
        )
        return others + 1

    def _since_reply(self, message: Message, sender: sqlite3.Row | None) -> int:
        """How many messages came in the five minutes after the last text left for this sender, this one included."""
        if sender is None or sender["last_told_at"] is None:
            return 0
        left = read(sender["last_told_at"])
        if not left < message.received_at <= left + LOOP_WITHIN:
            return 0
        found: int = self._db.value(
            "SELECT count(*) FROM (SELECT 1 FROM messages INDEXED BY messages_sender WHERE sender_id = ?"
            f" AND {COUNTING_OR_NOT} AND received_at > ? AND received_at <= ? AND kind <> 'status_report' LIMIT ?)",
            [message.sender_id, stamp(left), stamp(left + LOOP_WITHIN), _ENOUGH],
        )
        return found

    def _campaign_senders(
        self,
        sender_id: int | None,
        received_at: datetime,
        key: bytes | None,
        length: int,
    ) -> int:
        """How many numbers (of 3) sent this text from a day before on, this one included; 0 if it is too short.

        One look a number, however often it sent it.
        """
        if key is None or length < CAMPAIGN_LENGTH:
            return 0
        since, numbers, before = stamp(received_at - CAMPAIGN_WITHIN), 1, 1 << 62
        for _ in range(_MANY):
            row = self._db.row(
                "SELECT sender_id, received_at FROM messages INDEXED BY messages_text_key WHERE text_key = ?"
                " AND sender_id < ? ORDER BY sender_id DESC, received_at DESC LIMIT 1",
                [key, before],
            )
            if row is None:
                return numbers
            before = row["sender_id"]
            numbers += before != sender_id and row["received_at"] > since
            if numbers >= CAMPAIGN_SENDERS:
                break
        return CAMPAIGN_SENDERS

    def _text_key(self, normalised: str) -> bytes | None:
        return self._key.hmac(Domain.TEXT, normalised) if normalised else None

    # Writing

    def _queue(
        self, message_id: int, planned: Planned, segments: int, moment: Moment
    ) -> int:
        answered = self._db.row(
            "SELECT m.sender_id, m.flood, s.address FROM messages m JOIN senders s ON s.id = m.sender_id WHERE m.id = ?",
            [message_id],
        )
        if answered is None:
            raise ValueError(f"message {message_id} has no sender to reply to")
        due = stamp(planned.due_at)
        reply = self._db.insert(
            "INSERT INTO replies (line, message_id, sender_id, purpose, text, segments, state, queued_at, boot_id,"
            " due_at, expires_at, lot, flood, nonce) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                *(
                    self.line,
                    message_id,
                    answered["sender_id"],
                    planned.purpose.value,
                    clean(planned.text),
                    segments,
                ),
                *(
                    State.QUEUED.value,
                    stamp(moment.at),
                    moment.boot_id,
                    due,
                    stamp(planned.expires_at),
                ),
                *(
                    self._key.hmac(Domain.LOT, due[:10], answered["address"]),
                    answered["flood"],
                    chain.nonce(),
                ),
            ],
        )
        self._chain("reply", reply, moment.at)
        self._chain("reply.state", reply, moment.at)
        return reply


def _message(row: sqlite3.Row) -> Message:
    return Message(
        id=row["id"],
        kind=Kind(row["kind"]),
        sender=row["address"] or "",
        alphanumeric=bool(row["alphanumeric"]),
        text=row["text"] or "",
        received_at=read(row["received_at"]),
        service_centre_time=read_or_none(row["service_centre_time"]),
        segments=row["segments"],
        segments_expected=row["segments_expected"],
        complete=bool(row["complete"]),
        hold=row["hold"],
        sender_id=row["sender_id"],
    )


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)

"""Floods: when one is on, since when, and what it has cost, all derived from what arrived.

A text or a call counts if its sender could still get a text and has not counted `flood.per_sender` times within
`flood.window` already; so nobody makes a flood alone. Those that count are numbered per line: a flood is on while the
one that came `flood.messages` before the newest is no older than the window, and lasts until `flood.quiet` after the
last one of which that was true. Its row and its events are written with the messages that make it: a restart changes
nothing. Times are those of arrival.

Knows nothing of what a flood forbids: that is the policy's.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.language import _, plural
from antirelou.log.facts import FloodOn
from antirelou.log.figures import figures
from antirelou.log.line import Condition
from antirelou.log.times import read, stamp
from antirelou.policy.decide import BEFORE_SERVICE
from antirelou.policy.facts import Kind

_COUNTING = (Kind.TEXT, Kind.CALL)
NO_ARRIVALS = (Kind.STATUS_REPORT, Kind.SELF_TEST)  # nobody sent them


class Floods(Condition):
    """The daemon's reads and writes about floods of its line."""

    def flood(self, now: datetime) -> FloodOn | None:
        """Return the flood that is on, None if there is none."""
        newest = self._newest_flood()
        return newest if newest is not None and now < newest.until else None

    def end_flood(self, moment: Moment) -> bool:
        """End the flood that has been quiet for long enough, which is an event; return whether there was one."""
        newest = self._newest_flood()
        if newest is None or moment.at < newest.until:
            return False
        with self._writing():
            self._end_flood(newest, moment)
        return True

    # Inside

    def _newest_flood(self) -> FloodOn | None:
        """The newest flood, unless its end is written already."""
        row = self._db.row(
            "SELECT * FROM floods WHERE line = ? ORDER BY id DESC LIMIT 1", [self.line]
        )
        if row is None or row["ended_at"] is not None:
            return None
        # A flood cannot be over while the messages that began it would begin the next one.
        quiet = max(self.settings.flood.quiet, self.settings.flood.window)
        return FloodOn(row["id"], read(row["began_at"]), read(row["hot_at"]) + quiet)

    def _arrival(
        self, kind: str, sender_id: int | None, sent_at: datetime | None, moment: Moment
    ) -> tuple[FloodOn | None, int | None]:
        """The flood that a stranger's new message comes in, and the message's number if it counts for one."""
        on = self._newest_flood()
        if on is not None and moment.at >= on.until:
            self._end_flood(on, moment)
            on = None
        number = None
        if (
            kind in _COUNTING
            and self._may_count(sender_id, moment)
            and not self._was_before_service(sent_at, moment)
        ):
            number = self._newest_number() + 1
        return on, number

    def _counted(self, number: int, on: FloodOn | None, moment: Moment) -> None:
        """A message that counts was written: it begins a flood, prolongs the one that is on, or neither."""
        oldest = number - self.settings.flood.messages + 1
        came = self._db.value(
            "SELECT received_at FROM messages INDEXED BY messages_counting WHERE line = ? AND flood_counts = ?",
            [self.line, oldest],
        )
        window = (
            self.settings.flood.window
        )  # what lies far ahead was written by a clock that was wrong
        if came is None or not stamp(moment.at - window) <= came <= stamp(
            moment.at + window
        ):
            return
        if on is None:
            self._begin_flood(oldest, moment)
        else:
            self._db.run(
                "UPDATE floods SET hot_at = ? WHERE id = ?", [stamp(moment.at), on.id]
            )

    def _begin_flood(self, oldest: int, moment: Moment) -> None:
        """Begin a flood with what counts from `oldest` on, and the replies that wait for that."""
        those = "line = ? AND flood_counts >= ?"
        first = self._db.row(
            f"SELECT min(id) AS id, min(received_at) AS began_at FROM messages WHERE {those} AND flood = 0",
            [self.line, oldest],
        )
        assert first is not None  # the newest message is in no flood
        flood = first["id"]
        self._db.run(
            "INSERT INTO floods (id, line, began_at, hot_at) VALUES (?, ?, ?, ?)",
            [flood, self.line, first["began_at"], stamp(moment.at)],
        )
        self._db.run(
            f"UPDATE messages SET flood = ? WHERE {those} AND flood = 0",
            [flood, self.line, oldest],
        )
        self._db.run(
            "UPDATE replies SET flood = ? WHERE flood = 0 AND message_id IN"
            f" (SELECT id FROM messages WHERE {those} AND flood = ?)",
            [flood, self.line, oldest, flood],
        )
        found, limits = figures(self._db, flood), self.settings.flood
        sentence = _(
            "A flood began: {messages:,} messages from {numbers:,} numbers within "
            "{span}. While it lasts at most {replies_per_hour} replies an hour leave, to at "
            "most {recipients} numbers in all. See antirelou status; antirelou pause stops all replies.",
            messages=found["messages"],
            numbers=found["numbers"],
            span=_span(limits.window),
            replies_per_hour=limits.replies_per_hour,
            recipients=limits.recipients,
        )
        self.event(
            "flood_began", sentence, moment, repeat_key=f"flood {flood}", data=found
        )

    def _end_flood(self, flood: FloodOn, moment: Moment) -> None:
        self._db.run(
            "UPDATE floods SET ended_at = ? WHERE id = ?",
            [stamp(flood.until), flood.id],
        )
        found, began = (
            figures(self._db, flood.id),
            flood.began_at.astimezone(self.settings.reply.time_zone),
        )
        sentence = _(
            "The flood of {began:%d %b %H:%M} is over: {messages:,} messages, {texts:,} different "
            "texts, from {numbers:,} numbers; {recipients:,} numbers got a reply.",
            began=began,
            messages=found["messages"],
            texts=found["texts"],
            numbers=found["numbers"],
            recipients=found["recipients"],
        )
        self.event(
            "flood_ended", sentence, moment, repeat_key=f"flood {flood.id}", data=found
        )

    def _may_count(self, sender_id: int | None, moment: Moment) -> bool:
        """Whether the sender could still get a text, and has not counted too often yet; the withheld are one sender."""
        if sender_id is not None and not self._db.value(
            "SELECT told = 0 AND blocked_at IS NULL AND opted_out_at IS NULL FROM senders WHERE id = ?",
            [sender_id],
        ):
            return False
        flood = self.settings.flood
        counted: int = self._db.value(
            "SELECT count(*) FROM (SELECT 1 FROM messages INDEXED BY messages_sender WHERE sender_id IS ?"
            " AND line = ? AND (flood_counts IS NOT NULL) = 1 AND received_at BETWEEN ? AND ? LIMIT ?)",
            [
                *(
                    sender_id,
                    self.line,
                    stamp(moment.at - flood.window),
                    stamp(moment.at + flood.window),
                ),
                flood.per_sender,
            ],
        )
        return counted < flood.per_sender

    def _was_before_service(self, sent_at: datetime | None, moment: Moment) -> bool:
        """Whether it was on the SIM before the line was: the old texts of a card are no flood."""
        if sent_at is None or moment.at - sent_at <= BEFORE_SERVICE:
            return False
        return sent_at < self.first_start() - BEFORE_SERVICE

    def _newest_number(self) -> int:
        number: int = self._db.value(
            "SELECT coalesce(max(flood_counts), 0) FROM messages INDEXED BY messages_counting"
            " WHERE line = ? AND flood_counts IS NOT NULL",
            [self.line],
        )
        return number


def _span(span: timedelta) -> str:
    minutes = span // timedelta(minutes=1)
    return (
        plural(minutes, "minute")
        if span == timedelta(minutes=minutes)
        else _("{span:g} seconds", span=span.total_seconds())
    )

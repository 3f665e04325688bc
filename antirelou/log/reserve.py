"""What a release rests on: what is used of the limits, what became of the recipient, what the others did meanwhile.

Counted from rows, inside the transaction that marks the submit (P4): a row counts from the mark on, also one whose
time is ahead of the clock. What a question costs does not grow with the log, nor with the flood; what all replies of
the line have in common is read once a transaction, since nothing but a mark changes it.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import TypedDict

from antirelou.log.deciding import COUNTING_OR_NOT, Deciding
from antirelou.log.figures import TO_STRANGERS, cost
from antirelou.log.floods import NO_ARRIVALS
from antirelou.log.times import read, read_or_none, stamp
from antirelou.policy.breaker import LOOKED_AT, Answer, breaker_until
from antirelou.policy.facts import Reserve
from antirelou.policy.words import normalise

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_TICK = timedelta(milliseconds=1)  # in which times are kept

_SENT_AT = "coalesce(service_centre_utc, received_at)"
_NOBODYS = ", ".join(f"'{kind}'" for kind in NO_ARRIVALS)


class Common(TypedDict):
    """The fields of `Reserve` that are the same for every reply of the line; of the recipients all are counted."""

    segments_hour: int
    oldest_in_hour: datetime | None
    segments_day: int
    oldest_in_day: datetime | None
    recipients_day: int
    recipients_month: int
    memory_gap_until: datetime | None
    paused: bool
    clock_behind: bool
    new_sim: bool
    breaker_until: datetime | None


class FloodCost(TypedDict, total=False):
    """The fields of `Reserve` that speak of a flood; empty if there is none."""

    in_flood: bool
    flood_recipients: int
    recipient_in_flood: bool
    flood_replies_hour: int
    oldest_in_flood_hour: datetime | None


class Reserving(Deciding):
    """The daemon's reads on a reply that is due."""

    def reserve(
        self,
        reply_id: int,
        now: datetime,
        *,
        month_start: datetime,
        disk_low: bool = False,
    ) -> Reserve:
        """Return what is used of the limits, and what became of the recipient; call it in the transaction that marks."""
        sender = self._db.row(
            "SELECT s.*, r.message_id FROM replies r JOIN senders s ON s.id = r.sender_id WHERE r.id = ?",
            [reply_id],
        )
        if sender is None:
            raise LookupError(f"there is no reply {reply_id} with a recipient")
        common = self._common(now, month_start)
        counted_at = self._counted_at(sender["id"])
        in_day = counted_at > stamp(now - DAY)
        in_month = counted_at > stamp(month_start - _TICK)
        answered = self._db.row(
            "SELECT * FROM messages WHERE id = ?", [sender["message_id"]]
        )
        common["recipients_day"] -= in_day
        common["recipients_month"] -= in_month
        return Reserve(
            **common,
            recipient_in_day=in_day,
            recipient_in_month=in_month,
            told=sender["told"] + self._self_tests(sender["id"]),
            distress_told=bool(sender["distress_told"]),
            blocked=sender["blocked_at"] is not None,
            opted_out=sender["opted_out_at"] is not None,
            disk_low=disk_low,
            messages_since=self._messages_since(answered) if answered else 0,
            campaign_senders=self._pasted_by(answered) if answered else 0,
            **self._flood_cost(answered["flood"] if answered else 0, sender["id"], now),
        )

    def breaker_until(self, now: datetime) -> datetime | None:
        """Until when the network's newest refusals hold replies; None if they do not, or did until before."""
        return breaker_until(self._answers(), now)

    # Inside

    def _common(self, now: datetime, month_start: datetime) -> Common:
        """A copy of what holds for every reply, from this transaction if it was read in it."""
        asked, common = self._db.read_before.get("common") or (None, None)
        if common is None or asked != (now, month_start):
            hour, oldest_in_hour = self._segments(now - HOUR)
            day, oldest_in_day = self._segments(now - DAY)
            common = Common(
                segments_hour=hour,
                oldest_in_hour=oldest_in_hour,
                segments_day=day,
                oldest_in_day=oldest_in_day,
                recipients_day=self._recipients(now - DAY),
                recipients_month=self._recipients(month_start - _TICK),
                memory_gap_until=self.memory_gap(),
                paused=self.paused(),
                clock_behind=self.clock_behind(now),
                new_sim=self.new_sim(),
                breaker_until=self.breaker_until(now),
            )
            self._db.keep("common", ((now, month_start), common))
        return common.copy()

    def _segments(self, since: datetime) -> tuple[int, datetime | None]:
        """How many segments count since then, that moment itself excluded, and the oldest of them."""
        row = self._db.row(
            "SELECT count(*) AS segments, min(counted_at) AS oldest FROM submits INDEXED BY submits_counted"
            " WHERE line = ? AND counted_at > ?",
            [self.line, stamp(since)],
        )
        assert row is not None
        return row["segments"], read_or_none(row["oldest"])

    def _recipients(self, since: datetime) -> int:
        """How many recipients count since then, that moment itself excluded. Test answers are nobody's."""
        found: int = self._db.value(
            "SELECT count(DISTINCT sender_id) FROM replies INDEXED BY replies_counted"
            f" WHERE line = ? AND counted_at > ? AND {TO_STRANGERS}",
            [self.line, stamp(since)],
        )
        return found

    def _counted_at(self, sender_id: int) -> str:
        """When this recipient last counted; "" if never."""
        found: str = self._db.value(
            "SELECT coalesce(max(counted_at), '') FROM replies INDEXED BY replies_sender"
            f" WHERE sender_id = ? AND line = ? AND {TO_STRANGERS}",
            [sender_id, self.line],
        )
        return found

    def _self_tests(self, sender_id: int) -> int:
        """How many texts of a line to itself went to this number: had it been a stranger's, they count (P12)."""
        texts: int = self._db.value(
            "SELECT count(*) FROM replies WHERE sender_id = ? AND purpose = 'self_test' AND counted_at IS NOT NULL",
            [sender_id],
        )
        return texts

    def _messages_since(self, answered: sqlite3.Row) -> int:
        """How much of what came since was written since, by service centre time; no more than patience can bear."""
        enough = 1 + max(self.settings.reply.patience, self.settings.flood.patience)
        found: int = self._db.value(
            f"SELECT count(*) FROM (SELECT 1 FROM messages INDEXED BY messages_sender WHERE sender_id = ?1"
            f" AND {COUNTING_OR_NOT} AND received_at >= ?2 AND kind NOT IN ({_NOBODYS})"
            f" AND ({_SENT_AT} > ?3 OR ({_SENT_AT} = ?3 AND id > ?4)) LIMIT ?5)",
            [
                *(answered["sender_id"], answered["received_at"]),
                *(
                    answered["service_centre_utc"] or answered["received_at"],
                    answered["id"],
                    enough,
                ),
            ],
        )
        return found

    def _pasted_by(self, answered: sqlite3.Row) -> int:
        """How many numbers sent the answered text, from a day before it on."""
        length = len(normalise(answered["text"] or ""))
        received_at = read(answered["received_at"])
        return self._campaign_senders(
            answered["sender_id"], received_at, answered["text_key"], length
        )

    def _flood_cost(self, came_in: int, sender_id: int, now: datetime) -> FloodCost:
        """What was spent on the flood that the answered message came in, and on the one that is on: on the worse one."""
        on = self.flood(now)
        floods = {flood for flood in (came_in, on.id if on else 0) if flood}
        if not floods:
            return {}
        costs = [
            cost(
                self._db,
                flood,
                "count(DISTINCT CASE WHEN sender_id <> ?5 THEN sender_id END) AS others,"
                " coalesce(max(sender_id = ?5), 0) AS own, coalesce(sum(counted_at > ?6), 0) AS hour,"
                " min(CASE WHEN counted_at > ?6 THEN counted_at END) AS oldest",
                *(sender_id, stamp(now - HOUR)),
            )
            for flood in floods
        ]
        dearest = max(costs, key=lambda one: (not one["own"], one["others"]))
        busiest = max(costs, key=lambda one: one["hour"])
        return {
            "in_flood": True,
            "flood_recipients": dearest["others"],
            "recipient_in_flood": bool(dearest["own"]),
            "flood_replies_hour": busiest["hour"],
            "oldest_in_flood_hour": read_or_none(busiest["oldest"]),
        }

    def _answers(self) -> list[Answer]:
        """The network's newest answers to submits, newest first, back to what it accepted last: when, and the cause."""
        answers: list[Answer] = []
        for row in self._db.each(
            "SELECT state, cms_error, ended_at FROM submits INDEXED BY submits_answered"
            " WHERE line = ? AND state IN ('submitted', 'refused') ORDER BY id DESC LIMIT ?",
            [self.line, LOOKED_AT],
        ):
            if row["state"] == "submitted":
                break
            answers.append((read(row["ended_at"]), row["cms_error"]))
        return answers

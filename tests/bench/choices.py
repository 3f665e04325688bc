"""Who would have been answered, had another chosen: recomputed from the rows that a replay left.

The method: a candidate is a reply of the log's, with its due time, its expiry and whether it was of a flood; one that
the policy dropped (flooder, campaign, ...) is a candidate until then. Time goes in steps of a minute through the hours
in which replies may leave; in each, replies leave one after the other, 7 s apart, in the chooser's order, as long as
every limit admits them: segments and recipients of the hour, the day and the month, the month's pace, and what a flood
may cost. `oldest_first` takes the due time as the order. `oracle` knows who is who: it answers sincere numbers only
(also those that the policy decided not to answer, unless nobody could have: too old, opted out), those first whose
reply expires first, which under these limits is the most that anybody can answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from antirelou.policy.hours import is_open
from antirelou.policy.month import month_start
from antirelou.settings import DAY, HOUR, Settings

STEP = timedelta(minutes=1)
APART = timedelta(seconds=7)
NOBODY_COULD = ("stale", "before_service", "opted_out", "not_a_text", "own_number", "unreplyable", "country")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One number that could be answered from `due_at` until `until`, exclusive."""

    address: str
    due_at: datetime
    until: datetime
    segments: int
    in_flood: bool


@dataclass(frozen=True, slots=True)
class Left:
    """One reply that leaves in a recomputation, or that left."""

    address: str
    at: datetime
    segments: int
    in_flood: bool


def oldest_first(database: sqlite3.Connection, settings: Settings) -> list[Left]:
    """Who is told when the longest waiting goes first, everything else being the same."""
    return choose(_candidates(database), settings, order=lambda one: (one.due_at, one.address))


def oracle(database: sqlite3.Connection, settings: Settings, sincere: Collection[str]) -> list[Left]:
    """Who is told when only sincere numbers are."""
    known = {one.address: one for one in _candidates(database, to_their_end=True) if one.address in sincere}
    for row in _unanswered(database):
        if row["address"] in sincere and row["address"] not in known:
            due = read(row["received_at"]) + settings.reply.delay + settings.reply.delay_spread / 2
            until = due + settings.reply.expire_after
            known[row["address"]] = Candidate(row["address"], due, until, 1, bool(row["flood"]))
    return choose(list(known.values()), settings, order=lambda one: (one.until, one.address))


def choose(candidates: list[Candidate], settings: Settings, *, order: Callable[[Candidate], tuple]) -> list[Left]:
    """Let candidates leave in this order, one at a time, as far as every limit admits."""
    coming = sorted(candidates, key=lambda one: one.due_at, reverse=True)
    waiting: list[Candidate] = []
    left: list[Left] = []
    now = coming[-1].due_at if coming else None
    while now is not None and (coming or waiting):
        if coming and not waiting:
            now = max(now, coming[-1].due_at)
        while coming and coming[-1].due_at <= now:
            waiting.append(coming.pop())
        waiting = sorted((one for one in waiting if one.until > now), key=order)
        if is_open(settings.reply.hours, settings.reply.time_zone, now):
            _leave(waiting, left, settings, now)
        now += STEP
    return left


def _leave(waiting: list[Candidate], left: list[Left], settings: Settings, now: datetime) -> None:
    """Let go what may go within this minute."""
    at = now
    while at < now + STEP:
        chosen = next((one for one in waiting if admitted(one, left, settings, at)), None)
        if chosen is None:
            return
        waiting.remove(chosen)
        left.append(Left(chosen.address, at, chosen.segments, chosen.in_flood))
        at += APART


def admitted(one: Candidate, left: list[Left], settings: Settings, at: datetime) -> bool:
    """Whether every limit admits one more reply, to a number that was not told before."""
    limits, flood = settings.limits, settings.flood
    month = month_start(at, limits.month_starts_on, settings.reply.time_zone)
    in_hour = in_day = day_recipients = month_recipients = flood_hour = flood_recipients = 0
    for other in reversed(left):
        month_recipients += other.at >= month
        flood_recipients += other.in_flood
        if at - other.at < DAY:
            in_day += other.segments
            day_recipients += 1
        if at - other.at < HOUR:
            in_hour += other.segments
            flood_hour += other.in_flood
    if in_hour + one.segments > limits.segments_per_hour or in_day + one.segments > limits.segments_per_day:
        return False
    if day_recipients >= limits.recipients_per_day or month_recipients + 1 > pace(at, settings):
        return False
    return not one.in_flood or (flood_recipients < flood.recipients and flood_hour < flood.replies_per_hour)


def pace(at: datetime, settings: Settings) -> float:
    """How many recipients the month may have had by then: its elapsed share and one day's worth, never above all."""
    limits, zone = settings.limits, settings.reply.time_zone
    start = month_start(at, limits.month_starts_on, zone)
    end = month_start(start + timedelta(days=40), limits.month_starts_on, zone)
    worth = limits.recipients_per_month * ((at - start) / (end - start) + DAY / (end - start))
    return min(float(limits.recipients_per_month), worth)


def left_on_later_days(told: list[datetime], settings: Settings, last: datetime) -> list[int]:
    """How many replies each later day of the month still has, if every day before it used up all of its own."""
    limits, zone = settings.limits, settings.reply.time_zone
    month = month_start(last, limits.month_starts_on, zone)
    used = [at for at in told if at >= month]
    days = []
    day = last.astimezone(zone).replace(hour=20, minute=59, second=0, microsecond=0) + DAY
    while month_start(day, limits.month_starts_on, zone) == month:
        today = sum(1 for at in used if day - at < DAY)
        free = max(0, min(limits.recipients_per_day - today, int(pace(day, settings)) - len(used)))
        days.append(free)
        used += [day] * free
        day += DAY
    return days


def read(text: str) -> datetime:
    """A time as the log keeps it."""
    return datetime.fromisoformat(text)


def _candidates(database: sqlite3.Connection, *, to_their_end: bool = False) -> list[Candidate]:
    """Every lesson that was queued; `to_their_end`: as if none had been dropped."""
    rows = database.execute(
        "SELECT s.address, r.due_at, r.expires_at, r.ended_at, r.state, r.segments, m.flood FROM replies r"
        " JOIN senders s ON s.id = r.sender_id JOIN messages m ON m.id = r.message_id"
        " WHERE r.purpose = 'lesson' GROUP BY r.sender_id HAVING r.id = min(r.id)"
    )
    found = []
    for row in rows:
        dropped = row["state"] == "dropped" and not to_their_end
        until = row["ended_at"] if dropped else row["expires_at"]
        found.append(Candidate(row["address"], read(row["due_at"]), read(until), row["segments"], bool(row["flood"])))
    return found


def _unanswered(database: sqlite3.Connection) -> sqlite3.Cursor:
    marks = ", ".join("?" * len(NOBODY_COULD))
    return database.execute(
        "SELECT s.address, min(m.received_at) AS received_at, m.flood FROM messages m JOIN senders s"
        f" ON s.id = m.sender_id WHERE m.reason NOT IN ({marks}) GROUP BY s.id",
        NOBODY_COULD,
    )

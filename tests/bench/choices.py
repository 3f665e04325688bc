"""Who would have been answered, had another chosen: recomputed from the rows that a replay left.

The method: a candidate is a reply of the log's, with its due time, its expiry and whether it was of a flood; one that
the policy dropped (flooder, campaign, ...) is a candidate until then. Time goes in steps of a minute through the hours
in which replies may leave; in each, replies leave one after the other, 7 s apart, in the chooser's order, as long as
every limit admits them: segments and recipients of the hour, the day and the month, the month's pace, and what a flood
may cost (for messages that came in it, and while it lasts, as the log's rows say when that was). `oldest_first` takes the due time as the order. `oracle` knows who is who: it answers sincere numbers only
(also those that the policy decided not to answer, unless nobody could have: too old, opted out), those first whose
reply expires first, which under these limits is the most that anybody can answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from antirelou.policy.hours import is_open
from antirelou.policy.month import month_start
from antirelou.settings import DAY, HOUR, Settings

STEP = timedelta(minutes=1)
APART = timedelta(seconds=7)
NOBODY_COULD = (
    "stale",
    "before_service",
    "opted_out",
    "not_a_text",
    "own_number",
    "unreplyable",
    "country",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One number that could be answered from `due_at` until `until`, exclusive."""

    address: str
    due_at: datetime
    until: datetime
    segments: int
    flood: int


@dataclass(frozen=True, slots=True)
class Flood:
    """When a flood was on."""

    id: int
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """One reply that leaves in a recomputation, and the floods that it is charged to."""

    address: str
    at: datetime
    segments: int
    floods: frozenset[int]


def oldest_first(database: sqlite3.Connection, settings: Settings) -> list[Left]:
    """Who is told when the longest waiting goes first, everything else being the same."""
    return choose(
        _candidates(database),
        floods(database),
        settings,
        order=lambda one: (one.due_at, one.address),
    )


def oracle(
    database: sqlite3.Connection,
    settings: Settings,
    sincere: Collection[str],
    *,
    floods_cost: bool = True,
) -> list[Left]:
    """Who is told when only sincere numbers are; `floods_cost=False`: as if there had been no flood."""
    known = {
        one.address: one
        for one in _candidates(database, to_their_end=True)
        if one.address in sincere
    }
    for row in _unanswered(database):
        if row["address"] in sincere and row["address"] not in known:
            due = (
                read(row["received_at"])
                + settings.reply.delay
                + settings.reply.delay_spread / 2
            )
            until = due + settings.reply.expire_after
            known[row["address"]] = Candidate(
                row["address"], due, until, 1, row["flood"]
            )
    on, candidates = floods(database), list(known.values())
    if not floods_cost:
        on, candidates = [], [replace(one, flood=0) for one in candidates]
    return choose(candidates, on, settings, order=lambda one: (one.until, one.address))


def choose(
    candidates: list[Candidate],
    on: list[Flood],
    settings: Settings,
    *,
    order: Callable[[Candidate], tuple],
) -> list[Left]:
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
            _leave(waiting, left, on, settings, now)
        now += STEP
    return left


def _leave(
    waiting: list[Candidate],
    left: list[Left],
    on: list[Flood],
    settings: Settings,
    now: datetime,
) -> None:
    """Let go what may go within this minute."""
    at = now
    while at < now + STEP and _anyone(left, settings, at):
        during = {flood.id for flood in on if flood.began_at <= at < flood.ended_at}
        for one in waiting:
            charged = frozenset(during | ({one.flood} if one.flood else set()))
            if _fits(one.segments, left, settings, at) and all(
                _affords(flood, left, settings, at) for flood in charged
            ):
                waiting.remove(one)
                left.append(Left(one.address, at, one.segments, charged))
                break
        else:
            return
        at += APART


def _anyone(left: list[Left], settings: Settings, at: datetime) -> bool:
    """Whether the recipients of the day and the month admit one more."""
    limits = settings.limits
    month = month_start(at, limits.month_starts_on, settings.reply.time_zone)
    day_recipients = sum(at - other.at < DAY for other in left)
    return day_recipients < limits.recipients_per_day and sum(
        other.at >= month for other in left
    ) + 1 <= pace(at, settings)


def _fits(segments: int, left: list[Left], settings: Settings, at: datetime) -> bool:
    """Whether the segments of the hour and the day admit so many more."""
    limits = settings.limits
    in_hour = sum(other.segments for other in left if at - other.at < HOUR)
    in_day = sum(other.segments for other in left if at - other.at < DAY)
    return (
        in_hour + segments <= limits.segments_per_hour
        and in_day + segments <= limits.segments_per_day
    )


def _affords(flood: int, left: list[Left], settings: Settings, at: datetime) -> bool:
    """Whether a flood may cost one more recipient, and one more in this hour."""
    of_flood = [other.at for other in left if flood in other.floods]
    in_hour = sum(at - when < HOUR for when in of_flood)
    return (
        len(of_flood) < settings.flood.recipients
        and in_hour < settings.flood.replies_per_hour
    )


def pace(at: datetime, settings: Settings) -> float:
    """How many recipients the month may have had by then: its elapsed share and one day's worth, never above all."""
    limits, zone = settings.limits, settings.reply.time_zone
    start = month_start(at, limits.month_starts_on, zone)
    end = month_start(start + timedelta(days=40), limits.month_starts_on, zone)
    worth = limits.recipients_per_month * (
        (at - start) / (end - start) + DAY / (end - start)
    )
    return min(float(limits.recipients_per_month), worth)


def left_on_later_days(
    told: list[datetime], settings: Settings, last: datetime
) -> list[int]:
    """How many replies each later day of the month still has, if every day before it used up all of its own."""
    limits, zone = settings.limits, settings.reply.time_zone
    month = month_start(last, limits.month_starts_on, zone)
    used = [at for at in told if at >= month]
    days = []
    day = (
        last.astimezone(zone).replace(hour=20, minute=59, second=0, microsecond=0) + DAY
    )
    while month_start(day, limits.month_starts_on, zone) == month:
        today = sum(1 for at in used if day - at < DAY)
        free = max(
            0,
            min(
                limits.recipients_per_day - today, int(pace(day, settings)) - len(used)
            ),
        )
        days.append(free)
        used += [day] * free
        day += DAY
    return days


def floods(database: sqlite3.Connection) -> list[Flood]:
    """Every flood that the log knows."""
    rows = database.execute(
        "SELECT id, began_at, coalesce(ended_at, '9999-01-01T00:00:00Z') AS ended_at FROM floods"
    )
    return [
        Flood(row["id"], read(row["began_at"]), read(row["ended_at"])) for row in rows
    ]


def read(text: str) -> datetime:
    """A time as the log keeps it."""
    return datetime.fromisoformat(text)


def _candidates(
    database: sqlite3.Connection, *, to_their_end: bool = False
) -> list[Candidate]:
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
        found.append(
            Candidate(
                row["address"],
                read(row["due_at"]),
                read(until),
                row["segments"],
                row["flood"],
            )
        )
    return found


def _unanswered(database: sqlite3.Connection) -> sqlite3.Cursor:
    marks = ", ".join("?" * len(NOBODY_COULD))
    return database.execute(
        "SELECT s.address, min(m.received_at) AS received_at, m.flood FROM messages m JOIN senders s"
        f" ON s.id = m.sender_id WHERE m.reason NOT IN ({marks}) GROUP BY s.id",
        NOBODY_COULD,
    )

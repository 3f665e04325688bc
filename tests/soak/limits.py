"""P4 counted again, at the moment when a reply's first octet leaves: from the same rows, with SQL and sums of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from antirelou.settings import DAY, HOUR, Settings
from soak.breaches import Breach
from soak.logbook import LINE, Logbook

_COUNTING = "('reserved', 'submitting', 'submitted', 'partial', 'unknown')"


def read(at: str) -> datetime:
    return datetime.fromisoformat(at)


def written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def exceeded(
    logbook: Logbook, submit: sqlite3.Row, settings: Settings
) -> Iterator[tuple[Breach, str]]:
    """What limit a reply that was marked passes; `submit` is the row of its first segment."""
    limits, marked = settings.limits, read(submit["reserved_at"])
    for breach, span, limit in (
        (Breach.OVER_HOUR, HOUR, limits.segments_per_hour),
        (Breach.OVER_DAY, DAY, limits.segments_per_day),
    ):
        used = logbook.value(
            f"SELECT count(*) FROM submits WHERE line = ? AND state IN {_COUNTING} AND counted_at > ?",
            *(LINE, written(marked - span)),
        )
        if used > limit:
            yield breach, f"{used} > {limit}"
    if submit["purpose"] not in ("lesson", "distress"):
        return
    yield from _recipients(logbook, submit, settings)
    yield from _flood(logbook, submit, settings)


def _recipients(
    logbook: Logbook, submit: sqlite3.Row, settings: Settings
) -> Iterator[tuple[Breach, str]]:
    limits, marked = settings.limits, read(submit["reserved_at"])
    begins, ends = billing_month(marked, settings)
    day = _others(logbook, submit, marked - DAY)
    month = _others(logbook, submit, begins - timedelta(milliseconds=1))
    if day is not None and day + 1 > limits.recipients_per_day:
        yield Breach.OVER_RECIPIENTS_DAY, f"{day + 1} > {limits.recipients_per_day}"
    if month is None:
        return
    if month + 1 > limits.recipients_per_month:
        yield (
            Breach.OVER_RECIPIENTS_MONTH,
            f"{month + 1} > {limits.recipients_per_month}",
        )
    share = Fraction(int((marked - begins) / timedelta(milliseconds=1)))
    share /= int((ends - begins) / timedelta(milliseconds=1))
    # A month in which the clocks are put forward or back has days of 23 or 25 hours; a day is a day.
    days = round((ends - begins) / DAY)
    pace = max(1, int(limits.recipients_per_month * (share + Fraction(1, days))))
    if month + 1 > pace:
        yield Breach.OVER_PACE, f"{month + 1} > {pace}"


def _others(logbook: Logbook, submit: sqlite3.Row, since: datetime) -> int | None:
    """How many other numbers were sent a text since then; None if this one was too, and so costs nothing more."""
    rows = logbook.rows(
        f"SELECT DISTINCT sender_id, id = ? AS own FROM replies WHERE line = ? AND state IN {_COUNTING}"
        " AND purpose IN ('lesson', 'distress') AND counted_at > ?",
        *(submit["reply_id"], LINE, written(since)),
    )
    if any(row["sender_id"] == submit["sender_id"] and not row["own"] for row in rows):
        return None
    return len({row["sender_id"] for row in rows} - {submit["sender_id"]})


def _flood(
    logbook: Logbook, submit: sqlite3.Row, settings: Settings
) -> Iterator[tuple[Breach, str]]:
    """What was sent for the flood that the answered message came in."""
    if not submit["flood"]:
        return
    rows = logbook.rows(
        f"SELECT sender_id, counted_at FROM replies WHERE flood = ? AND state IN {_COUNTING} AND purpose IN ('lesson', 'distress')",
        submit["flood"],
    )
    hour_ago = written(read(submit["reserved_at"]) - HOUR)
    lately = sum(row["counted_at"] > hour_ago for row in rows)
    numbers = [row["sender_id"] for row in rows]
    # Whoever got one while the flood had begun and was not seen yet is no new number either.
    unseen = logbook.value(
        f"SELECT count(*) FROM replies WHERE line = ? AND sender_id = ? AND flood <> ? AND state IN {_COUNTING}"
        " AND purpose IN ('lesson', 'distress') AND counted_at >= (SELECT began_at FROM floods WHERE id = ?)",
        *(LINE, submit["sender_id"], submit["flood"], submit["flood"]),
    )
    if lately > settings.flood.replies_per_hour:
        yield Breach.OVER_FLOOD_HOUR, f"{lately} > {settings.flood.replies_per_hour}"
    if (
        numbers.count(submit["sender_id"]) == 1
        and not unseen
        and len(set(numbers)) > settings.flood.recipients
    ):
        yield (
            Breach.OVER_FLOOD_RECIPIENTS,
            f"{len(set(numbers))} > {settings.flood.recipients}",
        )


def billing_month(now: datetime, settings: Settings) -> tuple[datetime, datetime]:
    """From the operator's billing day at local midnight to the next one."""
    zone, day = settings.reply.time_zone, settings.limits.month_starts_on
    local = now.astimezone(zone)
    began = local.replace(day=day, hour=0, minute=0, second=0, microsecond=0, fold=0)
    if began > local:
        began = (began.replace(day=1) - DAY).replace(day=day)
    ends = (began.replace(day=28) + 7 * DAY).replace(day=day)
    return began.astimezone(UTC), ends.astimezone(UTC)

"""When replies may leave, by the clock on the operator's wall.

The hours open and close when that clock shows their time, whatever summer time does to it: an hour that is skipped is
skipped, one that comes twice counts twice.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from antirelou.settings import Hours

_MINUTE = timedelta(minutes=1)
_DAYS_AHEAD = 3  # hours that lie in a skipped hour open a day later


def is_open(hours: Hours | None, zone: ZoneInfo, now: datetime) -> bool:
    """Whether `now` lies within `hours`, from the opening minute to the one before closing; None is always."""
    if hours is None:
        return True
    wall = now.astimezone(zone).time()
    if hours.opens < hours.closes:
        return hours.opens <= wall < hours.closes
    return wall >= hours.opens or wall < hours.closes


def next_opening(hours: Hours, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The first moment (UTC) after `now` at which the hours open."""
    today = now.astimezone(UTC).date()
    for ahead in range(_DAYS_AHEAD):
        for opening in _openings(hours, zone, today + timedelta(days=ahead)):
            if opening > now:
                return opening
    return None


@lru_cache(maxsize=16)
def _openings(hours: Hours, zone: ZoneInfo, day: date) -> tuple[datetime, ...]:
    """The moments of one UTC day at which closed turns to open, found by looking at each minute of it."""
    minute = datetime(day.year, day.month, day.day, tzinfo=UTC)
    was_open = is_open(hours, zone, minute - _MINUTE)
    openings = []
    for _ in range(24 * 60):
        open_now = is_open(hours, zone, minute)
        if open_now and not was_open:
            openings.append(minute)
        was_open, minute = open_now, minute + _MINUTE
    return tuple(openings)

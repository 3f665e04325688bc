"""Hours, days and months by the clock on the operator's wall, for counting in them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

UNITS = ("hour", "day", "month")
MOST = 2000  # spans that are still worth reading
_LONGEST = {"hour": timedelta(days=2), "day": timedelta(days=93)}
_SHOWN = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "month": "%Y-%m"}


def unit_for(length: timedelta) -> str:
    """The unit in which so long a time is still read at a glance."""
    return next((unit for unit, most in _LONGEST.items() if length <= most), "month")


def usual_start(now: datetime, unit: str, zone: ZoneInfo) -> datetime:
    """Where to begin if nobody says: with this one, 24 hours, 30 days or 12 months."""
    wall = now.astimezone(zone)
    if unit == "hour":
        return _begin(now - timedelta(hours=23), unit, zone)
    if unit == "day":
        return _begin(wall - timedelta(days=29), unit, zone)
    return _month(wall.year - 1, wall.month + 1, zone)


def bounds(
    since: datetime, until: datetime, unit: str, zone: ZoneInfo
) -> list[datetime]:
    """`since`, the beginning of each hour, day or month after it, and `until`, in UTC; at most MOST spans and one more.

    A day has the hours that the clock has that day: the first and the last span may be shorter than the others.
    """
    cut = [since]
    while len(cut) <= MOST:
        following = _next(_begin(cut[-1], unit, zone), unit, zone)
        if following >= until:
            break
        cut.append(following)
    return [*cut, until]


def label(begins: datetime, unit: str, zone: ZoneInfo) -> str:
    """A span's name: `2026-11-22 18:00`, `2026-11-22`, `2026-11`."""
    return begins.astimezone(zone).strftime(_SHOWN[unit])


def _begin(at: datetime, unit: str, zone: ZoneInfo) -> datetime:
    """The beginning of the hour, day or month in which `at` lies, in UTC."""
    wall = at.astimezone(zone)
    if unit == "hour":  # counted back, so that an hour that comes twice is two
        past = timedelta(
            minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
        )
        return at.astimezone(UTC) - past
    if unit == "day":
        return datetime(wall.year, wall.month, wall.day, tzinfo=zone).astimezone(UTC)
    return _month(wall.year, wall.month, zone)


def _next(begins: datetime, unit: str, zone: ZoneInfo) -> datetime:
    """The beginning of what follows."""
    if unit == "hour":
        return begins + timedelta(hours=1)
    wall = begins.astimezone(zone)
    if unit == "day":  # a day has 23 to 25 hours
        return _begin(begins + timedelta(hours=30), unit, zone)
    return _month(wall.year, wall.month + 1, zone)


def _month(year: int, month: int, zone: ZoneInfo) -> datetime:
    """The beginning of a month; the 13th is the first of the next year."""
    year, month = (year, month) if month <= 12 else (year + 1, 1)
    return datetime(year, month, 1, tzinfo=zone).astimezone(UTC)

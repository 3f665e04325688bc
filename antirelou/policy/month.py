"""The billing month: it begins at local midnight of the day on which the operator is billed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def month_start(now: datetime, starts_on: int, zone: ZoneInfo) -> datetime:
    """The beginning (UTC) of the billing month in which `now` lies; `starts_on` is 1 to 28."""
    wall = now.astimezone(zone)
    start = datetime(wall.year, wall.month, starts_on, tzinfo=zone)
    if start.astimezone(UTC) > now:
        year, month = (wall.year, wall.month - 1) if wall.month > 1 else (wall.year - 1, 12)
        start = datetime(year, month, starts_on, tzinfo=zone)
    return start.astimezone(UTC)

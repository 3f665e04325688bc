"""The billing month: it begins at local midnight of the day on which the operator is billed.

And its pace: a month's recipients are not given away in its first days. Two hundred polite strangers in one evening
would leave none for all who write after them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Month:
    """A billing month, from `start` (UTC) to the moment before `end`; `days` by the calendar, 28 to 31."""

    start: datetime
    end: datetime
    days: int

    def allowance(self, limit: int, now: datetime) -> int:
        """How many of `limit` may be used up by `now`: the elapsed share and one day's worth, at least one."""
        length, elapsed = (
            _microseconds(self.end - self.start),
            _microseconds(now - self.start),
        )
        allowed = limit * (self.days * elapsed + length) // (self.days * length)
        return min(limit, max(1, allowed))

    def allows(self, limit: int, number: int) -> datetime:
        """From when on `number` of `limit` may be used up, to the next second; the month's end for more than that."""
        if number > limit:
            return self.end
        seconds = (self.end - self.start) // timedelta(seconds=1)
        return self.start + timedelta(
            seconds=max(
                0, -(-seconds * (number * self.days - limit) // (limit * self.days))
            )
        )


def month_of(now: datetime, starts_on: int, zone: ZoneInfo) -> Month:
    """The billing month in which `now` lies; `starts_on` is 1 to 28."""
    wall = now.astimezone(zone)
    year, month = wall.year, wall.month
    start = datetime(year, month, starts_on, tzinfo=zone)
    if start.astimezone(UTC) > now:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        start = datetime(year, month, starts_on, tzinfo=zone)
    year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    end = datetime(year, month, starts_on, tzinfo=zone)
    return Month(
        start.astimezone(UTC), end.astimezone(UTC), (end.date() - start.date()).days
    )


def month_start(now: datetime, starts_on: int, zone: ZoneInfo) -> datetime:
    """The beginning (UTC) of the billing month in which `now` lies; `starts_on` is 1 to 28."""
    return month_of(now, starts_on, zone).start


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)

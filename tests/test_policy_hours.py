"""Opening hours and billing months, through both changes of summer time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antirelou.policy.hours import is_open, next_opening
from antirelou.policy.month import month_start
from antirelou.settings import Hours

PARIS = ZoneInfo("Europe/Paris")
DAY = Hours(time(9), time(21))
NIGHT = Hours(time(21), time(9))


def at(text: str) -> datetime:
    """A moment by its UTC time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "opened", "why"),
    [
        (None, "2026-11-22 03:00", True, "always"),
        (
            DAY,
            "2026-11-22 07:59:59.999",
            False,
            "the last moment before opening, Paris is UTC+1",
        ),
        (DAY, "2026-11-22 08:00", True, "the opening minute"),
        (DAY, "2026-11-22 19:59:59.999", True, "the last moment"),
        (DAY, "2026-11-22 20:00", False, "closing is closed"),
        (DAY, "2026-07-01 07:00", True, "in summer Paris is UTC+2"),
        (DAY, "2026-07-01 19:00", False, "and closes earlier in UTC"),
        (NIGHT, "2026-11-22 20:00", True, "over midnight"),
        (NIGHT, "2026-11-22 23:30", True, "after midnight"),
        (NIGHT, "2026-11-22 08:00", False, "until the morning"),
        (DAY, "2026-03-28 08:00", True, "the day before summer time"),
        (DAY, "2026-03-29 07:00", True, "the day it begins: 9 h by the wall"),
        (DAY, "2026-03-29 06:59", False, "not yet"),
        (DAY, "2026-10-25 07:30", False, "the day it ends: 8:30 by the wall"),
        (DAY, "2026-10-25 08:00", True, "9 h by the wall"),
        (Hours(time(2, 30), time(5)), "2026-03-29 00:59", False, "1:59 by the wall"),
        (
            Hours(time(2, 30), time(5)),
            "2026-03-29 01:00",
            True,
            "3:00 by the wall; 2:30 was skipped",
        ),
        (
            Hours(time(2), time(2, 30)),
            "2026-10-25 00:15",
            True,
            "2:15 for the first time",
        ),
        (
            Hours(time(2), time(2, 30)),
            "2026-10-25 00:45",
            False,
            "2:45 for the first time",
        ),
        (
            Hours(time(2), time(2, 30)),
            "2026-10-25 01:15",
            True,
            "2:15 for the second time",
        ),
    ],
)
def test_hours(hours: Hours | None, now: str, opened: bool, why: str) -> None:
    assert is_open(hours, PARIS, at(now)) is opened, why


@pytest.mark.parametrize(
    ("hours", "now", "opens", "why"),
    [
        (DAY, "2026-11-22 07:59:59", "2026-11-22 08:00", "this morning"),
        (DAY, "2026-11-22 20:00", "2026-11-23 08:00", "tomorrow morning"),
        (DAY, "2026-11-22 12:00", "2026-11-23 08:00", "strictly after now"),
        (DAY, "2026-03-28 20:00", "2026-03-29 07:00", "a short night"),
        (DAY, "2026-10-24 19:00", "2026-10-25 08:00", "a long night"),
        (DAY, "2026-12-31 20:00", "2027-01-01 08:00", "over the year"),
        (NIGHT, "2026-11-22 08:00", "2026-11-22 20:00", "this evening"),
        (
            Hours(time(2, 30), time(5)),
            "2026-03-29 00:00",
            "2026-03-29 01:00",
            "the skipped opening is when 3:00 shows",
        ),
        (
            Hours(time(2, 15), time(2, 45)),
            "2026-03-29 00:00",
            "2026-03-30 00:15",
            "skipped hours do not open at all",
        ),
        (
            Hours(time(2), time(2, 30)),
            "2026-10-25 00:30",
            "2026-10-25 01:00",
            "the hour that comes twice",
        ),
        (
            Hours(time(1), time(2, 30)),
            "2026-10-25 00:45",
            "2026-10-25 01:00",
            "the clock goes back into the hours",
        ),
    ],
)
def test_next_opening(hours: Hours, now: str, opens: str, why: str) -> None:
    assert next_opening(hours, PARIS, at(now)) == at(opens), why


ZONES = [
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "UTC",
]


@settings(max_examples=40, deadline=None)
@given(
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
)
def test_next_opening_is_the_first_open_minute_after_a_closed_one(
    opens: time, closes: time, zone: str, now: datetime
) -> None:
    hours = Hours(opens, closes)
    if opens == closes or is_open(hours, ZoneInfo(zone), now):
        return
    until = next_opening(hours, ZoneInfo(zone), now)
    assert until is not None
    assert is_open(hours, ZoneInfo(zone), until)
    minute = until - timedelta(minutes=1)
    while minute > now:
        assert not is_open(hours, ZoneInfo(zone), minute)
        minute -= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "starts_on", "zone", "start", "why"),
    [
        (
            "2026-11-22 10:00",
            1,
            "Europe/Paris",
            "2026-10-31 23:00",
            "local midnight, not UTC's",
        ),
        (
            "2026-10-31 22:59",
            1,
            "Europe/Paris",
            "2026-09-30 22:00",
            "the last moment of the month before, in summer",
        ),
        ("2026-10-31 23:00", 1, "Europe/Paris", "2026-10-31 23:00", "the first moment"),
        ("2026-01-05 10:00", 15, "Europe/Paris", "2025-12-14 23:00", "over the year"),
        (
            "2026-03-28 10:00",
            28,
            "Europe/Paris",
            "2026-03-27 23:00",
            "the latest billing day there is",
        ),
        (
            "2026-03-01 04:00",
            1,
            "America/New_York",
            "2026-02-01 05:00",
            "still February there",
        ),
        ("2026-03-01 05:00", 1, "America/New_York", "2026-03-01 05:00", "March there"),
        (
            "2026-07-14 10:00",
            28,
            "UTC",
            "2026-06-28 00:00",
            "before this month's billing day",
        ),
    ],
)
def test_month_start(now: str, starts_on: int, zone: str, start: str, why: str) -> None:
    assert month_start(at(now), starts_on, ZoneInfo(zone)) == at(start), why


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 28),
    st.sampled_from(ZONES),
)
def test_now_is_in_its_month(now: datetime, starts_on: int, zone: str) -> None:
    start = month_start(now, starts_on, ZoneInfo(zone))
    assert start <= now < start + timedelta(days=31, hours=2)
    assert start.astimezone(ZoneInfo(zone)).day == starts_on

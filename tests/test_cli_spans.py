"""Hours, days and months by the clock on the wall, on the days when it is set too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from antirelou.cli.spans import MOST, bounds, label, unit_for, usual_start

PARIS, KOLKATA = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Kolkata")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def cut(since: str, until: str, unit: str, zone: ZoneInfo = PARIS) -> list[str]:
    found = bounds(at(since), at(until), unit, zone)
    assert all(one.utcoffset() == timedelta(0) for one in found)
    return [f"{one:%m-%d %H:%M}" for one in found]


def test_days_begin_at_local_midnight_and_the_first_and_last_are_cut() -> None:
    found = cut("2026-11-20T10:30", "2026-11-22T09:00", "day")
    assert found == ["11-20 10:30", "11-20 23:00", "11-21 23:00", "11-22 09:00"]


def test_the_days_on_which_the_clock_is_set_have_23_and_25_hours() -> None:
    assert cut("2026-03-27T23:00", "2026-03-30T00:00", "day") == [
        *("03-27 23:00", "03-28 23:00", "03-29 22:00", "03-30 00:00")
    ]
    assert cut("2026-10-23T22:00", "2026-10-26T01:00", "day") == [
        *("10-23 22:00", "10-24 22:00", "10-25 23:00", "10-26 01:00")
    ]


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    found = cut("2026-10-24T23:30", "2026-10-25T02:10", "hour")
    assert found == [
        *("10-24 23:30", "10-25 00:00", "10-25 01:00", "10-25 02:00", "10-25 02:10")
    ]
    assert [
        label(datetime(2026, 10, 25, hour, tzinfo=UTC), "hour", PARIS)
        for hour in (0, 1)
    ] == ["2026-10-25 02:00"] * 2


def test_an_hour_begins_where_the_clock_on_the_wall_says_so() -> None:
    found = cut("2026-11-22T10:00", "2026-11-22T11:40", "hour", KOLKATA)
    assert found == ["11-22 10:00", "11-22 10:30", "11-22 11:30", "11-22 11:40"]


def test_months_have_their_own_lengths_over_the_year_s_end() -> None:
    found = cut("2026-11-15T00:00", "2027-02-10T00:00", "month")
    assert found == [
        *("11-15 00:00", "11-30 23:00", "12-31 23:00", "01-31 23:00", "02-10 00:00")
    ]


def test_too_long_a_time_is_cut_off_and_shows() -> None:
    found = bounds(at("2000-01-01T00:00"), at("2026-01-01T00:00"), "hour", PARIS)
    assert len(found) == MOST + 2


@pytest.mark.parametrize(
    ("days", "unit"),
    [(0.1, "hour"), (2, "hour"), (3, "day"), (93, "day"), (94, "month")],
)
def test_the_unit_is_one_that_is_read_at_a_glance(days: float, unit: str) -> None:
    assert unit_for(timedelta(days=days)) == unit


@pytest.mark.parametrize(
    ("unit", "spans", "begins"),
    [
        ("hour", 24, "2026-11-21T19:00"),
        ("day", 30, "2026-10-23T22:00"),
        ("month", 12, "2025-11-30T23:00"),
    ],
)
def test_the_usual_time_is_whole_spans_with_this_one_the_last(
    unit: str, spans: int, begins: str
) -> None:
    now = at("2026-11-22T18:20")
    start = usual_start(now, unit, PARIS)
    assert start == at(begins)
    assert len(bounds(start, now, unit, PARIS)) == spans + 1


def test_labels_are_by_the_clock_on_the_wall() -> None:
    begins = at("2026-11-30T23:00")
    assert [label(begins, unit, PARIS) for unit in ("hour", "day", "month")] == [
        *("2026-12-01 00:00", "2026-12-01", "2026-12")
    ]

"""Times as an operator types them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from antirelou.cli.options import parse_time

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(
    2026, 10, 25, 12, 0, tzinfo=UTC
)  # 13:00 in Paris, on the day when summer time ended

TIMES = [
    ("2h", False, "2026-10-25T10:00", "hours ago, whatever the clocks did"),
    ("90 min", False, "2026-10-25T10:30", "with a space"),
    ("3D", False, "2026-10-22T12:00", "in any case"),
    ("2w", False, "2026-10-11T12:00", "weeks"),
    ("now", False, "2026-10-25T12:00", "now"),
    ("today", False, "2026-10-24T22:00", "from midnight in summer time"),
    (
        "today",
        True,
        "2026-10-25T23:00",
        "to midnight in winter time: a day of 25 hours",
    ),
    ("yesterday", False, "2026-10-23T22:00", "from midnight"),
    ("yesterday", True, "2026-10-24T22:00", "to its end"),
    ("2026-11-22", False, "2026-11-21T23:00", "a day's first moment"),
    ("2026-11-22", True, "2026-11-22T23:00", "a day to its end"),
    ("2026-11-22 18:30", True, "2026-11-22T17:30", "a moment by the clock on the wall"),
    (
        "2026-11-22T18:30:05+00:00",
        False,
        "2026-11-22T18:30:05",
        "a moment with its zone",
    ),
    ("2026-11-22T18:30Z", False, "2026-11-22T18:30", "as JSON has it"),
]


@pytest.mark.parametrize(
    ("typed", "end", "meant", "why"),
    TIMES,
    ids=[f"{typed} {why}" for typed, _, _, why in TIMES],
)
def test_parse_time(typed: str, end: bool, meant: str, why: str) -> None:
    assert parse_time(typed, now=NOW, zone=PARIS, end=end) == datetime.fromisoformat(
        meant
    ).replace(tzinfo=UTC), why


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "soon",
        "2026-13-01",
        "h",
        "-2h",
        "2.5h",
        "22/11/2026",
        "2026-11-22 25:00",
        "1e9d",
    ],
)
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        parse_time(typed, now=NOW, zone=PARIS, end=False)

"""The month's pace: at its boundaries, in months of every length, over both changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antirelou.policy.month import month_of

PARIS = ZoneInfo("Europe/Paris")
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "starts_on", "days", "hours", "why"),
    [
        ("2027-02-10 12:00", 1, 28, 28 * 24, "a February"),
        ("2028-02-10 12:00", 1, 29, 29 * 24, "one in a leap year"),
        ("2026-11-22 12:00", 1, 30, 30 * 24, "a November"),
        ("2026-12-31 23:59", 1, 31, 31 * 24, "a December, up to the next year"),
        (
            "2026-03-31 12:00",
            1,
            31,
            31 * 24 - 1,
            "the clock goes forward: an hour is missing",
        ),
        ("2026-10-01 00:00", 1, 31, 31 * 24 + 1, "and back: one comes twice"),
        (
            "2027-03-05 12:00",
            28,
            28,
            28 * 24,
            "from the 28th of February to the 28th of March, before the change",
        ),
        ("2026-01-14 12:00", 15, 31, 31 * 24, "over the year"),
    ],
)
def test_a_month_has_its_days(
    now: str, starts_on: int, days: int, hours: int, why: str
) -> None:
    month = month_of(paris(now), starts_on, PARIS)
    assert (month.days, month.end - month.start) == (days, hours * HOUR), why
    assert month.start <= paris(now) < month.end


@pytest.mark.parametrize(
    ("now", "limit", "allowance", "why"),
    [
        ("2026-11-01 00:00", 200, 6, "the first moment: one day's worth of 30, 6.67"),
        ("2026-11-01 01:11", 200, 6, "6.996"),
        ("2026-11-01 01:12", 200, 7, "a twentieth of a day later: exactly 7"),
        ("2026-11-02 00:00", 200, 13, "two days' worth on the second day"),
        ("2026-11-29 23:59", 200, 199, "not yet all of it"),
        ("2026-11-30 00:00", 200, 200, "the last day: all"),
        ("2026-11-30 23:59", 200, 200, "never more"),
        ("2027-02-01 00:00", 200, 7, "a day of 28 is worth 7.14"),
        ("2026-12-01 00:00", 200, 6, "a day of 31 is worth 6.45"),
        ("2026-11-01 00:00", 1, 1, "at least one"),
        ("2026-11-29 12:00", 1, 1, "and no more than the limit"),
        ("2026-11-15 12:00", 10**15, 516_666_666_666_666, "limits have no upper bound"),
        (
            "2026-03-29 01:59",
            743,
            697,
            "743 hours: 673.98 of them gone, and 23.97 for a day; before the change",
        ),
        ("2026-03-29 03:00", 743, 697, "a minute later"),
        (
            "2026-03-29 03:02",
            743,
            698,
            "and another two: the share is of time that passed, not of the wall's hours",
        ),
        (
            "2026-10-25 04:00",
            745,
            605,
            "745 hours: 581 gone, and 24.03 for a day; after the hour that came twice",
        ),
    ],
)
def test_allowance(now: str, limit: int, allowance: int, why: str) -> None:
    assert month_of(paris(now), 1, PARIS).allowance(limit, paris(now)) == allowance, why


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 28),
    st.integers(1, 2000),
    st.integers(1, 2001),
)
def test_a_number_is_allowed_from_its_second_on(
    now: datetime, starts_on: int, limit: int, number: int
) -> None:
    month = month_of(now, starts_on, PARIS)
    opens = month.allows(limit, number)
    if number > limit:
        assert opens == month.end
        return
    assert month.start <= opens < month.end
    assert month.allowance(limit, opens) >= number
    before = opens - timedelta(seconds=1) - MICROSECOND
    assert (
        before < month.start or number == 1 or month.allowance(limit, before) < number
    )


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 300),
)
def test_every_later_day_of_the_month_has_its_share_left(
    now: datetime, limit: int
) -> None:
    """Whoever uses up all that is allowed leaves one day's worth, rounded down, for each day that follows."""
    month = month_of(now, 1, PARIS)
    tomorrow = now + timedelta(days=1, hours=1)  # a day of 25 hours is one day
    if tomorrow < month.end and limit >= month.days:
        assert month.allowance(limit, tomorrow) - month.allowance(limit, now) >= min(
            limit // month.days, limit - month.allowance(limit, now)
        )

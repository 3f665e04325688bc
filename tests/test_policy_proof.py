"""When a line texts itself again, and what a text that did not come back says, as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from antirelou.policy.proof import Failure, SelfTest, failure, next_test

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONG_AGO = NOW - 30 * DAY
QUEUED = SelfTest(1, "queued", None, NOW, None, False, None)
LEFT = replace(QUEUED, state="submitted", ended_at=NOW)
MUTE, DEAF = Failure.MUTE, Failure.DEAF


@pytest.mark.parametrize(
    ("test", "listening_since", "after", "failed", "why"),
    [
        (LEFT, LONG_AGO, 59 * MINUTE, None, "it may still come back"),
        (LEFT, LONG_AGO, HOUR, DEAF, "left, and did not come back"),
        (LEFT, NOW + HOUR, 90 * MINUTE, None, "nobody listened when it came back"),
        (replace(LEFT, proved=True), LONG_AGO, DAY, None, "it came back"),
        (replace(LEFT, failed_at=NOW), LONG_AGO, DAY, None, "judged once"),
        (replace(LEFT, state="unknown"), LONG_AGO, HOUR, MUTE, "it may not have left"),
        (replace(LEFT, state="submitting"), LONG_AGO, DAY, None, "it leaves"),
        (replace(LEFT, state="refused"), LONG_AGO, MINUTE, MUTE, "refused at once"),
        (replace(LEFT, state="dropped"), LONG_AGO, DAY, None, "the operator's wish"),
        (QUEUED, LONG_AGO, 59 * MINUTE, None, "it may still leave"),
        (QUEUED, LONG_AGO, HOUR, MUTE, "no network took it for an hour"),
        (QUEUED, NOW + HOUR, 90 * MINUTE, None, "no daemon ran to send it"),
        (replace(QUEUED, waits_for="paused"), LONG_AGO, DAY, None, "it may not leave"),
    ],
)
def test_what_a_text_to_itself_says(
    test: SelfTest,
    listening_since: datetime,
    after: timedelta,
    failed: Failure | None,
    why: str,
) -> None:
    assert failure(test, listening_since, NOW + after) is failed, why


@pytest.mark.parametrize(
    ("test", "failures", "after", "why"),
    [
        (None, 0, timedelta(0), "the first one, at once"),
        (QUEUED, 0, None, "one is on its way"),
        (LEFT, 0, None, "one is on its way"),
        (replace(LEFT, proved=True), 0, 7 * DAY, "proved: in a week"),
        (replace(LEFT, proved=True, failed_at=NOW), 1, 7 * DAY, "it came late"),
        (replace(LEFT, failed_at=NOW), 1, 10 * MINUTE, "a second attempt soon"),
        (replace(LEFT, failed_at=NOW), 2, DAY, "then once a day"),
        (replace(LEFT, state="dropped"), 0, DAY, "no verdict: once a day"),
    ],
)
def test_when_the_next_one_is_due(
    test: SelfTest | None, failures: int, after: timedelta | None, why: str
) -> None:
    due = next_test(test, failures, 7 * DAY, NOW)
    assert due == (None if after is None else NOW + after), why


def test_tests_more_often_than_daily_stay_so() -> None:
    dropped = replace(QUEUED, state="dropped")
    assert next_test(dropped, 0, HOUR, NOW) == NOW + HOUR

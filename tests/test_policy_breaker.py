"""The breaker: three refusals in a row hold all replies, each further one for twice as long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from antirelou.policy.breaker import breaker_until, refusals_in_a_row

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACCEPTED = None


def held(*causes: int | None) -> timedelta | None:
    """For how long the answers, newest first, a minute apart, hold replies."""
    until = breaker_until(
        [(NOON - number * MINUTE, cause) for number, cause in enumerate(causes)], NOON
    )
    return None if until is None else until - NOON


@pytest.mark.parametrize(
    ("causes", "minutes", "why"),
    [
        ([], None, "nothing was ever submitted"),
        ([38, 38], None, "two may be chance"),
        ([38, 38, 38], 5, "three are not"),
        ([38, 38, ACCEPTED, 38], None, "one was accepted in between"),
        ([ACCEPTED, 38, 38, 38], None, "it is over"),
        ([38, 38, 38, ACCEPTED], 5, "what was accepted before says nothing"),
        ([38] * 4, 10, "twice as long"),
        ([38] * 9, 320, "and so on"),
        ([38] * 10, 360, "up to six hours"),
        ([38] * 50, 360, "for ever"),
        ([8, 50, 69], 5, "the SIM is barred"),
        ([310, 314, 318], 5, "the SIM is gone"),
        ([21, 27, 42], 5, "different causes of one trouble"),
        ([330] * 3, 5, "no service centre"),
        ([111, 17, 127], 5, "causes that the tables leave open"),
        ([38, 1, 38, 38], None, "a number that nobody has: the network works"),
        ([28, 30, 1], None, "three of them"),
        ([302, 304, 305], None, "what we said was wrong, not the SIM"),
    ],
)
def test_how_long_replies_are_held(
    causes: list[int | None], minutes: int | None, why: str
) -> None:
    assert held(*causes) == (None if minutes is None else minutes * MINUTE), why


def test_a_refusal_ahead_of_a_clock_that_is_believed_again_holds_nothing() -> None:
    answers = [(NOON + timedelta(days=3650), 38)] * 3
    assert breaker_until(answers, NOON) is None
    assert breaker_until([(NOON + MINUTE, 38)] * 3, NOON) == NOON + 6 * MINUTE


def test_refusals_in_a_row_are_counted_from_the_newest() -> None:
    assert refusals_in_a_row([(NOON, 38), (NOON, 8), (NOON, None), (NOON, 38)]) == 2

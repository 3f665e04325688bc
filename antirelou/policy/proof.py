"""The text of a line to itself: when the next one is due, and what became of the last one.

It proves that texts go out and come in. What did not provably leave is `mute`, what left and did not come back is
`deaf`; what waited for the operator's own orders and limits says nothing about the line. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from antirelou.settings import DAY, HOUR

# What it says, before a word that nobody guesses; should modem.number be wrong, a stranger reads this.
SELF_TEXT = "Test automatique de cette ligne. Ignorez ce message. "
FAILURES_TO_TELL = 2  # in a row
_BACK_WITHIN = HOUR  # seconds are usual
_SECOND_TRY_AFTER = timedelta(minutes=10)
_FURTHER_TRIES_AFTER = DAY


class Failure(StrEnum):
    """What a line that failed twice in a row is."""

    MUTE = "mute"
    DEAF = "deaf"


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The newest text to itself. `waits_for`: the reason for which the policy keeps it; `failed_at`: it was judged."""

    reply_id: int
    state: str
    waits_for: str | None
    queued_at: datetime
    ended_at: datetime | None
    proved: bool
    failed_at: datetime | None

    @property
    def pending(self) -> bool:
        """Whether it is still to be seen what becomes of it."""
        return not self.proved and self.failed_at is None and self.state != "dropped"


def failure(test: SelfTest, listening_since: datetime, now: datetime) -> Failure | None:
    """Return how a pending test failed, None as long as it has not."""
    if not test.pending or test.state == "submitting":
        return None
    if test.state == "refused":
        return Failure.MUTE
    if test.state == "queued":
        late = now - max(test.queued_at, listening_since) >= _BACK_WITHIN
        return Failure.MUTE if late and test.waits_for is None else None
    if now - max(test.ended_at or test.queued_at, listening_since) < _BACK_WITHIN:
        return None
    return Failure.MUTE if test.state == "unknown" else Failure.DEAF


def next_test(
    test: SelfTest | None, failures: int, every: timedelta, now: datetime
) -> datetime | None:
    """Return when the next test is due after `failures` in a row; None while one is pending."""
    if test is None:
        return now
    if test.pending:
        return None
    if test.proved:
        return test.queued_at + every
    if test.failed_at is None:  # dropped for reasons of the operator's
        return test.queued_at + min(every, _FURTHER_TRIES_AFTER)
    wait = _SECOND_TRY_AFTER if failures < FAILURES_TO_TELL else _FURTHER_TRIES_AFTER
    return test.failed_at + wait

"""The breaker: when the network, or the SIM, refuses again and again, replies are held; receiving never is.

Each refused reply is lost for its recipient, and an operator that sees a SIM insist may bar it for good. Three
refusals in a row hold all replies for five minutes; then one is tried, and each further refusal doubles the wait, up
to six hours. One that the network accepts ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

TRIPS_AT = 3  # refusals in a row
LOOKED_AT = 10  # with as many the wait is the longest
_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=6)
_CLOCK_WRONG = timedelta(minutes=10)

# Causes (TS 24.011 annex E-2, TS 27.005 clause 3.2.5) that speak of the recipient's number, or of what we said.
_OF_THE_NUMBER = frozenset({1, 28, 30})
_OUR_BUGS = frozenset(range(300, 306))

Answer = tuple[datetime, int | None]


def refusals_in_a_row(answers: Sequence[Answer]) -> int:
    """How many of the newest answers, newest first, refuse for the SIM or the network; an acceptance has no cause."""
    return sum(1 for _ in takewhile(lambda answer: _holds(answer[1]), answers))


def breaker_until(answers: Sequence[Answer], now: datetime) -> datetime | None:
    """Until when replies are held, by the network's newest answers, newest first; None if nothing was wrong.

    A refusal that lies ahead of a clock which is believed again says nothing.
    """
    times = refusals_in_a_row(answers[:LOOKED_AT])
    if times < TRIPS_AT or answers[0][0] > now + _CLOCK_WRONG:
        return None
    return answers[0][0] + min(_FIRST_WAIT * 2 ** (times - TRIPS_AT), _LONGEST_WAIT)


def _holds(cause: int | None) -> bool:
    return cause is not None and cause not in _OF_THE_NUMBER | _OUR_BUGS

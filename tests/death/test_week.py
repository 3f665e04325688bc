"""A week of each fault: the journal says what it is in sentences, not too often, and the log hardly grows."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial

from fault_lasts import Told, endured

from antirelou.simulator.faults import FAULTS

DAYS = 7
POLL = 600.0  # seconds, for time's sake; what is said at each poll is still too much
LINES = 7 * 24  # one an hour
EVENTS = 3 * 7 * 24  # rows, which are kept by the hour and kind
GROWTH = 2 << 20  # octets; each attempt of a reply takes some 3,000


def test_a_week_of_each_fault_fills_neither_the_journal_nor_the_card() -> None:
    with ProcessPoolExecutor() as pool:
        told = dict(
            zip(FAULTS, pool.map(partial(endured, days=DAYS, poll=POLL), FAULTS))
        )
    print("\nlines events   kB  in a week of")
    for name, one in told.items():
        print(f"{len(one.lines):5} {one.events:6} {one.growth >> 10:4}  {name}")
    assert not {name: one.odd for name, one in told.items() if one.odd}
    assert {name: one.summary() for name, one in told.items() if _much(one)} == {}


def _much(told: Told) -> bool:
    return len(told.lines) > LINES or told.events > EVENTS or told.growth > GROWTH

"""Some hundred random days; `make soak COUNT=10000` plays more."""

from __future__ import annotations

import os

from soak.breaches import Breach
from soak.death import ANYWHERE, FATEFUL
from soak.run import run

from antirelou.log.orders import KINDS


def test_no_promise_is_broken_in_two_hundred_random_days() -> None:
    total = run(range(100_000, 100_200), processes=os.cpu_count() or 1)
    assert total.breaches == []
    places = {death.split()[1] for death in total.deaths}
    assert places == {*ANYWHERE, *FATEFUL}
    for kind in set(KINDS) - {"forget"}:  # that erases what the judge compares
        assert total.counts[f"order {kind}"]
    assert total.counts["PINs refused"] and total.counts["status 69"]


def test_each_breach_names_its_promise_and_says_what_it_means() -> None:
    for breach in Breach:
        assert breach.promise in {f"P{number}" for number in range(1, 13)}
        assert breach.meaning and not breach.meaning.endswith(".")

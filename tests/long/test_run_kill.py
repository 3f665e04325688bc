"""Forty kills of the real process, each at one exact system call: nothing is lost, nobody is told twice.

A share of what `make test-death` does five hundred times; `run_death.py` says how.
"""

from __future__ import annotations

from run_death import killed
from run_stage import Stages

pytest_plugins = ["run_fixtures"]


def test_forty_kills_lose_nothing_and_tell_nobody_twice(stages: Stages) -> None:
    deaths = killed(stages, {"huawei": 20, "simcom": 20}, seed=20171026)
    assert sum(deaths.values()) >= 40

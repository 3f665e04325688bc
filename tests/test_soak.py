"""A few random days, and that a seed is a day; `make soak` plays thousands, `tests/soak/` says how."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from soak.run import run

TESTS = Path(__file__).parent
A_BUSY_SEED = 7


def trace(seed: int, hashes: str) -> str:
    """What happened in a day, in a process of its own with its own order of sets."""
    return subprocess.run(
        [sys.executable, "-m", "soak", "--trace", str(seed)],
        env=os.environ | {"PYTHONPATH": str(TESTS), "PYTHONHASHSEED": hashes},
        capture_output=True,
        check=True,
        text=True,
    ).stdout


def test_no_promise_is_broken_in_a_few_random_days() -> None:
    total = run(range(5))
    assert total.breaches == []
    assert total.counts["submitted"] and total.deaths


def test_a_seed_is_the_same_day_to_the_last_line_of_its_trace() -> None:
    first, second = trace(A_BUSY_SEED, "1"), trace(A_BUSY_SEED, "2")
    assert len(first.splitlines()) > 50
    assert first == second

"""Some hundreds of power cuts, a share of what `make test-death` does; and that the judge of them can say no."""

from __future__ import annotations

from pathlib import Path

import pytest
from power_cut import Cuts
from power_life import Situation

from antirelou.log import LogError


def test_three_hundred_power_cuts_lose_nothing_and_tell_nobody_twice(
    tmp_path: Path,
) -> None:
    cuts = Cuts(tmp_path, seed=20171026)
    for _ in range(3):
        cuts.life(100)
    assert cuts.cuts.total() == 300


def test_a_disk_that_lies_about_its_cache_is_caught(tmp_path: Path) -> None:
    cuts = Cuts(tmp_path, seed=1)
    cuts.life(1)
    cuts.lies = True
    with pytest.raises((AssertionError, LogError)):
        cuts.life(30)


def test_a_wrong_pin_is_typed_once_whenever_the_power_goes(tmp_path: Path) -> None:
    cuts = Cuts(tmp_path, seed=2, situation=Situation(pin="1234"))
    for _ in range(2):
        cuts.life(60)
    assert cuts.cuts.total() == 120

"""Thousands of power cuts: nothing is lost, nobody is told twice, whatever of the unsynced is left on the disk."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from power_cut import Cuts

LINES = 4  # of lives, each of its own seed
LIVES = 6
MOMENTS = 200  # of each life


def line_of_lives(directory: Path, seed: int) -> tuple[Counter[str], int]:
    directory.mkdir()
    cuts = Cuts(directory, seed)
    for _ in range(LIVES):
        cuts.life(MOMENTS)
    return cuts.cuts, cuts.unknown


def test_thousands_of_power_cuts_lose_nothing_and_tell_nobody_twice(
    tmp_path: Path,
) -> None:
    directories = [tmp_path / str(seed) for seed in range(LINES)]
    with ProcessPoolExecutor() as pool:
        told = list(pool.map(line_of_lives, directories, range(LINES)))
    cuts = sum((counted for counted, _ in told), Counter[str]())
    for call, count in cuts.most_common():
        print(f"{count:5}  before a {call}")
    print(f"{cuts.total():5}  power cuts; replies unknown: {[n for _, n in told]}")
    assert cuts.total() >= 3000
    assert min(cuts[call] for call in ("mark", "sync", "truncate", "unlink")) >= 10

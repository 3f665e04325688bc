"""Many ids, said shortly: first and last of each run without a gap."""

from __future__ import annotations

from collections.abc import Iterable

Ranges = list[list[int]]


def ranges(ids: Iterable[int]) -> Ranges:
    """Return the runs of these ids, in order; each as its first and its last."""
    runs: Ranges = []
    for number in sorted(set(ids)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs

"""`make bench`: antirelou beside gammu-smsd and smstools, one table.

Each run asks every program in turn, so that what else the machine does meets all alike; the first run only warms the
machine and is not counted. A program that stalls is left out of that run, which is said; the exit status is 1 then.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from bench.peers import alone, scenes
from bench.peers.meter import can_count
from bench.peers.modem import Stalled
from bench.peers.programs import OURS, PEERS, Kind
from bench.peers.scenes import Figures, Sizes
from bench.peers.table import table

COUNTED = (scenes.written_one_at_a_time, scenes.written_at_once)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--messages", type=int, default=50)
    parser.add_argument("--slow", type=int, default=10, help="on the 3 s modem")
    parser.add_argument("--idle", type=float, default=60.0, help="seconds watched")
    parser.add_argument("--only", action="append", help="programs, by name")
    asked = parser.parse_args()
    kinds = [kind for kind in _there() if not asked.only or kind.name in asked.only]
    sizes = Sizes(asked.messages, asked.slow, asked.idle)
    runs: dict[str, list[Figures]] = {kind.name: [] for kind in kinds}
    stalled = 0
    for number in range(asked.runs + 1):
        for kind in kinds:
            print(f"run {number} of {asked.runs}: {kind.name}", file=sys.stderr)
            try:
                found = one_run(kind, sizes if number else Sizes(5, 1, 1.0))
            except Stalled as error:
                stalled += 1
                print(f"Run {number} is without {kind.name}: {error}")
                continue
            if number:
                runs[kind.name].append(found)
    print(_where(sizes, asked.runs))
    print(table(OURS.name, runs))
    if OURS in kinds:
        try:
            print("\n".join(alone.told(asked.slow)))
        except Stalled as error:
            stalled += 1
            print(f"Without what only antirelou is asked: {error}")
    return 1 if stalled else 0


def one_run(kind: Kind, sizes: Sizes) -> Figures:
    """Every scene once."""
    found: Figures = {}
    for scene in scenes.ALL:
        if scene not in COUNTED or can_count():
            found |= scene(kind, sizes)
    if kind is OURS and can_count():
        found |= scenes.written_received(sizes)
    return found


def _there() -> Sequence[Kind]:
    """Whom to measure; who is not there is told."""
    kinds = [OURS]
    for peer in PEERS:
        if (missing := peer.missing()) is None:
            kinds.append(peer)
        else:
            print(missing)
    if not can_count():
        print("strace is not installed: fsync and octets written are not counted.")
    return kinds


def _where(sizes: Sizes, runs: int) -> str:
    return (
        f"{os.cpu_count()} cores of {platform.machine()}, Python {platform.python_version()}, SQLite"
        f" {sqlite3.sqlite_version}, load {os.getloadavg()[0]:.1f}; {sizes.messages} messages a scene, {runs} runs:"
        " median (least–most)."
    )


if __name__ == "__main__":
    sys.exit(main())

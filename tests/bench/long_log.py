"""Ask a log of a million messages what an operator asks, and print how long each answer takes, Python's start included.

Wall time is what is promised; the processor's beside it tells a slow answer from a busy machine. The first run of each
is not counted: it reads the file and compiles Python's modules, as installing does.

`long_log.py [--messages N] [--runs N] [--keep DIRECTORY]`, or `make long-log`. The log lies in a temporary directory
on the disk (TMPDIR), or in DIRECTORY, where a second run finds it. The exit status is 1 if an answer takes longer than
promised. How the log is made, and what is not in it, is said in long_past.py.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench import long_past

MESSAGES = 1_000_000
COMMAND = [sys.executable, "-c", "from antirelou.cli import main; main()"]


def questions(past: long_past.Past) -> list[tuple[list[str], float]]:
    """Each question, and within how many seconds it is to be answered."""
    often, seldom = past.loudest, past.quietest
    return [
        (["--help"], 0.15),
        (["log", "--limit", "50"], 0.3),
        (["log", "--line", "second"], 0.3),
        (["log", "--since", "2h"], 0.3),
        (["log", "--sender", often], 0.3),
        (["log", "--sender", seldom], 0.3),
        (["log", "--search", long_past.RARE], 0.3),
        (["log", "--search", long_past.COMMON], 0.3),
        (["log", "--reason", "distress"], 0.3),
        (["log", "--kind", "call"], 0.3),
        (["log", "--state", "queued"], 0.3),
        (["log", "--state", "submitted"], 0.3),
        (["why", str(past.messages // 2)], 0.3),
        (["why", "--last"], 0.3),
        (["status"], 0.3),
        (["line"], 0.3),
        (["stats", "--since", "30d"], 1.0),
    ]


def main() -> int:
    """Make the log, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="antirelou-long-") as temporary:
        directory = asked.keep or Path(temporary)
        directory.mkdir(exist_ok=True)
        began = time.monotonic()
        past = long_past.make(directory, asked.messages)
        size = past.path.stat().st_size / 1e6
        print(f"{past.messages:,} messages, {size:,.0f} MB", end="")
        print(f", made in {time.monotonic() - began:.0f} s. Seconds of wall time:")
        return ask(past, asked.runs)


def ask(past: long_past.Past, runs: int) -> int:
    """Print the medians of each question's times; return 1 if one is over its limit."""
    late = 0
    print(f"{'antirelou':<40}{'wall':>8}{'processor':>11}{'limit':>8}")
    for words, limit in questions(past):
        times = [seconds(past, words) for _ in range(runs + 1)][1:]
        wall, processor = (statistics.median(column) for column in zip(*times))
        late += wall > limit
        mark = "  too slow" if wall > limit else ""
        print(f"{' '.join(words):<40}{wall:8.3f}{processor:11.3f}{limit:8.2f}{mark}")
    return 1 if late else 0


def seconds(past: long_past.Past, words: list[str]) -> tuple[float, float]:
    """How long one command takes as a process of its own: by the clock, and of the processor."""
    environment = os.environ | {"ANTIRELOU_CONFIG": str(past.config)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, began = os.times(), time.perf_counter()
    subprocess.run(
        [*COMMAND, *words], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    wall, after = time.perf_counter() - began, os.times()
    user = after.children_user - before.children_user
    return wall, user + after.children_system - before.children_system


if __name__ == "__main__":
    sys.exit(main())

"""Many days: as many processes as cores, one directory each in memory, and the sum of what became of them."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from antirelou.simulator import FAULTS
from soak.breaches import Breach
from soak.day import Outcome, play

_NOT_MET = ("csmp_wipes_csca",)  # the daemon never says AT+CSMP=


@dataclass(slots=True)
class Sum:
    """What became of many days."""

    days: int = 0
    breaches: list[tuple[int, Breach, str]] = field(default_factory=list)
    fired: Counter[str] = field(
        default_factory=lambda: Counter(dict.fromkeys(FAULTS, 0))
    )
    deaths: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    processor_seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)  # seconds of a processor, and the seed
    seconds: float = 0.0

    def add(self, outcome: Outcome) -> None:
        self.days += 1
        self.breaches += [(outcome.seed, *found) for found in outcome.breaches]
        self.fired.update(outcome.fired)
        self.deaths.update(outcome.deaths)
        self.counts.update(outcome.counts)
        self.processor_seconds += outcome.processor_seconds
        self.slowest = max(self.slowest, (outcome.processor_seconds, outcome.seed))

    @property
    def idle_faults(self) -> list[str]:
        """Faults that never fired, and so proved nothing."""
        return [
            name for name in FAULTS if not self.fired[name] and name not in _NOT_MET
        ]


def run(seeds: Sequence[int], *, processes: int = 1) -> Sum:
    """Play these days and sum them up."""
    total, began = Sum(), time.monotonic()
    with _directory() as directory:
        for outcome in _outcomes(seeds, directory, processes):
            total.add(outcome)
    total.seconds = time.monotonic() - began
    return total


def first_of(
    kinds: Collection[Breach], seeds: Sequence[int], *, processes: int = 1
) -> tuple[int, Breach | None]:
    """Play days until one has a breach of these kinds; tell how many that took, and which breach it was."""
    with _directory() as directory:
        for days, outcome in enumerate(_outcomes(seeds, directory, processes), 1):
            for breach, _ in outcome.breaches:
                if breach in kinds:
                    return days, breach
    return len(seeds), None


def one(seed: int) -> Outcome:
    """Play one day."""
    with _directory() as directory:
        return play(seed, directory / "day")


def _outcomes(
    seeds: Sequence[int], directory: Path, processes: int
) -> Iterator[Outcome]:
    jobs = [(seed, directory) for seed in seeds]
    if processes == 1:
        yield from map(_play, jobs)
        return
    with ProcessPoolExecutor(processes) as pool:
        try:
            yield from pool.map(_play, jobs)
        finally:
            pool.shutdown(cancel_futures=True)


def _play(job: tuple[int, Path]) -> Outcome:
    seed, directory = job
    outcome = play(seed, directory / str(os.getpid()))
    outcome.trace.clear()
    return outcome


@contextmanager
def _directory() -> Iterator[Path]:
    """A directory in memory where there is one: the disk is not what is tested."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(
        prefix="antirelou-soak-", dir=memory if memory.is_dir() else None
    ) as directory:
        yield Path(directory)

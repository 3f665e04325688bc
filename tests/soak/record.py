"""What happened in a day, line by line, and what was found wrong with it.

The trace is the proof that a seed is a day: two runs of one seed must write the same.
"""

from __future__ import annotations

from collections import Counter

from antirelou.simulator import Simulation
from soak.breaches import Breach

_ENOUGH = 5  # breaches; a day that has so many need not go on


class Record:
    """The trace, the breaches and the counts of one day."""

    def __init__(self) -> None:
        self.trace: list[str] = []
        self.found: list[tuple[Breach, str]] = []
        self.counts: Counter[str] = Counter()
        self.acts = 0  # what people, operator and weather did
        self.simulation: Simulation | None = None

    def say(self, what: str) -> None:
        """Note one thing, with the network's time."""
        at = self.simulation.time if self.simulation else 0.0
        self.trace.append(f"{at:10.3f} {what}")

    def act(self, what: str) -> None:
        """Note one thing that somebody or something did to the daemon."""
        self.acts += 1
        self.say(what)

    def breach(self, breach: Breach, detail: object = "") -> None:
        """Note that a promise was broken."""
        self.say(f"BREACH {breach.name} {detail}")
        self.found.append((breach, str(detail)))

    @property
    def enough(self) -> bool:
        return len(self.found) >= _ENOUGH

"""What the world does to the daemon, and when: at once, or in the middle of whatever it is doing then."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from antirelou.simulator import Simulation
from soak.death import Death


class Timetable:
    """Schedules what others do on the simulation's timeline, until the day is called off."""

    def __init__(self, random: Random, simulation: Simulation, death: Death) -> None:
        self._random = random
        self._simulation = simulation
        self._death = death
        self._over = False

    def soon(self, action: Callable[[], None]) -> None:
        """Now, or within half a minute."""
        if self._random.random() < 0.5:
            action()
            return
        within = self._random.choice((0.01, 0.2, 1.0, 3.0, 10.0, 30.0))
        self.later(within * self._random.random(), action)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """After so many seconds, in the middle of what the daemon does then."""
        self._simulation.schedule(seconds, lambda: self._do(action))

    def call_off(self) -> None:
        """Nothing that was planned happens any more."""
        self._over = True

    def _do(self, action: Callable[[], None]) -> None:
        if not self._over:
            with self._death.others_at_work():
                action()

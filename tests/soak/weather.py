"""What happens to the machine: its clock steps, its disk fills, its log is locked, its process dies, its power goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from soak.configuration import PINS
from soak.death import ANYWHERE, FATEFUL, Death
from soak.faults import Trouble
from soak.machine import Machine
from soak.people import People
from soak.record import Record
from soak.timetable import Timetable

_STEPS = tuple(
    sign * timedelta(seconds=seconds)
    for seconds in (20, 180, 3600, 30 * 3600, 120 * 86400)
    for sign in (1, -1)
)
_OFF = (20, 60, 600, 7200)  # seconds
_OLD_CLOCKS = (datetime(2026, 11, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC))
_BIG_STEP = timedelta(hours=2)


class Weather:
    """Lets things happen to one machine."""

    def __init__(
        self,
        random: Random,
        machine: Machine,
        death: Death,
        timetable: Timetable,
        trouble: Trouble,
        people: People,
        record: Record,
    ) -> None:
        self._random, self._machine, self._death = random, machine, death
        self._timetable, self._trouble = timetable, trouble
        self._people, self._record = people, record
        self.put_forward_at: list[float] = []  # when the wall clock stepped forward
        self.big_steps = False  # segments may no longer find each other

    # The clock

    def step(self) -> None:
        by = self._random.choice(_STEPS)
        self._timetable.soon(lambda: self._step(by))

    def synchronise(self) -> None:
        """The kernel loses its time server, or finds it."""
        if self._random.random() < 0.5:
            self._machine.clock.synchronise(False)
            self._happened("clock unsynchronised")
        else:
            self.right_time()

    def right_time(self) -> None:
        """A time server sets the clock right."""
        machine = self._machine
        machine.simulation.run_due()
        self._step(machine.simulation.wall() - machine.clock.now())
        machine.clock.synchronise(True)
        self._happened("clock synchronised")

    def _step(self, by: timedelta) -> None:
        if by > timedelta(0):
            self.put_forward_at.append(self._machine.simulation.time)
        self.big_steps |= abs(by) > _BIG_STEP
        self._machine.clock.step(by)
        self._happened("clock steps", f"by {by}")

    # The process and the machine

    def kill(self) -> None:
        """The process dies at one of the next things that it does."""
        lot = self._random
        place, after = lot.choice((*ANYWHERE, *FATEFUL)), lot.random() < 0.5
        nth = lot.choice((1, 2) if place in FATEFUL else (1, 2, 3, 5, 8, 13, 30, 100))
        self._death.plan(place, nth, after=after)
        self._record.act(f"will die {'after' if after else 'before'} {place} {nth}")

    def ambush(self) -> None:
        """The process dies over a reply, or over what it takes in."""
        self.kill()
        self._people.newcomer()

    def locked_sim(self) -> None:
        """The modem starts again with a SIM that asks for its PIN; the process may die over it."""
        self._trouble.happen("pin", {"pin": self._random.choice(PINS)})
        self._trouble.happen("reboot", {})
        if self._random.random() < 0.5:
            self._death.plan("PIN", 1, after=True)
        self._timetable.later(
            self._random.choice((60, 300)), lambda: self._trouble.clear("pin")
        )

    def stop(self) -> None:
        """SIGTERM."""
        self._timetable.soon(self._machine.stop)
        self._record.act("stop")

    def off(self) -> None:
        """The power goes, with or without the dongle's; the clock is right afterwards, or of long ago."""
        lot, machine = self._random, self._machine
        seconds = lot.choice(_OFF)
        earlier = machine.clock.now() - timedelta(hours=3)
        wall = lot.choice((None, None, earlier, *_OLD_CLOCKS))
        modem = machine.simulation.modem
        with_dongle = lot.random() < 0.5 and machine.simulation.plugged
        if with_dongle:
            modem.power_off()
        machine.off(seconds, wall)
        if with_dongle:
            modem.power_on()
        self.big_steps = True
        self.put_forward_at.append(machine.simulation.time)
        if wall is not None:
            self._timetable.later(lot.choice((30, 300, 3000)), self.right_time)
        self._happened("power cut", f"for {seconds} s, clock {wall}")

    # The disk

    def fill(self) -> None:
        """The disk is full, for a while."""
        self._machine.fill_disk(self._random.choice((0, 1, 3)))
        self._timetable.later(self._random.choice((10, 100, 400)), self.free)
        self._happened("disk full")

    def free(self) -> None:
        self._machine.free_disk()

    def lock(self) -> None:
        """Another process writes into the log, and takes its time."""
        seconds = self._random.choice((1, 7, 30, 200))

        def lock() -> None:
            if self._machine.lock_log():
                self._timetable.later(seconds, self._machine.unlock_log)
                self._happened("log locked", f"for {seconds} s")

        self._timetable.soon(lock)

    def _happened(self, name: str, detail: str = "") -> None:
        self._record.counts[name] += 1
        self._record.act(f"{name} {detail}")

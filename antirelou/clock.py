"""The one source of time: wall, boot, wait.

`SystemClock` is the machine's; `VirtualClock` moves only when somebody waits, so that a year of evenings runs in
seconds. `Timekeeper` turns either into the time that the log is written in: a Pi has no battery, and until the kernel
calls the wall clock synchronised, the time never runs behind what the log already knows.
"""

from __future__ import annotations

import ctypes
import os
import select
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

_TIME_ERROR = (
    5  # adjtimex(2): "the system clock is not synchronized to a reliable server"
)
STEP = timedelta(
    seconds=5
)  # a smaller difference between wall and boot time is slewing, not a step


class Clock(Protocol):
    """What the daemon, the modem and the simulator need to know of time."""

    boot_id: str

    def now(self) -> datetime:
        """The wall clock, aware, UTC; it may be wrong and it may step."""

    def boot(self) -> float:
        """Seconds since this boot, suspend included (CLOCK_BOOTTIME); never steps."""

    def synchronised(self) -> bool:
        """Whether the kernel calls the wall clock synchronised."""

    def wait(self, seconds: float) -> None:
        """Let `seconds` pass, or less when `wake` is called."""

    def wake(self) -> None:
        """End the present or the next `wait` at once; callable from a signal handler."""


class SystemClock:
    """The machine's clocks."""

    def __init__(self) -> None:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            self.boot_id = file.read().strip()
        self._libc = ctypes.CDLL(None)
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def boot(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def synchronised(self) -> bool:
        timex = (
            ctypes.c_long * 64
        )()  # struct timex is at most 208 octets; zeroed modes: read only
        state: int = self._libc.adjtimex(timex)
        return 0 <= state < _TIME_ERROR  # -1: a sandbox forbids to ask

    def wait(self, seconds: float) -> None:
        if select.select([self._woken], [], [], max(0.0, seconds))[0]:
            while select.select([self._woken], [], [], 0)[0]:
                os.read(self._woken, 4096)

    def wake(self) -> None:
        try:
            os.write(self._waker, b"\0")
        except BlockingIOError:  # the pipe is full of wake-ups already
            return


class VirtualClock:
    """Time that passes only in `wait`; tests and replays set it, step it and restart its machine."""

    def __init__(self, start: datetime, *, synchronised: bool = True) -> None:
        self.boot_id = "virtual-1"
        self._wall = start
        self._boot = 100.0
        self._synchronised = synchronised
        self._woken = False

    def now(self) -> datetime:
        return self._wall

    def boot(self) -> float:
        return self._boot

    def synchronised(self) -> bool:
        return self._synchronised

    def wait(self, seconds: float) -> None:
        if self._woken:
            self._woken = False
            return
        self._boot += max(0.0, seconds)
        self._wall += timedelta(seconds=max(0.0, seconds))

    def wake(self) -> None:
        self._woken = True

    def step(self, by: timedelta) -> None:
        """The wall clock jumps; boot time does not."""
        self._wall += by

    def synchronise(self, synchronised: bool = True) -> None:
        self._synchronised = synchronised

    def reboot(self, *, wall: datetime | None = None) -> None:
        """The machine starts again, its wall clock at `wall` if that is given."""
        self.boot_id = f"virtual-{int(self.boot_id.rpartition('-')[2]) + 1}"
        self._boot = 20.0
        self._wall = wall or self._wall


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of the clock, as the log keeps it."""

    at: datetime
    boot: float
    boot_id: str
    unsynced: bool


class Timekeeper:
    """The time that the log is written in.

    While the clock is unsynchronised, `at` is the later of the wall clock and the newest stored time plus the boot
    time since. Of a time that was in the log before, only the boot time since it was read counts: who knows how long
    this machine was up when it was written, and whether it was this machine. A synchronised clock is believed.
    """

    def __init__(self, clock: Clock, newest: datetime | None = None) -> None:
        self._clock = clock
        self._floor = newest
        self._floor_boot = clock.boot()
        self._offset = self._now_offset()

    def moment(self) -> Moment:
        """The present reading."""
        wall, boot = self._clock.now(), self._clock.boot()
        unsynced = not self._clock.synchronised()
        if unsynced and self._floor is not None:
            wall = max(wall, self._floor + timedelta(seconds=boot - self._floor_boot))
        return Moment(wall, boot, self._clock.boot_id, unsynced)

    def stored(self, moment: Moment) -> None:
        """Remember that a row with this time is in the log."""
        if self._floor is None or moment.at > self._floor:
            self._floor, self._floor_boot = moment.at, moment.boot

    def believe(self, moment: Moment) -> None:
        """Take this reading for right, whatever later time was stored: the operator declared those times wrong."""
        self._floor, self._floor_boot = moment.at, moment.boot

    def step(self) -> timedelta | None:
        """By how much the log's time stepped since the last call, or None; less than `STEP` is taken in silence."""
        offset = self._now_offset()
        stepped, self._offset = offset - self._offset, offset
        return stepped if abs(stepped) >= STEP else None

    def _now_offset(self) -> datetime:
        moment = self.moment()
        return moment.at - timedelta(seconds=moment.boot)

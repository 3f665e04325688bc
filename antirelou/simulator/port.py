"""The in-process mount: the part of pyserial's Serial that a driver uses, on the simulation's clock.

Waiting is the clock's: with a virtual clock time goes straight to the next octet or the deadline, nothing sleeps.
Errors are those of the operating system: EIO when the dongle is gone, FileNotFoundError when it cannot be opened.
"""

from __future__ import annotations

import errno
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antirelou.simulator.simulation import Simulation

_SLICE_SECONDS = (
    3600.0  # how long to wait at once when nothing is due and there is no deadline
)

_TINY = 1e-9  # seconds; see simulation.py


class Port:
    """One opening of the dongle's port; a newer opening takes the line from an older one, as after a kill."""

    def __init__(self, simulation: Simulation, path: str) -> None:
        simulation.run_due()
        kernel_name = re.fullmatch(r"/dev/ttyUSB\d+", path)
        if not simulation.plugged or (kernel_name and path != simulation.port_name):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        if simulation.faults.fire("port_busy"):
            raise OSError(errno.EBUSY, "Device or resource busy", path)
        self._simulation = simulation
        self._wire = simulation.wire
        self.name = self.port = path
        self.is_open = True
        self.timeout: float | None = None
        self.write_timeout: float | None = None
        self._cancelled = False
        self._waiting = False
        self._wire.open()
        self._session = self._wire.session

    def _check(self) -> None:
        if not self.is_open:
            raise OSError(errno.EBADF, "the port is not open")
        self._simulation.run_due()
        if self._wire.session != self._session:
            raise OSError(errno.EIO, "Input/output error")

    @property
    def in_waiting(self) -> int:
        """How many octets can be read at once."""
        self._check()
        return len(self._wire.buffer)

    def read(self, size: int = 1) -> bytes:
        """`size` octets, or fewer when `timeout` seconds have passed or the read was cancelled."""
        self._check()
        if len(self._wire.buffer) >= size:
            return self._wire.take(size)
        clock = self._simulation.clock
        deadline = None if self.timeout is None else clock.boot() + self.timeout
        while len(self._wire.buffer) < size and not self._cancelled:
            left = _SLICE_SECONDS if deadline is None else deadline - clock.boot()
            if left <= _TINY:
                break
            due = self._simulation.until_next()
            self._waiting = True
            try:
                clock.wait(left if due is None else min(left, due))
            finally:
                self._waiting = False
            self._check()
        self._cancelled = False
        return self._wire.take(size)

    def write(self, data: bytes) -> int:
        """Give octets to the modem; TimeoutError after `write_timeout` when it does not read."""
        self._check()
        if self._simulation.faults.active and self._simulation.faults.fire(
            "not_reading"
        ):
            self._simulation.clock.wait(
                _SLICE_SECONDS if self.write_timeout is None else self.write_timeout
            )
            raise TimeoutError(errno.ETIMEDOUT, "Write timeout")
        self._simulation.modem.feed(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Everything was written already."""

    def reset_input_buffer(self) -> None:
        """Throw away what was not read."""
        self._check()
        self._wire.buffer.clear()

    def reset_output_buffer(self) -> None:
        """Nothing waits to be written."""

    def cancel_read(self) -> None:
        """End the present or the next read at once; callable from a signal handler."""
        self._cancelled = True
        wake = getattr(self._simulation.clock, "wake", None)
        if self._waiting and wake is not None:
            wake()

    def close(self) -> None:
        """Close; twice is once."""
        if self.is_open:
            self.is_open = False
            if self._wire.session == self._session:
                self._wire.close()

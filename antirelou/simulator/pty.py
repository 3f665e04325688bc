"""The pty mount: the same dongle in real time on a pseudo-terminal, for any program that opens a serial port.

A symbolic link names the terminal and goes with it. The slave side is kept open here, so that clients may come and
go; inotify tells when the last one left, and then the terminal is as fresh as a driver would leave it. Unplugging
hangs the terminal up and takes the link away.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import struct
import termios
import threading
import tty
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antirelou.simulator.simulation import Simulation

_IN_CLOSE, _IN_OPEN = 0x18, 0x20  # inotify(7): closed for writing or not, opened
_EVENT = struct.Struct("iIII")
_PIECE = 65536  # octets read at once; a pseudo-terminal holds 4096


class _Watch:
    """How many clients have the terminal open."""

    def __init__(self, path: str) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.descriptor < 0 or libc.inotify_add_watch(self.descriptor, path.encode(), _IN_CLOSE | _IN_OPEN) < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"cannot watch {path}: {os.strerror(number)}")
        self.clients = 0

    def look(self) -> None:
        """Count what happened since."""
        try:
            told = os.read(self.descriptor, _PIECE)
        except BlockingIOError:
            return
        place = 0
        while place < len(told):
            _, mask, _, length = _EVENT.unpack_from(told, place)
            self.clients += 1 if mask & _IN_OPEN else -1 if mask & _IN_CLOSE else 0
            place += _EVENT.size + length


class Terminal:
    """One pseudo-terminal: from plugging in to unplugging."""

    def __init__(self, simulation: Simulation, link: Path) -> None:
        self._simulation = simulation
        self._link = link
        self.master, self._slave = os.openpty()
        os.set_blocking(self.master, False)
        self._fresh()
        self.path = os.ttyname(self._slave)
        self.watch = _Watch(self.path)
        self._mounted = False
        self._point()

    def _point(self) -> None:
        if self._link.exists() and not self._link.is_symlink():
            raise FileExistsError(f"{self._link} exists and is no symbolic link; choose another name for the port.")
        temporary = self._link.with_name(f".{self._link.name}.{os.getpid()}")
        temporary.symlink_to(self.path)
        temporary.replace(self._link)

    def _fresh(self) -> None:
        tty.setraw(self._slave)
        termios.tcflush(self._slave, termios.TCIOFLUSH)
        fcntl.ioctl(self._slave, termios.TIOCNXCL)

    def serve(self, ready_to_read: bool) -> None:
        """Move octets both ways; notice who came and who left."""
        self.watch.look()
        if self.watch.clients and not self._mounted:
            self._mounted = True
            self._simulation.wire.open()
        if ready_to_read:
            self._take()
        if self._mounted and not self.watch.clients:
            self._mounted = False
            self._simulation.wire.close()
            self._fresh()
        self._give()

    def _take(self) -> None:
        try:
            octets = os.read(self.master, _PIECE)
        except BlockingIOError:
            return
        if self._simulation.plugged:
            self._simulation.modem.feed(octets)

    def _give(self) -> None:
        waiting = self._simulation.wire.buffer
        single = "one_byte_at_a_time" in self._simulation.faults.active
        while waiting:
            try:
                written = os.write(self.master, waiting[: 1 if single else _PIECE])
            except BlockingIOError:
                return
            del waiting[:written]
            if single:  # the rest in the loop's next turns
                return

    def close(self) -> None:
        """Hang up, and take the link away if it is still ours."""
        if self._link.is_symlink() and os.readlink(self._link) == self.path:
            self._link.unlink()
        for descriptor in (self.master, self._slave, self.watch.descriptor):
            os.close(descriptor)


class Mount:
    """The dongle on a pseudo-terminal, with a loop around it. `order` and `stop` may come from other threads."""

    def __init__(self, simulation: Simulation, link: str | os.PathLike[str]) -> None:
        self.simulation = simulation
        self.link = Path(link)
        self._orders: deque[Callable[[], None]] = deque()
        self._woken, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._stopped = False
        self._readers: dict[int, Callable[[], bool]] = {}
        self._terminal: Terminal | None = None
        self._follow_plug()

    def read_from(self, descriptor: int, reader: Callable[[], bool]) -> None:
        """Call `reader` whenever `descriptor` can be read, until it says False."""
        self._readers[descriptor] = reader

    def order(self, action: Callable[[], None]) -> None:
        """Have `action` done by the loop: the simulation itself is not for several threads."""
        self._orders.append(action)
        self._wake()

    def stop(self) -> None:
        """End the loop; callable from a signal handler."""
        self._stopped = True
        self._wake()

    def _wake(self) -> None:
        try:
            os.write(self._waker, b"\0")
        except BlockingIOError:  # it is woken already
            return

    def serve(self) -> None:
        """The loop: what is due, what was ordered, what was typed, what is said; until `stop`."""
        while not self._stopped:
            self.simulation.run_due()
            while self._orders:
                self._orders.popleft()()
            self._follow_plug()
            ready = self._wait()
            self.simulation.run_due()
            if self._terminal:
                self._terminal.serve(self._terminal.master in ready)
            for descriptor in ready & set(self._readers):
                if not self._readers[descriptor]():
                    del self._readers[descriptor]

    def _wait(self) -> set[int]:
        poll = select.poll()
        for descriptor in (self._woken, *self._readers):
            poll.register(descriptor, select.POLLIN)
        if self._terminal:
            reading = 0 if self.simulation.faults.get("not_reading") is not None else select.POLLIN
            poll.register(self._terminal.master, reading | (select.POLLOUT if self.simulation.wire.buffer else 0))
            poll.register(self._terminal.watch.descriptor, select.POLLIN)
        due = self.simulation.until_next()
        # a millisecond more than due, so that what is due is due when the wait ends
        told = poll.poll(None if due is None else int(due * 1000) + 1)
        ready = {descriptor for descriptor, events in told if events & select.POLLIN}
        if self._woken in ready:
            os.read(self._woken, _PIECE)
        return ready

    def _follow_plug(self) -> None:
        if self.simulation.plugged and self._terminal is None:
            number = self.simulation.port_number
            link = self.link.with_name(f"{self.link.name}{number}") if number else self.link
            self._terminal = Terminal(self.simulation, link)
        elif not self.simulation.plugged and self._terminal:
            self._terminal.close()
            self._terminal = None

    def close(self) -> None:
        """Take the terminal and its link away."""
        if self._terminal:
            self._terminal.close()
            self._terminal = None
        os.close(self._woken)
        os.close(self._waker)


def serve(simulation: Simulation, link: str | os.PathLike[str]) -> None:
    """Serve the dongle on a pseudo-terminal until the process ends."""
    mount = Mount(simulation, link)
    try:
        mount.serve()
    finally:
        mount.close()


@contextmanager
def served(simulation: Simulation, link: str | os.PathLike[str]) -> Iterator[Mount]:
    """Serve it from a thread of its own while the block runs; talk to the simulation through `order` only."""
    mount = Mount(simulation, link)
    thread = threading.Thread(target=mount.serve, name="simulated dongle")
    thread.start()
    try:
        yield mount
    finally:
        mount.stop()
        thread.join()
        mount.close()

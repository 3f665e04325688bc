"""The pty mount: the same dongle in real time on a pseudo-terminal, for any program that opens a serial port.

A symbolic link names the terminal and goes with it. Clients may come and go: when the last one has left, what was
said to it is lost and the terminal is as fresh as a driver would leave it. Unplugging hangs the terminal up and takes
the link away.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
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

_IN_OPEN = 0x20  # inotify(7)
_PIECE = 65536  # octets read at once; a pseudo-terminal holds 4096


def _watch(path: str) -> int:
    """A descriptor that can be read when somebody opened the terminal."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if (
        descriptor < 0
        or libc.inotify_add_watch(descriptor, path.encode(), _IN_OPEN) < 0
    ):
        number = ctypes.get_errno()
        raise OSError(number, f"cannot watch {path}: {os.strerror(number)}")
    return descriptor


def _drain(descriptor: int) -> bytes:
    """What can be read now: nothing (EAGAIN), or nobody has the terminal open any more (EIO)."""
    try:
        return os.read(descriptor, _PIECE)
    except OSError:
        return b""


class Terminal:
    """One pseudo-terminal: from plugging in to unplugging.

    The slave side is not kept open here, so that the master side hears of the last client's leaving (POLLHUP).
    """

    def __init__(self, simulation: Simulation, link: Path) -> None:
        if link.exists() and not link.is_symlink():
            raise FileExistsError(
                f"{link} exists and is no symbolic link; choose another name for the port."
            )
        self._simulation = simulation
        self._link = link
        self.master, slave = os.openpty()
        os.set_blocking(self.master, False)
        self.path = os.ttyname(slave)
        tty.setraw(slave)
        os.close(slave)
        self.opened = _watch(self.path)
        self.mounted = False
        self.spent = False  # it cannot be made fresh: another one must take its place
        temporary = link.with_name(f".{link.name}.{os.getpid()}")
        temporary.symlink_to(self.path)
        temporary.replace(link)

    def _events(self) -> int:
        poll = select.poll()
        poll.register(self.master, select.POLLIN)
        return sum(events for _, events in poll.poll(0))

    def serve(self, reads: bool) -> None:
        """Move octets both ways; notice who came and who left."""
        _drain(self.opened)
        events = self._events()
        if not self.mounted and events != select.POLLHUP:
            self.mounted = True
            self._simulation.wire.open()
        if events & select.POLLIN and reads:
            octets = _drain(self.master)
            if self._simulation.plugged:
                self._simulation.modem.feed(octets)
        if (
            self.mounted
            and events & select.POLLHUP
            and self._events() == select.POLLHUP
        ):
            self._freshen()
            self._simulation.wire.close()
            self.mounted = False
        self._give()

    def _freshen(self) -> None:
        """As a driver leaves a port that was closed: raw, empty, for everybody."""
        try:
            slave = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:  # the client had it for itself, and that outlives it
            self.spent = True
            return
        tty.setraw(slave)
        termios.tcflush(slave, termios.TCIOFLUSH)
        fcntl.ioctl(slave, termios.TIOCNXCL)
        os.close(slave)

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
        os.close(self.master)
        os.close(self.opened)


class Mount:
    """The dongle on a pseudo-terminal, with a loop around it. `order` and `stop` may come from other threads."""

    def __init__(self, simulation: Simulation, link: str | os.PathLike[str]) -> None:
        self.simulation = simulation
        self.link = Path(link)
        self._orders: deque[Callable[[], None]] = deque()
        self._stopped = False
        self._readers: dict[int, Callable[[], bool]] = {}
        self._terminal: Terminal | None = None
        self._follow_plug()
        self._woken, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

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
                self._terminal.serve(self.simulation.faults.get("not_reading") is None)
            for descriptor in ready & set(self._readers):
                if not self._readers[descriptor]():
                    del self._readers[descriptor]

    def _wait(self) -> set[int]:
        poll = select.poll()
        for descriptor in (self._woken, *self._readers):
            poll.register(descriptor, select.POLLIN)
        if self._terminal:
            poll.register(self._terminal.opened, select.POLLIN)
            if self._terminal.mounted:  # else the master side tells nothing but that nobody is there, all the time
                reading = (
                    0
                    if self.simulation.faults.get("not_reading") is not None
                    else select.POLLIN
                )
                poll.register(
                    self._terminal.master,
                    reading | (select.POLLOUT if self.simulation.wire.buffer else 0),
                )
        due = self.simulation.until_next()
        # a millisecond more than due, so that what is due is due when the wait ends
        told = poll.poll(None if due is None else int(due * 1000) + 1)
        ready = {descriptor for descriptor, events in told if events & select.POLLIN}
        if self._woken in ready:
            os.read(self._woken, _PIECE)
        return ready

    def _follow_plug(self) -> None:
        before = self._terminal
        if self.simulation.plugged and (before is None or before.spent):
            number = self.simulation.port_number
            link = (
                self.link.with_name(f"{self.link.name}{number}")
                if number
                else self.link
            )
            self._terminal = Terminal(
                self.simulation, link
            )  # before the other goes, so that the link stays
        elif not self.simulation.plugged:
            self._terminal = None
        if before and before is not self._terminal:
            before.close()

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

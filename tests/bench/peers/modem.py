"""The modem of a measurement: the simulated dongle on a pseudo-terminal, and when what happened on its wire.

It lives in a thread of the measuring process, so that its own processor time is nobody's. A message has landed when
the network's delivery is in a slot and `+CMTI` is on the line; it is answered when `AT+CMGS` comes from the program.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from antirelou.clock import SystemClock
from antirelou.simulator import Simulation
from antirelou.simulator.pty import Mount
from antirelou.simulator.simulation import RADIOS, Radio

FIRST, NUMBERS = 33639980000, 10_000  # they belong to nobody
TEXT = "Salut, c'est moi, tu fais quoi ce soir ? Réponds-moi."
PATIENCE = 60.0  # seconds without any progress: the program hangs
_LOOK = 1.0  # seconds between two looks whether it is there at all
WITHOUT_DELAYS = RADIOS["instant"]
SUBMITS_IN_3_S = Radio(delivery=0.0, submit=3.0, deletion=0.0)
REALISTIC = RADIOS["realistic"]


class Stalled(Exception):
    """The program under test makes no progress."""


class Modem:
    """One dongle, and the times of its day."""

    def __init__(self, link: Path, radio: Radio, first: int) -> None:
        # The delivery time is the network's from its making on; a radio of one's own has none that matters.
        named = "realistic" if radio is REALISTIC else "instant"
        self.simulation = Simulation(SystemClock(), radio=named)
        self.simulation.radio = radio
        self.mount = Mount(self.simulation, link)
        self.landed: list[float] = []
        self.asked: list[float] = []  # each AT+CMGS
        self.accepted: list[float] = []
        self.deleted: list[float] = []
        self.read: list[float] = []  # each look into the slots
        self.exchanges = 0
        self.has_ended: Callable[[], bool] = lambda: False  # the program
        self._given = first  # numbers are given in turn, from this one on
        self._changed = threading.Condition()
        self._feed = self.simulation.modem.feed
        self.simulation.modem.feed = self._hear  # type: ignore[method-assign]
        self.simulation.listen(self._note)

    def send(self, count: int) -> None:
        """Let so many people text, one message each, nobody twice."""
        numbers = [f"+{FIRST + (self._given + one) % NUMBERS}" for one in range(count)]
        self._given += count

        def order() -> None:
            for number in numbers:
                self.simulation.network.text(number, TEXT)

        self.mount.order(order)

    def until_answered(self, count: int) -> None:
        """Wait until so many texts in all were accepted from the program."""
        self._until(lambda: len(self.accepted) >= count)

    def until_taken(self, count: int) -> None:
        """Wait until so many messages in all have landed, and every slot is empty again."""
        slots = self.simulation.sim.storages.values()
        self._until(
            lambda: len(self.landed) >= count and not any(one.slots for one in slots)
        )

    def until_read(self) -> None:
        """Wait until the program has looked into the slots once."""
        self._until(lambda: self.read)

    def _until(self, true: Callable[[], object]) -> None:
        with self._changed:
            while not true():
                before, end = self._progress(), time.monotonic() + PATIENCE
                while not true() and self._progress() == before:
                    if self.has_ended():
                        raise Stalled("It has ended.")
                    if time.monotonic() >= end:
                        raise Stalled(f"No progress for {PATIENCE:g} s.")
                    self._changed.wait(_LOOK)

    def _progress(self) -> int:
        return len(self.landed) + len(self.read) + len(self.accepted)

    def _hear(self, octets: bytes) -> None:
        now = time.monotonic()
        with self._changed:
            self.exchanges += octets.count(b"\r")
            if b"AT+CMGS=" in octets:
                self.asked.append(now)
            if b"AT+CMGL" in octets or b"AT+CMGR" in octets:
                self.read.append(now)
            self._changed.notify_all()
        self._feed(octets)
        with self._changed:  # a slot may be empty now
            self._changed.notify_all()

    def _note(self, event: dict[str, Any]) -> None:
        times = {
            "delivered": self.landed,
            "submitted": self.accepted,
            "deleted": self.deleted,
        }
        with self._changed:
            if event["event"] in times:
                times[event["event"]].append(time.monotonic())
            self._changed.notify_all()


@contextmanager
def plugged_in(
    link: Path, radio: Radio = WITHOUT_DELAYS, first: int = 0
) -> Iterator[Modem]:
    """A dongle that is there while the block runs."""
    modem = Modem(link, radio, first)
    thread = threading.Thread(target=modem.mount.serve, name="simulated dongle")
    thread.start()
    try:
        yield modem
    finally:
        modem.mount.stop()
        thread.join()
        modem.mount.close()

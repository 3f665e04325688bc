"""One replay: the real daemon and its log on disk, a simulated dongle with a realistic radio, a crowd, a virtual clock.

The network's queue is the crowd's own stream: a message is handed to the simulated network when it is the next one to
be delivered, and is counted as expired instead if it has waited for more than 72 h by then. What the radio delivered
is written to a file, which knows nothing of what the daemon did with it; the figures compare the two. So the simulated
side holds a few messages at a time, and the memory measured is the daemon's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from bench.crowd import Arrival, octets

from antirelou.clock import Timekeeper, VirtualClock
from antirelou.daemon import Daemon
from antirelou.log import Store
from antirelou.settings import Log, Modem, Settings
from antirelou.simulator import Port, Simulation
from antirelou.simulator.network import VALIDITY_SECONDS

CALL_SECONDS = 20.0
SLACK = timedelta(minutes=30)
ROUNDING = 1e-6  # seconds; sums of moments are not exact
_KEY = "11" * 32  # the same lots in every run


class People(Protocol):
    """What a replay must know of a crowd."""

    starts: Any

    def arrivals(self) -> Iterator[Arrival]: ...

    def calls(self) -> list[tuple[float, str]]: ...


class Killed(BaseException):
    """The process is gone, in the middle of whatever it waited for."""


class MortalClock(VirtualClock):
    """A virtual clock on which the process that waits may die."""

    dies_at = float("inf")  # boot time

    def wait(self, seconds: float) -> None:
        if self.boot() + seconds < self.dies_at:
            super().wait(seconds)
            return
        super().wait(self.dies_at - self.boot())
        self.dies_at = float("inf")
        raise Killed


@dataclass
class Spent:
    """Processor seconds of the simulated side: what is spent inside the port."""

    seconds: float = 0.0


class MeteredPort(Port):
    """The simulated port, and how long the processor was on the other side of it."""

    spent: Spent

    def read(self, size: int = 1) -> bytes:
        began = time.thread_time()
        try:
            return super().read(size)
        finally:
            self.spent.seconds += time.thread_time() - began

    def write(self, data: bytes) -> int:
        began = time.thread_time()
        try:
            return super().write(data)
        finally:
            self.spent.seconds += time.thread_time() - began


class Replay:
    """Everything that one replay needs; `run` plays it to its end."""

    def __init__(
        self,
        directory: Path,
        people: People,
        *,
        seed: int = 0,
        kills: Sequence[float] = (),
        **sections: Any,
    ) -> None:
        self.people = people
        self.settings = settings_in(directory, **sections)
        self.settings.log.key_file.write_text(f"{_KEY}\n", encoding="ascii")
        self.clock = MortalClock(people.starts)
        self.began = self.clock.boot()
        self.simulation = Simulation(self.clock, radio="realistic", seed=seed)
        self.spent = Spent()
        self.offered = self.expired = self.delivered = 0
        self.last_delivery_at = self.began
        self.deepest = 0  # slots in use at once
        self._draws = Draws(seed)
        self._kills = sorted(self.began + at for at in kills)
        self.delivered_path = directory / "delivered.txt"
        self._delivered_file = self.delivered_path.open("w", encoding="ascii")
        self._waiting = people.arrivals()
        self._next: Arrival | None = next(self._waiting, None)
        self._scheduled = False
        self._journal = _journal(directory / "journal.txt")
        self._begin()

    def _begin(self) -> None:
        self.simulation.listen(self._heard)
        calls = self.people.calls()
        for at, caller in calls:
            self.simulation.network.call(caller, seconds=CALL_SECONDS, at=at)
        if calls:  # a call that rings blocks reception; armed only while there are any, since faults cost time
            moments = [at for at, _ in calls]
            self.simulation.schedule(
                min(moments), lambda: self.simulation.fault("call_blocks_reception")
            )
            self.simulation.schedule(
                max(moments) + 2 * CALL_SECONDS,
                lambda: self.simulation.clear("call_blocks_reception"),
            )
        self._top_up()
        self._start()

    # the daemon

    def _start(self) -> None:
        self.store = Store.open(self.settings, Timekeeper(self.clock).moment())
        self.daemon = Daemon(
            self.settings,
            clock=self.clock,
            store=self.store,
            open_port=self._open_port,
            draw=self._draws.draw,
        )

    def _open_port(self, path: str, baud_rate: int) -> Port:
        port = MeteredPort(self.simulation, path)
        port.spent = self.spent
        return port

    def run(self) -> None:
        """Play until nothing waits anywhere; with a kill and a fresh daemon at each of the given moments."""
        while self.clock.boot() < self._ends():
            self.clock.dies_at = self._kills[0] if self._kills else float("inf")
            try:
                self.daemon.step()
            except Killed:
                self._kills.pop(0)
                self.store.close()
                self._start()

    def close(self) -> None:
        """End the daemon as its operator would, and let go of every file."""
        self.daemon.stop()
        self.daemon.run()
        self.store.close()
        self._delivered_file.close()
        logging.getLogger("antirelou").removeHandler(self._journal)
        self._journal.close()

    def _ends(self) -> float:
        if self._next is not None or self.simulation.network.queue:
            return float("inf")
        reply = (
            self.settings.reply
        )  # by then every reply has left, was dropped, or has expired
        settled = reply.delay + reply.delay_spread + reply.expire_after + SLACK
        return self.last_delivery_at + settled.total_seconds()

    # the network's queue

    def _elapsed(self) -> float:
        return self.simulation.time - self.began

    def _top_up(self) -> None:
        """Hand over the next message that has not expired, if it was written by now."""
        while not self.simulation.network.queue and self._next is not None:
            arrival = self._next
            now = self._elapsed()
            if arrival.at > now + ROUNDING:
                self._call_at(arrival.at - now)
                return
            self._next = next(self._waiting, None)
            pdus = octets(arrival, self.people.starts)
            self.offered += len(pdus)
            if arrival.at + VALIDITY_SECONDS <= now:
                self.expired += len(pdus)
                continue
            for one in pdus:
                self.simulation.network.pdu(one, has_smsc=True)

    def _call_at(self, seconds: float) -> None:
        if not self._scheduled:
            self._scheduled = True
            self.simulation.schedule(seconds, self._due)

    def _due(self) -> None:
        self._scheduled = False
        self._top_up()

    def _heard(self, event: dict[str, Any]) -> None:
        if event["event"] != "delivered":
            return
        delivered = self.simulation.network.delivered
        for one in delivered:
            self._delivered_file.write(f"{one.pdu}\n")
        self.delivered += len(delivered)
        self.last_delivery_at = self.clock.boot()
        delivered.clear()
        storages = self.simulation.sim.storages.values()
        self.deepest = max(
            self.deepest, sum(len(storage.slots) for storage in storages)
        )
        self._top_up()


class Draws:
    """Each decision's share of `delay_spread`; goes on where it was when the daemon is started again."""

    def __init__(self, seed: int) -> None:
        self._state = seed * 2654435761 + 12345 & 0xFFFFFFFF

    def draw(self) -> float:
        self._state = (self._state * 1664525 + 1013904223) & 0xFFFFFFFF
        return self._state / 2**32


def settings_in(directory: Path, **sections: Any) -> Settings:
    """The default configuration with its files in `directory`; `sections` replaces values of a section."""
    path = directory / "antirelou.db"
    settings = Settings(
        modem=Modem(port="simulated"), log=Log(path=path, key_file=Path(f"{path}.key"))
    )
    for section, values in sections.items():
        settings = replace(
            settings, **{section: replace(getattr(settings, section), **values)}
        )
    return settings


def _journal(path: Path) -> logging.Handler:
    """The daemon's journal, as a file."""
    handler = logging.FileHandler(path, encoding="utf-8")
    ours = logging.getLogger("antirelou")
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False
    return handler

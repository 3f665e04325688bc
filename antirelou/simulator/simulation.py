"""The simulated dongle, its SIM and its network on one timeline: what tests, the demo and third parties hold.

Deterministic: with the same clock, seed and orders the same octets come at the same times. The timeline moves only
when the clock does; the network has a clock of its own that the host's wall clock cannot step. Imports nothing of the
project but this package.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from antirelou.simulator import accidents
from antirelou.simulator.faults import FAULTS, Faults, Value
from antirelou.simulator.modem import Modem
from antirelou.simulator.network import Network
from antirelou.simulator.port import Port
from antirelou.simulator.sim import Sim
from antirelou.simulator.voices import VOICES
from antirelou.simulator.wire import Wire

_TINY = 1e-9  # seconds; a virtual clock's sums are rounded, and what is due must not be missed by that


class Clock(Protocol):
    """What the simulation needs of time."""

    def now(self) -> datetime: ...

    def boot(self) -> float: ...

    def wait(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Radio:
    """How long the network takes, in seconds."""

    delivery: float
    submit: float
    deletion: float


RADIOS = {"instant": Radio(0.0, 0.0, 0.0), "realistic": Radio(3.0, 4.0, 0.2)}


class Simulation:
    """One dongle with one SIM in one network."""

    def __init__(
        self,
        clock: Clock,
        *,
        voice: str = "huawei",
        radio: str = "instant",
        seed: int = 0,
        sm_slots: int = 30,
        me_slots: int = 23,
        pin: str | None = None,
        own_number: str = "+33639989999",
        tries: int = 3,
    ) -> None:
        self.clock = clock
        self.random = random.Random(seed)
        self.faults = Faults()
        self.radio = RADIOS[radio]
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._running = False
        self._offset = 0.0
        self.time = clock.boot()
        self._began = clock.now() - timedelta(seconds=self.time)
        self._listeners: list[Callable[[dict[str, Any]], None]] = []
        self.wire = Wire(self)
        chosen = VOICES[voice]
        self.sim = Sim(
            sm_slots=sm_slots,
            me_slots=me_slots,
            first=chosen.first_index,
            pin=pin,
            own_number=own_number,
            tries=tries,
        )
        self.network = Network(self, delivery_seconds=self.radio.delivery)
        self.plugged = True
        self.port_number = 0
        self.modem = Modem(self, chosen)

    # time

    def wall(self) -> datetime:
        """The network's own wall clock: right, whatever the host's does."""
        return self._began + timedelta(seconds=self.time)

    def _now(self) -> float:
        now = self.clock.boot() + self._offset
        if now < self.time:  # the host was started again; nothing here was
            self._offset += self.time - now
            return self.time
        return now

    def pass_time(self, seconds: float) -> None:
        """Let time pass here while the host is off."""
        self._offset += seconds
        self.run_due()

    def schedule(self, seconds: float, action: Callable[[], None]) -> None:
        """Do `action` so many seconds from now."""
        self._order += 1
        heapq.heappush(
            self._events, (self.time + max(0.0, seconds), self._order, action)
        )

    def run_due(self) -> None:
        """Do what is due by now."""
        if self._running:
            return
        now, events = self._now(), self._events
        if events and events[0][0] <= now + _TINY:
            self._running = True
            try:
                while events and events[0][0] <= now + _TINY:
                    due, _, action = heapq.heappop(events)
                    self.time = max(self.time, due)
                    action()
            finally:
                self._running = False
        self.time = max(now, self.time)

    def until_next(self) -> float | None:
        """Seconds until something is due, or None."""
        return max(0.0, self._events[0][0] - self._now()) if self._events else None

    # faults

    def fault(self, name: str, **arguments: Value) -> None:
        """Let a fault of `FAULTS` happen, now or at its occasion."""
        self.run_due()
        complete = self.faults.arm(name, arguments)
        self.wire.configure()
        accidents.happen(self, name, complete)

    def clear(self, name: str) -> None:
        """End a fault and what it left behind, where that can be undone."""
        self.run_due()
        self.faults.clear(name)
        self.wire.configure()
        accidents.undo(self, name)
        self.network.memory_available()
        self.network.pump()

    # plug and port

    @property
    def port_name(self) -> str:
        """The kernel's name of the port now."""
        return f"/dev/ttyUSB{self.port_number}"

    def unplug(self, seconds: float = 0.0) -> None:
        """Pull the dongle out; plug it in again after so many seconds if not 0."""
        if self.plugged:
            self.plugged = False
            self.wire.close()
            self.modem.power_off()
            self.tell("unplugged")
        if seconds:
            self.schedule(seconds, self.replug)

    def replug(self) -> None:
        """Plug the dongle in again, under another name if the fault says so."""
        if self.plugged:
            return
        if self.faults.fire("new_name_after_replug"):
            self.port_number += 1
        self.plugged = True
        self.modem.power_on()
        self.tell("plugged", port=self.port_name)

    def open_port(
        self, path: str = "/dev/antirelou-modem", baud_rate: int = 115200
    ) -> Port:
        """The port as pyserial would open it. FileNotFoundError while there is none of that name."""
        return Port(self, path)

    # the record

    def listen(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Have every event of the network and the dongle told."""
        self._listeners.append(listener)

    def tell(self, event: str, **facts: Any) -> None:
        """Tell the listeners."""
        if self._listeners:
            told = {
                "event": event,
                "at": self.wall().isoformat(timespec="milliseconds"),
                **facts,
            }
            for listener in self._listeners:
                listener(told)

    def say(self, octets: bytes) -> None:
        """Put raw octets on the line, as if the modem had said them."""
        self.run_due()
        self.wire.send(octets)


__all__ = ["FAULTS", "RADIOS", "Simulation"]

"""A life to be recorded: the daemon, its log and its dongle in one process on a virtual clock, run under strace.

Run as a script with a directory, the situation at the start (JSON), and a seed. What the dongle, the SIM and the
network hold is written to standard output whenever it changed, so that strace sees it in one order with every call on
the log's files: the program is one thread, and the dongle moves only within a call of its port. `Situation` is that
knowledge on the other side too, from which the dongle of a later life is made.
"""

from __future__ import annotations

import json
import os
import random
import sys
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from world import NOON, World

from antirelou.clock import Timekeeper, VirtualClock
from antirelou.simulator import Simulation
from antirelou.simulator.port import Port
from antirelou.simulator.record import Submitted
from antirelou.simulator.sim import Slot

MANY = 1_000_000
SECTIONS: dict[str, Any] = {
    # in two segments
    "reply": {"texts": ("Si une femme dit non, inutile d'insister. " * 5,)},
    "limits": {
        "segments_per_hour": MANY,
        "segments_per_day": MANY,
        "recipients_per_day": MANY,
        "recipients_per_month": MANY,
    },
    "flood": {"messages": MANY},
}
BURSTS = (2, 5, 25)  # the most fill the write-ahead log, so that it begins again
TEXTERS = 4  # in each burst


@dataclass(frozen=True)
class Situation:
    """What outlasts a power cut outside the machine, and what has happened until then."""

    wall: str = NOON.isoformat()
    slots: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    queue: list[str] = field(default_factory=list)
    wrote: list[list[str]] = field(default_factory=list)  # sender, text
    accepted: list[list[Any]] = field(default_factory=list)  # to whom, segment, PDU
    texters: int = 0
    pin: str | None = None
    tries: int = 3

    def later(self, news: dict[str, Any]) -> Situation:
        """The situation after what one mark in the record tells."""
        grown = {
            name: [*getattr(self, name), *news.pop(name)]
            for name in ("wrote", "accepted")
        }
        return replace(self, **grown, **news)

    def dongle(self, clock: VirtualClock) -> Dongle:
        """The same dongle and the same network, switched on again."""
        simulation = Dongle(clock, pin=self.pin, tries=self.tries)
        for name, slots in self.slots.items():
            for index, (status, pdu) in slots.items():
                simulation.sim.storages[name].slots[int(index)] = Slot(status, pdu)
        for pdu in self.queue:
            simulation.network.pdu(pdu)
        return simulation


class WatchedPort(Port):
    """A port that tells what changed behind it before its caller goes on."""

    _simulation: Dongle

    def write(self, data: bytes) -> int:
        written = super().write(data)
        self._simulation.mark()
        return written

    def read(self, size: int = 1) -> bytes:
        octets = super().read(size)
        self._simulation.mark()
        return octets

    @property
    def in_waiting(self) -> int:
        count = super().in_waiting
        self._simulation.mark()
        return count


class Dongle(Simulation):
    """The simulated dongle; with `marks`, each change is written to standard output."""

    marks = False

    def __init__(self, *arguments: Any, **how: Any) -> None:
        self.wrote: list[list[str]] = []
        self.texters = 0
        self._told = ""
        self._accepted = 0
        super().__init__(*arguments, **how)

    def open_port(self, path: str = "", baud_rate: int = 115200) -> Port:
        return WatchedPort(self, path)

    def hear(self, sender: str, text: str) -> None:
        """Somebody texts, and that is not forgotten."""
        self.wrote.append([sender, text])
        self.network.text(sender, text)

    def mark(self) -> None:
        """Tell the situation if it is another one than was told last."""
        if not self.marks:
            return
        new = self.network.submitted[self._accepted :]
        told = json.dumps(state := self._state())
        if told == self._told and not self.wrote and not new:
            return
        self._told = told
        self._accepted += len(new)
        state |= {
            "wall": self.clock.now().isoformat(),
            "wrote": self.wrote,
            "accepted": [accepted(one) for one in new],
        }
        self.wrote = []
        os.write(1, json.dumps(state).encode())

    def _state(self) -> dict[str, Any]:
        return {
            "slots": {
                name: {
                    str(index): [slot.status, slot.pdu]
                    for index, slot in storage.slots.items()
                }
                for name, storage in self.sim.storages.items()
            },
            "queue": [one.pdu for one in self.network.queue],
            "texters": self.texters,
            "tries": self.sim.tries,
        }


def accepted(one: Submitted) -> list[Any]:
    return [one.destination, one.segment and one.segment[2], one.pdu]


def power_on(
    directory: Path, situation: Situation, outage: timedelta, *, clockless: bool = False
) -> tuple[World, Dongle]:
    """The machine starts again after an outage; without a clock, it believes to be three days before it."""
    clock = VirtualClock(datetime.fromisoformat(situation.wall) + outage)
    clock.reboot()
    simulation = situation.dongle(clock)
    if clockless:
        clock.step(timedelta(days=-3))
        clock.synchronise(False)
    sections = dict(SECTIONS)
    if situation.pin is not None:
        (directory / "pin").write_text("9999\n", encoding="ascii")
        sections["modem"] = {"pin_file": directory / "pin"}
    return World(directory, clock=clock, simulation=simulation, **sections), simulation


def burst(world: World, dongle: Dongle, chance: random.Random) -> None:
    """Some people text, one of them much, one twice."""
    for number in range(dongle.texters, dongle.texters + TEXTERS):
        sender = f"+3363998{number:04}"
        words = f"{number}: tu es là ? " * (12 if number % 5 == 0 else 1)
        for text in (words, f"Réponds {number} !")[: 2 if number % 4 == 0 else 1]:
            dongle.schedule(chance.uniform(0, 40), partial(dongle.hear, sender, text))
    dongle.texters += TEXTERS


def live(directory: Path, situation: Situation, seed: int) -> None:
    """Bursts; now and then a clean end and a new start; an end."""
    chance = random.Random(seed)
    world, dongle = power_on(directory, situation, timedelta(seconds=60))
    dongle.texters, dongle.marks = situation.texters, True
    for _ in range(chance.choice(BURSTS)):
        burst(world, dongle, chance)
        world.run(chance.uniform(20, 120))
        if chance.random() < 0.1:
            end(world)
            world.start()
    end(world)


def end(world: World) -> None:
    """As systemd ends it."""
    world.daemon.stop()
    world.daemon.run()
    world.store.close(Timekeeper(world.clock).moment())


if __name__ == "__main__":
    live(
        Path(sys.argv[1]),
        Situation(**json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))),
        int(sys.argv[3]),
    )

"""What one fault does to one line: the whole daemon, a network that takes its time, two texters, and a stopwatch.

Used by the tables of faults (`fault_lines_modem.py`, `fault_lines_card.py`). Whatever the fault, nothing may be lost, told twice or sent twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from world import NOON, NUMBER, OTHER, World

from antirelou.clock import VirtualClock
from antirelou.daemon import Exhausted
from antirelou.simulator import FAULTS, Simulation
from antirelou.simulator.faults import Armed, Faults

CALLER = "+33639980077"
RESTART_SECONDS = 5.0  # RestartSec= of the unit
BOTH = ("submitted", "submitted")
UNKNOWN = ("submitted", "unknown")


@dataclass(frozen=True)
class Case:
    """A way in which a fault comes, and what has become of the replies to both texters in the end.

    `lasts` seconds from the texts it is over, and the stopwatch begins; None: it stays, or is over by itself.
    `early`: it is there before the daemon starts. `also`: further faults that come with it.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict)
    lasts: float | None = None
    early: bool = False
    voice: str = "huawei"
    slots: int = 30
    calls: bool = False
    also: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    modem: Mapping[str, Any] = field(default_factory=dict)
    texters: tuple[str, ...] = (NUMBER, OTHER)
    states: tuple[str, ...] | None = BOTH  # None: whose octets were lost is chance
    tells: tuple[str, ...] = ()
    meets: bool = True  # False: the daemon gives it no occasion

    def __str__(self) -> str:
        said = [f"{key}={value}" for key, value in self.arguments.items()]
        said += ["early"] * self.early + [name for name, _ in self.also]
        said += [] if self.voice == "huawei" else [self.voice]
        return ",".join([*said, *map(str, self.modem)]) or "plain"


@dataclass(frozen=True)
class Line:
    """One fault, or one way in which it is seen; all its cases keep within the figure."""

    fault: str
    seen: str
    within: int  # seconds
    cases: tuple[Case, ...]
    settle: float = 300.0  # how long it is watched


def each(key: str, *values: object, **how: object) -> tuple[Case, ...]:
    return tuple(Case({key: value}, **how) for value in values)  # type: ignore[arg-type]


def by_voice(*voices: str, **how: object) -> tuple[Case, ...]:
    return tuple(Case(voice=voice, **how) for voice in voices)  # type: ignore[arg-type]


class Watched(Faults):
    """Counts how often each fault had an effect."""

    def __init__(self) -> None:
        super().__init__()
        self.fired: Counter[str] = Counter()

    def get(self, name: str) -> dict[str, Any] | None:
        found = super().get(name)
        self.fired[name] += found is not None
        return found

    def _count(self, name: str, armed: Armed) -> dict[str, Any]:
        self.fired[name] += 1
        return super()._count(name, armed)


class Stage:
    """One world with one fault in it."""

    def __init__(self, directory: Path, fault: str, case: Case) -> None:
        self.case, self.fault = case, fault
        self.clock = VirtualClock(NOON)
        self.simulation = Simulation(
            self.clock, voice=case.voice, radio="realistic", sm_slots=case.slots
        )
        self.faults = self.simulation.faults = Watched()
        if case.early:
            self.begin()
        self.world = World(
            directory,
            clock=self.clock,
            simulation=self.simulation,
            modem=dict(case.modem),
        )

    def begin(self) -> None:
        for name, arguments in (*self.case.also, (self.fault, self.case.arguments)):
            self.simulation.fault(name, **arguments)

    def end(self) -> None:
        for name, _ in (*self.case.also, (self.fault, {})):
            self.simulation.clear(name)

    def run(self, seconds: float) -> None:
        """Let time pass, with systemd starting the daemon again when it ends."""
        until = self.clock.boot() + seconds
        while self.clock.boot() < until:
            try:
                self.world.daemon.step()
            except Exhausted:
                self.world.die()
                self.clock.wait(RESTART_SECONDS)
                self.world.start()

    def play(self, settle: float) -> float:
        """Play it; return how many seconds after the texts, or the fault's end, the next reply was submitted."""
        case = self.case
        self.run(60)
        if not case.early:
            self.begin()
        if case.calls:
            self.simulation.network.call(CALLER)
        for texter in case.texters:
            self.world.text("Salut", texter)
        if case.lasts is not None:
            self.run(case.lasts)
            self.end()
        began = self.clock.now()
        self.run(settle)
        submitted = [
            datetime.fromisoformat(reply["submitted_at"])
            for reply in self.replies()
            if reply["submitted_at"]
        ]
        assert submitted, "no reply left"
        return (min(submitted) - began).total_seconds()

    def replies(self) -> list[dict[str, Any]]:
        return [one for message in self.world.messages() for one in message["replies"]]

    def had_an_effect(self) -> bool:
        """An accident happens when it is told to; octets are spoilt always; the others count themselves."""
        row = FAULTS[self.fault]
        spoils = self.fault in ("nul_bytes", "non_ascii", "garbage", "extra_cr")
        spoils = spoils or self.fault in ("cr_only", "one_byte_at_a_time")
        state = ("sim_dropped", "sim_absent", "registration", "rssi_storm")
        return (
            row.accident
            or spoils
            or self.fault in state
            or self.faults.fired[self.fault] > 0
        )

    def check(self) -> None:
        """Nothing lost, nothing twice, and each reply where the case says."""
        world, case = self.world, self.case
        texters = [
            message["sender"]
            for message in world.messages()
            if message["kind"] == "text" and message["text"] == "Salut"
        ]
        assert sorted(texters) == sorted(case.texters), "lost, or stored twice"
        sent = Counter(destination for destination, _ in world.sent)
        assert set(sent.values()) <= {1}, "told twice"
        states = sorted(reply["state"] for reply in self.replies())
        assert case.states is None or states == sorted(case.states)
        assert set(case.tells) <= set(world.events())
        assert self.had_an_effect() is case.meets, "whether the fault fired"
        assert not self.simulation.network.queue, "the network still waits"

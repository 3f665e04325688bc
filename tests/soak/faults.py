"""Which fault of the simulator happens, with which arguments, for how long; and a count of those that truly fired.

A fault that is armed and never meets its occasion proves nothing, so firings are counted where the simulator asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from antirelou.simulator import FAULTS, Simulation
from antirelou.simulator.faults import Armed, Faults, Value
from soak.configuration import PINS
from soak.people import People
from soak.record import Record
from soak.timetable import Timetable

_PREFIXES = (
    *("+CMGL", "+CPMS", "+CMGD", "+CMGS", "+CSQ", "+CREG"),
    *("+CMGF", "+CPIN", "+CFUN", "+CNMI", "+CLCC", "E0"),
)
_CODES = (
    *(10, 13, 14, 21, 38, 42, 50, 302, 304, 310, 313, 314, 320),
    *(321, 322, 330, 331, 332, 350, 500, 512, 515),
)
_OF_SUBMITS = (
    *("hang_on_submit", "hang_after_ctrl_z", "late_prompt", "late_cmgs"),
    *("unplug_mid_submit", "chatter_during_submit", "cms_error", "cmgs_form"),
    *("call_during_submit", "deaf_radio", "unplug_mid_command", "reboot_on_command"),
)
_LONG_LINE = (100, 20_000)
_SLOW_STORM = (0.05, 0.3)  # a second; each costs the soak as much as a command
_LASTS = (10, 60, 300, 900, 3000)  # seconds
_DEAR = ("port_busy",)  # each look at who holds the port reads all of /proc
_AFTERMATH = 300.0  # seconds after a fault in which the line may still be on the ladder
_AT_ONCE = (
    "registration",
    "stale_registration",
    "sim_dropped",
    "sim_absent",
)  # though they last

# What is drawn for an argument of this name; what is not here keeps the fault's own default.
_DRAWS: dict[str, Callable[[Random], Value]] = {
    "prefix": lambda lot: lot.choice(("", *_PREFIXES)),
    "seconds": lambda lot: lot.choice((0.5, 2.0, 8.0, 15.0, 37.0, 130.0, 200.0)),
    "code": lambda lot: lot.choice(_CODES),
    "index": lambda lot: lot.choice((-1, 0, 1, 2)),
    "stat": lambda lot: lot.choice((0, 2, 3, 4, 6, 7, 11)),
    "baud": lambda lot: lot.choice((1200, 9600)),
    "pin": lambda lot: lot.choice(PINS),
    "every": lambda lot: lot.choice((1, 2)),
    "count": lambda lot: lot.choice((2, 3)),
}


class _Watched(dict[str, Armed]):
    """What is armed; whoever finds something in it lets it happen."""

    def __init__(self, fired: Counter[str]) -> None:
        super().__init__()
        self._fired = fired

    def __contains__(self, name: object) -> bool:
        found = super().__contains__(name)
        if found:
            self._fired[str(name)] += 1
        return found


class CountedFaults(Faults):
    """The simulator's faults, counted whenever one has its effect."""

    def __init__(self) -> None:
        super().__init__()
        self.fired: Counter[str] = Counter()
        self.active = _Watched(self.fired)

    def get(self, name: str) -> dict[str, Any] | None:
        found = super().get(name)
        if found is not None:
            self.fired[name] += 1
        return found

    def _count(self, name: str, armed: Armed) -> dict[str, Any]:
        self.fired[name] += 1
        return super()._count(name, armed)


class Trouble:
    """Lets faults happen to the dongle, the SIM and the network."""

    def __init__(
        self,
        random: Random,
        simulation: Simulation,
        timetable: Timetable,
        record: Record,
        people: People,
    ) -> None:
        self._random, self._simulation = random, simulation
        self._timetable, self._record = timetable, record
        self._people = people
        self.faults = simulation.faults = CountedFaults()
        self._since: dict[str, float] = {}  # what is wrong now
        self._wrong: list[tuple[float, float]] = []  # from when to when something was

    def ambush(self) -> None:
        """A fault that waits for a submit, and a text that gives occasion to one."""
        name = self._random.choice(_OF_SUBMITS)
        arguments = self._drawn(name)
        if "prefix" in FAULTS[name].arguments:
            arguments["prefix"] = "+CMGS"
        self.happen(name, arguments)
        self._timetable.later(self._random.choice(_LASTS), lambda: self.clear(name))
        self._people.newcomer()

    def fault(self) -> None:
        """One fault, soon, for a while."""
        lot = self._random
        name = lot.choice(tuple(FAULTS))
        arguments = self._drawn(name)
        lasts = lot.choice(_LASTS[:2] if name in _DEAR else _LASTS)
        self._timetable.soon(lambda: self.happen(name, arguments))
        self._timetable.later(lasts, lambda: self.clear(name))

    def clear_some(self) -> None:
        """Somebody wiggles the plug: most of what is wrong is right again."""
        for name in list(self.faults.active):
            if self._random.random() < 0.7:
                self.clear(name)

    def clear(self, name: str) -> None:
        """End one fault, if it lasts."""
        self._ends(name)
        self._simulation.clear(name)
        self._record.act(f"no more {name}")

    def clear_all(self) -> None:
        """End all of them, and what they left behind."""
        for name in FAULTS:
            self._ends(name)
            self._simulation.clear(name)
        self._simulation.replug()
        self._simulation.sim.unlock()
        self._simulation.modem.register(1)
        if not self._simulation.modem.powered:
            self._simulation.modem.power_on()

    def calm(self, at: float | None = None) -> bool:
        """Whether nothing was wrong then (now by default), nor shortly before."""
        at = self._simulation.time if at is None else at
        return not any(since <= at for since in self._since.values()) and not any(
            since <= at <= until for since, until in self._wrong
        )

    def _ends(self, name: str) -> None:
        since = self._since.pop(name, None)
        if since is not None:
            self._wrong.append((since, self._simulation.time + _AFTERMATH))

    def _drawn(self, name: str) -> dict[str, Value]:
        lot, row = self._random, FAULTS[name]
        arguments: dict[str, Value] = {}
        for key, default in row.arguments.items():
            if lot.random() < 0.5:
                continue
            if key in row.choices:
                arguments[key] = lot.choice(row.choices[key])
            elif isinstance(default, bool):
                arguments[key] = lot.random() < 0.5
            elif key == "octets" and isinstance(default, str):
                arguments[key] = lot.randbytes(lot.randint(1, 59)).hex().upper()
            elif key in _DRAWS:
                arguments[key] = _DRAWS[key](lot)
        if name == "endless_line":
            arguments["octets"] = lot.choice(_LONG_LINE)
        if name == "rssi_storm":
            arguments["per_second"] = lot.choice(_SLOW_STORM)
        if not row.accident and lot.random() < 0.5:
            arguments["times"] = lot.choice((1, 2, 5))
        return arguments

    def happen(self, name: str, arguments: dict[str, Value]) -> None:
        """Let a fault happen now."""
        self._record.act(f"fault {name} {arguments}")
        self._since.setdefault(name, self._simulation.time - 1)
        before = self._on_the_sim()
        self._simulation.fault(name, **arguments)
        if FAULTS[name].accident or name in _AT_ONCE:
            self.faults.fired[name] += 1
        self._people.others |= self._on_the_sim() - before

    def _on_the_sim(self) -> set[str]:
        storages = self._simulation.sim.storages
        return {
            slot.pdu for name in ("SM", "ME") for slot in storages[name].slots.values()
        }

"""How long after each fault the next reply leaves, on the virtual clock, with real families' voices and radio times.

`make times` prints the table; tests/test_daemon_recovery.py asserts it. A reply is due while the
fault lasts; what is told is the seconds from the fault's end (or from the fault, where the daemon has to end it
itself) until the modem has that reply's text and Ctrl-Z. Until the network has accepted it 4 s more pass on this radio.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from world import NOON, OTHER, World

from antirelou.clock import VirtualClock
from antirelou.daemon import Exhausted
from antirelou.simulator import Simulation
from antirelou.simulator.voices import VOICES

STARTED = 60.0  # seconds of peace at first
RADIO = 3.0  # seconds that a delivery takes
THIRD = "+33639980003"
DELAY = 20.0  # of replies
BEFORE_DUE = 4.0  # seconds, when each fault begins
RESTART = 5.0  # seconds
LATEST = 4000.0  # seconds; later is never


class Course(World):
    """A world that notes when the modem gets a text with its Ctrl-Z."""

    def __init__(self, directory: Path, voice: str) -> None:
        clock = VirtualClock(NOON)
        simulation = Simulation(clock, voice=voice, radio="realistic")
        self.left: list[float] = []
        feed = simulation.modem.feed

        def hear(octets: bytes) -> None:
            if octets.endswith(b"\x1a"):
                self.left.append(clock.boot())
            feed(octets)

        simulation.modem.feed = hear  # type: ignore[method-assign]
        delay = {"delay": timedelta(seconds=DELAY)}
        super().__init__(directory, clock=clock, simulation=simulation, reply=delay)

    def until(self, true: Callable[[], object], since: float) -> float:
        """Seconds from `since` until it is true; as systemd does, start another daemon where one gave up."""
        while not true():
            if self.clock.boot() - since > LATEST:
                return inf
            try:
                self.daemon.step()
            except Exhausted:
                self.die()
                self.clock.wait(RESTART)
                self.start()
        return self.clock.boot() - since


def next_left(world: Course, since: float) -> float:
    """Seconds from `since` until a text left after it."""
    world.until(lambda: world.left and world.left[-1] > since, since)
    return min((left for left in world.left if left > since), default=inf) - since


def taken_in(world: Course, since: float) -> float:
    """Seconds from `since` until all that came is in the log, and nothing on the SIM."""
    slots = world.simulation.sim.storages["SM"].slots
    return world.until(lambda: not slots and len(world.messages()) == 3, since)


Happening = Callable[["Course"], None]


@dataclass(frozen=True, slots=True)
class Case:
    """One fault: what happens, from when the seconds are counted (after the fault), and how many are promised."""

    name: str
    promised: float
    happen: Happening
    counted_from: float = 0.0
    measure: Callable[[Course, float], float] = next_left


def fault(name: str, **arguments: float | str | bool) -> Happening:
    """What the simulator knows by name."""

    def happen(world: Course) -> None:
        world.simulation.fault(name, **arguments)

    return happen


def lasting(seconds: float, name: str, **arguments: float | str | bool) -> Happening:
    """The same for so many seconds."""

    def happen(world: Course) -> None:
        world.simulation.fault(name, **arguments)
        world.simulation.schedule(seconds, lambda: world.simulation.clear(name))

    return happen


def full_disk(world: Course) -> None:
    """Not a page more can be written for a minute."""
    raw = world.store._db.raw
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages}")
    world.simulation.schedule(
        60, lambda: raw.execute("PRAGMA max_page_count = 1000000")
    )
    world.text("Salut " * 100, THIRD)


def in_deletion(world: Course) -> None:
    """One more text comes; what it leaves on the SIM cannot be taken away."""
    world.simulation.fault("hang_on_command", prefix="+CMGD")
    world.text("Salut", THIRD)


def in_submit(name: str, **arguments: float | str | bool) -> Happening:
    """The fault meets the submit of another reply; it is counted from that one's Ctrl-Z."""

    def happen(world: Course) -> None:
        world.simulation.fault(name, **arguments)
        world.until(lambda: world.left, world.clock.boot())

    return happen


CASES = (
    Case("unplugged for 8 s", 5, fault("unplug", seconds=8.0), 8),
    Case("unplugged for an hour", 5, fault("unplug", seconds=3600.4), 3600.4),
    Case("rebooted by itself", 10, fault("reboot")),
    Case("rebooted at a listing", 10, fault("reboot_on_command", prefix="+CMGL")),
    Case("silent at a listing", 60, fault("hang_on_command", prefix="+CMGL")),
    Case("silent at a choice of storage", 60, fault("hang_on_command", prefix="+CPMS")),
    Case("silent at a deletion", 60, in_deletion),
    Case("silent instead of the prompt", 60, fault("hang_on_submit")),
    Case("silent for 30 s", 60, lasting(30, "silent")),
    Case("silent for 5 minutes", 60, lasting(309, "silent"), 309),
    Case("silent after Ctrl-Z", 180, in_submit("hang_after_ctrl_z")),
    Case(
        "unplugged after Ctrl-Z, for 8 s",
        13,
        in_submit("unplug_mid_submit", seconds=8.0),
    ),
    Case("no network for a minute", 10, lasting(63, "registration", stat=2), 63),
    Case(
        "refused by the network for an hour",
        10,
        lasting(3608, "registration", stat=3),
        3608,
    ),
    Case("SIM busy for 20 s", 10, fault("sim_busy", seconds=21.0), 21),
    Case("SIM taken out for a minute", 30, lasting(67, "sim_absent"), 67),
    Case("disk full for a minute", 6, full_disk, 60, taken_in),
)


def measured(case: Case, voice: str) -> float:
    """Seconds until the next reply left."""
    with TemporaryDirectory() as directory:
        world = Course(Path(directory), voice)
        world.run(STARTED)
        world.text("Salut", OTHER)
        world.text("Salut")
        world.run(2 * RADIO + DELAY - BEFORE_DUE)  # both have come
        began = world.clock.boot() + case.counted_from
        case.happen(world)
        if world.left:  # the fault met its own submit; from there to the next one
            began = world.left[0]
        return case.measure(world, began)


def main() -> int:
    """Print the table; 1 if something took longer than is promised."""
    late = 0
    logging.getLogger("antirelou").setLevel(logging.CRITICAL)
    print(f"{'seconds until the next reply leaves':38}{'promised':>9}", end="")
    print("".join(f"{name:>9}" for name in VOICES))
    for case in CASES:
        seconds = [measured(case, name) for name in VOICES]
        late += max(seconds) > case.promised
        told = "".join(f"{one:9.1f}" for one in seconds)
        print(f"{case.name:38}{case.promised:9.0f}{told}")
    return min(late, 1)


if __name__ == "__main__":
    sys.exit(main())

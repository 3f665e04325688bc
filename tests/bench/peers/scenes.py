"""What is measured of a program: how it starts, idles, answers one at a time and many at once, and uses the air.

Each scene is one life of the program on a fresh modem, warmed up by a few messages; what it returns is one number for
each column of the table.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.peers.meter import Program
from bench.peers.modem import (
    SUBMITS_IN_3_S,
    WITHOUT_DELAYS,
    Modem,
    Stalled,
    plugged_in,
)
from bench.peers.programs import RECEIVING, Kind

from antirelou.simulator.simulation import Radio

HOUR = 3600.0
WARM = 3  # messages that are not counted
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many messages each scene has, and how long idling is watched, in seconds."""

    messages: int
    slow: int
    idle: float


@contextmanager
def started(
    kind: Kind, *, radio: Radio = WITHOUT_DELAYS, counted: bool = False
) -> Iterator[tuple[Modem, Program]]:
    """A program that was just started."""
    with tempfile.TemporaryDirectory(prefix="antirelou-bench-") as name:
        folder = Path(name)
        command = kind.prepare(folder)
        with plugged_in(folder / "modem", radio) as modem:
            modem.send(1)  # some look into the slots only where something is in them
            program = Program(command, folder, counted=counted)
            modem.has_ended = program.has_ended
            try:
                yield modem, program
            except Stalled as stalled:
                raise Stalled(f"{kind.name}: {stalled}\n{program.said()}") from stalled
            finally:
                program.stop()


@contextmanager
def alive(
    kind: Kind, *, radio: Radio = WITHOUT_DELAYS, counted: bool = False
) -> Iterator[tuple[Modem, Program]]:
    """A program at work, warmed up."""
    with started(kind, radio=radio, counted=counted) as (modem, program):
        modem.send(WARM - 1)  # and the one that waited
        (modem.until_taken if kind is RECEIVING else modem.until_answered)(WARM)
        yield modem, program


def start(kind: Kind, sizes: Sizes) -> Figures:
    """Seconds from the start until it reads what waits in a slot, and what idling costs."""
    with started(kind) as (modem, program):
        modem.until_read()
        ready = modem.read[0] - program.began
        modem.until_answered(1)
        time.sleep(5.0)  # what that leaves to do
        before = program.spent()
        time.sleep(sizes.idle)
        spent = program.spent().since(before)
    return {"ready": ready, "idle": spent.processor * HOUR / sizes.idle}


def one_at_a_time(kind: Kind, sizes: Sizes) -> Figures:
    """How soon each is answered, when the next comes only after that."""
    waits = []
    with alive(kind) as (modem, _):
        for _ in range(sizes.messages):
            answered = len(modem.accepted)
            modem.send(1)
            modem.until_answered(answered + 1)
            waits.append(modem.asked[-1] - modem.landed[-1])
    cuts = statistics.quantiles(waits, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98]}


def many_at_once(kind: Kind, sizes: Sizes) -> Figures:
    """How fast it is when all come together, and what each costs the processor."""
    with alive(kind) as (modem, program):
        before, began = program.spent(), time.monotonic()
        modem.send(sizes.messages)
        modem.until_answered(WARM + sizes.messages)
        seconds = modem.accepted[-1] - began
        spent = program.spent().since(before)
    return {
        "rate": sizes.messages / seconds,
        "processor": spent.processor / sizes.messages,
    }


def _counted(
    kind: Kind, messages: int, suffix: str, send: Callable[[Modem], None]
) -> Figures:
    with alive(kind, counted=True) as (modem, program):
        time.sleep(1.0)  # until what the warming left to write is written
        before = program.spent()
        with program.watched():
            send(modem)
        time.sleep(1.0)
        spent = program.spent().since(before)
    return {
        f"memory{suffix}": program.peak,
        f"synced{suffix}": spent.synced / messages,
        f"written{suffix}": spent.written / messages,
    }


def written_one_at_a_time(kind: Kind, sizes: Sizes) -> Figures:
    """fsync and octets to the disk, for each that comes alone and is answered."""

    def send(modem: Modem) -> None:
        for _ in range(sizes.messages):
            answered = len(modem.accepted)
            modem.send(1)
            modem.until_answered(answered + 1)

    return _counted(kind, sizes.messages, "", send)


def written_at_once(kind: Kind, sizes: Sizes) -> Figures:
    """The same when all come together; and how much memory that takes."""

    def send(modem: Modem) -> None:
        modem.send(sizes.messages)
        modem.until_answered(WARM + sizes.messages)

    return _counted(kind, sizes.messages, "_burst", send)


def written_received(sizes: Sizes) -> Figures:
    """The same when all come together and none is answered; antirelou only."""

    def send(modem: Modem) -> None:
        modem.send(sizes.messages)
        modem.until_taken(WARM + sizes.messages)

    return _counted(RECEIVING, sizes.messages, "_received", send)


def on_the_air(kind: Kind, sizes: Sizes, radio: Radio = SUBMITS_IN_3_S) -> Figures:
    """The share of the airtime that is used while there is always something to send."""
    with alive(kind, radio=radio) as (modem, _):
        modem.send(sizes.slow + 1)
        modem.until_answered(WARM + 1)
        modem.until_answered(WARM + 1 + sizes.slow)
        seconds = modem.accepted[-1] - modem.accepted[-1 - sizes.slow]
    return {"air": sizes.slow * radio.submit / seconds}


ALL: tuple[Callable[[Kind, Sizes], Figures], ...] = (
    start,
    one_at_a_time,
    many_at_once,
    written_one_at_a_time,
    written_at_once,
    on_the_air,
)

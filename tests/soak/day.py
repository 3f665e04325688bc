"""One random day: what happens when, the calm after it, and the verdict.

Everything is drawn from the seed. A day is an hour or so of acts, each with a while after it; then all faults end, and
the daemon must do within the hour what it promises: answer, empty the SIM, owe nothing.
"""

from __future__ import annotations

import logging
import re
import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

from world import NOON

from antirelou.clock import VirtualClock
from antirelou.daemon import health
from antirelou.simulator import VOICES, Simulation
from soak import configuration
from soak.breaches import Breach
from soak.checker import check
from soak.death import Death, tapped_log
from soak.faults import Trouble
from soak.logbook import Logbook
from soak.machine import Machine
from soak.orders import Operator
from soak.people import People
from soak.record import Record
from soak.timetable import Timetable
from soak.weather import Weather
from soak.witness import Witness

FRESH = ("+33639985555", "+33639985556")  # who writes when all is well again
_WHILES = (0, 0.05, 0.5, 3, 20, 60, 200, 700)  # seconds between two acts
_ACTS = (5, 15, 30, 60)
_SETTLING = 180.0  # seconds, with the day's own configuration
_RECOVERED = 900.0  # seconds beside one poll: what all rungs of the ladder take
_AN_HOUR = 3900.0  # and a bit: a slot that was not emptied is tried every hour
_SOON = 120.0
_NIGHT = 8 * 3600.0
_PATIENCE = 60.0  # seconds of a processor; a day takes less than one


class Hung(BaseException):
    """The day does not come to an end."""


@dataclass(slots=True)
class Outcome:
    """What became of one seed."""

    seed: int
    breaches: list[tuple[Breach, str]]
    fired: Counter[str]
    deaths: Counter[str]
    counts: Counter[str]
    processor_seconds: float
    trace: list[str] = field(default_factory=list)


_HEAD = re.compile(r"\b[0-9a-f]{64}\b")  # of the chain: nonces are no seed's


class Journal(logging.Handler):
    """Keeps what the daemon tells, and tells it to the record."""

    def __init__(self, record: Record, directory: Path) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self._record, self._directory = record, str(directory)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage().replace(self._directory, "…"))
        self._record.say(f"journal: {_HEAD.sub('a head', self.lines[-1])}")


class Day:
    """All that takes part in one day."""

    def __init__(self, seed: int, directory: Path) -> None:
        self.seed = seed
        self.random = lot = Random(seed)
        start = NOON + timedelta(minutes=lot.randrange(1440), days=lot.randrange(30))
        self.clock = VirtualClock(start, synchronised=lot.random() < 0.85)
        self.simulation = Simulation(
            self.clock,
            voice=lot.choice(tuple(VOICES)),
            radio=lot.choice(("instant", "instant", "realistic")),
            seed=seed,
            sm_slots=lot.choice((2, 5, 10, 30)),
            me_slots=lot.choice((1, 3, 23)),
            pin=lot.choice((None,) * 4 + configuration.PINS[:1]),
        )
        self.record, self.death = Record(), Death()
        self.record.simulation = self.simulation
        self.journal = Journal(self.record, directory)
        settings = configuration.drawn(lot, directory)
        self.logbook = Logbook(settings.log.path)
        self.witness = Witness(self.record, self.logbook)
        self.witness.watch(self.simulation)
        self.machine = Machine(
            settings,
            clock=self.clock,
            simulation=self.simulation,
            death=self.death,
            witness=self.witness,
            record=self.record,
            draw=Random(seed + 1),
        )
        self._fill_with_actors()

    def _fill_with_actors(self) -> None:
        lot, record, witness = self.random, self.record, self.witness
        self.timetable = times = Timetable(lot, self.simulation, self.death)
        self.people = People(lot, self.simulation, times, witness, self.logbook, record)
        self.trouble = Trouble(lot, self.simulation, times, record, self.people)
        self.weather = Weather(
            lot, self.machine, self.death, times, self.trouble, self.people, record
        )
        self.operator = Operator(lot, self.machine, times, witness, record)
        self.witness.calm = self.trouble.calm
        self._acts = {
            self.people.text: 12.0,
            self.people.newcomer: 4.0,
            self.people.stop: 1.0,
            self.people.long: 6.0,
            self.people.junk: 3.0,
            self.people.again: 3.0,
            self.people.report: 1.0,
            self.people.call: 2.0,
            self.people.burst: 0.5,
            self.people.everybody: 1.0,
            self.people.old_message: 0.7,
            self.trouble.fault: 12.0,
            self.trouble.ambush: 3.0,
            self.trouble.clear_some: 6.0,
            self.operator.order: 3.0,
            self.operator.configure: 1.0,
            self.weather.step: 1.5,
            self.weather.synchronise: 1.0,
            self.weather.kill: 4.0,
            self.weather.ambush: 3.0,
            self.weather.locked_sim: 1.0,
            self.weather.stop: 0.7,
            self.weather.off: 0.7,
            self.weather.fill: 0.7,
            self.weather.lock: 1.5,
        }

    def play(self) -> None:
        """Let the day pass, and check it."""
        lot = self.random
        acts, weights = tuple(self._acts), tuple(self._acts.values())
        self.machine.run(1)
        for _ in range(lot.choice(_ACTS)):
            lot.choices(acts, weights)[0]()
            self.machine.run(lot.choice(_WHILES))
            if self.record.found:
                return  # what is wrong now explains what would be wrong later
        quick = self.machine.settings.modem.poll_interval < timedelta(minutes=10)
        if lot.random() < 0.04 and not quick:
            self.machine.run(_NIGHT)
        self._settle()
        if not self.record.found:
            check(self)

    def _settle(self) -> None:
        """All is well again; so it must be with the daemon."""
        self.record.say("all is well again")
        self.timetable.call_off()
        self.death.cancel()
        self.machine.unlock_log()
        self.machine.free_disk()
        self.trouble.clear_all()
        self.weather.right_time()
        for kind, argument in (("resume", {"clock": True}), ("line_accept", {})):
            while not self.operator.give(kind, argument):
                self.machine.run(5)
        self.machine.run(_SETTLING)
        self._nothing_waits_without_reason()
        self.machine.reload(configuration.generous(self.machine.settings))
        poll = self.machine.settings.modem.poll_interval.total_seconds()
        began = self.simulation.time
        self._must_be_answered(FRESH[0], _RECOVERED + poll)
        self.machine.run(max(0.0, began + _AN_HOUR - self.simulation.time))
        self._must_be_answered(FRESH[1], _SOON)

    def _nothing_waits_without_reason(self) -> None:
        now = self.clock.now() - timedelta(seconds=60)
        at = now.strftime("%Y-%m-%dT%H:%M:%S")
        for row in self.logbook.rows(
            "SELECT * FROM replies WHERE state = 'queued' AND reason IS NULL AND due_at < ?"
            " AND coalesce(next_attempt_at, '') < ?",
            *(at, at),
        ):
            self.record.breach(Breach.WAITS_WITHOUT_REASON, dict(row))

    def _must_be_answered(self, who: str, within: float) -> None:
        """A text that comes now has its answer in time, unless the network refused so often that replies are held."""
        self.simulation.network.text(who, f"Un texte tout neuf {who}")
        until = self.simulation.time + within
        while self.simulation.time < until and not self._answered(who):
            if self.record.enough:
                return
            self.machine.run(20)
        if self._answered(who) or self._held_back(who):
            return
        states = [
            dict(row) for row in self.logbook.rows("SELECT state, sentence FROM lines")
        ]
        self.record.breach(
            Breach.NOT_RECOVERED, f"{who} within {within:.0f} s {states}"
        )

    def _answered(self, who: str) -> bool:
        return any(one.destination == who for one in self.simulation.network.submitted)

    def _held_back(self, who: str) -> bool:
        """By the breaker; or, for the first text, by storages so small that a slot's next try decides."""
        state = self.logbook.value("SELECT state FROM lines")
        waits = any(one.sender == who for one in self.simulation.network.queue)
        return state == "breaker" or (waits and who == FRESH[0])


def play(seed: int, directory: Path) -> Outcome:
    """Play one day in a directory of its own, which is left empty."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    began = time.process_time()
    day = Day(seed, directory)
    with (
        tapped_log(day.death, day.logbook),
        _telling(day.journal),
        _seeded(Random(seed + 2)),
    ):
        try:
            with _patience():
                day.play()
        except Hung:
            day.record.breach(Breach.HANGS, traceback.format_exc()[-1500:])
        finally:
            day.machine.close()
            day.logbook.close()
    shutil.rmtree(directory, ignore_errors=True)
    _count(day)
    return Outcome(
        seed,
        day.record.found,
        day.trouble.faults.fired,
        day.death.deaths,
        day.record.counts,
        time.process_time() - began,
        day.record.trace,
    )


@contextmanager
def _seeded(lot: Random) -> Iterator[None]:
    """What the line's texts to itself prove is drawn from the seed too."""
    before, health.secrets = (
        health.secrets,
        SimpleNamespace(  # type: ignore[attr-defined]
            token_hex=lambda octets: lot.randbytes(octets).hex()
        ),
    )
    try:
        yield
    finally:
        health.secrets = before


@contextmanager
def _patience() -> Iterator[None]:
    """No day takes so long, unless the daemon loops without time passing for it."""

    def hangs(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGPROF, hangs)
    signal.setitimer(signal.ITIMER_PROF, _PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _telling(journal: Journal) -> Iterator[None]:
    ours = logging.getLogger("antirelou")
    before = ours.handlers[:], ours.propagate, ours.level
    ours.handlers[:], ours.propagate = [journal], False
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        ours.handlers[:], ours.propagate = before[0], before[1]
        ours.setLevel(before[2])


def _count(day: Day) -> None:
    network = day.simulation.network
    day.record.counts["delivered"] += len(network.delivered)
    day.record.counts["submitted"] += len(network.submitted)
    day.record.counts["journal lines"] += len(day.journal.lines)
    day.record.counts["virtual hours"] += round(day.simulation.time / 3600)

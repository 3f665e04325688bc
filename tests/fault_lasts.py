"""One fault for days, on the virtual clock: how many lines and rows it leaves, and whether each line is a sentence.

A fault that waits for its occasion meets every one; an accident happens again every six hours. Somebody texts once a
day. A daemon that gave up is started again, as systemd does it.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from world import World

from antirelou.daemon import Exhausted
from antirelou.daemon.tell import OneLine
from antirelou.simulator.faults import FAULTS

RESTART = 5.0  # seconds; the unit's RestartSec
AGAIN = 6 * 3600.0  # seconds between two accidents
DAY = 86400.0
# of what would only take long
LESS = {
    "rssi_storm": {"per_second": 0.2},
    "endless_line": {"octets": 10_000},
    "late_answer": {"prefix": "+CMG"},
}
# Said of every text and call, whatever happens; not of a fault.
_OF_TEXTS = re.compile(
    r"(message|call) \d+[ :]|reply \d+: submit \d+ accepted|reply \d+ dropped"
)
# What an operator need not know may stand in brackets behind what he must.
_BRACKETS = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)")
_JARGON = re.compile(
    r"AT[+^]|[+^*][A-Z]{3}|Errno|Traceback|0x[0-9a-f]+|\bNone\b|<\w+|[{}\[\]]|\w+Error\b"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What one fault left behind."""

    lines: list[str]  # of the journal, but for those of the texts
    events: int  # rows
    growth: int  # octets of the log

    @property
    def odd(self) -> list[str]:
        """The lines that are no sentences, but for the day's anchor, which is to be copied."""
        said = (line for line in dict.fromkeys(self.lines) if _ANCHOR not in line)
        return [line for line in said if not is_sentence(line)]

    def summary(self) -> str:
        """Each line with how often it came, numbers aside."""
        kinds = Counter(re.sub(r"\d+", "N", line) for line in self.lines)
        return "\n".join(f"{count:6} {line}" for line, count in kinds.most_common())


def is_sentence(line: str) -> bool:
    """Whether it begins and ends like one, and says nothing that only an engineer reads."""
    words = _BRACKETS.sub("", line)
    return bool(re.match(r"[A-Z]\w* ", line) and line.endswith(".")) and not (
        _JARGON.search(words)
    )


_ANCHOR = "The head of the chain is "


class _Journal(logging.Handler):
    """What would be in the journal."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.setFormatter(OneLine())

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if not _OF_TEXTS.match(line):
            self.lines.append(line)


def endured(name: str, days: float, *, poll: float = 30.0) -> Told:
    """Let a fault last so many days; `poll` is `modem.poll_interval` in seconds."""
    journal, ours = _Journal(), logging.getLogger("antirelou")
    level = ours.level
    ours.addHandler(journal)
    ours.setLevel(logging.INFO)
    try:
        with TemporaryDirectory() as directory:
            modem = {"poll_interval": timedelta(seconds=poll)}
            world = World(Path(directory), modem=modem)
            return _endured(name, days, world, journal)
    finally:
        ours.removeHandler(journal)
        ours.setLevel(level)


def _endured(name: str, days: float, world: World, journal: _Journal) -> Told:
    world.run(60)
    before, ends = _size(world), world.clock.boot() + days * DAY
    numbers = iter(range(10_000))
    _again(world, DAY, lambda: world.text("Salut", f"+3363998{next(numbers):04}"))
    how = LESS.get(name, {})
    if FAULTS[name].accident:
        _again(world, AGAIN, lambda: world.simulation.fault(name, **how))
    else:
        world.simulation.fault(name, **how, times=None)
    while world.clock.boot() < ends:
        try:
            world.daemon.step()
        except Exhausted as error:
            journal.lines.append(str(error))
            world.die()
            world.clock.wait(RESTART)
            world.start()
    growth = _size(world) - before
    events = len(world.events())
    world.die()
    return Told(journal.lines, events, growth)


def _again(world: World, every: float, happen: Callable[[], object]) -> None:
    """Now, and then again and again."""
    happen()
    world.simulation.schedule(every, lambda: _again(world, every, happen))


def _size(world: World) -> int:
    """Octets of the log, as if it were closed."""
    world.store._db.run("PRAGMA wal_checkpoint(TRUNCATE)")
    return world.settings.log.path.stat().st_size

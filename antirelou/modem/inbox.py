"""What came unasked, until somebody takes it, and what a signal handler may set.

Indications are hints and bounded in number; content (`+CMT`, `+CDS`) is offered until it is accepted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from antirelou.modem.facts import DirectPdu, Indication

QUEUE_LIMIT = 1000  # indications are hints, the SIM is the truth


@dataclass(slots=True)
class Inbox:
    """What came unasked. It outlives the connection: content that a dead port left behind is still to be stored."""

    take_direct: Callable[[DirectPdu], None]
    indications: deque[Indication] = field(default_factory=deque)
    direct: deque[DirectPdu] = field(default_factory=deque)

    def queue(self, fact: Indication) -> None:
        """Keep an indication; the same twice in a row is one, and beyond the limit none is kept."""
        if len(self.indications) < QUEUE_LIMIT and not (
            self.indications and self.indications[-1] == fact
        ):
            self.indications.append(fact)

    def hand_over(self) -> None:
        """Give content away, oldest first; what `take_direct` does not accept stays, and its error goes up."""
        while self.direct:
            self.take_direct(self.direct[0])
            self.direct.popleft()

    def collect(self) -> list[Indication]:
        """All indications, which are the caller's from now on."""
        found = list(self.indications)
        self.indications.clear()
        return found


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a two-line indication. `text_mode`: sender and times, which only text mode tells there."""

    prefix: str
    length: int | None
    text_mode: str
    since: float  # boot seconds


@dataclass(slots=True)
class Interrupt:
    """What a signal handler may set: `woken` ends the idle wait, `stopped_at` (boot seconds) everything soon."""

    woken: bool = False
    stopped_at: float | None = None
    finish_by: float | None = (
        None  # while what was begun is finished in spite of a stop
    )

    @contextmanager
    def finishing(self, seconds: float) -> Iterator[None]:
        """Act as if no stop had been asked for, until `seconds` after it was."""
        asked, self.stopped_at = self.stopped_at, None
        self.finish_by = None if asked is None else asked + seconds
        try:
            yield
        finally:
            self.finish_by = None
            self.stopped_at = asked if asked is not None else self.stopped_at

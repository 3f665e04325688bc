"""Where the process dies: before or after a read, a write, a statement, a commit, or one of the writes that matter.

`Death` counts what the daemon does; the taps stand where it reads and writes the port and the log. From the fatal
moment on nothing that the daemon's `finally` clauses try gets through: a killed process does nothing more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from antirelou.daemon import core
from antirelou.log import connection
from antirelou.log.connection import Connection
from antirelou.simulator import Port, Simulation
from soak.logbook import Logbook
from soak.witness import Witness

ANYWHERE = ("read", "write", "statement", "commit")
FATEFUL = ("commit", "prompt", "PDU", "deletion", "PIN")
_WRITES = ((b"AT+CMGS=", "prompt"), (b"AT+CMGD=", "deletion"), (b"AT+CPIN=", "PIN"))
_SLICE = 30.0  # seconds between two looks at the operator's orders, to make an idle hour cheap


class Killed(BaseException):
    """SIGKILL: no `except Exception` sees it."""


class Death:
    """When the process dies, if at all."""

    def __init__(self) -> None:
        self.deaths: Counter[str] = Counter()
        self.working = False  # whether it is the daemon that acts now
        self.dead = False
        self._planned: tuple[str, bool] | None = None  # place, and whether after it
        self._left = 0

    def plan(self, place: str, nth: int, *, after: bool) -> None:
        """Let the process die before, or just after, the n-th thing of this kind from now on."""
        self._planned, self._left = (place, after), nth

    def cancel(self) -> None:
        self._planned = None

    @contextmanager
    def daemon_at_work(self) -> Iterator[None]:
        """What happens inside is the daemon's doing, and may be its last."""
        self.working, self.dead = True, False
        try:
            yield
        finally:
            self.working = False

    @contextmanager
    def others_at_work(self) -> Iterator[None]:
        """What happens inside, in the middle of the daemon's work, is not its doing."""
        was, self.working = self.working, False
        try:
            yield
        finally:
            self.working = was

    def passes(self, what: Callable[[], Any], *places: str) -> Any:
        """Do it, unless the daemon dies of it; `places` are what it may be called."""
        if not self.working or (self._planned is None and not self.dead):
            return what()
        if self.dead:
            raise Killed(places[0])
        assert self._planned is not None
        place, after = self._planned
        if place in places:
            self._left -= 1
            if self._left <= 0:
                self._die(place, after, what)
        return what()

    def _die(self, place: str, after: bool, what: Callable[[], Any]) -> None:
        if after:
            what()
        self._planned, self.dead = None, True
        self.deaths[f"{'after' if after else 'before'} {place}"] += 1
        raise Killed(place)


class TappedPort(Port):
    """The simulated port, which death and the witness watch."""

    def __init__(
        self, simulation: Simulation, path: str, death: Death, witness: Witness
    ) -> None:
        super().__init__(simulation, path)
        self._death, self._witness = death, witness

    def read(self, size: int = 1) -> bytes:
        octets: bytes = self._death.passes(lambda: Port.read(self, size), "read")
        return octets

    def write(self, data: bytes) -> int:
        def write() -> int:
            with self._death.others_at_work():
                self._witness.writes(bytes(data))
            return Port.write(self, data)

        written: int = self._death.passes(write, "write", _fateful(data))
        return written


def _fateful(data: bytes) -> str:
    """What a write is called beside that, if it is one of those that matter."""
    if data.endswith(b"\x1a"):
        return "PDU"
    return next((name for begins, name in _WRITES if data.startswith(begins)), "")


@contextmanager
def tapped_log(death: Death, logbook: Logbook) -> Iterator[None]:
    """Watch every statement that writes; and wait neither for a lock nor for orders, since time is virtual."""
    run = Connection.run

    def tap(self: Connection, sql: str, parameters: Sequence[Any] = ()) -> int:
        if sql == "COMMIT":
            return int(death.passes(lambda: commit(self), "commit"))
        if sql.startswith("PRAGMA synchronous"):
            logbook.durable = sql.endswith("FULL")
        return int(death.passes(lambda: run(self, sql, parameters), "statement"))

    def commit(self: Connection) -> int:
        changed = run(self, "COMMIT")
        logbook.committed()
        return changed

    before = connection.BUSY, core._SLICE
    connection.BUSY, core._SLICE = 0.0, _SLICE
    Connection.run = tap  # type: ignore[method-assign]
    try:
        yield
    finally:
        connection.BUSY, core._SLICE = before
        Connection.run = run  # type: ignore[method-assign]

"""The box that the daemon runs on: starts it as systemd would, kills it, stops it, reboots, fills and frees its disk.

The daemon's code is the real one, its log a real SQLite file. What ends a process here is what ends one there: a
kill, a stop, status 69 when the modem cannot be recovered; anything else that escapes is a breach.
"""

from __future__ import annotations

import os
import sqlite3
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from antirelou.clock import Timekeeper, VirtualClock
from antirelou.daemon import Daemon, Exhausted
from antirelou.log import DiskFull, LogBusy, LogError, Store
from antirelou.settings import Settings
from antirelou.simulator import Simulation
from soak.breaches import Breach
from soak.death import Death, Killed, TappedPort
from soak.record import Record
from soak.witness import Witness

RESTART = 5.0  # seconds, as the unit has it
_LONGEST_TURN = 420.0  # seconds: a submit that is never answered, on a modem that is recovered after it
_TURNS = (
    400  # without any time passing: a turn for each of so many replies that are due
)
_TURNS_A_SECOND = 10
_KEY = "5a" * 32  # the same in every day: it draws the lot among due replies
_ROOM = 1 << 30  # pages


class Machine:
    """One box with one daemon, which may be running."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: VirtualClock,
        simulation: Simulation,
        death: Death,
        witness: Witness,
        record: Record,
        draw: Random,
    ) -> None:
        self.settings = settings  # what the configuration file says
        self.in_force = [(0.0, settings)]  # what the daemon has read, and when
        self.clock, self.simulation = clock, simulation
        self.died_at: list[float] = []
        self._death, self._witness, self._record = death, witness, record
        self._draw = draw
        self._store: Store | None = None
        self._daemon: Daemon | None = None
        self._stop_asked = False
        self._pages: int | None = (
            None  # that the disk has left, None: as many as one wants
        )
        self._locker: sqlite3.Connection | None = None
        settings.log.key_file.write_text(f"{_KEY}\n")
        witness.in_force = lambda: self.in_force[-1][1]

    # The daemon's life

    def run(self, seconds: float) -> None:
        """Let so much of the network's time pass."""
        self.simulation.run_due()
        began, turns = self.simulation.time, 0
        while self.simulation.time < began + seconds - 1e-6:
            self._turn()
            self.simulation.run_due()
            turns += 1
            if turns > _TURNS + _TURNS_A_SECOND * (self.simulation.time - began):
                self._record.breach(Breach.SPINS)
            if self._record.enough:
                return

    def _turn(self) -> None:
        if self._daemon is None:
            if not self._start():
                self.clock.wait(RESTART)
            return
        began = self.simulation.time
        self._witness.turn_begins()
        if self._guarded(self._daemon.step) and self._stop_asked:
            self._end()
        took = self.simulation.time - began
        if took > _LONGEST_TURN + self.settings.modem.poll_interval.total_seconds():
            self._record.breach(Breach.STUCK, f"{took:.0f} s")

    def _guarded(self, what: Callable[[], None]) -> bool:
        """Let the daemon do something; False if it did not live to see the end."""
        try:
            with self._death.daemon_at_work():
                what()
            return True
        except Killed as killed:
            self.kill(f"killed at a {killed}")
        except Exhausted as exhausted:
            self._record.say(f"exhausted: {exhausted}")
            self._record.counts["status 69"] += 1
            self._let_go(tell=True)
        except Exception:  # noqa: BLE001 - whatever it is, it is a breach
            self._record.breach(Breach.ESCAPED, traceback.format_exc())
            self.kill("escaped")
        self.clock.wait(RESTART)
        return False

    def _start(self) -> bool:
        try:
            with self._death.daemon_at_work():
                self._open()
            return True
        except Killed:
            self.kill("killed while it started")
        except (LogBusy, DiskFull):
            self._let_go(tell=False)
        except Exception:  # noqa: BLE001 - whatever it is, it is a breach
            self._record.breach(Breach.NOT_STARTED, traceback.format_exc())
            self._let_go(tell=False)
        return False

    def _open(self) -> None:
        moment = Timekeeper(self.clock).moment()
        self._store = store = Store.open(self.settings, moment)
        self._limit_pages()
        self._reload()
        store.configured(self.settings, moment)
        self._daemon = Daemon(
            self.settings,
            clock=self.clock,
            store=store,
            open_port=lambda path, _: TappedPort(
                self.simulation, path, self._death, self._witness
            ),
            draw=self._draw.random,
            reload=self._reload,
        )

    def _reload(self) -> Settings:
        self.in_force.append((self.simulation.time, self.settings))
        return self.settings

    def reload(self, settings: Settings) -> None:
        """The operator changes the configuration and says `systemctl reload`."""
        self.settings = settings
        if self._daemon:
            self._daemon.reload()

    def kill(self, how: str) -> None:
        """SIGKILL: the kernel closes the files and the port."""
        self._record.say(how)
        self._record.counts["kills"] += 1
        self._let_go(tell=False)

    def _let_go(self, *, tell: bool) -> None:
        """The process ends; with `tell` it writes that it does, if the log lets it."""
        self.died_at.append(self.simulation.time)
        self._witness.process_died()
        store, self._store, self._daemon = self._store, None, None
        self._stop_asked = False
        if store is not None and tell:
            try:
                store.close(Timekeeper(self.clock).moment())
            except LogError as error:
                self._record.say(f"not told that it ends: {type(error).__name__}")
        elif store is not None:
            store._db.raw.close()
            os.close(store._held)
        self.simulation.wire.close()

    def stop(self) -> None:
        """SIGTERM."""
        if self._daemon:
            self._record.counts["stops"] += 1
            self._stop_asked = True
            self._daemon.stop()

    def _end(self) -> None:
        """What `run` does in the end; systemd starts it again later."""
        assert self._daemon is not None
        if self._guarded(self._daemon._end):
            self._let_go(tell=True)
            self.clock.wait(RESTART)

    def off(self, seconds: float, wall: datetime | None) -> None:
        """The machine goes off, and starts again with its clock at `wall`; None: with a clock that is right."""
        self.kill("the machine goes off")
        self.simulation.pass_time(seconds)
        self.clock.reboot(wall=wall)
        if wall is None:
            self.clock.step(timedelta(seconds=seconds))
        else:
            self.clock.synchronise(False)

    # Its disk

    def fill_disk(self, pages: int) -> None:
        """Only so many pages more may be written."""
        self._pages = pages
        self._limit_pages()

    def free_disk(self) -> None:
        self._pages = None
        self._limit_pages()

    def _limit_pages(self) -> None:
        if self._store is None:
            return
        raw = self._store._db.raw
        try:
            if self._pages is None:
                raw.execute(f"PRAGMA max_page_count = {_ROOM}")
            else:
                used = raw.execute("PRAGMA page_count").fetchone()[0]
                raw.execute(f"PRAGMA max_page_count = {used + self._pages}")
        except sqlite3.OperationalError as error:
            self._record.say(f"the disk stays as it is: {error}")

    def lock_log(self) -> bool:
        """Another process writes, and takes its time; False if one does already."""
        if self._locker is not None or self._store is None:
            return False
        locker = sqlite3.connect(
            self.settings.log.path, isolation_level=None, timeout=0
        )
        try:
            locker.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            locker.close()
            return False
        self._locker = locker
        return True

    def unlock_log(self) -> None:
        if self._locker is not None:
            self._locker.rollback()
            self._locker.close()
            self._locker = None

    def close(self) -> None:
        """The day is over."""
        self.unlock_log()
        if self._store is not None:
            self._let_go(tell=False)

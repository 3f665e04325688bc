"""Health: what a line that seems well, or ill, can still do.

A modem that cannot be used for ten minutes is told once, however often the daemon starts meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

from antirelou.clock import Timekeeper
from antirelou.daemon.line import Line
from antirelou.log import Store
from antirelou.settings import Settings

AWAY_FOR = timedelta(minutes=10)  # until then it may come back by itself


class Health:
    """Looks after one line, once a cycle."""

    def __init__(
        self, settings: Settings, store: Store, timekeeper: Timekeeper, line: Line
    ) -> None:
        self.settings = settings
        self._store = store
        self._timekeeper = timekeeper
        self._line = line
        self._well: bool | None = None  # whether the modem took part in the last cycle

    def look(self, *, swept: bool) -> None:
        """Look at the line after a cycle; `swept`: the modem took part in it."""
        if not swept:
            self._modem_away()
        elif not self._well:
            self._store.modem_back()
        self._well = swept

    def _modem_away(self) -> None:
        away = self._store.modem_away(self._timekeeper.moment())
        if away is not None and away >= AWAY_FOR:
            self._line.event(
                "modem_away",
                f"The modem has not been usable for 10 minutes (now: {self._line.state}); see antirelou status.",
            )
            self._store.modem_away_told()

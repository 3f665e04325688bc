"""How long a line has been without a usable modem, across restarts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from antirelou.clock import Moment
from antirelou.log.line import Condition
from antirelou.log.session import boot_ms
from antirelou.log.times import read, stamp

_NOTED = "SELECT value FROM meta WHERE name = ?"


class Health(Condition):
    """The daemon's reads and writes about what its line can still do."""

    def modem_away(self, moment: Moment) -> timedelta | None:
        """Note that the modem cannot be used; return for how long that has been so, None once it was told.

        By the boot clock where the boot is the same: the wall clock of a Pi steps when it first hears the time.
        """
        found = self._db.value(_NOTED, [self._away_name])
        if found is None:
            since = {
                "at": stamp(moment.at),
                "boot_id": moment.boot_id,
                "boot_ms": boot_ms(moment),
            }
            self._note(since)
            return timedelta(0)
        since = json.loads(found)
        if since.get("told"):
            return None
        if since["boot_id"] == moment.boot_id:
            return timedelta(milliseconds=boot_ms(moment) - since["boot_ms"])
        return moment.at - read(since["at"])

    def modem_away_told(self) -> None:
        """Note that the operator was told of it."""
        since = json.loads(self._db.value(_NOTED, [self._away_name]))
        self._note(since | {"told": True})

    def modem_back(self) -> None:
        """Note that the modem works."""
        if self._db.value(_NOTED, [self._away_name]) is not None:
            with self._writing():
                self._db.run("DELETE FROM meta WHERE name = ?", [self._away_name])

    def _note(self, since: Mapping[str, object]) -> None:
        with self._writing():
            self._db.run(
                "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
                [self._away_name, json.dumps(since)],
            )

    @property
    def _away_name(self) -> str:
        return f"modem away {self.line}"

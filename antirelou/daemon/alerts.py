"""Alerts: what the operator should know at once becomes a JSON file, for a unit that may use the network.

The daemon may not. A file says what an event says: never a stranger's text or number. It is whole when it is there,
and durable before the event counts as told; after a crash in between the same file is written again. No more files
wait than `MOST`, and of each kind of event there is one an hour (`log/alerts.py`).
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from antirelou.clock import Timekeeper
from antirelou.daemon.files import write_whole
from antirelou.daemon.line import Line
from antirelou.language import _
from antirelou.log import Alert, Store
from antirelou.settings import Settings

MOST = 100  # files that wait to be handed on; more would tell nothing new
_LOOK_AGAIN = 60.0  # seconds, while something must wait or could not be written

# The kinds of events that are told, and when they happen.
KINDS = {
    "distress": "somebody may have cried for help",
    "flood_began": "a raid began",
    "flood_ended": "a raid is over",
    "limit_reached": "a limit holds replies back",
    "breaker": "the network refused three texts in a row",
    "network_denied": "the network refuses the SIM",
    "modem_away": "the modem has not been usable for ten minutes",
    "mute": "two texts to itself did not leave",
    "deaf": "two texts to itself left and did not come back",
    "new_sim": "another SIM is in the modem",
    "disk_low": "the disk has less room than `log.reserve`",
    "clock_leapt": "the clock is days ahead of what was known, and nothing vouches for it",
    "anchor": "the head of the chain, once a day (`alerts.anchor`)",
    "erasure_ahead": "what came in a raid is about to be erased",
}


class Full(OSError):
    """So many alerts wait already that nobody seems to take them."""


class Alerts:
    """Writes the alerts of one line."""

    def __init__(
        self, settings: Settings, store: Store, timekeeper: Timekeeper, line: Line
    ) -> None:
        self.settings = settings
        self._store = store
        self._timekeeper = timekeeper
        self._line = line
        self._looked = 0  # the newest event at the last look
        self._done = 0  # events up to this one need no second look…
        self._look_at: float | None = None  # …which the others get at this boot time
        self._failed = False

    def tell(self) -> None:
        """Write what happened and was not told yet."""
        where, moment = self.settings.alerts.directory, self._timekeeper.moment()
        newest = self._store.last_event() if where else self._looked
        due = self._look_at is not None and moment.boot >= self._look_at
        if newest == self._looked and not due:
            return
        alerts, waits = self._store.alerts(KINDS, self._done, moment.at)
        written = all(self._write(where, alert) for alert in alerts)
        self._looked = newest
        if written and not waits:
            self._done, self._look_at = newest, None
        else:
            self._look_at = moment.boot + _LOOK_AGAIN

    def _write(self, where: str, alert: Alert) -> bool:
        try:
            write(Path(where), self.settings.line, alert)
        except OSError as error:
            self._fail(where, error)
            return False
        self._store.alerted(alert, self._timekeeper.moment())
        self._failed = False
        return True

    def _fail(self, where: str, error: OSError) -> None:
        if not self._failed:
            cause = str(error) if isinstance(error, Full) else error.strerror
            self._line.event(
                "alerts_failed",
                _(
                    "Alerts cannot be written into {where} ({cause}): see to the directory, and to the unit that hands "
                    "alerts on.",
                    where=where,
                    cause=cause,
                ),
            )
        self._failed = True


def write(directory: Path, line: str, alert: Alert) -> Path:
    """Put one alert into the directory, durably; return its file. Raises `OSError`."""
    directory.mkdir(mode=0o700, exist_ok=True)
    if len(waiting(directory)) >= MOST:
        raise Full(_("{most} wait there already", most=MOST))
    path = directory / f"{line}-{alert.ids[-1]}.json"
    facts = {
        "id": alert.ids[-1],
        "line": line,
        "kind": alert.kind,
        "at": _written(alert.at),
        "count": alert.count,
        "text": alert.text,
    }
    write_whole(
        path,
        json.dumps(facts, ensure_ascii=False) + "\n",
        mode=0o600,
        durable=True,
    )
    return path


def waiting(directory: Path) -> list[Path]:
    """The alerts that wait in a directory, oldest first. Raises `OSError`."""
    return sorted(
        (each for each in directory.iterdir() if each.match("[!.]*.json")),
        key=lambda each: (_number(each), each.name),
    )


def _number(path: Path) -> int:
    number = path.stem.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else 0


def _written(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")

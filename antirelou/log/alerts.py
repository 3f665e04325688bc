"""Alerts: which events the operator is to be told of beyond the log, derived from their rows.

An event is told once (`alerted_at`). Of each kind one alert an hour: what came meanwhile is in the next one, counted,
in the newest one's words. What is older than a day is no news any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.log.facts import Alert
from antirelou.log.session import Session
from antirelou.log.times import read, read_or_none, stamp

ALERT_EVERY = timedelta(hours=1)
NEWS_FOR = timedelta(days=1)


class Alerting(Session):
    """The daemon's reads and writes on alerts."""

    def last_event(self) -> int:
        """Return the newest event of any line, 0 if there is none."""
        last: int = self._db.value("SELECT coalesce(max(id), 0) FROM events")
        return last

    def alerts(
        self, kinds: Iterable[str], after: int, now: datetime
    ) -> tuple[list[Alert], bool]:
        """Return what is to be told now of these kinds of events after one; and whether something must wait."""
        found, waits = [], False
        for kind in kinds:
            rows = self._db.rows(
                "SELECT id, at, last_at, text, count FROM events WHERE line = ? AND kind = ? AND id > ? AND at > ?"
                " AND alerted_at IS NULL ORDER BY id",
                [self.line, kind, after, stamp(now - NEWS_FOR)],
            )
            if not rows:
                continue
            if self._told_lately(kind, now):
                waits = True
                continue
            newest = rows[-1]
            found.append(
                Alert(
                    ids=tuple(row["id"] for row in rows),
                    kind=kind,
                    at=read(newest["last_at"]),
                    text=newest["text"],
                    count=sum(row["count"] for row in rows),
                )
            )
        return found, waits

    def alerted(self, alert: Alert, moment: Moment) -> None:
        """Remember that these events were told."""
        with self._writing():
            for event in alert.ids:
                self._db.run(
                    "UPDATE events SET alerted_at = ? WHERE id = ?",
                    [stamp(moment.at), event],
                )

    def _told_lately(self, kind: str, now: datetime) -> bool:
        told = read_or_none(
            self._db.value(
                "SELECT max(alerted_at) FROM events WHERE line = ? AND kind = ?",
                [self.line, kind],
            )
        )
        return told is not None and abs(now - told) < ALERT_EVERY

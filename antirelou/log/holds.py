"""Legal holds: periods from which nothing is erased, since a complaint may need it; and who is to be reminded in time.

A hold is an order of kind `hold`, and ends with one of kind `hold_end`; both act by being there, and are in the chain. It
holds for every line. Times are those of reception.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.log.connection import Connection
from antirelou.log.line import Condition
from antirelou.log.times import read, stamp
from antirelou.settings import DAY

REMIND = 60 * DAY  # before what came in a raid is erased
_AHEAD = "erasure_ahead"

# Whether a message, `m`, is in none of the periods of the parameter, JSON.
NOT_HELD = """NOT EXISTS (SELECT 1 FROM json_each({}) h WHERE m.received_at >= json_extract(h.value, '$[0]')
    AND m.received_at < json_extract(h.value, '$[1]'))"""


@dataclass(frozen=True, slots=True)
class Hold:
    """A period that is kept: from `since` to before `until`, by which order, and why."""

    id: int
    at: datetime
    since: datetime
    until: datetime
    note: str


@dataclass(frozen=True, slots=True)
class RaidAhead:
    """A flood of which the first messages are erased soon."""

    flood: int
    messages: int
    began_at: datetime
    hot_at: datetime
    erased_at: datetime


def holds(connection: Connection) -> list[Hold]:
    """Return the holds that were not ended, oldest first; what cannot be read holds nothing."""
    found = []
    for row in connection.rows(
        "SELECT id, at, json_extract(argument, '$.since') AS since, json_extract(argument, '$.until') AS until,"
        " json_extract(argument, '$.note') AS note FROM control h WHERE kind IN ('hold', 'hold_end') AND kind = 'hold'"
        " AND CASE WHEN json_valid(argument) THEN json_type(argument) = 'object' END AND id NOT IN"
        " (SELECT CASE WHEN json_valid(argument) THEN coalesce(json_extract(argument, '$.id'), 0) ELSE 0 END"
        " FROM control WHERE kind IN ('hold', 'hold_end') AND kind = 'hold_end') ORDER BY id"
    ):
        try:
            since, until = read(row["since"]), read(row["until"])
            at, note = read(row["at"]), str(row["note"] or "")
            if since.tzinfo and until.tzinfo:
                found.append(Hold(row["id"], at, since, until, note))
        except (TypeError, ValueError):
            continue
    return found


class Holds(Condition):
    """The daemon's reads and writes about holds."""

    def holds(self) -> list[Hold]:
        """Return the holds that were not ended."""
        return holds(self._db)

    def raids_ahead(
        self, erase_raid_after: timedelta, now: datetime
    ) -> list[RaidAhead]:
        """Return the floods of this line of which nobody was reminded yet, and that are erased in 60 days or less."""
        rows = self._db.rows(
            "SELECT f.*, (SELECT count(*) FROM messages m WHERE m.flood = f.id AND m.id >= f.id AND m.erased_at IS NULL)"
            " AS messages FROM floods f WHERE f.line = ?1 AND f.ended_at IS NOT NULL AND f.began_at < ?2"
            " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.line = ?1 AND e.kind = ?3 AND e.repeat_key = 'flood ' || f.id)",
            [self.line, stamp(now + REMIND - erase_raid_after), _AHEAD],
        )
        kept = self.holds()
        raids = [
            RaidAhead(
                flood=row["id"],
                messages=row["messages"],
                began_at=read(row["began_at"]),
                hot_at=read(row["hot_at"]),
                erased_at=read(row["began_at"]) + erase_raid_after,
            )
            for row in rows
            if row["messages"]
        ]
        return [
            raid
            for raid in raids
            if not any(h.since <= raid.began_at and raid.hot_at < h.until for h in kept)
        ]

    def remind(self, raid: RaidAhead, sentence: str, moment: Moment) -> None:
        """Keep that the operator was reminded of a raid."""
        self.event(_AHEAD, sentence, moment, repeat_key=f"flood {raid.flood}")

    def _held_periods(self) -> str:
        """The periods that are held, as `NOT_HELD` takes them."""
        return json.dumps([[stamp(h.since), stamp(h.until)] for h in self.holds()])

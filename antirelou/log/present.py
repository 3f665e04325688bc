"""Whether it is as late as the clock says: asked before anything is erased by age, since what is erased stays so.

A clock that is synchronised and years ahead would erase everything at once. So a leap, more than `LEAP` ahead of what
the log or this boot knew, is an event, written with the first row of the new time; and from then on nothing goes by age
until a text has come whose service centre time agrees with the clock: the network vouches for it. A box that was
switched off for a month gets such a text soon, by itself or by `health.self_text`. All of it is rows, so that neither
a restart nor a second line on the same machine forgets it.
"""

from __future__ import annotations

from datetime import timedelta

from antirelou.clock import Moment
from antirelou.language import _
from antirelou.log.line import Condition
from antirelou.settings import DAY

# Longer than a week away; less does little harm: it erases so much too early.
LEAP = 8 * DAY
_LATE = 3 * DAY  # a text waits so long at the network for a phone that is off
_KIND = "clock_leapt"


class Present(Condition):
    """The daemon's reads and writes about leaps."""

    def leapt(self, by: timedelta, moment: Moment) -> None:
        """Keep that the clock is ahead by so much, if that is a leap."""
        if by <= LEAP:
            return
        newest = self._db.value("SELECT coalesce(max(id), 0) FROM messages")
        self.event(
            _KIND,
            _(
                "The clock is {days} days ahead of what was known: nothing is erased by age until a text has come whose "
                "time at the service centre agrees with it. Text the number once if nobody else does.",
                days=by.days,
            ),
            moment,
            repeat_key=f"after {newest}",
            data={"after": newest},
        )

    def is_vouched_for(self, moment: Moment) -> bool:
        """Whether the clock is synchronised, and a text has come to agree with it since it leapt last."""
        leapt: int | None = self._db.value(
            "SELECT max((SELECT CASE WHEN json_valid(e.data) THEN json_extract(e.data, '$.after') ELSE 0 END"
            " FROM events e INDEXED BY events_repeat"
            " WHERE e.line = l.line AND e.kind = ? ORDER BY e.id DESC LIMIT 1)) FROM lines l",
            [_KIND],
        )
        if moment.unsynced or leapt is None:
            return not moment.unsynced
        vouched = self._db.value(
            "SELECT EXISTS (SELECT 1 FROM messages WHERE id > ? AND clock_unsynced = 0 AND"
            " abs(julianday(received_at) - julianday(service_centre_utc)) <= ?)",
            [leapt, _LATE / DAY],
        )
        return bool(vouched)

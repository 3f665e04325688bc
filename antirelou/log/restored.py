"""What a restored log cannot know: who got a text after the backup was made. In doubt it counts as if everybody had."""

from __future__ import annotations

from datetime import datetime

from antirelou.clock import Moment
from antirelou.language import _
from antirelou.log.facts import State
from antirelou.log.submits import Submits
from antirelou.log.times import stamp


class Restored(Submits):
    """The writes after a restore."""

    def restored(self, made_at: datetime, month_ends: datetime, moment: Moment) -> None:
        """Remember, for every line, that the log was restored from a backup that was `made_at` then.

        Until `month_ends` the month's recipients count as used up. What was due before now may have left: it is
        `unknown`, counts, and is never sent.
        """
        zone = self.settings.reply.time_zone
        with self.transaction():
            self._db.run("UPDATE lines SET memory_gap_until = ?", [stamp(month_ends)])
            for row in self._db.rows(
                "SELECT r.id, r.purpose IN ('lesson', 'distress', 'proof') AND s.told < 2 AS tells FROM replies r"
                " JOIN senders s ON s.id = r.sender_id WHERE r.state = 'queued' AND r.due_at <= ?",
                [stamp(moment.at)],
            ):
                self._may_have_left(row["id"], moment, tells=bool(row["tells"]))
            self.event(
                "note",
                _(
                    "The log was restored from a backup of {made_at:%Y-%m-%d %H:%M}. What left after that is not known: until "
                    "{month_ends:%Y-%m-%d} the month's recipients count as used up, or until antirelou resume --memory-gap.",
                    made_at=made_at.astimezone(zone),
                    month_ends=month_ends.astimezone(zone),
                ),
                moment,
            )

    def _may_have_left(self, reply_id: int, moment: Moment, *, tells: bool) -> None:
        at = stamp(moment.at)
        self._db.run(
            "UPDATE replies SET state = ?, reason = NULL, marked_at = ?, counted_at = ?, ended_at = ?,"
            " postponed_until = NULL WHERE id = ?",
            [State.UNKNOWN.value, at, at, at, reply_id],
        )
        self._chain("reply.state", reply_id, moment.at)
        if tells:
            self._tell(reply_id, 1, moment)

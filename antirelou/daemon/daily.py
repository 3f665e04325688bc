"""What is done once a day: the chain's head is told (`anchors.py`), what is to be erased is erased, and reminders.

All of it also soon after a start; erasing also at once after an order, which may be to forget a number. It goes on in
slices, one a cycle, and rests while a flood is on: receiving goes first. Before what came in a raid is erased, the
operator is reminded. The log knows what is left to do, so that a restart forgets nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from datetime import timedelta

from antirelou.clock import Moment, Timekeeper
from antirelou.daemon.anchors import tell_head
from antirelou.language import _
from antirelou.log import LogError, Store
from antirelou.settings import DAY, Settings

log = logging.getLogger("antirelou")

_DAY = DAY.total_seconds()
_AFTER_START = 60.0  # seconds; what waited in the SIM is taken in first
_IN_FLOOD = 60.0  # seconds until the next look


class Daily:
    """Looks, each cycle, whether it is time."""

    def __init__(self, settings: Settings, store: Store, timekeeper: Timekeeper):
        self.settings = settings
        self._store = store
        self._timekeeper = timekeeper
        boot = timekeeper.moment().boot
        self._anchor_at = boot
        self._erase_at = boot + _AFTER_START
        self._work: Generator[timedelta, None, bool] | None = None

    def look(self) -> None:
        """Do what is due; a slice of it where it may take long."""
        boot = self._timekeeper.moment().boot
        if boot >= self._anchor_at:
            self._anchor_at = boot + _DAY
            tell_head(self.settings, self._store, self._timekeeper)
        if boot >= self._erase_at:
            self._erase_at = boot + self._erase()

    def look_again(self) -> float:
        """Seconds until something is due."""
        due = min(self._anchor_at, self._erase_at)
        return max(0.0, due - self._timekeeper.moment().boot)

    def wake(self) -> None:
        """An order may have asked to forget a number: begin anew, with the next cycle."""
        self._work, self._erase_at = None, self._timekeeper.moment().boot

    def _erase(self) -> float:
        """One slice; return the seconds until the next."""
        moment = self._timekeeper.moment()
        if self._store.flood(moment.at):
            return _IN_FLOOD
        if self._work is None:
            if self._store.is_vouched_for(moment):
                self._remind(moment)
            self._work = self._store.erasing(
                self.settings.privacy, self._timekeeper.moment
            )
        try:
            return next(self._work).total_seconds()
        except StopIteration as done:
            self._work = None
            if done.value:
                log.info(_("What was to be erased has left the log's file."))
            return _DAY
        except LogError:
            self._work = None  # it cannot be gone on with
            raise

    def _remind(self, moment: Moment) -> None:
        """Say of each raid in time that it is about to be erased, once."""
        zone = self.settings.reply.time_zone
        after = self.settings.privacy.erase_raid_after
        for raid in self._store.raids_ahead(after, moment.at):
            began, last, erased = (
                at.astimezone(zone)
                for at in (raid.began_at, raid.hot_at, raid.erased_at)
            )
            sentence = _(
                "What came in the flood of {began:%d %b %Y %H:%M} ({messages:,} messages) is erased from "
                "{erased:%d %b %Y} on (privacy.erase_raid_after). If a complaint may need it: antirelou hold "
                "--since {began:%Y-%m-%d} --until {last:%Y-%m-%d} --note WHY",
                began=began,
                messages=raid.messages,
                erased=erased,
                last=last,
            )
            self._store.remind(raid, sentence, moment)
            log.warning("%s", sentence)

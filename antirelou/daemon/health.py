"""Health: what a line that seems well, or ill, can still do.

A modem that cannot be used for ten minutes is told once, however often the daemon starts meanwhile. Now and then the
line texts itself: what leaves and comes back proves that texts do. After two failures in a row that is an event, `mute`
or `deaf`, and the modem is taken one rung up the recovery ladder for each failure, though it answers.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

from antirelou.clock import Moment, Timekeeper
from antirelou.daemon.line import Line
from antirelou.language import _
from antirelou.log import Store
from antirelou.policy import NeverReason
from antirelou.policy.proof import (
    FAILURES_TO_TELL,
    SELF_TEXT,
    Failure,
    SelfTest,
    failure,
    next_test,
)
from antirelou.settings import DAY, Settings

log = logging.getLogger("antirelou")

AWAY_FOR = timedelta(minutes=10)  # until then it may come back by itself
_LOOK_EVERY = 30.0  # seconds between two looks at the texts to itself
_SOON = timedelta(seconds=1)  # what is due in the past ends no wait
_TELLS = {
    Failure.MUTE: _(
        "did not leave: ask the SIM's operator whether it may send texts, and see antirelou status."
    ),
    Failure.DEAF: _(
        "left and did not come back: see whether modem.number is this SIM's, and whether it receives texts."
    ),
}


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
        self._look_at = 0.0  # boot time
        self._said = False  # that nothing can be proved

    def look(self, *, swept: bool) -> int:
        """Look at the line after a cycle; `swept`: the modem took part in it. Return the rung to climb, 0 for none."""
        if not swept:
            self._modem_away()
        elif not self._well:
            self._store.modem_back()
        self._well = swept
        moment = self._timekeeper.moment()
        if not swept or moment.boot < self._look_at:
            return 0
        self._look_at = moment.boot + _LOOK_EVERY
        return self._self_test(moment)

    def _self_test(self, moment: Moment) -> int:
        """Text the line itself when it is time, and see what became of the last one."""
        every, number = self.settings.health.self_text, self.settings.modem.number
        if every is None or self.settings.reply.mode == "never":
            return 0
        if not number:
            if not self._said:
                log.info(
                    _(
                        "Nothing proves that texts go out and come in: set modem.number, and the line texts itself."
                    )
                )
            self._said = True
            return 0
        if self._store.flood(moment.at):
            return 0  # what comes in queues behind thousands of others
        if proved_at := self._store.self_test_proved():
            log.info(
                _("A text to itself came back (%s)."),
                _("{proved_at:%d %b %H:%M} UTC", proved_at=proved_at),
            )
        test, failures = self._store.self_test(number)
        failed = test and failure(test, self._store.listening_since(), moment.at)
        if test and failed:
            return self._failed(test, failed, failures + 1, moment)
        due = next_test(test, failures, every, moment.at)
        if due is not None and moment.at >= due and self._store.may_text_itself(number):
            reply = self._store.queue_self_test(
                number,
                SELF_TEXT + secrets.token_hex(8),
                due_at=moment.at + _SOON,
                expires_at=moment.at + DAY,
                moment=moment,
            )
            log.info(_("reply %d is a text of the line to itself"), reply)
        return 0

    def _failed(
        self, test: SelfTest, failed: Failure, failures: int, moment: Moment
    ) -> int:
        """Keep a failure; from the second in a row on, tell it and say how far up the ladder to go."""
        with self._store.transaction():
            self._store.event(
                "self_test_failed",
                _(
                    "Reply {reply_id}, a text of the line to itself, failed ({failed}).",
                    reply_id=test.reply_id,
                    failed=failed,
                ),
                moment,
                repeat_key=str(test.reply_id),
            )
            if test.state == "queued":
                self._store.drop_reply(test.reply_id, NeverReason.EXPIRED, moment)
        if failures < FAILURES_TO_TELL:
            log.warning(
                _("reply %d to the line itself failed: %s"), test.reply_id, failed
            )
            return 0
        self._line.event(
            failed,
            _(
                "{failures} texts of the line to itself {what}",
                failures=failures,
                what=_TELLS[failed],
            ),
        )
        return failures - FAILURES_TO_TELL + 1

    def _modem_away(self) -> None:
        away = self._store.modem_away(self._timekeeper.moment())
        if away is not None and away >= AWAY_FOR:
            self._line.event(
                "modem_away",
                _(
                    "The modem has not been usable for 10 minutes (now: {state}); see antirelou status.",
                    state=self._line.state,
                ),
            )
            self._store.modem_away_told()

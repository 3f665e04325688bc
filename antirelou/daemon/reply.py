"""Replies: the next due reply that the policy lets go, marked before it leaves, its outcome kept.

The order of writes is the promise (P3, P4): the limits are counted and the submit is marked in one durable
transaction; only then does the first octet leave; what became of it is written after. A submit whose outcome was not
written is `unknown` at the next start, and is never sent again by itself.
"""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime, timedelta

from antirelou.clock import Moment, Timekeeper
from antirelou.daemon.limits import tell_limit
from antirelou.daemon.tell import Systemd
from antirelou.log import DueReply, Store
from antirelou.modem import Modem
from antirelou.modem.facts import Fate, ModemError, Outcome
from antirelou.modem.submit_pdu import SubmitPdu, submit_pdus
from antirelou.policy import (
    Go,
    Later,
    Never,
    NeverReason,
    Purpose,
    Reserve,
    month_start,
    release,
)
from antirelou.settings import Settings

log = logging.getLogger("antirelou")

_PAGE = 20  # due replies fetched at once
_AT_LEAST = timedelta(seconds=1)  # so that no reply is asked about twice in one round
_LOOK_AGAIN = timedelta(
    minutes=10
)  # at a reply that waits for something of its own; an order asks at once

# Waits before a reply that did not leave is tried again, by class of cause (first wait; doubles up to an hour).
_SIM_BUSY = (14, 314, 512, 515)
_MEMORY = (320, 321, 322, 531)


def first_wait(outcome: Outcome) -> timedelta:
    """How long a reply that did not leave rests before its second attempt."""
    if outcome.cms_error in _SIM_BUSY or outcome.cms_error in _MEMORY:
        return timedelta(seconds=5)
    if outcome.cms_error is None:
        return timedelta(
            seconds=2
        )  # no prompt, or the modem went away: it was recovered in between
    return timedelta(minutes=1)


class Replying:
    """Lets due replies go, one at a time."""

    def __init__(
        self, settings: Settings, store: Store, timekeeper: Timekeeper, systemd: Systemd
    ) -> None:
        self.settings = settings
        self.disk_low = False
        self._store = store
        self._timekeeper = timekeeper
        self._systemd = systemd
        self._given_up: int | None = None  # the submit whose answer may still come late
        self._unwritten: tuple[int, Outcome, Moment, datetime] | None = (
            None  # an outcome that the disk had no room for
        )
        self._following: deque[tuple[DueReply, SubmitPdu, int]] = (
            deque()
        )  # segments of the reply under way

    def one(self, modem: Modem) -> bool:
        """Submit the next reply that may leave; False when there is none. Raises what the modem raises.

        A reply that a full disk or a busy log stopped between two segments goes on with the next one.
        """
        self.write_outcome()
        if self._following:
            self._mark_next()
        else:
            self._following.extend(self._choose())
        if not self._following:
            return False
        self._submit(modem)
        while self._following:
            self._mark_next()
            self._submit(modem)
        return True

    def late(self, message_reference: int) -> None:
        """A `+CMGS` came for the submit that was given up: it was accepted after all."""
        if self._given_up is None:
            return
        self.write_outcome()
        moment = self._timekeeper.moment()
        with self._store.transaction():
            self._store.mend(self._given_up, message_reference, moment)
        log.info(
            "submit %d was accepted after all (reference %d)",
            self._given_up,
            message_reference,
        )
        self._given_up = None

    def write_outcome(self) -> None:
        """Write the outcome; without an fsync of its own, since losing it makes the submit `unknown` at worst."""
        if self._unwritten is None:
            return
        submit, outcome, moment, again = self._unwritten
        with self._store.transaction(durable=False):
            self._store.outcome(submit, outcome, moment, next_attempt_at=again)
        self._unwritten = None

    def _choose(self) -> list[tuple[DueReply, SubmitPdu, int]]:
        """Ask the policy about each due reply in turn; mark the first that may go, and return its segments."""
        moment = self._timekeeper.moment()
        if not self._store.due(moment.at, 1):
            return []
        open_purposes = set(Purpose)  # without those of which none could leave now
        with self._store.transaction():
            while due_replies := self._store.due(
                moment.at, _PAGE, purposes=open_purposes
            ):
                for due in due_replies:
                    if due.purpose not in open_purposes:
                        continue
                    verdict = release(
                        due.queued, self._reserve(due, moment), self.settings, moment.at
                    )
                    if isinstance(verdict, Go):
                        try:
                            return self._mark(due, moment)
                        except (
                            ValueError
                        ) as error:  # no PDU says it; nothing was marked
                            log.warning("reply %d cannot be sent: %s", due.id, error)
                            verdict = Never(NeverReason.UNREPLYABLE)
                    self._withhold(due, verdict, open_purposes, moment)
        return []

    def _mark(
        self, due: DueReply, moment: Moment
    ) -> list[tuple[DueReply, SubmitPdu, int]]:
        pdus = submit_pdus(
            due.queued.sender,
            due.text,
            reference=due.id % 256,
            status_report=self.settings.reply.status_report,
        )
        submits = self._store.mark(due.id, [pdu.octets for pdu in pdus], moment)
        return [(due, pdu, submit) for pdu, submit in zip(pdus, submits, strict=True)]

    def _withhold(
        self,
        due: DueReply,
        verdict: Never | Later,
        open_purposes: set[Purpose],
        moment: Moment,
    ) -> None:
        """Drop it, or remember what it waits for; each way `due` does not return it again in this round."""
        if isinstance(verdict, Later):
            tell_limit(self._store, self.settings, verdict, moment)
        match verdict:
            case Never(reason):
                self._store.drop_reply(due.id, reason, moment)
                log.info("reply %d dropped: %s", due.id, reason)
            case Later(reason, until, whole_line=True):
                self._store.postpone_due(due.purpose, reason, until, moment.at)
                open_purposes.discard(due.purpose)
            case Later(reason, until):
                until = max(until or moment.at + _LOOK_AGAIN, moment.at + _AT_LEAST)
                self._store.postpone(due.id, reason, until)

    def _reserve(self, due: DueReply, moment: Moment) -> Reserve:
        starts = month_start(
            moment.at,
            self.settings.limits.month_starts_on,
            self.settings.reply.time_zone,
        )
        return self._store.reserve(
            due.id, moment.at, month_start=starts, disk_low=self.disk_low
        )

    def _mark_next(self) -> None:
        _, _, submit = self._following[0]
        with self._store.transaction():
            self._store.mark_next(submit, self._timekeeper.moment())

    def _submit(self, modem: Modem) -> None:
        """Submit the segment that was marked and keep what became of it; only after an accepted one follow others."""
        due, pdu, submit = self._following.popleft()
        self._given_up = None
        lost: ModemError | None = None
        try:
            outcome = modem.submit(pdu)
        except ModemError as error:  # before Ctrl-Z: nothing has left
            outcome, lost = Outcome(Fate.NOT_LEFT, said=str(error)), error
        moment = self._timekeeper.moment()
        again = moment.at + min(
            first_wait(outcome) * 2 ** min(due.attempts, 12), timedelta(hours=1)
        )
        self._journal(due, submit, outcome)
        if outcome.fate is Fate.UNKNOWN:
            self._given_up = submit
        if outcome.fate is not Fate.SUBMITTED:
            self._following.clear()
        self._unwritten = (submit, outcome, moment, again)
        self.write_outcome()
        self._systemd.alive()
        if lost is not None:
            raise lost

    def _journal(self, due: DueReply, submit: int, outcome: Outcome) -> None:
        match outcome.fate:
            case Fate.SUBMITTED:
                log.info(
                    "reply %d: submit %d accepted, reference %s",
                    due.id,
                    submit,
                    outcome.message_reference,
                )
            case Fate.NOT_LEFT:
                log.warning(
                    "reply %d: submit %d did not leave (%s); it will be tried again",
                    due.id,
                    submit,
                    outcome.said,
                )
            case Fate.REFUSED:
                log.warning(
                    "reply %d: submit %d refused by the network (cause %s)",
                    due.id,
                    submit,
                    outcome.cms_error,
                )
            case Fate.UNKNOWN:
                log.warning(
                    "reply %d: fate of submit %d unknown (%s); it is not sent again",
                    due.id,
                    submit,
                    outcome.said,
                )

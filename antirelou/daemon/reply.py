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
from antirelou.daemon.tell import Repeats, Systemd
from antirelou.language import _
from antirelou.log import DueReply, State, Store
from antirelou.modem import Modem
from antirelou.modem.facts import Fate, ModemError, Outcome
from antirelou.modem.submit_pdu import SubmitPdu, submit_pdus
from antirelou.policy import (
    Go,
    Later,
    LaterReason,
    Never,
    NeverReason,
    Release,
    Reserve,
    month_start,
    release,
)
from antirelou.settings import Settings

log = logging.getLogger("antirelou")

_AT_ONCE = 200  # replies asked about in one transaction; reception goes first
_NOT_LEFT = {  # by whether the whole reply is in the queue again
    True: (_("Reply"), _("it will be tried again")),
    False: (_("The rest of reply"), _("half a text is not completed later")),
}
_AT_LEAST = timedelta(seconds=1)  # so that no reply is asked about twice in one round
_LOOK_AGAIN = timedelta(
    minutes=10
)  # where nobody knows until when; an order asks at once

Group = tuple[str, int, str | None, int]
Asked = dict[int, tuple[Release, Reserve]]  # by reply, within one transaction

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


def _is_its_own(verdict: Later, reserve: Reserve) -> bool:
    """Whether a reply waits for something that others of its group may not wait for.

    Numbers that were told before may count already in what holds the others back, each in another way.
    """
    return not verdict.whole_line and (
        verdict.reason is LaterReason.AWAITING_APPROVAL or reserve.told > 0
    )


class Replying:
    """Lets due replies go, one at a time."""

    def __init__(
        self, settings: Settings, store: Store, timekeeper: Timekeeper, systemd: Systemd
    ) -> None:
        self.settings = settings
        self._disk_low = False
        self._store = store
        self._timekeeper = timekeeper
        self._systemd = systemd
        self.more = False  # whether there was more to ask about than at once
        self._why: dict[
            Group, str
        ] = {}  # what a group waits for, as this process wrote it
        self._given_up: int | None = None  # the submit whose answer may still come late
        self._repeats = Repeats()  # of replies that do not leave
        # an outcome that the disk had no room for: of which reply, of which submit
        self._unwritten: tuple[int, int, Outcome, Moment, datetime] | None = None
        self._following: deque[tuple[DueReply, SubmitPdu, int]] = (
            deque()
        )  # segments of the reply under way

    def see_disk(self, *, low: bool) -> None:
        """Note whether the disk has little room; replies that rest for that are asked about again when it has."""
        if self._disk_low and not low:
            self._store.wake()
        self._disk_low = low

    def anything_to_do(self) -> bool:
        """Whether a reply is under way, fell due, or might leave now."""
        self.more = False
        return (
            self._unwritten is not None
            or bool(self._following)
            or self._store.anything_to_ask(self._timekeeper.moment().at)
        )

    def one(self, modem: Modem) -> bool:
        """Submit the next reply that may leave; False when there is none. Raises what the modem raises.

        A reply that a full disk or a busy log stopped between two segments goes on with the next one.
        """
        self.write_outcome()
        if not self._following:
            self._following.extend(self._choose())
            if not self._following:
                return False
            self._submit(modem)
        while self._following:
            self._mark_next()
            self._submit(modem, begun=True)
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
            _("submit %d was accepted after all (reference %d)"),
            self._given_up,
            message_reference,
        )
        self._given_up = None

    def write_outcome(self) -> None:
        """Write the outcome; without an fsync of its own, since losing it makes the submit `unknown` at worst."""
        if self._unwritten is None:
            return
        reply, submit, outcome, moment, again = self._unwritten
        told = None
        with self._store.transaction(durable=False):
            state = self._store.outcome(submit, outcome, moment, next_attempt_at=again)
            if outcome.fate is Fate.NOT_LEFT:
                what, then = _NOT_LEFT[state is State.QUEUED]
                told = _(
                    "{what} {reply} did not leave ({said}); {then}.",
                    what=what,
                    reply=reply,
                    said=outcome.said.rstrip("."),
                    then=then,
                )
                self._store.event("reply_not_left", told, moment, repeat_key="any")
        self._unwritten = None
        if told and self._repeats.due("reply_not_left", moment.boot):
            log.warning("%s", told)

    def _choose(self) -> list[tuple[DueReply, SubmitPdu, int]]:
        """Ask the policy about what fell due, then about whose turn it is; mark the first that may go.

        What fell due takes its turn unless it may never leave. Of those in turn one stands for its whole group; when
        none may go they rest until the earliest moment at which one could.
        """
        moment = self._timekeeper.moment()
        with self._store.transaction():
            due_replies = self._store.due(moment.at, _AT_ONCE)
            self.more = len(due_replies) == _AT_ONCE
            if len(due_replies) == 1 and not self._store.any_in_turn():
                return self._alone(due_replies[0], moment)
            asked: Asked = {}
            for due in due_replies:
                verdict, reserve = asked[due.id] = self._ask(due, moment)
                self._look_at(due, verdict, reserve, moment)
            if self._store.resting(moment.at):
                return []
            return self._next_in_turn(moment, asked)

    def _alone(
        self, due: DueReply, moment: Moment
    ) -> list[tuple[DueReply, SubmitPdu, int]]:
        """Mark the one reply that fell due while nobody waits for a turn; if it may not go, it waits like any."""
        asked = self._ask(due, moment)
        if isinstance(asked[0], Go):
            try:
                return self._mark(due, moment)
            except ValueError:  # no PDU says it; nothing was marked
                pass
        self._look_at(due, *asked, moment)
        if self._store.resting(moment.at):
            return []
        return self._next_in_turn(moment, {due.id: asked})

    def _ask(self, due: DueReply, moment: Moment) -> tuple[Release, Reserve]:
        """What the policy says of a reply, and what that rests on; the same until one is marked."""
        reserve = self._reserve(due, moment)
        return release(due.queued, reserve, self.settings, moment.at), reserve

    def _look_at(
        self, due: DueReply, verdict: Release, reserve: Reserve, moment: Moment
    ) -> None:
        """What becomes of a reply that fell due, or is due again."""
        if isinstance(verdict, Go):
            self._store.take_turn(due.id, None)
            self._store.wake()
            self._why.clear()
        elif isinstance(verdict, Never) or _is_its_own(verdict, reserve):
            self._withhold(due, verdict, moment)
        else:
            self._store.take_turn(due.id, verdict.reason)
            self._store.rest_too(self._again_at(verdict, moment))
            if verdict.reason not in self._why.values():
                self._why.clear()

    def _next_in_turn(
        self, moment: Moment, asked: Asked
    ) -> list[tuple[DueReply, SubmitPdu, int]]:
        """Mark the first of those in turn that may go; [] when none may. `asked`: what was just asked is not again."""
        held: dict[Group, datetime] = {}
        for _attempt in range(_AT_ONCE):
            first = next(
                (one for one in self._store.firsts() if one.group not in held), None
            )
            if first is None:
                if held:
                    self._store.rest(min(held.values()))
                return []
            verdict, reserve = asked.get(first.id) or self._ask(first, moment)
            if isinstance(verdict, Go):
                try:
                    return self._mark(first, moment)
                except ValueError as error:  # no PDU says it; nothing was marked
                    log.warning(_("reply %d cannot be sent: %s"), first.id, error)
                    verdict = Never(NeverReason.UNREPLYABLE)
            if isinstance(verdict, Never) or _is_its_own(verdict, reserve):
                self._withhold(first, verdict, moment)
                continue
            held[first.group] = self._again_at(verdict, moment)
            tell_limit(self._store, self.settings, verdict, moment)
            if self._why.get(first.group) != verdict.reason:
                self._store.hold_back(first, verdict.reason)
                self._why[first.group] = verdict.reason
        self.more = True
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

    def _withhold(self, due: DueReply, verdict: Never | Later, moment: Moment) -> None:
        """Drop it, or remember what it alone waits for."""
        if isinstance(verdict, Never):
            self._store.drop_reply(due.id, verdict.reason, moment)
            log.info(_("reply %d dropped: %s"), due.id, verdict.reason)
        elif verdict.reason is LaterReason.AWAITING_APPROVAL:  # only an order ends it
            self._store.postpone(due.id, verdict.reason, due.queued.expires_at)
        else:
            tell_limit(self._store, self.settings, verdict, moment)
            until = self._again_at(verdict, moment)
            self._store.postpone(due.id, verdict.reason, until)

    def _again_at(self, verdict: Later, moment: Moment) -> datetime:
        return max(verdict.until or moment.at + _LOOK_AGAIN, moment.at + _AT_LEAST)

    def _reserve(self, due: DueReply, moment: Moment) -> Reserve:
        starts = month_start(
            moment.at,
            self.settings.limits.month_starts_on,
            self.settings.reply.time_zone,
        )
        return self._store.reserve(
            due.id, moment.at, month_start=starts, disk_low=self._disk_low
        )

    def _mark_next(self) -> None:
        _, _, submit = self._following[0]
        with self._store.transaction():
            self._store.mark_next(submit, self._timekeeper.moment())

    def _submit(self, modem: Modem, *, begun: bool = False) -> None:
        """Submit the segment that was marked and keep what became of it; only after an accepted one follow others."""
        due, pdu, submit = self._following.popleft()
        self._given_up = None
        lost: ModemError | None = None
        try:
            outcome = modem.submit(pdu, begun=begun)
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
        self._unwritten = (due.id, submit, outcome, moment, again)
        self.write_outcome()
        self._systemd.alive()
        if lost is not None:
            raise lost

    def _journal(self, due: DueReply, submit: int, outcome: Outcome) -> None:
        match outcome.fate:
            case Fate.SUBMITTED:
                log.info(
                    _("reply %d: submit %d accepted, reference %s"),
                    due.id,
                    submit,
                    outcome.message_reference,
                )
            case Fate.REFUSED:
                log.warning(
                    _(
                        "The network refused reply %d (submit %d, cause %s); it is not sent again."
                    ),
                    due.id,
                    submit,
                    outcome.cms_error,
                )
            case Fate.UNKNOWN:
                log.warning(
                    _(
                        "Whether reply %d left is not known (submit %d: %s); it counts, and is not sent again."
                    ),
                    due.id,
                    submit,
                    outcome.said.rstrip("."),
                )

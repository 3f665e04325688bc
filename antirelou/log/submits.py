"""Submits: each segment of a reply is marked before its first octet leaves, and its fate is kept (P3).

`mark` reserves every segment of a reply in one durable transaction, `mark_next` marks each following one, `outcome`
keeps what became of it. What was `submitting` when the process died is `unknown` at the next start: it is never sent
again by itself, and goes on counting.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from antirelou.clock import Moment
from antirelou.language import _
from antirelou.log import chain
from antirelou.log.facts import State, SubmitState
from antirelou.log.queue import Queue
from antirelou.log.session import clean
from antirelou.log.times import stamp
from antirelou.modem.facts import Fate, Outcome
from antirelou.policy.breaker import TRIPS_AT, refusals_in_a_row
from antirelou.policy.facts import Purpose

_TELLING = (Purpose.LESSON, Purpose.DISTRESS, Purpose.PROOF)  # what P12 counts
_STATE_OF = {
    Fate.NOT_LEFT: SubmitState.NOT_LEFT,
    Fate.SUBMITTED: SubmitState.SUBMITTED,
    Fate.REFUSED: SubmitState.REFUSED,
    Fate.UNKNOWN: SubmitState.UNKNOWN,
}
_COUNTING = (State.SUBMITTED, State.PARTIAL, State.UNKNOWN)


class Submits(Queue):
    """The daemon's writes on replies that leave."""

    def mark(self, reply_id: int, segments: Sequence[str], moment: Moment) -> list[int]:
        """Reserve the segments of a queued reply, PDUs in hexadecimal, and mark the first; return their ids.

        Only inside the transaction in which `reserve` counted; nothing may leave before that is committed.
        """
        if not self._db.in_transaction:
            raise RuntimeError(
                "a submit is marked in the transaction that counted its limits"
            )
        if not segments:
            raise ValueError("a reply has at least one segment")
        self._db.read_before.pop("common", None)  # what `reserve` counted has grown
        at, on = stamp(moment.at), self.flood(moment.at)
        if not self._db.run(
            "UPDATE replies SET state = 'submitting', reason = NULL, segments = ?, attempts = attempts + 1,"
            " marked_at = ?, counted_at = ?, postponed_until = NULL, turn = NULL, flood = iif(flood = 0, ?, flood)"
            " WHERE id = ? AND state = 'queued' AND line = ?",
            [len(segments), at, at, on.id if on else 0, reply_id, self.line],
        ):
            raise LookupError(
                f"there is no queued reply {reply_id} in line {self.line}"
            )
        submits = [
            self._reserve_segment(reply_id, *one, moment)
            for one in enumerate(segments, start=1)
        ]
        self._chain("reply.state", reply_id, moment.at)
        self._tell(reply_id, 1, moment)
        return submits

    def mark_next(self, submit_id: int, moment: Moment) -> None:
        """Mark a following segment; nothing of it may leave before that is committed."""
        with self._writing():
            if not self._db.run(
                "UPDATE submits SET state = 'submitting', marked_at = ? WHERE id = ? AND state = 'reserved'",
                [stamp(moment.at), submit_id],
            ):
                raise LookupError(f"there is no reserved submit {submit_id}")
            self._chain("submit.state", submit_id, moment.at)

    def outcome(
        self,
        submit_id: int,
        outcome: Outcome,
        moment: Moment,
        *,
        next_attempt_at: datetime | None = None,
    ) -> State:
        """Keep what became of a marked segment; return the reply's state, which is final unless `submitting` or
        `queued`.

        A whole reply that did not leave is queued again, not before `next_attempt_at`. After any other failure the
        segments that follow are let go of: half a text, or one in doubt, is not completed later.
        """
        with self._writing():
            row = self._db.row(
                "SELECT reply_id, sequence, state FROM submits WHERE id = ?",
                [submit_id],
            )
            if row is None or row["state"] != SubmitState.SUBMITTING:
                raise LookupError(f"there is no submit {submit_id} under way")
            self._end(submit_id, _STATE_OF[outcome.fate], moment, outcome)
            if outcome.fate is not Fate.SUBMITTED:
                self._let_go(row["reply_id"], moment)
            if outcome.fate is Fate.REFUSED:
                self._refused(outcome, moment)
            if outcome.fate is Fate.NOT_LEFT and row["sequence"] == 1:
                return self._requeue(row["reply_id"], next_attempt_at, moment)
            return self._settle(row["reply_id"], moment)

    def mend(self, submit_id: int, message_reference: int, moment: Moment) -> State:
        """The answer to a submit of unknown fate came late: it was accepted."""
        with self._writing():
            mended = self._db.run(
                "UPDATE submits SET state = 'submitted', message_reference = ?, mended_at = ?"
                " WHERE id = ? AND state = 'unknown'",
                [message_reference, stamp(moment.at), submit_id],
            )
            reply = self._db.value(
                "SELECT reply_id FROM submits WHERE id = ?", [submit_id]
            )
            if mended:
                self._chain("submit.state", submit_id, moment.at)
                return self._settle(reply, moment)
            return State(
                self._db.value("SELECT state FROM replies WHERE id = ?", [reply])
            )

    def report(
        self,
        message_reference: int,
        recipient: str,
        status: int,
        discharge_time: datetime | None,
        moment: Moment,
    ) -> int | None:
        """Keep a status report (TS 23.040 clause 9.2.3.15) with the submit it speaks of; None if there is none."""
        with self._writing():
            submit: int | None = self._db.value(
                "SELECT s.id FROM replies r JOIN submits s ON s.reply_id = r.id WHERE r.sender_id = ? AND s.line = ?"
                " AND s.message_reference = ? ORDER BY s.id DESC LIMIT 1",
                [self._known_sender(recipient), self.line, message_reference],
            )
            if submit is not None:
                discharged = (
                    None
                    if discharge_time is None
                    else discharge_time.isoformat(timespec="seconds")
                )
                self._db.run(
                    "UPDATE submits SET report_status = ?, discharge_time = ?, reported_at = ? WHERE id = ?",
                    [status, discharged, stamp(moment.at), submit],
                )
                self._chain("submit.state", submit, moment.at)
            return submit

    def _recover(self, moment: Moment) -> list[int]:
        """Give up what this line was submitting when it last died; return the replies that became unknown."""
        rows = self._db.rows(
            "SELECT id AS reply_id FROM replies WHERE ended_at IS NULL AND state = 'submitting' AND line = ?"
            " ORDER BY id",
            [self.line],
        )
        for row in rows:
            for submit in self._db.rows(
                "SELECT id FROM submits WHERE reply_id = ? AND state = 'submitting'",
                [row["reply_id"]],
            ):
                self._end(submit["id"], SubmitState.UNKNOWN, moment, None)
            self._let_go(row["reply_id"], moment)
            self._settle(row["reply_id"], moment)
        return [row["reply_id"] for row in rows]

    # Inside

    def _reserve_segment(
        self, reply_id: int, sequence: int, pdu: str, moment: Moment
    ) -> int:
        at = stamp(moment.at)
        marked = (
            (SubmitState.SUBMITTING, at)
            if sequence == 1
            else (SubmitState.RESERVED, None)
        )
        submit = self._db.insert(
            "INSERT INTO submits (line, reply_id, attempt, sequence, pdu, state, marked_at, reserved_at, counted_at,"
            " nonce) VALUES (?, ?, (SELECT attempts FROM replies WHERE id = ?), ?, ?, ?, ?, ?, ?, ?)",
            [
                self.line,
                reply_id,
                reply_id,
                sequence,
                pdu,
                *marked,
                at,
                at,
                chain.nonce(),
            ],
        )
        self._chain("submit", submit, moment.at)
        self._chain("submit.state", submit, moment.at)
        return submit

    def _end(
        self,
        submit_id: int,
        state: SubmitState,
        moment: Moment,
        outcome: Outcome | None,
    ) -> None:
        counts = state in (SubmitState.SUBMITTED, SubmitState.UNKNOWN)
        self._db.run(
            f"UPDATE submits SET state = ?, {_unless(counts)} ended_at = ?,"
            " message_reference = ?, cms_error = ?, said = ? WHERE id = ?",
            [
                *(
                    state.value,
                    stamp(moment.at),
                    outcome.message_reference if outcome else None,
                ),
                *(
                    outcome.cms_error if outcome else None,
                    clean(outcome.said) if outcome else None,
                    submit_id,
                ),
            ],
        )
        self._chain("submit.state", submit_id, moment.at)

    def _let_go(self, reply_id: int, moment: Moment) -> None:
        """Give the segments back that were reserved and will not be submitted."""
        for row in self._db.rows(
            "SELECT id FROM submits WHERE reply_id = ? AND state = 'reserved'",
            [reply_id],
        ):
            self._end(row["id"], SubmitState.NOT_LEFT, moment, None)

    def _refused(self, outcome: Outcome, moment: Moment) -> None:
        """What it was reserved for is free again; and the third refusal in a row is an event."""
        self.reconsider()
        if refusals_in_a_row(self._answers()) == TRIPS_AT:
            self.event(
                "breaker",
                _(
                    "The network refused {refusals} texts in a row (the last for cause {cause}): replies are "
                    "held for 5 minutes, then one is tried, and each further refusal doubles the wait up to 6 hours. If it "
                    "lasts, ask the SIM's operator whether it may still send texts.",
                    refusals=TRIPS_AT,
                    cause=outcome.cms_error,
                ),
                moment,
                repeat_key="breaker",
            )

    def _requeue(
        self, reply_id: int, next_attempt_at: datetime | None, moment: Moment
    ) -> State:
        """Nothing of the reply has left: it waits in the queue again, and counts nowhere."""
        again = None if next_attempt_at is None else stamp(next_attempt_at)
        self._db.run(
            "UPDATE replies SET state = 'queued', marked_at = NULL, counted_at = NULL, next_attempt_at = ?,"
            " flood = coalesce((SELECT m.flood FROM messages m WHERE m.id = message_id), 0) WHERE id = ?",
            [again, reply_id],
        )
        self._chain("reply.state", reply_id, moment.at)
        self._tell(reply_id, -1, moment)
        return State.QUEUED

    def _settle(self, reply_id: int, moment: Moment) -> State:
        """Derive a reply's state from its segments, and keep it if it changed."""
        before = State(
            self._db.value("SELECT state FROM replies WHERE id = ?", [reply_id])
        )
        rows = self._db.rows(
            "SELECT s.state FROM submits s JOIN replies r ON r.id = s.reply_id AND r.attempts = s.attempt"
            " WHERE r.id = ?",
            [reply_id],
        )
        state = _reply_state({SubmitState(row["state"]) for row in rows})
        if state is State.SUBMITTING or state is before:
            return state
        accepted = any(row["state"] == SubmitState.SUBMITTED for row in rows)
        self._db.run(
            f"UPDATE replies SET state = ?, {_unless(state in _COUNTING)} ended_at = ?,"
            " submitted_at = CASE WHEN ? THEN ? END WHERE id = ?",
            [
                state.value,
                stamp(moment.at),
                accepted,
                stamp(moment.at),
                reply_id,
            ],
        )
        self._chain("reply.state", reply_id, moment.at)
        if state is State.REFUSED:
            self._tell(reply_id, -1, moment)
        return state

    def _tell(self, reply_id: int, by: int, moment: Moment) -> None:
        """Count one automatic text more or less for a reply's recipient (P12); the schema refuses a third."""
        row = self._db.row(
            "SELECT sender_id, purpose FROM replies WHERE id = ?", [reply_id]
        )
        assert row is not None
        if row["purpose"] not in _TELLING:
            return
        self._db.run(
            "UPDATE senders SET told = told + ?1, distress_told = max(0, distress_told + ?2), last_told_at ="
            " (SELECT max(marked_at) FROM replies WHERE sender_id = ?3 AND purpose IN ('lesson', 'distress', 'proof')"
            " AND counted_at IS NOT NULL) WHERE id = ?3",
            [by, by if row["purpose"] == Purpose.DISTRESS else 0, row["sender_id"]],
        )
        self._chain("sender.state", row["sender_id"], moment.at)
        self._db.run(
            "UPDATE replies SET turn = 'known' WHERE sender_id = ? AND state = 'queued' AND turn = 'new'",
            [row["sender_id"]],
        )


def _unless(counts: bool) -> str:
    """What takes a row out of the limits; of one that goes on counting no index need be written."""
    return "" if counts else "counted_at = NULL,"


def _reply_state(states: set[SubmitState]) -> State:
    if states & {SubmitState.SUBMITTING, SubmitState.RESERVED}:
        return State.SUBMITTING
    if SubmitState.UNKNOWN in states:
        return State.UNKNOWN
    if states == {SubmitState.SUBMITTED}:
        return State.SUBMITTED
    return State.PARTIAL if SubmitState.SUBMITTED in states else State.REFUSED

"""What can be found wrong with a day, by name: which promise it breaks, and what it means."""

from __future__ import annotations

from enum import Enum


class Breach(Enum):
    """One way to break a promise."""

    # receiving
    LOST = (
        "P1",
        "the network handed it over, and it is neither in the log nor on the SIM",
    )
    LOST_DIRECT = "P1", "content told directly, on a calm line, that is not in the log"
    DELETED_BEFORE_DURABLE = (
        "P1",
        "a slot was emptied whose content was not durable in the log",
    )
    LEFT_ON_SIM = (
        "P1",
        "an hour after the last fault a slot still holds what it held before",
    )
    STORED_TWICE = "P2", "what the network delivered is in the log as two"
    INVENTED = "P2", "the log holds a whole message that nobody handed over"
    NOT_JOINED = "P2", "all segments of a text are in the log, and the text is not"
    # sending
    SENT_UNMARKED = "P3", "a PDU left that was not durably marked as being submitted"
    SENT_AGAIN = (
        "P3",
        "a segment whose fate was unknown, accepted or refused was submitted again",
    )
    TOLD_TWICE = "P3", "a number was sent the same text twice"
    OUTCOME_WRONG = (
        "P3",
        "the network accepted what the log says did not leave or was refused",
    )
    OVER_HOUR = "P4", "more segments in an hour than limits.segments_per_hour"
    OVER_DAY = "P4", "more segments in a day than limits.segments_per_day"
    OVER_RECIPIENTS_DAY = "P4", "more numbers in a day than limits.recipients_per_day"
    OVER_RECIPIENTS_MONTH = (
        "P4",
        "more numbers in a billing month than limits.recipients_per_month",
    )
    OVER_PACE = (
        "P4",
        "more numbers than the elapsed share of the billing month and one day's worth",
    )
    OVER_FLOOD_HOUR = (
        "P4",
        "more replies in an hour of a flood than flood.replies_per_hour",
    )
    OVER_FLOOD_RECIPIENTS = "P4", "more numbers for one flood than flood.recipients"
    REPLIED_UNSWEPT = (
        "P5",
        "a reply left in a turn in which the SIM had not been listed before",
    )
    UNSWEPT_AFTER_REPLY = "P5", "after a reply the SIM was not listed at once"
    THIRD_TEXT = "P12", "a number got more than two automatic texts"
    # forbidden
    TOLD_OPTED_OUT = "P6", "a number was texted after its STOP was in the log"
    TOLD_BLOCKED = "P6", "a number was texted that the operator had blocked"
    TOLD_PAUSED = "P6", "a reply left although replies were paused"
    TOLD_UNAPPROVED = "P6", "a lesson left that waited for approval"
    TOLD_OUT_OF_HOURS = "P6", "a lesson left outside reply.hours"
    # deciding
    NO_DECISION = "P6", "a message has no decision, and nothing holds it"
    DECIDED_TWICE = "P6", "a message was decided twice"
    WAITS_WITHOUT_REASON = "P6", "a due reply waits, and the log does not say for what"
    STUCK_SUBMITTING = "P6", "a reply or a segment is still being submitted long after"
    # the PIN
    PIN_AGAIN = "P9", "a PIN was typed again after it had been refused"
    PIN_AT_PUK = "P9", "a PIN was typed while the SIM asked for its PUK"
    # going on
    NOT_RECOVERED = (
        "P10",
        "a text was not answered in the time that the recovery ladder takes",
    )
    STUCK = "P10", "one turn took longer than all rungs of the ladder together"
    SPINS = "P10", "the loop turns and turns, and no time passes"
    HANGS = "P10", "the daemon computes for a minute, and comes to no end"
    ESCAPED = "P10", "an exception ended the daemon"
    NOT_STARTED = (
        "P10",
        "the daemon did not start, although nothing was wrong with the log",
    )
    # the log
    CHAIN_BROKEN = "P11", "the chain does not fit the rows"
    FILE_DAMAGED = (
        "P11",
        "SQLite finds the file damaged, or a reference that leads nowhere",
    )
    JOURNAL_FLOODED = "P10", "more lines in the journal than what happened can explain"
    EVENTS_FLOODED = "P10", "more rows of events than what happened can explain"
    JOURNAL_LEAKS = (
        "P7",
        "a number, a stranger's words or a control character in the journal",
    )

    @property
    def promise(self) -> str:
        return self.value[0]

    @property
    def meaning(self) -> str:
        return self.value[1]

"""The words of the policy: what it is told, and what it answers.

Frozen values only. `History` and `Reserve` are filled from stored rows, never from memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a row of `messages` is."""

    TEXT = "text"
    CALL = "call"
    STATUS_REPORT = "status_report"
    VOICEMAIL = "voicemail"
    MMS = "mms"
    DATA = "data"
    UNDECODABLE = "undecodable"
    SELF_TEST = "self_test"


class Reason(StrEnum):
    """Why a message got its decision, in the order in which the first that applies wins."""

    NOT_A_TEXT = "not_a_text"
    OWN_NUMBER = "own_number"
    TEST = "test"
    BEFORE_SERVICE = "before_service"
    STALE = "stale"
    UNREPLYABLE = "unreplyable"
    COUNTRY = "country"
    BLOCKED = "blocked"
    OPTED_OUT = "opted_out"
    DISTRESS = "distress"
    ALREADY_TOLD = "already_told"
    LOOP = "loop"
    CAMPAIGN = "campaign"
    PENDING = "pending"
    TO_ANSWER = "to_answer"


class HoldReason(StrEnum):
    """Why a message has no decision yet."""

    PAUSED = "paused"
    CLOCK_BEHIND = "clock_behind"
    NEW_SIM = "new_sim"


class NeverReason(StrEnum):
    """Why a queued reply is dropped."""

    FLOODER = "flooder"
    CAMPAIGN = "campaign"
    BLOCKED = "blocked"
    OPTED_OUT = "opted_out"
    EXPIRED = "expired"
    DROPPED = "dropped"  # by the operator
    ALREADY_TOLD = "already_told"  # P12, whatever else went wrong
    DISTRESS = "distress"  # its recipient has cried for help since
    UNREPLYABLE = "unreplyable"  # no PDU can say it, or to nobody


class LaterReason(StrEnum):
    """Why a due reply waits."""

    OUTSIDE_HOURS = "outside_hours"
    PAUSED = "paused"
    AWAITING_APPROVAL = "awaiting_approval"
    HOURLY_LIMIT = "hourly_limit"
    DAILY_LIMIT = "daily_limit"
    RECIPIENTS_LIMIT = "recipients_limit"
    MEMORY_GAP = "memory_gap"
    FLOOD = "flood"
    BREAKER = "breaker"
    DISK_LOW = "disk_low"
    CLOCK_BEHIND = "clock_behind"
    NEW_SIM = "new_sim"


class Purpose(StrEnum):
    """What a reply is for."""

    LESSON = "lesson"
    DISTRESS = "distress"
    PROOF = "proof"  # a code, to find out whether whoever asks reads what comes to the number
    TEST = "test"
    SELF_TEST = "self_test"
    ANCHOR = "anchor"  # the head of the chain, to the operator


@dataclass(frozen=True, slots=True)
class Received:
    """One joined message (or call), as the policy sees it. `sender` is E.164 where it is a number that has one."""

    kind: Kind
    sender: str
    text: str
    received_at: datetime
    service_centre_time: datetime | None
    alphanumeric: bool = False  # type of number 101


@dataclass(frozen=True, slots=True)
class History:
    """What the log knows of a message's sender and line at the moment of the decision."""

    first_start: datetime  # of this line
    told: int = (
        0  # automatic texts ever marked for this number, of whatever purpose but test
    )
    last_told_at: datetime | None = None
    queued: bool = False  # a reply to this number is queued or being submitted
    blocked: bool = False
    opted_out: bool = False
    distress_told: bool = False  # a distress text was ever marked for this number
    distress_queued: bool = False
    caller_insists: bool = (
        False  # a caller who also wrote, or called before, at least 10 minutes apart
    )
    tests_today: int = 0  # rolling 24 h
    same_text_in_hour: int = 0  # this message included
    since_reply_in_five_minutes: int = 0
    campaign_senders: int = (
        0  # numbers that sent this normalised text in 24 h, this one included
    )
    paused: bool = False
    clock_behind: bool = False
    new_sim: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A reply to queue."""

    text: str
    purpose: Purpose
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    reason: Reason
    reply: Planned | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    reason: HoldReason


@dataclass(frozen=True, slots=True)
class Queued:
    """A due reply. `segments` is how many it needs; `approved`: the operator said yes to it."""

    sender: str
    purpose: Purpose
    segments: int
    due_at: datetime
    expires_at: datetime
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Reserve:
    """What was used of the limits, counted from stored rows of this line, and what became of the recipient."""

    segments_hour: int = 0  # marked in the last 60 minutes
    segments_day: int = 0  # marked in the last 24 hours
    recipients_day: int = (
        0  # distinct, marked in the last 24 hours, without this reply's own
    )
    recipients_month: int = (
        0  # distinct, marked in this billing month, without this reply's own
    )
    memory_gap_until: datetime | None = (
        None  # a log was restored: all of the month's count as used up
    )
    recipient_in_day: bool = False
    recipient_in_month: bool = False
    oldest_in_hour: datetime | None = (
        None  # when the oldest of them was marked: it falls out an hour later
    )
    oldest_in_day: datetime | None = None
    told: int = 0  # automatic texts ever marked for the recipient
    distress_told: bool = False  # one of them said where to find help
    blocked: bool = False
    opted_out: bool = False
    paused: bool = False
    breaker_until: datetime | None = None
    disk_low: bool = False
    clock_behind: bool = False
    new_sim: bool = False
    messages_since: int = (
        0  # from this recipient since the answered message, by service centre time
    )
    campaign_senders: int = (
        0  # numbers that sent the answered normalised text in 24 h, this one included
    )
    in_flood: bool = False  # one is on, or was when the answered message came
    flood_replies_hour: int = (
        0  # marked in the last 60 minutes, during or for that flood
    )
    flood_recipients: int = (
        0  # distinct, marked during or for that flood, without this reply's own
    )
    recipient_in_flood: bool = False
    oldest_in_flood_hour: datetime | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """Submit it now."""


@dataclass(frozen=True, slots=True)
class Never:
    reason: NeverReason


@dataclass(frozen=True, slots=True)
class Later:
    """`whole_line`: no other reply of the same purpose could leave either, so there is no need to ask for each.

    `limit` is the key of the configuration that was reached, where it is one.
    """

    reason: LaterReason
    until: datetime | None = None
    whole_line: bool = True
    limit: str | None = None


Release = Go | Later | Never

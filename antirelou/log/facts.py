"""What the store hands out: frozen values that came from rows, and know nothing of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from antirelou.policy.facts import Kind, Purpose, Queued


class State(StrEnum):
    """The states of a reply."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    REFUSED = "refused"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


class SubmitState(StrEnum):
    """The states of one segment of a reply.

    `reserved` and `submitting`, `submitted` and `unknown` count in the limits; `not_left` never reached Ctrl-Z.
    """

    RESERVED = "reserved"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_LEFT = "not_left"


class Verdict(StrEnum):
    """What became of a PIN in this line."""

    TRYING = "trying"
    GOOD = "good"
    REFUSED = "refused"


class SegmentOf(Protocol):
    """The concatenation of one short message (3GPP TS 23.040 clauses 9.2.3.24.1 and .8); `bits` is 8 or 16."""

    @property
    def reference(self) -> int: ...
    @property
    def bits(self) -> int: ...
    @property
    def count(self) -> int: ...
    @property
    def sequence(self) -> int: ...


class Taken(NamedTuple):
    """A short message that is in the log. `new` is False where it was there already."""

    id: int
    new: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """What the log knows of one `delivers` row: enough to tell a slot read twice from one that came again."""

    id: int
    message_id: int | None
    storage: str | None
    slot: int | None
    received_at: datetime
    deliveries: int
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """A joined message (or call) that waits for its decision. `sender` is E.164 where it is a number that has one."""

    id: int
    kind: Kind
    sender: str
    alphanumeric: bool
    text: str
    received_at: datetime
    service_centre_time: datetime | None
    segments: int
    segments_expected: int
    complete: bool
    hold: str | None
    sender_id: int | None


@dataclass(frozen=True, slots=True)
class DueReply:
    """A queued reply whose time has come. `expired`: drop it.

    `group`: purpose, flood, turn (None before it took it) and segments; the same rules hold all of a group back.
    """

    id: int
    message_id: int | None
    queued: Queued
    text: str
    purpose: Purpose
    attempts: int
    reason: str | None
    later_messages: int
    expired: bool
    group: tuple[str, int, str | None, int]


@dataclass(frozen=True, slots=True)
class Order:
    """What the operator ordered through the CLI; `argument` as the CLI wrote it."""

    id: int
    line: str
    kind: str
    argument: str


@dataclass(frozen=True, slots=True)
class Noted:
    """An event's row. `count` above 1: a repeat within the hour, counted on the first row."""

    id: int
    count: int


@dataclass(frozen=True, slots=True)
class Alert:
    """Events of one kind that the operator is to be told of: their number, and the newest one's words."""

    ids: tuple[int, ...]
    kind: str
    at: datetime
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class FloodOn:
    """A flood that is not known to be over; it will be at `until`, if it stays quiet."""

    id: int
    began_at: datetime
    until: datetime

"""Which messages an operator asks for, as SQL: what he names most narrowly leads, the rest only filters.

SQLite keeps no statistics of the log, so it cannot know that a number is rarer than a day; it is told, by a unary `+`
before each column that must not lead. No selection reads a whole table: the newest messages are found from the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from antirelou.log.connection import Value
from antirelou.log.search import expression
from antirelou.log.times import stamp
from antirelou.policy.facts import HoldReason, Kind

_HOLDS = [reason.value for reason in HoldReason]
_BY_ID = "m.id DESC"
_BY_TIME = "m.received_at DESC, m.clock_wrong DESC, m.id DESC"

Condition = tuple[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What messages are asked for: `sender` is a whole address as stored, `reason` also a hold, `state` a reply's."""

    since: datetime | None = None
    until: datetime | None = None
    sender: str | None = None
    reason: str | None = None
    kind: str | None = None
    state: str | None = None
    search: str | None = None
    line: str | None = None
    after_id: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """`FROM tables WHERE where ORDER BY order`, with the values of the conditions."""

    tables: str
    where: str
    order: str
    values: list[Value]


def selections(filters: Filters, lines: Sequence[str]) -> list[Selection]:
    """Return the queries that together find these messages: one, or one a line where times lead, as they do in a line."""
    tables, order, leading = _lead(filters)
    if leading is not None:
        return [_selection(tables, order, [leading, *_filters(filters)])]
    chosen = [line for line in lines if filters.line in (None, line)]
    return [
        _selection(tables, order, [*_in_line(filters, line), *_filters(filters)])
        for line in chosen
    ]


def _selection(tables: str, order: str, conditions: Sequence[Condition]) -> Selection:
    wanted = [one for one in conditions if one[1] is not None]
    where = " AND ".join(condition for condition, _ in wanted)
    return Selection(tables, where, order, [value for _, value in wanted])


def _lead(filters: Filters) -> tuple[str, str, Condition | None]:
    """The tables, the order in which their index gives them, and the condition that leads; None where times do."""
    plain = "messages m"
    if filters.search is not None:
        tables = "messages_text f CROSS JOIN messages m ON m.id = f.rowid"
        match = ("messages_text MATCH ?", expression(filters.search))
        return tables, "f.rowid DESC", match
    if filters.after_id is not None:
        return plain, "m.id", ("m.id > ?", filters.after_id)
    if filters.sender is not None:
        whose = "m.sender_id IN (SELECT id FROM senders WHERE address = ?)"
        return plain, _BY_ID, (whose, filters.sender)
    if filters.state is not None:
        answered = "m.id IN (SELECT message_id FROM replies WHERE state = ?)"
        return plain, _BY_ID, (answered, filters.state)
    if filters.since is not None or filters.until is not None:
        return plain, _BY_TIME, None
    if filters.reason in _HOLDS:
        held = (
            "m.line IN (SELECT line FROM lines) AND m.complete IN (0, 1)"
            " AND m.reason IS NULL AND m.hold = ?"
        )
        return plain, _BY_ID, (held, filters.reason)
    if filters.reason is not None:
        return plain, _BY_ID, ("m.reason = ?", filters.reason)
    if filters.kind not in (None, Kind.TEXT):
        return plain, _BY_ID, ("m.kind <> 'text' AND m.kind = ?", filters.kind)
    if filters.line is not None:
        return plain, _BY_TIME, None
    return plain, _BY_ID, ("m.id > ?", 0)


def _in_line(filters: Filters, line: str) -> list[Condition]:
    """What leads where times do."""
    return [
        ("m.line = ?", line),
        ("m.received_at >= ?", _stamp(filters.since)),
        ("m.received_at < ?", _stamp(filters.until)),
    ]


def _filters(filters: Filters) -> list[Condition]:
    """Every condition, none of which leads; what leads is repeated, which costs nothing."""
    of_reply = (
        "EXISTS (SELECT 1 FROM replies r WHERE r.message_id = m.id AND +r.state = ?)"
    )
    held, decided = "+m.reason IS NULL AND +m.hold = ?", "+m.reason = ?"
    whose = "+m.sender_id IN (SELECT id FROM senders WHERE address = ?)"
    return [
        ("+m.received_at >= ?", _stamp(filters.since)),
        ("+m.received_at < ?", _stamp(filters.until)),
        ("+m.line = ?", filters.line),
        (whose, filters.sender),
        (of_reply, filters.state),
        (held if filters.reason in _HOLDS else decided, filters.reason),
        ("+m.kind = ?", filters.kind),
        ("+m.id > ?", filters.after_id),
    ]


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)

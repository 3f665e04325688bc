"""Which messages an operator asks for, as SQL: what they name most narrowly leads, the rest only filters.

SQLite keeps no statistics of the log, so it cannot know that a number is rarer than a day; it is told, by a unary `+`
before each column that must not lead. No selection reads a whole table: the newest messages are found from the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from antirelou.log.connection import Value
from antirelou.log.facts import State
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

    @property
    def by_time(self) -> bool:
        """Whether the newest are those that came last by their times, not by their ids."""
        return self.order == _BY_TIME


def selections(filters: Filters, lines: Sequence[str]) -> list[Selection]:
    """Return the queries that together find these messages: one, or one a line where times lead, as they do in a line."""
    tables, order, leading = _lead(filters)
    if leading:
        return [_selection(filters, tables, order, leading)]
    chosen = [line for line in lines if filters.line in (None, line)]
    return [
        _selection(filters, tables, order, _in_line(filters, line)) for line in chosen
    ]


def _selection(
    filters: Filters, tables: str, order: str, leading: dict[str, Condition]
) -> Selection:
    """What leads, and every other condition that is asked for."""
    conditions = (_filters(filters) | leading).values()
    wanted = [one for one in conditions if one[1] is not None]
    where = " AND ".join(condition for condition, _ in wanted)
    return Selection(tables, where, order, [value for _, value in wanted])


def _lead(filters: Filters) -> tuple[str, str, dict[str, Condition]]:
    """The tables, the order in which their index gives them, and the condition that leads; none where times do."""
    plain = "messages m"
    if filters.search is not None:
        tables = "messages_text f CROSS JOIN messages m ON m.id = f.rowid"
        match = ("messages_text MATCH ?", expression(filters.search))
        return tables, "f.rowid DESC", {"search": match}
    if filters.after_id is not None:
        return plain, "m.id", {"after_id": ("m.id > ?", filters.after_id)}
    if filters.sender is not None:
        whose = "m.sender_id IN (SELECT id FROM senders WHERE address = ?)"
        return plain, _BY_ID, {"sender": (whose, filters.sender)}
    if filters.state is not None:
        over = "ended_at IS NOT NULL"
        if filters.state in (State.QUEUED, State.SUBMITTING):
            over = "ended_at IS NULL AND line IN (SELECT line FROM lines)"
        answered = (
            f"m.id IN (SELECT message_id FROM replies WHERE state = ? AND {over})"
        )
        return plain, _BY_ID, {"state": (answered, filters.state)}
    if filters.since is not None or filters.until is not None:
        return plain, _BY_TIME, {}
    if filters.reason is not None:
        return plain, _BY_ID, {"reason": (_reason(filters.reason), filters.reason)}
    if filters.kind not in (None, Kind.TEXT):
        which = "m.kind <> 'text' AND m.kind = ?"
        return plain, _BY_ID, {"kind": (which, filters.kind)}
    if filters.line is not None:
        return plain, _BY_TIME, {}
    return plain, _BY_ID, {"after_id": ("m.id > ?", 0)}


def _reason(reason: str) -> str:
    """The reason of a decision, or of a hold while there is no decision."""
    if reason not in _HOLDS:
        return "m.reason = ?"
    waiting = "m.line IN (SELECT line FROM lines) AND m.complete IN (0, 1)"
    return f"{waiting} AND m.reason IS NULL AND m.hold = ?"


def _in_line(filters: Filters, line: str) -> dict[str, Condition]:
    """What leads where times do."""
    return {
        "line": ("m.line = ?", line),
        "since": ("m.received_at >= ?", _stamp(filters.since)),
        "until": ("m.received_at < ?", _stamp(filters.until)),
    }


def _filters(filters: Filters) -> dict[str, Condition]:
    """Every condition, none of which leads."""
    held, decided = "+m.reason IS NULL AND +m.hold = ?", "+m.reason = ?"
    whose = "+m.sender_id IN (SELECT id FROM senders WHERE address = ?)"
    answered = (
        "EXISTS (SELECT 1 FROM replies r WHERE r.message_id = m.id AND +r.state = ?)"
    )
    return {
        "since": ("+m.received_at >= ?", _stamp(filters.since)),
        "until": ("+m.received_at < ?", _stamp(filters.until)),
        "line": ("+m.line = ?", filters.line),
        "sender": (whose, filters.sender),
        "state": (answered, filters.state),
        "reason": (held if filters.reason in _HOLDS else decided, filters.reason),
        "kind": ("+m.kind = ?", filters.kind),
        "after_id": ("+m.id > ?", filters.after_id),
    }


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)

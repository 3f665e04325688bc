"""The case: what an export is about, and what is counted while its messages go by.

Facts only: how they are said is `words.py`'s, how they are drawn the report's. Numbers are whole: the folder is for a
prosecutor, and its operator chose to make it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from antirelou.evidence.groups import Group, grouped
from antirelou.evidence.records import Record
from antirelou.log.effects import Effects
from antirelou.log.exhibits import Selected


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What was asked for and what the log says about it; `criteria` are the filters as they were typed."""

    made_at: datetime
    version: str
    language: str
    zone: ZoneInfo
    since: datetime
    until: datetime
    criteria: dict[str, str]
    selected: Selected
    anchor: tuple[int, str] | None
    head_before: str
    head: str
    unit: str
    spans: Sequence[datetime]  # the bounds of the plot's bars
    effects: Sequence[Effects]  # before, during, after
    floods: Sequence[dict[str, Any]]
    events: Sequence[dict[str, Any]]
    notes: Sequence[Record]


@dataclass(slots=True)
class Sender:
    """What came under one displayed number."""

    messages: int = 0
    first: str = ""
    last: str = ""


@dataclass(slots=True)
class Counts:
    """What is counted while the selected messages go by, in order."""

    spans: Sequence[datetime]
    bars: list[int] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    senders: dict[str, Sender] = field(default_factory=dict)
    mms: list[Record] = field(default_factory=list)
    pdus: int = 0
    messages: int = 0
    _texts: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bars = [0] * max(1, len(self.spans) - 1)

    def seen(self, record: Record) -> None:
        """Count one message."""
        number = record["displayed_number"] or ""
        at = record["received_at"]
        self.messages += 1
        self.kinds[record["kind"]] += 1
        self.reasons[record["reason"] or record["hold"] or "undecided"] += 1
        self.pdus += len(record["pdus"])
        place = bisect_right(self.spans, datetime.fromisoformat(at)) - 1
        self.bars[min(max(place, 0), len(self.bars) - 1)] += 1
        sender = self.senders.setdefault(number, Sender(first=at))
        sender.messages += 1
        sender.first, sender.last = min(sender.first, at), max(sender.last, at)
        if record["mms"]:
            self.mms.append(
                {name: record[name] for name in ("id", "displayed_number", "mms")}
                | {"received_at": at}
            )
        if record["text"]:
            self._texts.append((record["text"], number))

    def loudest(self) -> list[tuple[str, Sender]]:
        """The displayed numbers, those with most messages first."""
        return sorted(
            self.senders.items(), key=lambda item: (-item[1].messages, item[0])
        )

    def groups(self) -> list[Group]:
        """Near-identical texts as one, the largest group first."""
        return grouped(self._texts)

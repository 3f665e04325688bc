"""Verifying: the whole chain recomputed, and the first thing that does not fit, with the kind of change that explains it.

Every entry must follow from the one before it, every row must be what its entries commit to, and every row must have
its entries. A row whose content and nonce are gone fits if an `erasure` entry names it (`erasures.py`), else it was
tampered with. A tail that was cut off whole, or written anew, shows only against an anchor: a head kept elsewhere.
Only reads; how a fault is explained stands in `explain.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from antirelou.language import _
from antirelou.log import chain, explain
from antirelou.log.connection import Connection
from antirelou.log.erasures import EMPTIED, Erasure, Named, digest, erasures
from antirelou.log.explain import Change, Fault
from antirelou.log.explain_order import broken

_HAVE_AN_ENTRY = {
    "deliver": "1",
    "segment": "segment_count IS NOT NULL",
    "call": "kind = 'call'",
    "decision": "reason IS NOT NULL",
    "reply": "1",
    "submit": "1",
    "order": "1",
    "event": "nonce IS NOT NULL OR kind IN ('configuration', 'erasure', 'erased', 'note')",
    "export": "1",
    "note": "1",
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that was kept elsewhere."""

    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found: how far the chain goes, when it was extended last, and the first fault."""

    entries: int
    head: str
    at: str | None
    erased: int
    fault: Fault | None


def verify(connection: Connection, anchor: Anchor | None = None) -> Fault | None:
    """Recompute the whole chain; None when every entry fits and every row has its entry."""
    return verified(connection, anchor).fault


def verified(connection: Connection, anchor: Anchor | None = None) -> Verified:
    """Recompute the whole chain of one state of the file; `erased` counts entries whose content the rules erased."""
    with connection.snapshot():
        walk = _Walk(connection)
        fault = walk.first_fault() or _unlike(connection, anchor)
        last = connection.row(
            "SELECT seq, at, head FROM chain ORDER BY seq DESC LIMIT 1"
        )
        return Verified(
            entries=connection.value("SELECT count(*) FROM chain"),
            head=last["head"].hex() if last else "",
            at=last["at"] if last else None,
            erased=walk.erased,
            fault=fault,
        )


class _Walk:
    """One way along the chain."""

    def __init__(self, connection: Connection) -> None:
        self.erased = 0
        self._db = connection
        self._counted = dict.fromkeys(chain.COVERED, 0)
        self._newest: dict[tuple[str, int], tuple[int, str]] = {}
        self._erasures = list(erasures(connection))
        self._named = Named(self._erasures)

    def first_fault(self) -> Fault | None:
        """Return the first thing that does not fit."""
        for check in (self._entries, self._states, self._rows, self._texts, self._left):
            for fault in check():
                return fault
        return None

    def _entries(self) -> Iterator[Fault]:
        previous = chain.GENESIS
        entries = self._db.each("SELECT * FROM chain ORDER BY seq")
        for seq, entry in enumerate(entries, start=1):
            if (
                entry["seq"] != seq
                or chain.head(previous, seq, entry["kind"], entry["commitment"])
                != entry["head"]
            ):
                yield broken(self._db, seq, previous)
                return
            if entry["kind"] in self._counted:
                self._counted[entry["kind"]] += 1
            else:
                self._newest[entry["kind"], entry["row"]] = (seq, entry["facts"])
            fault = self._unfit(entry)
            if fault is not None:
                yield fault
            previous = entry["head"]

    def _unfit(self, entry: Any) -> Fault | None:
        """What is wrong with one entry that has its place in the chain."""
        seq, kind, row = entry["seq"], entry["kind"], entry["row"]
        if kind in chain.STATES:
            salt, of = entry["nonce"], json.loads(entry["facts"] or "null")
        elif kind in chain.COVERED:
            found = self._db.row(chain.COVERED[kind], [row])
            if found is None:
                return explain.gone(self._db, entry)
            of = dict(found)
            salt = of.pop("nonce")
            named = self._named(chain.TABLES[kind], row)
            if named is not None and named > seq:
                self.erased += 1
                return self._not_emptied(entry, named)
        else:
            return Fault(
                seq,
                Change.ALTERED,
                _(
                    "Entry {seq} is of the unknown kind {kind!r}: it was altered, or a later version wrote it.",
                    seq=seq,
                    kind=kind,
                ),
            )
        if salt is None:
            return explain.emptied(entry)
        if entry["commitment"] == chain.commitment(
            salt, kind, row, entry["at"], entry["line"], of
        ):
            return None
        return explain.altered(self._db, entry)

    def _not_emptied(self, entry: Any, named: int) -> Fault | None:
        """An erasure names the row: nothing of its content may be there."""
        table, row = chain.TABLES[entry["kind"]], entry["row"]
        columns = EMPTIED.get(table, ())
        found = self._db.row(
            f"SELECT {', '.join(columns) or '1 AS nothing'} FROM {table} WHERE id = ?",
            [row],
        )
        there = [name for name in columns if found is None or found[name] is not None]
        if columns and not there:
            return None
        return Fault(
            entry["seq"],
            Change.ALTERED,
            _(
                "Row {row} of {table} was erased, as entry {named} says, and yet holds {there}: it was altered "
                "after that.",
                row=row,
                table=table,
                named=named,
                there=", ".join(there),
            ),
            table,
            row,
        )

    def _states(self) -> Iterator[Fault]:
        """Each row must be in the state that its newest entry gives it."""
        for (kind, row), (seq, facts) in self._newest.items():
            if facts != explain.state(self._db, kind, row):
                yield explain.other_state(self._db, kind, row, seq, self._newest)

    def _rows(self) -> Iterator[Fault]:
        """There must be as many rows as entries; each entry has its row by now."""
        for kind, entries in self._counted.items():
            table, which = chain.TABLES[kind], _HAVE_AN_ENTRY[kind]
            rows = self._db.value(f"SELECT count(*) FROM {table} WHERE {which}")
            if rows != entries:
                yield explain.without_entry(self._db, kind, which)

    def _texts(self) -> Iterator[Fault]:
        """The text of each joined message must be the join of its segments."""
        for message in self._db.each(
            "SELECT id, text FROM messages WHERE segments_expected > 1"
        ):
            number, text = message["id"], message["text"]
            erased = self._named("messages", number) is not None
            if text != (None if erased else chain.joined(self._db, number)):
                yield Fault(
                    self._entry_of("decision", number),
                    Change.ALTERED,
                    _(
                        "The text of row {number} of messages is not the join of its segments: column text was altered.",
                        number=number,
                    ),
                    "messages",
                    number,
                )

    def _left(self) -> Iterator[Fault]:
        """What an erasure left of its rows must be what it says."""
        for erasure in self._erasures:
            for table, digested in erasure.left.items():
                if digest(self._db, table, list(erasure.rows[table])) != digested:
                    yield self._altered_since(erasure, table)

    def _altered_since(self, erasure: Erasure, table: str) -> Fault:
        ranges = ", ".join(
            _("{first} to {last}", first=first, last=last)
            if first != last
            else str(first)
            for first, last in erasure.rows[table]
        )
        return Fault(
            erasure.seq,
            Change.ALTERED,
            _(
                "What entry {seq} left of the rows {ranges} of {table} when it erased them is not as it was: one of "
                "them was altered after that.",
                seq=erasure.seq,
                ranges=ranges,
                table=table,
            ),
            table,
            erasure.rows[table][0][0],
        )

    def _entry_of(self, kind: str, row: int) -> int:
        seq: int | None = self._db.value(
            "SELECT max(seq) FROM chain WHERE kind = ? AND row = ?", [kind, row]
        )
        return seq or 0


def _unlike(connection: Connection, anchor: Anchor | None) -> Fault | None:
    """How the chain differs from a head that was kept elsewhere."""
    if anchor is None:
        return None
    last = connection.value("SELECT coalesce(max(seq), 0) FROM chain")
    if last < anchor.seq:
        return Fault(
            last + 1,
            Change.CUT,
            _(
                "The chain ends with entry {last}, before the anchor's entry {seq}: its tail was cut off, or an old "
                "copy was put in its place.",
                last=last,
                seq=anchor.seq,
            ),
        )
    head = connection.value("SELECT head FROM chain WHERE seq = ?", [anchor.seq])
    if head == anchor.head:
        return None
    return Fault(
        anchor.seq,
        Change.ALTERED,
        _(
            "Entry {seq} has another head than the anchor: the chain was written anew from that entry or an earlier "
            "one on, or the anchor is of another log.",
            seq=anchor.seq,
        ),
    )

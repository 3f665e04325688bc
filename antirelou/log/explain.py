"""What kind of change explains that an entry, or its row, does not fit: found by trying what would make it fit.

A hash does not say what it was made of. But if an entry fits with a value that another row has, with the row that has
its place, or with one entry more or less before it, that is what happened. Only the rows nearby are tried, so that a
long log is explained within seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from antirelou.language import _
from antirelou.log import chain
from antirelou.log.connection import Connection

_NEARBY = 5000  # rows that are tried

Newest = Mapping[tuple[str, int], tuple[int, str]]


class Change(StrEnum):
    """A kind of change."""

    ALTERED = "altered"
    DROPPED = "dropped"
    INSERTED = "inserted"
    SWAPPED = "swapped"
    CUT = "cut"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry that does not fit, what explains it, a sentence about it; and the row, where one is to blame."""

    seq: int
    change: Change
    sentence: str
    table: str | None = None
    row: int | None = None


def gone(connection: Connection, entry: Any) -> Fault:
    """The row of a content entry is not there."""
    seq, kind, row = entry["seq"], entry["kind"], entry["row"]
    table = chain.TABLES[kind]
    for other in _nearby(connection, kind, row):
        if _fits(entry, other | {"id": row}):
            return Fault(
                seq,
                Change.ALTERED,
                _(
                    "Row {row} of {table} has the number {id} now: column id was altered.",
                    row=row,
                    table=table,
                    id=other["id"],
                ),
                table,
                row,
            )
        if _fits(entry, other, row=other["id"]):
            return _entry_altered(entry, "row")
    return Fault(
        seq,
        Change.DROPPED,
        _(
            "Row {row} of {table}, to which entry {seq} ({kind}) commits, is gone: it was dropped.",
            row=row,
            table=table,
            seq=seq,
            kind=kind,
        ),
        table,
        row,
    )


def emptied(entry: Any) -> Fault:
    """The nonce of a row, or of a state entry, is gone, and no erasure names the row."""
    seq, kind, row = entry["seq"], entry["kind"], entry["row"]
    table = chain.TABLES[kind]
    if kind in chain.STATES:
        return _entry_altered(entry, "nonce")
    return Fault(
        seq,
        Change.ERASED,
        _(
            "The nonce of row {row} of {table}, to which entry {seq} ({kind}) commits, is gone, and no erasure in the chain "
            "names that row: it was erased against the rules.",
            row=row,
            table=table,
            seq=seq,
            kind=kind,
        ),
        table,
        row,
    )


def altered(connection: Connection, entry: Any) -> Fault:
    """An entry that has its place is not what its row says."""
    seq, kind, row = entry["seq"], entry["kind"], entry["row"]
    table = chain.TABLES[kind]
    if kind in chain.STATES:
        return _entry_altered(entry, _("at, line, row, facts or nonce"))
    found = connection.row(chain.COVERED[kind], [row])
    assert found is not None
    column = _entry_column(connection, entry, dict(found))
    if column is not None:
        return _entry_altered(entry, column)
    change, sentence = _exchanged(connection, entry, dict(found)) or (
        Change.ALTERED,
        (
            _(
                "Row {row} of {table} is not what entry {seq} ({kind}) commits to: one of its columns was altered "
                "({columns}).",
                row=row,
                table=table,
                seq=seq,
                kind=kind,
                columns=", ".join(name for name in dict(found) if name != "id"),
            )
        ),
    )
    return Fault(seq, change, sentence, table, row)


def _exchanged(
    connection: Connection, entry: Any, of: dict[str, Any]
) -> tuple[Change, str] | None:
    """What another row says about a row that was altered: they were swapped, or it has the value that is missing."""
    kind, row = entry["kind"], entry["row"]
    table = chain.TABLES[kind]
    tried: dict[str, set[Any]] = {name: {value} for name, value in of.items()}
    for other in _nearby(connection, kind, row):
        if _fits(entry, other | {"id": row}):
            return (
                Change.SWAPPED,
                _(
                    "Rows {row} and {id} of {table} were swapped.",
                    row=row,
                    id=other["id"],
                    table=table,
                ),
            )
        for name, value in other.items():
            if name == "id" or value in tried[name]:
                continue
            tried[name].add(value)
            if not _fits(entry, of | {name: value}):
                continue
            if not _is_unfit(connection, kind, other):
                return Change.ALTERED, _column_altered(entry, table, name)
            return (
                Change.SWAPPED,
                _(
                    "Column {name} of the rows {row} and {id} of {table} was swapped.",
                    name=name,
                    row=row,
                    id=other["id"],
                    table=table,
                ),
            )
    return None


def _column_altered(entry: Any, table: str, name: str) -> str:
    return _(
        "Row {row} of {table} is not what entry {seq} ({kind}) commits to: column {name} was altered.",
        row=entry["row"],
        table=table,
        seq=entry["seq"],
        kind=entry["kind"],
        name=name,
    )


def _is_unfit(connection: Connection, kind: str, of: Mapping[str, Any]) -> bool:
    entry = connection.row(
        "SELECT * FROM chain WHERE kind = ? AND row = ?", [kind, of["id"]]
    )
    return entry is not None and not _fits(entry, of)


def _entry_column(
    connection: Connection, entry: Any, of: Mapping[str, Any]
) -> str | None:
    """Which column of the entry was altered, if the row itself is as it was."""
    times = [value for name, value in of.items() if name.endswith("at") and value]
    for at in times:
        if _fits(entry, of, at=at):
            return "at"
    for found in connection.rows("SELECT line FROM lines"):
        if _fits(entry, of, line=found["line"]):
            return "line"
    for other in _nearby(connection, entry["kind"], entry["row"]):
        if _fits(entry, other, row=other["id"]):
            return "row"
    return None


def _entry_altered(entry: Any, column: str) -> Fault:
    return Fault(
        entry["seq"],
        Change.ALTERED,
        _(
            "Entry {seq} of the chain ({kind} of row {row}) is not what it commits to: column "
            "{column} was altered.",
            seq=entry["seq"],
            kind=entry["kind"],
            row=entry["row"],
            column=column,
        ),
    )


def state(connection: Connection, kind: str, row: int) -> str | None:
    """Return the state that a row is in, as its entries hold it; None if it is gone."""
    found = connection.row(chain.STATES[kind], [row])
    return None if found is None else chain.canonical(dict(found))


def other_state(
    connection: Connection, kind: str, row: int, seq: int, newest: Newest
) -> Fault:
    """A row is not in the state that its newest entry gives it."""
    table, now = chain.TABLES[kind], state(connection, kind, row)
    if now is None:
        sentence = _(
            "Row {row} of {table}, whose state entry {seq} has, is gone: it was dropped.",
            row=row,
            table=table,
            seq=seq,
        )
        return Fault(seq, Change.DROPPED, sentence, table, row)
    for (other_kind, other), (_seq, facts) in newest.items():
        if (other_kind, facts) == (kind, now) and state(
            connection, kind, other
        ) == newest[kind, row][1]:
            sentence = _(
                "Rows {row} and {other} of {table} were swapped: each is in the state of the other.",
                row=row,
                other=other,
                table=table,
            )
            return Fault(seq, Change.SWAPPED, sentence, table, row)
    was, is_now = json.loads(newest[kind, row][1] or "{}"), json.loads(now)
    columns = [name for name in is_now if is_now[name] != was.get(name)]
    return Fault(
        seq,
        Change.ALTERED,
        _(
            "Row {row} of {table} is not in the state that entry {seq} ({kind}) gives it: column {columns} was "
            "altered, or a later entry was cut off the chain.",
            row=row,
            table=table,
            seq=seq,
            kind=kind,
            columns=", ".join(columns),
        ),
        table,
        row,
    )


def without_entry(connection: Connection, kind: str, which: str) -> Fault:
    """There are other rows than entries of a kind; `which` says in SQL which rows have one."""
    table = chain.TABLES[kind]
    last = connection.value("SELECT coalesce(max(seq), 0) FROM chain")
    row = connection.value(
        f"SELECT id FROM {table} WHERE ({which})"
        " AND id NOT IN (SELECT row FROM chain WHERE kind = ?) ORDER BY id LIMIT 1",
        [kind],
    )
    if row is None:
        return Fault(
            last,
            Change.INSERTED,
            _(
                "A row of {table} has two entries of kind {kind}: one of them was slipped in.",
                table=table,
                kind=kind,
            ),
            table,
        )
    return Fault(
        last + 1,
        Change.INSERTED,
        _(
            "Row {row} of {table} has no entry of kind {kind} in the chain: it was slipped in, or the chain was cut off "
            "after entry {last}.",
            row=row,
            table=table,
            kind=kind,
            last=last,
        ),
        table,
        row,
    )


def _nearby(connection: Connection, kind: str, row: int) -> Iterator[dict[str, Any]]:
    """The other rows that have such entries, the nearest first, as the entries see them."""
    every, _where, condition = chain.COVERED[kind].rpartition(" WHERE ")
    number = condition.split()[0]
    for other in connection.each(
        f"{every} WHERE {number} <> ?1 ORDER BY abs({number} - ?1) LIMIT {_NEARBY}",
        [row],
    ):
        yield dict(other)


def _fits(entry: Any, of: Mapping[str, Any], **columns: Any) -> bool:
    """Whether an entry, with some of its columns put right, commits to these facts of a row."""
    facts = {name: value for name, value in of.items() if name != "nonce"}
    put = {name: columns.get(name, entry[name]) for name in ("row", "at", "line")}
    salt = of["nonce"]
    return isinstance(salt, bytes) and entry["commitment"] == chain.commitment(
        salt, entry["kind"], put["row"], put["at"], put["line"], facts
    )

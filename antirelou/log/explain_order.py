"""What kind of change explains that an entry of the chain does not follow from the one before it.

Tries a later entry in its place, one entry more or less before it, and each of its columns. Rows are `explain`'s.
"""

from __future__ import annotations

from typing import Any

from antirelou.language import _
from antirelou.log import chain
from antirelou.log.connection import Connection
from antirelou.log.explain import Change, Fault


def broken(connection: Connection, seq: int, previous: bytes) -> Fault:
    """Entry `seq` is not there, or does not follow from the entry before, whose head is `previous`."""
    entry = connection.row("SELECT * FROM chain WHERE seq = ?", [seq])
    moved = _entry_that_fits(connection, seq, previous)
    if entry is None:
        if moved is None:
            return Fault(
                seq,
                Change.DROPPED,
                _("Entry {seq} of the chain is gone: it was dropped.", seq=seq),
            )
        return Fault(
            seq,
            Change.ALTERED,
            _(
                "Entry {seq} of the chain has the number {moved} now: column seq was altered.",
                seq=seq,
                moved=moved,
            ),
        )
    if moved is not None:
        return _in_the_place_of(connection, seq, moved)
    return _broken_in_place(connection, entry, previous)


def _entry_that_fits(connection: Connection, seq: int, previous: bytes) -> int | None:
    """The number of a later entry that would fit in this place."""
    for other in connection.each(
        "SELECT seq, kind, commitment, head FROM chain WHERE seq > ? ORDER BY seq",
        [seq],
    ):
        if other["head"] == chain.head(
            previous, seq, other["kind"], other["commitment"]
        ):
            found: int = other["seq"]
            return found
    return None


def _in_the_place_of(connection: Connection, seq: int, moved: int) -> Fault:
    """Entry `moved` would fit in the place of entry `seq`: the two were swapped, or the latter was slipped in."""
    between = connection.row("SELECT head FROM chain WHERE seq = ?", [moved - 1])
    entry = connection.row("SELECT * FROM chain WHERE seq = ?", [seq])
    assert between is not None and entry is not None
    before = between["head"]
    if moved == seq + 1:
        before = connection.value("SELECT head FROM chain WHERE seq = ?", [moved])
    if entry["head"] == chain.head(before, moved, entry["kind"], entry["commitment"]):
        return Fault(
            seq,
            Change.SWAPPED,
            _(
                "Entries {seq} and {moved} of the chain were swapped.",
                seq=seq,
                moved=moved,
            ),
        )
    return Fault(
        seq,
        Change.INSERTED,
        _(
            "Entry {seq} of the chain was slipped in before the entry that had its place.",
            seq=seq,
        ),
    )


def _broken_in_place(connection: Connection, entry: Any, previous: bytes) -> Fault:
    """The entry is where it was, or one before it is gone and the rest was numbered anew."""
    seq, kind = entry["seq"], entry["kind"]
    following = connection.row("SELECT * FROM chain WHERE seq = ?", [seq + 1])

    def follows(head: bytes, number: int) -> bool:
        return following is not None and following["head"] == chain.head(
            head, number, following["kind"], following["commitment"]
        )

    if follows(entry["head"], seq + 2):
        sentence = _(
            "An entry before entry {seq} of the chain was dropped, and those after it were numbered anew.",
            seq=seq,
        )
        return Fault(seq, Change.DROPPED, sentence)
    if follows(chain.head(previous, seq, kind, entry["commitment"]), seq + 1):
        column = "head"
    elif any(
        chain.head(previous, seq, other, entry["commitment"]) == entry["head"]
        for other in (*chain.COVERED, *chain.STATES)
    ):
        column = "kind"
    elif follows(entry["head"], seq + 1):
        column = "commitment"
    else:
        sentence = _(
            "Entry {seq} of the chain ({kind}) does not follow from the one before it: it was altered.",
            seq=seq,
            kind=kind,
        )
        return Fault(seq, Change.ALTERED, sentence)
    sentence = _(
        "Entry {seq} of the chain ({kind}) does not follow from the one before it: column {column} was altered.",
        seq=seq,
        kind=kind,
        column=column,
    )
    return Fault(seq, Change.ALTERED, sentence)

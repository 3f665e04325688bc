"""What was erased by the rules: `erasure` events in the chain, each naming rows by their ids and fixing what is left.

The content of such a row is gone together with its nonce, so that no guess of it can be confirmed against the chain;
what its entry committed to beyond that cannot be recomputed any more. So an erasure carries, for each table, the
SHA-256 of what it left of its rows (`LEFT`): times, decisions and states stay covered.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from antirelou.log import chain
from antirelou.log.connection import Connection
from antirelou.log.ranges import Ranges, ranges

# table -> the columns that an erasure empties (NULL), the nonce among them.
EMPTIED = {
    "delivers": ("pdu", "error", "segment_text", "nonce"),
    "messages": ("text", "text_key", "details", "nonce"),
    "replies": ("nonce",),
    "submits": ("pdu", "nonce"),
    "control": ("argument", "nonce"),
    "notes": ("text", "file_name", "nonce"),
}

# table -> the columns that were covered, and that an erasure leaves and covers again.
LEFT = {
    "delivers": "id, line, message_id, storage, slot, status, received_at, boot_id, boot_ms, clock_unsynced,"
    " service_centre_address, service_centre_time, service_centre_utc, segment_reference, segment_bits, segment_count,"
    " segment_sequence, erased_at",
    "messages": "id, line, kind, received_at, boot_id, boot_ms, clock_unsynced, alphanumeric, service_centre_time,"
    " service_centre_utc, reason, decided_at, erased_at",
    "replies": "id, line, message_id, purpose, text, segments, queued_at, erased_at",
    "submits": "id, line, reply_id, attempt, sequence, reserved_at, erased_at",
    "control": "id, at, line, kind, erased_at",
    "notes": "id, at, line, observed_at, file_digest, erased_at",
}


@dataclass(frozen=True, slots=True)
class Erasure:
    """One `erasure` event: the entry that it has in the chain, the rows that it names, the digests of what is left."""

    seq: int
    event: int
    rows: Mapping[str, Ranges]
    left: Mapping[str, str]


class Named:
    """Every row that erasures name, to be asked by table and id."""

    def __init__(self, erasures: Iterable[Erasure]) -> None:
        spans: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for erasure in erasures:
            for table, runs in erasure.rows.items():
                spans[table] += [(first, last, erasure.seq) for first, last in runs]
        self._spans = {table: sorted(found) for table, found in spans.items()}

    def __call__(self, table: str, row: int) -> int | None:
        """Return the entry that names this row, None if none does."""
        spans = self._spans.get(table, [])
        place = bisect_right(spans, (row, 1 << 63, 0)) - 1
        if place < 0 or not spans[place][0] <= row <= spans[place][1]:
            return None
        return spans[place][2]


def erasures(connection: Connection) -> Iterator[Erasure]:
    """Return the erasures that the chain has, oldest first; one that cannot be read names nothing."""
    for row in connection.each(
        "SELECT c.seq, e.id, e.data FROM chain c JOIN events e ON e.id = c.row"
        " WHERE c.kind = 'event' AND e.kind = 'erasure' ORDER BY c.seq"
    ):
        try:
            data = json.loads(row["data"])
            rows = {
                table: [[int(first), int(last)] for first, last in ranges]
                for table, ranges in data["rows"].items()
            }
            left = dict(data["left"])
        except (AttributeError, KeyError, TypeError, ValueError):
            rows, left = {}, {}
        yield Erasure(row["seq"], row["id"], rows, left)


def facts(
    connection: Connection, rows: Mapping[str, Sequence[int]]
) -> dict[str, dict[str, Any]]:
    """Return what the event of an erasure holds, once these rows are emptied."""
    runs = {table: ranges(ids) for table, ids in rows.items() if ids}
    return {
        "rows": runs,
        "left": {
            table: digest(connection, table, spans)
            for table, spans in runs.items()
            if table in LEFT
        },
    }


def digest(connection: Connection, table: str, runs: Ranges) -> str:
    """Return the SHA-256 of what is left of these rows, in hexadecimal."""
    left = hashlib.sha256()
    for first, last in runs:
        for row in connection.each(
            f"SELECT {LEFT[table]} FROM {table} WHERE id BETWEEN ? AND ? ORDER BY id",
            [first, last],
        ):
            left.update(chain.canonical(dict(row)).encode("ascii") + b"\n")
    return left.hexdigest()

"""Reading: the operator's queries, over a connection that cannot write.

Works beside a running daemon, without one, and on a read-only file system. Hostile texts and whole numbers come out
as they are stored: escaping and masking are the CLI's. No query reads a whole table of messages.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from antirelou.language import _
from antirelou.log.connection import Connection
from antirelou.log.effects import Affected
from antirelou.log.errors import LogMissing
from antirelou.log.exhibits import Exhibits
from antirelou.log.happened import Happened
from antirelou.log.lock import holder
from antirelou.log.person import Persons
from antirelou.log.raids import Raids
from antirelou.log.rested import rested_on
from antirelou.log.selection import Filters, Selection, selections
from antirelou.log.stats import Stats
from antirelou.log.status import status
from antirelou.log.times import stamp
from antirelou.log.verification import Anchor, Verified, verified
from antirelou.log.version import refuse_strangers

_MESSAGE = """m.id, m.line, m.kind, s.address, m.alphanumeric, m.received_at, m.newest_at, m.clock_unsynced,
    m.clock_wrong, m.service_centre_time, m.text, m.details, m.segments, m.segments_expected, m.complete, m.deliver_id,
    m.sender_id, m.reason, m.hold, m.decided_at, m.erased_at, m.text_key"""
_SENDER = "LEFT JOIN senders s ON s.id = m.sender_id"
_WHOLE = -1  # SQLite's "no limit"

# The columns that `why` shows as they are stored.
_OF_REPLY = [
    "id",
    "purpose",
    "segments",
    "queued_at",
    "expires_at",
    "postponed_until",
    "next_attempt_at",
    "attempts",
    "later_messages",
    "approved_at",
    "marked_at",
    "ended_at",
]
_OF_SUBMIT = [
    "id",
    "attempt",
    "sequence",
    "state",
    "reserved_at",
    "marked_at",
    "ended_at",
    "message_reference",
    "cms_error",
    "said",
    "mended_at",
    "report_status",
    "discharge_time",
    "reported_at",
]
_OF_DELIVER = [
    "id",
    "storage",
    "slot",
    "received_at",
    "clock_unsynced",
    "service_centre_address",
    "service_centre_time",
    "pdu",
    "error",
    "segment_reference",
    "segment_bits",
    "segment_count",
    "segment_sequence",
    "segment_text",
    "deliveries",
    "last_delivered_at",
    "deleted_at",
]


class Reader(Happened, Raids, Stats, Persons, Exhibits, Affected):
    """An open log; `with Reader.open(path) as log:`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    @classmethod
    def open(cls, path: Path) -> Reader:
        """Open the log at `path`. Raises `LogError`: no such file, not a log, of another version, not readable."""
        connection = Connection.reading(path)
        try:
            if not refuse_strangers(connection):
                raise LogMissing(
                    _(
                        "The log {path} is not finished: start the daemon once, it makes or migrates it.",
                        path=path,
                    )
                )
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def data_version(self) -> int:
        """A number that changes when somebody wrote."""
        version: int = self._db.value("PRAGMA data_version")
        return version

    # Messages

    def messages(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        sender: str | None = None,
        reason: str | None = None,
        kind: str | None = None,
        state: str | None = None,
        search: str | None = None,
        line: str | None = None,
        limit: int | None = 50,
        after_id: int | None = None,
    ) -> list[dict[str, Any]]:
        """Return messages as `log --json` shows them, oldest first: the newest `limit`, or those after `after_id`.

        `reason` also finds holds, `state` is of a reply, `sender` is the whole address as stored.
        """
        filters = Filters(
            since=since,
            until=until,
            sender=sender,
            reason=reason,
            kind=kind,
            state=state,
            search=search,
            line=line,
            after_id=after_id,
        )
        most = _WHOLE if limit is None else limit
        with self._db.snapshot():
            chosen = selections(filters, self._lines())
            rows = [row for one in chosen for row in self._selected(one, most)]
            rows.sort(key=_time if any(one.by_time for one in chosen) else _id)
            newest = rows if limit is None else rows[max(0, len(rows) - limit) :]
            return [self._message(row) for row in newest]

    def message(self, message_id: int) -> dict[str, Any] | None:
        """Return everything that is kept about one message, for `why`; None if there is none."""
        with self._db.snapshot():
            row = self._db.row(
                f"SELECT {_MESSAGE} FROM messages m {_SENDER} WHERE m.id = ?",
                [message_id],
            )
            if row is None:
                return None
            found = self._message(row)
            sender = self._db.row(
                "SELECT first_at, told, distress_told, last_told_at, blocked_at, opted_out_at FROM senders"
                " WHERE id = ?",
                [row["sender_id"]],
            )
            return found | {
                "alphanumeric": bool(row["alphanumeric"]),
                "newest_at": row["newest_at"],
                "decided_at": row["decided_at"],
                "clock_unsynced": bool(row["clock_unsynced"]),
                "clock_wrong": bool(row["clock_wrong"]),
                "erased_at": row["erased_at"],
                "details": json.loads(row["details"]) if row["details"] else None,
                "first_start_at": self._db.value(
                    "SELECT first_start_at FROM lines WHERE line = ?", [row["line"]]
                ),
                "rested_on": rested_on(self._db, dict(row)),
                "sender_facts": dict(sender) if sender else None,
                "sender_messages": self._before(row),
                "delivers": [
                    _shown(_OF_DELIVER, deliver) for deliver in self._delivers(row)
                ],
                "replies": [
                    self._whole_reply(reply) for reply in self._replies(message_id)
                ],
            }

    def last_id(self) -> int | None:
        """Return the newest message's id."""
        last: int | None = self._db.value("SELECT max(id) FROM messages")
        return last

    # The lines

    def status(
        self, now: datetime, *, month_start: datetime | None = None
    ) -> list[dict[str, Any]]:
        """Return each line's row with what waits and what is used of its limits: segments in the last hour and day,
        recipients in the last day and since `month_start`; and `flood`, the one that is on, or None.
        """
        with self._db.snapshot():
            return [
                row | status(self._db, row["line"], now, month_start)
                for row in self.lines()
            ]

    def lines(self) -> list[dict[str, Any]]:
        """Return the row of each line; `storages` read, PINs left out; `held_by` is the daemon's process id."""
        lines = []
        for row in self._db.rows("SELECT * FROM lines ORDER BY line"):
            line = dict(row)
            del line["pins"]
            line["storages"] = json.loads(row["storages"]) if row["storages"] else []
            line["clock_unsynced"] = bool(row["clock_unsynced"])
            line["held_by"] = holder(self._db.path, row["line"])
            line["new_sim"] = bool(
                row["iccid"]
                and row["accepted_iccid"]
                and row["iccid"] != row["accepted_iccid"]
            )
            lines.append(line)
        return lines

    def trial(self, address: str, since: datetime) -> dict[str, Any] | None:
        """Return the newest reply to nothing that was queued for an address since then: an ordered test text."""
        row = self._db.row(
            "SELECT r.* FROM replies r INDEXED BY replies_sender"
            " WHERE r.sender_id = (SELECT id FROM senders WHERE address = ?) AND r.message_id IS NULL"
            " AND r.queued_at >= ? ORDER BY r.id DESC LIMIT 1",
            [address, stamp(since)],
        )
        return self._whole_reply(row) if row else None

    def proof(self, address: str) -> dict[str, Any] | None:
        """Return the newest text with a code that was ordered for an address."""
        row = self._db.row(
            "SELECT r.* FROM replies r INDEXED BY replies_sender"
            " WHERE r.sender_id = (SELECT id FROM senders WHERE address = ?) AND r.purpose = 'proof'"
            " ORDER BY r.id DESC LIMIT 1",
            [address],
        )
        return self._whole_reply(row) if row else None

    def verified(self, anchor: Anchor | None = None) -> Verified:
        """Recompute the whole chain, against a head that was kept elsewhere if there is one."""
        return verified(self._db, anchor)

    # Inside

    def _lines(self) -> list[str]:
        return [row["line"] for row in self._db.rows("SELECT line FROM lines")]

    def _selected(self, chosen: Selection, most: int) -> list[sqlite3.Row]:
        """The rows of one selection in no order: what is sorted to choose them is ids alone."""
        ids = f"SELECT m.id FROM {chosen.tables} WHERE {chosen.where} ORDER BY {chosen.order} LIMIT ?"
        return self._db.rows(
            f"SELECT {_MESSAGE} FROM ({ids}) c CROSS JOIN messages m ON m.id = c.id {_SENDER}",
            [*chosen.values, most],
        )

    def _message(self, row: sqlite3.Row) -> dict[str, Any]:
        return {
            "id": row["id"],
            "line": row["line"],
            "received_at": row["received_at"],
            "service_centre_time": row["service_centre_time"],
            "sender": row["address"],
            "kind": row["kind"],
            "text": row["text"],
            "segments": row["segments"],
            "segments_expected": row["segments_expected"],
            "complete": bool(row["complete"]),
            "deliveries": self._deliveries(row),
            "reason": row["reason"],
            "hold": row["hold"],
            "replies": [self._reply(reply) for reply in self._replies(row["id"])],
        }

    def _deliveries(self, row: sqlite3.Row) -> int:
        return max(
            (deliver["deliveries"] for deliver in self._delivers(row)), default=1
        )

    def _delivers(self, row: sqlite3.Row) -> list[sqlite3.Row]:
        if row["segments_expected"] == 1:
            return self._db.rows(
                "SELECT * FROM delivers WHERE id = ?", [row["deliver_id"]]
            )
        return self._db.rows(
            "SELECT * FROM delivers WHERE message_id = ? AND segment_count IS NOT NULL ORDER BY segment_sequence",
            [row["id"]],
        )

    def _before(self, row: sqlite3.Row) -> int:
        """How many messages this sender had sent by then, this one included."""
        count: int = self._db.value(
            "SELECT count(*) FROM messages WHERE sender_id = ? AND received_at <= ?",
            [row["sender_id"], row["received_at"]],
        )
        return count

    def _replies(self, message_id: int) -> list[sqlite3.Row]:
        return self._db.rows(
            "SELECT * FROM replies WHERE message_id = ? ORDER BY id", [message_id]
        )

    def _submits(self, reply: sqlite3.Row) -> list[sqlite3.Row]:
        return self._db.rows(
            "SELECT * FROM submits WHERE reply_id = ? ORDER BY attempt, sequence",
            [reply["id"]],
        )

    def _reply(self, reply: sqlite3.Row) -> dict[str, Any]:
        submits = self._submits(reply)
        references = [
            row["message_reference"]
            for row in submits
            if row["message_reference"] is not None
        ]
        causes = [row["cms_error"] for row in submits if row["cms_error"] is not None]
        return {
            "state": reply["state"],
            "reason": reply["reason"],
            "text": reply["text"],
            "due_at": reply["due_at"],
            "submitted_at": reply["submitted_at"],
            "message_references": references,
            "cms_error": causes[-1] if causes else None,
        }

    def _whole_reply(self, reply: sqlite3.Row) -> dict[str, Any]:
        submits = [_shown(_OF_SUBMIT, submit) for submit in self._submits(reply)]
        return self._reply(reply) | _shown(_OF_REPLY, reply) | {"submits": submits}


def _id(row: sqlite3.Row) -> int:
    number: int = row["id"]
    return number


def _time(row: sqlite3.Row) -> tuple[str, int, int]:
    """By what the messages of several lines are put in order."""
    return row["received_at"], row["clock_wrong"], row["id"]


def _shown(columns: list[str], row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in columns}

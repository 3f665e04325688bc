"""The chain: append-only proof that what was logged was not altered, in what order it was logged, and that none is gone.

Every entry has `commitment = SHA-256(nonce || JSON)`, the JSON in canonical form (sorted keys, no spaces, ASCII,
octets as hexadecimal): `{"at", "kind", "line", "of", "row"}`, `of` being what is committed to; and
`head = SHA-256(previous head || seq || length of kind || kind || commitment)`, the previous head of the first entry
being 32 zero octets, seq 8 octets big-endian, the length one octet, the kind UTF-8.

There are two sorts of entry. A *content* entry commits to columns of its row that are written once and never change
(`COVERED` lists them, and nothing else is covered); its nonce is in that row and is erased with it. A *state* entry
commits to `chain.facts`, a state that the row had from then on; the newest one of a row must be what the row says
(`STATES`). A segment's text is covered where it was received; the text of a joined message must be their join.
There is one chain a file: the head is read inside the IMMEDIATE transaction that extends it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from itertools import groupby
from typing import Any

from antirelou import sms
from antirelou.log.connection import Connection
from antirelou.log.times import stamp

NONCE = 16  # octets
GENESIS = bytes(32)

_JSON = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=bytes.hex
)

_MESSAGE = """m.nonce, m.id, m.line, m.kind, m.received_at, m.boot_id, m.boot_ms, m.clock_unsynced, m.alphanumeric,
    s.address AS sender"""

# kind of entry -> the query that gives what it commits to, the nonce first.
COVERED = {
    "deliver": """SELECT nonce, id, line, storage, slot, status, received_at, boot_id, boot_ms, clock_unsynced,
        service_centre_address, service_centre_time, service_centre_utc, pdu, error
        FROM delivers WHERE id = ?""",
    "segment": """SELECT nonce, id, message_id, segment_reference, segment_bits, segment_count, segment_sequence,
        segment_text FROM delivers WHERE id = ?""",
    "call": f"""SELECT {_MESSAGE}, m.details FROM messages m LEFT JOIN senders s ON s.id = m.sender_id
        WHERE m.id = ?""",
    "decision": f"""SELECT {_MESSAGE}, m.service_centre_time, m.service_centre_utc, m.reason, m.decided_at, m.details,
        CASE WHEN m.segments_expected = 1 THEN m.text END AS text
        FROM messages m LEFT JOIN senders s ON s.id = m.sender_id WHERE m.id = ?""",
    "reply": """SELECT r.nonce, r.id, r.line, r.message_id, s.address AS recipient, r.purpose, r.text, r.segments,
        r.queued_at FROM replies r LEFT JOIN senders s ON s.id = r.sender_id WHERE r.id = ?""",
    "submit": """SELECT nonce, id, line, reply_id, attempt, sequence, pdu, reserved_at FROM submits WHERE id = ?""",
    "order": """SELECT nonce, id, at, line, kind, argument FROM control WHERE id = ?""",
    "event": """SELECT nonce, id, at, line, kind, text, data FROM events WHERE id = ?""",
    "export": """SELECT nonce, id, at, line, path, manifest_digest, since, until, messages
        FROM exports WHERE id = ?""",
    "note": """SELECT nonce, id, at, line, observed_at, text, file_name, file_digest FROM notes WHERE id = ?""",
}

# kind of entry -> the query that gives the state that its newest entry must agree with.
STATES = {
    "reply.state": """SELECT state, due_at, expires_at, marked_at, counted_at, approved_at, ended_at,
        CASE WHEN state = 'dropped' THEN reason END AS reason FROM replies WHERE id = ?""",
    "submit.state": """SELECT state, counted_at, marked_at, ended_at, message_reference, cms_error, said, mended_at,
        report_status, discharge_time, reported_at FROM submits WHERE id = ?""",
    "sender.state": """SELECT blocked_at, opted_out_at, told, distress_told, last_told_at FROM senders WHERE id = ?""",
    "order.state": """SELECT done_at, result FROM control WHERE id = ?""",
}

# kind of entry -> the table of its rows.
TABLES = {
    "deliver": "delivers",
    "segment": "delivers",
    "call": "messages",
    "decision": "messages",
    "reply": "replies",
    "submit": "submits",
    "order": "control",
    "event": "events",
    "export": "exports",
    "note": "notes",
    "reply.state": "replies",
    "submit.state": "submits",
    "sender.state": "senders",
    "order.state": "control",
}


def nonce() -> bytes:
    """Return a fresh nonce for a row that the chain will commit to."""
    return secrets.token_bytes(NONCE)


def append(
    connection: Connection, kind: str, row: int, at: datetime, line: str
) -> bytes:
    """Extend the chain by what `row` holds now, and return the new head; only inside a transaction."""
    written = stamp(at)
    facts = own_nonce = None
    if kind in COVERED:
        found = connection.row(COVERED[kind], [row])
        assert found is not None
        of = dict(found)
        salt = of.pop("nonce")
    else:
        found = connection.row(STATES[kind], [row])
        assert found is not None
        of = dict(found)
        facts, salt = canonical(of), nonce()
        own_nonce = salt
    seq, previous = connection.read_before.get("chain") or end(connection)
    seq += 1
    committed = commitment(salt, kind, row, written, line, of)
    new = head(previous, seq, kind, committed)
    connection.run(
        "INSERT INTO chain (seq, at, line, kind, row, facts, nonce, commitment, head) VALUES (?,?,?,?,?,?,?,?,?)",
        [seq, written, line, kind, row, facts, own_nonce, committed, new],
    )
    connection.keep("chain", (seq, new))
    return new


def end(connection: Connection) -> tuple[int, bytes]:
    """Return the newest entry's number and head; 0 and `GENESIS` of an empty chain."""
    last = connection.row("SELECT seq, head FROM chain ORDER BY seq DESC LIMIT 1")
    return (last["seq"], last["head"]) if last else (0, GENESIS)


def joined(connection: Connection, message_id: int) -> str | None:
    """Return the text of a message from those of its segments that arrived, in order; None if none has text.

    Read from the PDUs, since a sender may cut a character in two: only both halves together are one.
    """
    rows = connection.rows(
        "SELECT pdu, segment_sequence, segment_text FROM delivers WHERE message_id = ? AND segment_count IS NOT NULL"
        " ORDER BY segment_sequence",
        [message_id],
    )
    if all(row["segment_text"] is None for row in rows):
        return None
    delivers = [sms.decode(row["pdu"]) for row in rows]
    texts = []
    for _, numbered in groupby(
        enumerate(rows), lambda pair: pair[1]["segment_sequence"] - pair[0]
    ):
        places = [place for place, _ in numbered]  # of consecutive segments
        run = [
            deliver
            for place in places
            if isinstance(deliver := delivers[place], sms.Deliver)
        ]
        whole = len(run) == len(places)
        texts.append(
            sms.joined_text(run)
            if whole
            else "".join(rows[place]["segment_text"] or "" for place in places)
        )
    return "".join(texts)


def commitment(
    salt: bytes, kind: str, row: int, at: str, line: str, of: dict[str, Any]
) -> bytes:
    """Return what an entry commits to the facts `of` a row by; `salt` is the nonce."""
    said = canonical({"at": at, "kind": kind, "line": line, "of": of, "row": row})
    return hashlib.sha256(salt + said.encode("ascii")).digest()


def head(previous: bytes, seq: int, kind: str, committed: bytes) -> bytes:
    """Return the head of an entry that follows the one with the head `previous`."""
    name = kind.encode()
    return hashlib.sha256(
        previous
        + seq.to_bytes(8, "big")
        + len(name).to_bytes(1, "big")
        + name
        + committed
    ).digest()


def canonical(value: dict[str, Any]) -> str:
    """Return `value` as the one JSON that it has."""
    return _JSON.encode(value)

"""Records: one selected message, or one note, as the folder holds it; as JSON exactly, as CSV safely, and back again.

`derived` is the part of a record that follows from its opened entries, so that whoever checks a folder can compare.
The number is called the displayed one, since it can be forged; nobody is called anything else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from antirelou import sms
from antirelou.harmless import csv_line

Record = dict[str, Any]

CSV_COLUMNS = (
    *("id", "line", "kind", "displayed_number", "text", "network_time", "received_at"),
    *("clock", "service_centre", "segments", "segments_expected", "complete"),
    *("deliveries", "reason", "hold", "reply_states", "reply_reasons", "reply_due_at"),
    *("reply_submitted_at", "mms_sender", "mms_size", "mms_subject"),
    *("pdus", "pdu_digests", "chain_entries"),
)
_REPLY_COLUMNS = ("state", "reason", "due_at", "submitted_at")


def record_of(row: Record) -> Record:
    """The record of a message as the log's `exhibits` give it."""
    flat = {
        "id": row["id"],
        "line": row["line"],
        "kind": row["kind"],
        "displayed_number": row["address"],
        "alphanumeric": row["alphanumeric"],
        "text": row["text"],
        "network_time": row["service_centre_time"],
        "received_at": row["received_at"],
        "clock_unsynced": row["clock_unsynced"],
        "clock": _clock(row),
        "segments": row["segments"],
        "segments_expected": row["segments_expected"],
        "complete": bool(row["complete"]),
        "deliveries": row["deliveries"],
        "reason": row["reason"],
        "hold": row["hold"],
        "replies": row["replies"],
    }
    return flat | derived(row["chain"]) | {"chain": row["chain"]}


def note_of(row: Record) -> Record:
    """The record of a note."""
    return derived(row["chain"]) | {"id": row["id"], "chain": row["chain"]}


def derived(openings: list[Record]) -> Record:
    """What of a record follows from its opened entries."""
    found: Record = {}
    first: Record = next(
        (one["of"] for one in openings if one["kind"] == "deliver"), {}
    )
    found |= _of_message(first)  # all there is while nothing is decided
    for opening in openings:
        of = opening["of"]
        if opening["kind"] == "note":
            return dict(of)
        if opening["kind"] in ("decision", "call"):
            found |= _of_message(of)
    delivers = _delivers(openings)
    found["pdus"] = [of["pdu"] for of in delivers]
    found["service_centre"] = sorted(
        {of["service_centre_address"] for of in delivers} - {None}
    )
    found["mms"] = _mms(found["pdus"])
    if any(one["kind"] == "segment" for one in openings):
        found["text"] = _joined(openings)
    return found


def _delivers(openings: list[Record]) -> list[Record]:
    """The short messages of a message, in the order of their segments."""
    places = {
        one["row"]: one["of"]["segment_sequence"]
        for one in openings
        if one["kind"] == "segment"
    }
    delivers = [one["of"] for one in openings if one["kind"] == "deliver"]
    return sorted(delivers, key=lambda of: places.get(of["id"], 0))


def _of_message(of: Record) -> Record:
    names = {"sender": "displayed_number", "service_centre_time": "network_time"}
    kept = ("line", "kind", "alphanumeric", "received_at", "clock_unsynced")
    also = ("sender", "service_centre_time", "reason", "text")
    return {names.get(name, name): of[name] for name in (*kept, *also) if name in of}


def _clock(row: Record) -> str:
    if row["clock_wrong"]:
        return "wrong"
    return "unsynchronised" if row["clock_unsynced"] else "synchronised"


def _joined(openings: list[Record]) -> str | None:
    """The text of a message from its segments, in their order; each run without a gap is read as one."""
    delivers = {one["row"]: one["of"] for one in openings if one["kind"] == "deliver"}
    segments = [one["of"] for one in openings if one["kind"] == "segment"]
    segments.sort(key=lambda of: of["segment_sequence"])
    if all(of["segment_text"] is None for of in segments):
        return None
    runs: list[list[Record]] = []
    for of in segments:
        if runs and of["segment_sequence"] == runs[-1][-1]["segment_sequence"] + 1:
            runs[-1].append(of)
        else:
            runs.append([of])
    return "".join(_run(run, delivers) for run in runs)


def _run(run: list[Record], delivers: dict[int, Record]) -> str:
    pdus = [delivers.get(of["id"], {}).get("pdu") for of in run]
    read = [sms.decode(pdu) for pdu in pdus if pdu is not None]
    whole = [one for one in read if isinstance(one, sms.Deliver)]
    if len(whole) == len(run):
        return sms.joined_text(whole)
    return "".join(of["segment_text"] or "" for of in run)


def _mms(pdus: Iterable[str | None]) -> Record | None:
    """What an MMS notification says of itself; None for whatever is none."""
    data = b""
    for pdu in pdus:
        read = sms.decode(pdu) if pdu else None
        if not isinstance(read, sms.Deliver):
            return None
        data += read.data
    found = sms.mms_notification(data)
    if found is None:
        return None
    return {"sender": found.sender, "size": found.size, "subject": found.subject}


def pdu_digest(pdu: str | None) -> str:
    """The SHA-256 of a PDU's octets, in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(pdu or "")).hexdigest()


def csv_of(record: Record) -> str:
    """A record as a line of CSV that no spreadsheet takes for a formula."""
    mms = record["mms"] or {}
    replies = {
        f"reply_{'states' if name == 'state' else 'reasons' if name == 'reason' else name}": " ".join(
            reply[name] or "none" for reply in record["replies"]
        )
        for name in _REPLY_COLUMNS
    }
    cells = (
        record
        | replies
        | {f"mms_{name}": mms.get(name) for name in ("sender", "size", "subject")}
        | {
            "displayed_number": record["displayed_number"] or "withheld",
            "service_centre": " ".join(record["service_centre"]),
            "pdus": " ".join(pdu or "" for pdu in record["pdus"]),
            "pdu_digests": " ".join(map(pdu_digest, record["pdus"])),
            "chain_entries": " ".join(str(one["seq"]) for one in record["chain"]),
        }
    )
    return csv_line(cells[name] for name in CSV_COLUMNS)


def json_of(record: Record) -> str:
    """A record as JSON on one line; ASCII, so that nothing in it acts on whoever looks."""
    return json.dumps(record, ensure_ascii=True)


def read_lines(path: Path) -> Iterator[Record]:
    """The records of a file of ours, one a line, brackets and commas aside. Raises `ValueError`, `OSError`."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("{"):
                yield json.loads(line.rstrip(",\n"))
            elif line.strip() not in ("", "[", "]"):
                raise ValueError("a line that is no record")

"""A long past in a log: a number that is texted for three years and raided once, written by plain SQL in a minute or two.

Real are the schema with its indexes, the index of texts, who writes how much (few much, many little), the hours of the
day, one raid of a fifth of everything within four hours of last week, calls, segments, replies and their fates, a
second line that hardly anybody knows. Thin or missing: the chain (it would not verify), HMACs and PDUs (random octets
of the right length), `text_key`. There are no more senders than numbers that belong to nobody.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from world import settings_in

from antirelou.clock import SystemClock, Timekeeper
from antirelou.log import Store
from antirelou.log.times import stamp

YEARS = timedelta(days=3 * 365)
RAID_AGO, RAID_LENGTH, RAID_SHARE = timedelta(days=6), timedelta(hours=4), 0.2
SENDERS, RAIDERS = 10_000, 3_000
SECOND_LINE = 20_000  # one message of so many came on the other line
RARE_ONE = 5_000  # one of so many holds the rare word
RARE, COMMON = "péniche", "salut"
WORDS = [
    "salut",
    "coucou",
    "bonjour",
    "tu",
    "fais",
    "quoi",
    "ce",
    "soir",
    "réponds",
    "moi",
    "pourquoi",
    "tu",
    "réponds",
    "pas",
    "allô",
    "c'est",
    "qui",
    "pauvre",
    "type",
    "je",
    "voulais",
    "juste",
    "te",
    "parler",
    "on",
    "se",
    "voit",
    "quand",
    "dis",
    "non",
    "merci",
    "arrête",
    "de",
    "mentir",
    "été",
    "ça",
    "où",
    "là",
    "bas",
    "demain",
    "hier",
    "rappelle",
    "vite",
    "s'il",
    "te",
    "plaît",
    "ma",
    "belle",
    "encore",
    "une",
    "fois",
    "dommage",
    "sérieux",
    "franchement",
    "désolé",
    "jamais",
    "toujours",
    "peut",
    "être",
    "oui",
]
HOURS = (4, 2, 1, 1, 1, 1, 1, 2, 3, 4, 4, 5, 6, 5, 5, 5, 6, 7, 9, 10, 12, 14, 13, 9)
REASONS = {
    "pending": 50,
    "already_told": 35,
    "to_answer": 10,
    "unreplyable": 2,
    "stale": 1,
    "opted_out": 1,
    "distress": 0.02,
}
FATES = {"submitted": 70, "dropped": 26, "unknown": 1, "refused": 3}
EVENTS = 20_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """Where it is, and whom to ask about."""

    path: Path
    config: Path
    messages: int
    loudest: str
    quietest: str


def make(directory: Path, messages: int) -> Past:
    """Make the log and its configuration in `directory`, unless they are there."""
    path, config = directory / "antirelou.db", directory / "antirelou.toml"
    if not path.exists():
        Store.open(settings_in(directory), Timekeeper(SystemClock()).moment()).close()
        config.write_text(f'[log]\npath = "{path}"\nreserve = "1kB"\n', "utf-8")
        fill(path, messages)
    connection = sqlite3.connect(path)
    by_amount = (
        "SELECT address FROM messages JOIN senders ON senders.id = sender_id"
        " WHERE messages.id % 50 = 0 GROUP BY sender_id ORDER BY count(*)"
    )
    addresses = [row[0] for row in connection.execute(by_amount)]
    count = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
    connection.close()
    return Past(path, config, count, addresses[-1], addresses[0])


def fill(path: Path, messages: int) -> None:
    """Write it all, without a care for power cuts."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    connection.execute("BEGIN")
    draw, ends = random.Random(1), datetime.now(UTC)
    write(connection, _around(draw, ends))
    times = sorted(_times(draw, messages, ends))
    for number, at in enumerate(times, 1):
        raided = abs(at - ends + RAID_AGO - RAID_LENGTH / 2) <= RAID_LENGTH / 2
        write(connection, _message(draw, number, at, raided=raided))
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def write(connection: sqlite3.Connection, rows: Iterable[tuple[str, Row]]) -> None:
    """Insert rows, each with the name of its table."""
    for table, row in rows:
        marks = ", ".join("?" * len(row))
        statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"
        connection.execute(statement, list(row.values()))


def _times(draw: random.Random, messages: int, ends: datetime) -> Iterator[datetime]:
    """When each message comes: by the hour of the day over three years, and a fifth of them in one evening."""
    raid = round(messages * RAID_SHARE)
    for _ in range(raid):
        yield ends - RAID_AGO + RAID_LENGTH * draw.random()
    midnight = ends.replace(hour=0, minute=0, second=0, microsecond=0)
    for hour in draw.choices(range(24), HOURS, k=messages - raid):
        days = timedelta(days=draw.randrange(1, YEARS.days))
        yield midnight - days + timedelta(hours=hour + draw.random())


def _around(draw: random.Random, ends: datetime) -> Iterator[tuple[str, Row]]:
    """Lines, senders, events and orders."""
    first = stamp(ends - YEARS)
    other = {"line": "second", "first_start_at": first, "started_at": first}
    yield "lines", other | {"updated_at": first}
    for number in range(1, SENDERS + 1):
        told = stamp(ends - YEARS * draw.random()) if number % 3 == 0 else None
        yield (
            "senders",
            {
                "id": number,
                "address": f"+33639{980000 + number - 1}",
                "hmac": draw.randbytes(16),
                "first_at": first,
                "told": int(told is not None),
                "last_told_at": told,
                "blocked_at": first if number % 50 == 0 else None,
            },
        )
    for number in range(EVENTS):
        at = stamp(ends - YEARS * (1 - number / EVENTS))
        event = {"at": at, "line": "main", "kind": "modem_opened", "text": "Opened."}
        more = {"repeat_key": "", "last_at": at, "boot_id": "b", "clock_unsynced": 0}
        yield "events", event | more
    for number in range(100):
        at = stamp(ends - YEARS * (1 - number / 100))
        kind = ("pause", "resume")[number % 2]
        yield "control", {"at": at, "line": "main", "kind": kind, "done_at": at}


def _message(
    draw: random.Random, number: int, at: datetime, *, raided: bool
) -> Iterator[tuple[str, Row]]:
    """One message with what it was delivered in, and its reply."""
    line = "second" if number % SECOND_LINE == 0 else "main"
    people = RAIDERS if raided else SENDERS
    sender = 1 + int(people * draw.random() ** 3)  # few write much
    segments = 2 if draw.random() < 0.05 else 1
    kind = "call" if draw.random() < 0.01 else "text"
    reason = draw.choices(list(REASONS), REASONS.values())[0]
    words = draw.choices(WORDS, k=draw.randint(1, 20)) + [RARE] * (
        number % RARE_ONE == 0
    )
    received = {"received_at": stamp(at), "boot_id": "b", "boot_ms": number}
    shared = received | {"line": line, "sender_id": sender, "clock_unsynced": 0}
    decided = {"reason": "not_a_text" if kind == "call" else reason}
    delivers = [] if kind == "call" else range(segments)
    yield (
        "messages",
        shared
        | {
            "id": number,
            "kind": kind,
            "deliver_id": number * 2 if delivers else None,
            "newest_at": stamp(at),
            "newest_boot_id": "b",
            "newest_boot_ms": number,
            "service_centre_time": at.isoformat(timespec="seconds"),
            "service_centre_utc": stamp(at),
            "text": " ".join(words) if kind == "text" else None,
            "segments": segments,
            "segments_expected": segments,
            "complete": 1,
            "decided_at": stamp(at),
            "flood": int(raided),
            "nonce": draw.randbytes(16),
        }
        | decided,
    )
    for sequence in delivers:
        yield "delivers", shared | _deliver(draw, number, sequence, segments, at)
    if decided["reason"] in ("to_answer", "distress"):
        yield from _reply(draw, number, at, line, sender)


def _deliver(
    draw: random.Random, number: int, sequence: int, segments: int, at: datetime
) -> Row:
    several = {
        "segment_count": segments,
        "segment_sequence": sequence + 1,
        "segment_text": "…",
    }
    return {
        "id": number * 2 + sequence,
        "message_id": number,
        "storage": "SM",
        "slot": number % 30,
        "service_centre_address": "+33639980099",
        "service_centre_time": at.isoformat(timespec="seconds"),
        "pdu": draw.randbytes(70).hex(),
        "dedupe": draw.randbytes(16),
        "last_delivered_at": stamp(at),
        "deleted_at": stamp(at),
        "nonce": draw.randbytes(16),
    } | (several if segments > 1 else {})


def _reply(
    draw: random.Random, number: int, at: datetime, line: str, sender: int
) -> Iterator[tuple[str, Row]]:
    """A reply that was queued, and what became of it."""
    state = draw.choices(list(FATES), FATES.values())[0]
    due = at + timedelta(hours=2 + draw.random())
    if due > datetime.now(UTC):
        state = "queued"
    counts = state in ("submitted", "unknown")
    ended = None if state == "queued" else stamp(due)
    shared = {"line": line, "state": state, "ended_at": ended}
    shared["counted_at"] = stamp(due) if counts else None
    yield (
        "replies",
        shared
        | {
            "id": number,
            "message_id": number,
            "sender_id": sender,
            "purpose": "lesson",
            "text": "Bonjour. Réponse automatique, envoyée une seule fois.",
            "segments": 1,
            "reason": "flooder" if state == "dropped" else None,
            "queued_at": stamp(at),
            "boot_id": "b",
            "due_at": stamp(due),
            "expires_at": stamp(due + timedelta(hours=36)),
            "lot": draw.randbytes(16),
            "submitted_at": stamp(due) if state == "submitted" else None,
        },
    )
    if state not in ("queued", "dropped"):
        attempt = {"reply_id": number, "attempt": 1, "sequence": 1}
        accepted = number % 256 if state == "submitted" else None
        more = {"reserved_at": stamp(due), "message_reference": accepted}
        yield "submits", shared | attempt | more

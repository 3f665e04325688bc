"""What a text costs when the log holds ten thousand messages, a million, ten million: processor time and octets written.

`make growth`, or `growth.py [--keep DIRECTORY] [MESSAGES…]`. Each log is made by SQLite itself in
bulk, indexes last: three minutes and 1.4 GB a million. It has every table that a cycle looks into, with strangers who
were told, flood numbers, replies and submits of each fate; its chain is as long, but would not verify. Then the real
process answers texts of people who are new to it, one at a time, on the modem without delays. The exit status is 1 if
the longest log costs more than 1.5 times what the shortest does.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.peers.meter import Program
from bench.peers.modem import plugged_in
from bench.peers.programs import OURS

from antirelou.clock import SystemClock, Timekeeper
from antirelou.config import load
from antirelou.log import Store

SIZES = [10_000, 1_000_000, 10_000_000]
MOST = 1.5
WARM, TEXTS = 20, 200
SENDERS = 50_000

_PAST = """WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {count}),
past (id, at) AS (SELECT id, strftime('%Y-%m-%dT%H:%M:%S.000Z', '2023-01-01', '+' || (id * 94000000 / {count}) || ' seconds')
    FROM n) INSERT INTO {table} """
_TABLES = {
    "delivers": """(id, line, message_id, sender_id, storage, slot, received_at, boot_id, boot_ms, clock_unsynced, pdu, dedupe,
        last_delivered_at, deleted_at, nonce) SELECT id, 'bench', id, 1 + id % {senders}, 'SM', id % 30, at, 'b', id, 0,
        hex(randomblob(70)), randomblob(16), at, at, randomblob(16) FROM past""",
    "messages": """(id, line, kind, sender_id, deliver_id, received_at, newest_at, boot_id, boot_ms, newest_boot_id,
        newest_boot_ms, clock_unsynced, service_centre_utc, text, text_key, segments, segments_expected, complete, reason,
        decided_at, flood_counts, nonce) SELECT id, 'bench', iif(id % 100, 'text', 'call'), 1 + id % {senders}, id, at, at,
        'b', id, 'b', id, 0, at, 'salut tu fais quoi ce soir réponds moi ' || (id % 5000), randomblob(16), 1, 1, 1,
        iif(id % 10, 'already_told', 'to_answer'), at, iif(id % 3, NULL, id / 3), randomblob(16) FROM past""",
    "replies": """(line, message_id, sender_id, purpose, text, segments, state, queued_at, boot_id, due_at, expires_at, lot,
        counted_at, marked_at, submitted_at, ended_at, nonce) SELECT 'bench', id, 1 + id % {senders}, 'lesson', 'x', 1,
        iif(id % 20, 'dropped', 'submitted'), at, 'b', at, at, randomblob(16), iif(id % 20, NULL, at), at, at, at,
        randomblob(16) FROM past WHERE id % 10 = 0""",
    "submits": """(line, reply_id, attempt, sequence, pdu, state, reserved_at, counted_at, ended_at, message_reference)
        SELECT 'bench', id / 10, 1, 1, hex(randomblob(100)), 'submitted', at, at, at, id % 256 FROM past WHERE id % 20 = 0""",
    "chain": """(at, line, kind, row, facts, nonce, commitment, head) SELECT at, 'bench', iif(id % 2, 'deliver', 'decision'),
        id / 2, NULL, NULL, randomblob(32), randomblob(32) FROM past""",
}
_SENDERS = """WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {senders})
INSERT INTO senders (id, address, hmac, first_at, told, last_told_at) SELECT id, 'someone ' || id, randomblob(16),
    '2023-01-01T00:00:00.000Z', id % 2, iif(id % 2, '2023-01-01T00:00:00.000Z', NULL) FROM n"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one text received and answered: seconds of processor, octets handed to the kernel, octets to the disk."""

    processor: float
    handed: float
    written: float

    def __str__(self) -> str:
        return f"{self.processor * 1000:>12.2f}{self.handed / 1000:>12.1f}{self.written / 1000:>12.1f}"


def make(folder: Path, messages: int) -> list[str]:
    """Make the log in `folder` unless it is there; return the command of its daemon."""
    command = OURS.prepare(folder)
    settings = load(folder / "antirelou.toml").settings
    path = settings.log.path
    if not path.exists():
        Store.open(settings, Timekeeper(SystemClock()).moment()).close()
        _fill(path, messages)
    return command


def _fill(path: Path, messages: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN"
    )
    kept = "type IN ('index', 'trigger') AND sql IS NOT NULL AND name NOT LIKE 'messages_text_c%'"
    later = connection.execute(
        f"SELECT type, name, sql FROM sqlite_master WHERE {kept}"
    ).fetchall()
    for kind, name, _ in later:
        connection.execute(f"DROP {kind} {name}")
    connection.execute(_SENDERS.format(senders=SENDERS))
    for table, rest in _TABLES.items():
        count = messages * 2 if table == "chain" else messages
        past = _PAST.format(count=count, table=table)
        connection.execute(past + rest.format(senders=SENDERS))
    connection.execute("INSERT INTO messages_text (messages_text) VALUES ('rebuild')")
    connection.execute(
        "INSERT INTO messages_text (messages_text) VALUES ('optimize')"
    )  # or the first texts would pay for merging what was written at once
    for _, _, sql in later:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def measure(folder: Path, command: list[str]) -> Cost:
    """Answer texts one at a time with the real process."""
    with plugged_in(folder / "modem") as modem:
        program = Program(command, folder, counted=False)
        try:
            for number in range(WARM + TEXTS):
                if number == WARM:
                    before = program.spent()
                modem.send(1)
                modem.until_answered(number + 1)
            time.sleep(0.5)
            spent = program.spent().since(before)
        finally:
            program.stop()
    return Cost(spent.processor / TEXTS, spent.handed / TEXTS, spent.written / TEXTS)


def main() -> int:
    """Make each log, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("messages", type=int, nargs="*", default=SIZES)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    costs = []
    titles = ("messages", "MB", "made in s", "CPU ms", "KB written", "KB to disk")
    print("".join(f"{title:>12}" for title in titles))
    for size in asked.messages:
        with tempfile.TemporaryDirectory(prefix="antirelou-growth-") as temporary:
            folder = (asked.keep or Path(temporary)) / f"log-{size}"
            folder.mkdir(parents=True, exist_ok=True)
            began = time.monotonic()
            command = make(folder, size)
            made = time.monotonic() - began
            large = (folder / "antirelou.db").stat().st_size
            costs.append(measure(folder, command))
        print(f"{size:>12,}{large / 1e6:>12.0f}{made:>12.0f}{costs[-1]!s}", flush=True)
    ratios = [
        max(values) / values[0]
        for values in zip(*((cost.processor, cost.handed) for cost in costs))
    ]
    print(
        f"At most {ratios[0]:.2f} times the processor and {ratios[1]:.2f} times the octets written of the shortest."
    )
    return max(ratios) > MOST


if __name__ == "__main__":
    sys.exit(main())

"""A copy of the log for looking at, without what is not to be looked at: no PDU, no pseudonym, no key, masked numbers.

A file of its own with few tables, made in one reading of the log beside the daemon; nothing that is done to it reaches
the log. Like the log's views its columns have names that an operator would guess. `QUESTIONS` are asked of the copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from antirelou.language import _
from antirelou.log.connection import Connection
from antirelou.log.errors import LogMissing, translated
from antirelou.log.times import stamp
from antirelou.log.version import refuse_strangers

_TABLES = """
CREATE TABLE senders (
    id INTEGER PRIMARY KEY, sender TEXT, messages INTEGER NOT NULL, first TEXT, latest TEXT, told INTEGER NOT NULL,
    blocked INTEGER NOT NULL, opted_out INTEGER NOT NULL
);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, line TEXT NOT NULL, received_at TEXT NOT NULL, sender_id INTEGER REFERENCES senders (id),
    kind TEXT NOT NULL, text TEXT, reason TEXT NOT NULL, reply TEXT, flood INTEGER NOT NULL, segments INTEGER NOT NULL,
    segments_expected INTEGER NOT NULL, service_centre_time TEXT, decided_at TEXT
);
CREATE TABLE replies (
    id INTEGER PRIMARY KEY, line TEXT NOT NULL, message_id INTEGER REFERENCES messages (id),
    recipient_id INTEGER REFERENCES senders (id), purpose TEXT NOT NULL, state TEXT NOT NULL, reason TEXT,
    due_at TEXT NOT NULL, submitted_at TEXT, segments INTEGER NOT NULL, text TEXT
);
CREATE TABLE events (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, last_at TEXT NOT NULL, line TEXT NOT NULL, kind TEXT NOT NULL, text TEXT,
    count INTEGER NOT NULL
);
CREATE TABLE per_hour (
    hour TEXT NOT NULL, line TEXT NOT NULL, reason TEXT NOT NULL, messages INTEGER NOT NULL,
    PRIMARY KEY (hour, line, reason)
);
CREATE TABLE about (made_at TEXT NOT NULL, numbers TEXT NOT NULL);
"""
_REASON = "coalesce(reason, hold, 'undecided')"
_FILL = f"""
INSERT INTO senders SELECT s.id, shown(s.address), count(m.id), min(m.received_at), max(m.received_at), s.told,
    s.blocked_at IS NOT NULL, s.opted_out_at IS NOT NULL
FROM log.senders s LEFT JOIN log.messages m ON m.sender_id = s.id GROUP BY s.id;
INSERT INTO messages SELECT id, line, received_at, sender_id, kind, text, {_REASON},
    (SELECT r.state FROM log.replies r WHERE r.message_id = m.id ORDER BY r.id DESC LIMIT 1), flood, segments,
    segments_expected, service_centre_time, decided_at
FROM log.messages m ORDER BY id;
INSERT INTO replies SELECT id, line, message_id, sender_id, purpose, state, reason, due_at, submitted_at, segments, text
FROM log.replies ORDER BY id;
INSERT INTO events SELECT id, at, last_at, line, kind, text, count FROM log.events ORDER BY id;
INSERT INTO per_hour SELECT substr(received_at, 1, 13) AS hour, line, reason, count(*) FROM messages
GROUP BY hour, line, reason;
"""
_INDEXES = """
CREATE INDEX messages_sender ON messages (sender_id);
CREATE INDEX messages_reason ON messages (reason);
CREATE INDEX messages_received ON messages (received_at);
CREATE INDEX replies_message ON replies (message_id);
CREATE INDEX replies_state ON replies (state);
CREATE INDEX events_kind ON events (kind);
CREATE VIRTUAL TABLE messages_fts USING fts5 (
    text, content="messages", content_rowid="id", tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO messages_fts (messages_fts) VALUES ('rebuild');
PRAGMA user_version = 1;
"""

# name -> (title, query); what an operator asks first, of the copy.
QUESTIONS: dict[str, tuple[str, str]] = {
    "loudest": (
        _("Who writes most?"),
        """
SELECT id, sender, messages, first, latest, told, blocked
FROM senders ORDER BY messages DESC LIMIT 50
""",
    ),
    "per_day": (
        _("How much came, each day?"),
        """
SELECT substr(hour, 1, 10) AS day, line, sum(messages) AS messages, sum(iif(reason = 'to_answer', messages, 0)) AS to_answer
FROM per_hour
GROUP BY day, line ORDER BY day DESC
""",
    ),
    "decided": (
        _("What was decided, and how often?"),
        """
SELECT reason, sum(messages) AS messages, max(hour) AS latest
FROM per_hour
GROUP BY reason ORDER BY messages DESC
""",
    ),
    "pasted": (
        _("Which texts came most?"),
        """
SELECT text, count(*) AS messages, count(DISTINCT sender_id) AS senders
FROM messages
WHERE text IS NOT NULL
GROUP BY text HAVING messages > 1 ORDER BY messages DESC LIMIT 50
""",
    ),
    "waiting": (
        _("What waits, and for what?"),
        """
SELECT r.message_id, s.sender, r.purpose, r.due_at, coalesce(r.reason, 'not due yet') AS waits_for
FROM replies r LEFT JOIN senders s ON s.id = r.recipient_id
WHERE r.state = 'queued' ORDER BY r.due_at
""",
    ),
    "doubtful": (
        _("Which replies may have left, or did not?"),
        """
SELECT r.message_id, s.sender, r.state, r.reason, r.due_at
FROM replies r LEFT JOIN senders s ON s.id = r.recipient_id
WHERE r.state IN ('unknown', 'partial', 'refused', 'dropped') ORDER BY r.id DESC
""",
    ),
    "distress": (
        _("Did somebody cry for help?"),
        """
SELECT m.id, m.received_at, s.sender, m.text, m.reply
FROM messages m LEFT JOIN senders s ON s.id = m.sender_id
WHERE m.reason = 'distress' ORDER BY m.id DESC
""",
    ),
    "happened": (
        _("What happened to the line?"),
        """
SELECT last_at, line, kind, text, count
FROM events ORDER BY id DESC LIMIT 200
""",
    ),
}

# Arrivals by reason, in spans of so many first characters of the hour (13 an hour, 10 a day, 7 a month).
ARRIVALS = (
    "SELECT substr(hour, 1, :length) AS span, reason, sum(messages) AS messages FROM per_hour WHERE hour >= :since"
    " GROUP BY span, reason"
)
BOUNDS = "SELECT min(hour) AS first, max(hour) AS latest FROM per_hour"


def copy_to(
    target: Path,
    log: Path,
    *,
    shown: Callable[[str | None], str | None],
    numbers: str,
    now: datetime,
) -> None:
    """Make the copy at `target`, which is not there yet; `shown` is how a sender is. Raises `LogError`."""
    with closing(Connection.reading(log)) as source:
        if not refuse_strangers(source):
            raise LogMissing(
                _(
                    "The log {log} is not finished: start the daemon once, it makes or migrates it.",
                    log=log,
                )
            )
    try:
        with closing(sqlite3.connect(target, isolation_level=None, uri=True)) as copy:
            copy.create_function("shown", 1, shown, deterministic=True)
            copy.execute("PRAGMA journal_mode = OFF")
            copy.execute("PRAGMA synchronous = OFF")
            copy.execute("ATTACH ? AS log", [f"{log.absolute().as_uri()}?mode=ro"])
            copy.executescript(
                f"BEGIN; {_TABLES} {_FILL} COMMIT; DETACH log; {_INDEXES}"
            )
            copy.execute("INSERT INTO about VALUES (?, ?)", [stamp(now), numbers])
    except sqlite3.Error as error:
        full = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
        raise translated(error, target if full else log) or error from error

"""The schema as it was first released: a public interface, documented in the README.

Times are UTC text (`2026-11-22T10:00:00.000Z`), flags are 0 and 1, `line` is on every row that belongs to one.
`boot_ms` is the boot clock (CLOCK_BOOTTIME) of the boot `boot_id`; `clock_unsynced` says that the kernel did not vouch
for the wall clock then. A `nonce` is 16 random octets that hide what the chain commits to, and is erased with the row.
`counted_at` is when a row counts in the limits, NULL when it does not. Later steps add migrations; nobody edits this.
"""

from __future__ import annotations

from antirelou.log.views import VIEWS

META = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT
"""

LINES = """
CREATE TABLE lines (
    line TEXT PRIMARY KEY,
    first_start_at TEXT NOT NULL,
    started_at TEXT NOT NULL,
    stopped_at TEXT,
    updated_at TEXT NOT NULL,
    last_cycle_at TEXT,
    pid INTEGER,
    boot_id TEXT,
    clock_unsynced INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'starting',
    state_since TEXT,
    sentence TEXT NOT NULL DEFAULT '',
    registration TEXT,
    signal INTEGER,
    network TEXT,
    service_centre TEXT,
    storages TEXT,
    storage_used INTEGER,
    storage_total INTEGER,
    manufacturer TEXT,
    model TEXT,
    revision TEXT,
    imei TEXT,
    imsi TEXT,
    iccid TEXT,
    accepted_imsi TEXT,
    accepted_iccid TEXT,
    number TEXT,
    pins TEXT NOT NULL DEFAULT '{}',
    self_text_at TEXT,
    self_text_proved_at TEXT,
    memory_gap_until TEXT
) STRICT
"""

SENDERS = """
CREATE TABLE senders (
    id INTEGER PRIMARY KEY,
    address TEXT,
    hmac BLOB NOT NULL UNIQUE,
    first_at TEXT NOT NULL,
    blocked_at TEXT,
    opted_out_at TEXT,
    told INTEGER NOT NULL DEFAULT 0 CHECK (told BETWEEN 0 AND 2),
    distress_told INTEGER NOT NULL DEFAULT 0,
    last_told_at TEXT,
    proof_code TEXT,
    erased_at TEXT,
    forgotten_at TEXT
) STRICT
"""

DELIVERS = """
CREATE TABLE delivers (
    id INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    message_id INTEGER,
    sender_id INTEGER REFERENCES senders (id),
    storage TEXT,
    slot INTEGER,
    status INTEGER,
    received_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    boot_ms INTEGER NOT NULL,
    clock_unsynced INTEGER NOT NULL,
    service_centre_address TEXT,
    service_centre_time TEXT,
    service_centre_utc TEXT,
    pdu TEXT,
    error TEXT,
    segment_reference INTEGER,
    segment_bits INTEGER,
    segment_count INTEGER,
    segment_sequence INTEGER,
    segment_text TEXT,
    dedupe BLOB NOT NULL,
    deliveries INTEGER NOT NULL DEFAULT 1,
    last_delivered_at TEXT NOT NULL,
    last_storage TEXT,
    last_slot INTEGER,
    deleted_at TEXT,
    nonce BLOB,
    erased_at TEXT,
    UNIQUE (line, dedupe)
) STRICT
"""

MESSAGES = """
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    kind TEXT NOT NULL,
    sender_id INTEGER REFERENCES senders (id),
    alphanumeric INTEGER NOT NULL DEFAULT 0,
    deliver_id INTEGER REFERENCES delivers (id),
    received_at TEXT NOT NULL,
    newest_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    boot_ms INTEGER NOT NULL,
    newest_boot_id TEXT NOT NULL,
    newest_boot_ms INTEGER NOT NULL,
    clock_unsynced INTEGER NOT NULL,
    clock_wrong INTEGER NOT NULL DEFAULT 0,
    service_centre_time TEXT,
    service_centre_utc TEXT,
    text TEXT,
    text_key BLOB,
    details TEXT,
    reference INTEGER,
    reference_bits INTEGER,
    segments INTEGER NOT NULL,
    segments_expected INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    reason TEXT,
    hold TEXT,
    decided_at TEXT,
    flood INTEGER NOT NULL DEFAULT 0,
    flood_counts INTEGER,
    nonce BLOB,
    erased_at TEXT
) STRICT
"""

REPLIES = """
CREATE TABLE replies (
    id INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    message_id INTEGER REFERENCES messages (id),
    sender_id INTEGER REFERENCES senders (id),
    purpose TEXT NOT NULL,
    text TEXT,
    segments INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    queued_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    due_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    postponed_until TEXT,
    next_attempt_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    later_messages INTEGER NOT NULL DEFAULT 0,
    lot BLOB NOT NULL,
    flood INTEGER NOT NULL DEFAULT 0,
    turn TEXT CHECK (turn IN ('new', 'known')),
    approved_at TEXT,
    marked_at TEXT,
    counted_at TEXT,
    submitted_at TEXT,
    ended_at TEXT,
    nonce BLOB,
    erased_at TEXT,
    CHECK ((counted_at IS NOT NULL) = (state IN ('submitting', 'submitted', 'partial', 'unknown')))
) STRICT
"""

SUBMITS = """
CREATE TABLE submits (
    id INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    reply_id INTEGER NOT NULL REFERENCES replies (id),
    attempt INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    pdu TEXT,
    state TEXT NOT NULL,
    reserved_at TEXT NOT NULL,
    counted_at TEXT,
    marked_at TEXT,
    ended_at TEXT,
    message_reference INTEGER,
    cms_error INTEGER,
    said TEXT,
    mended_at TEXT,
    report_status INTEGER,
    discharge_time TEXT,
    reported_at TEXT,
    nonce BLOB,
    erased_at TEXT,
    CHECK ((counted_at IS NOT NULL) = (state IN ('reserved', 'submitting', 'submitted', 'unknown')))
) STRICT
"""

# One row a flood, named after its first message. `hot_at`: when its last message came that was one too many.
FLOODS = """
CREATE TABLE floods (
    id INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    began_at TEXT NOT NULL,
    hot_at TEXT NOT NULL,
    ended_at TEXT
) STRICT
"""

EVENTS = """
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    line TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    data TEXT,
    repeat_key TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 1,
    last_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    clock_unsynced INTEGER NOT NULL,
    alerted_at TEXT,
    nonce BLOB
) STRICT
"""

CONTROL = """
CREATE TABLE control (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    line TEXT NOT NULL,
    kind TEXT NOT NULL,
    argument TEXT,
    done_at TEXT,
    result TEXT,
    nonce BLOB,
    erased_at TEXT
) STRICT
"""

CHAIN = """
CREATE TABLE chain (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    line TEXT NOT NULL,
    kind TEXT NOT NULL,
    row INTEGER NOT NULL,
    facts TEXT,
    nonce BLOB,
    commitment BLOB NOT NULL,
    head BLOB NOT NULL
) STRICT
"""

TABLES = (
    META,
    LINES,
    SENDERS,
    DELIVERS,
    MESSAGES,
    REPLIES,
    SUBMITS,
    FLOODS,
    EVENTS,
    CONTROL,
    CHAIN,
)

# What the cycle and the operator's usual questions look up; partial where only the unfinished is ever looked up, so
# that the cost of a cycle does not grow with the log.
INDEXES = (
    "CREATE INDEX senders_address ON senders (address) WHERE address IS NOT NULL",
    "CREATE INDEX delivers_segments ON delivers (message_id, segment_sequence) WHERE segment_count IS NOT NULL",
    """CREATE INDEX delivers_repeats ON delivers (message_id)
    WHERE segment_count IS NULL AND segment_reference IS NOT NULL""",
    "CREATE INDEX messages_undecided ON messages (line, complete, hold, id) WHERE reason IS NULL",
    """CREATE INDEX messages_joining ON messages (line, sender_id, reference, reference_bits, segments_expected, id)
    WHERE complete = 0""",
    "CREATE INDEX messages_time ON messages (line, received_at, clock_wrong)",
    "CREATE INDEX messages_sender ON messages (sender_id, flood_counts IS NOT NULL, received_at)",
    "CREATE INDEX messages_text_key ON messages (text_key, sender_id, received_at) WHERE text_key IS NOT NULL",
    "CREATE INDEX messages_counting ON messages (line, flood_counts) WHERE flood_counts IS NOT NULL",
    "CREATE INDEX messages_reason ON messages (reason, id) WHERE reason IS NOT NULL",
    "CREATE INDEX messages_kind ON messages (kind, id) WHERE kind <> 'text'",
    "CREATE INDEX replies_message ON replies (message_id)",
    "CREATE INDEX replies_sender ON replies (sender_id, state, queued_at)",
    "CREATE INDEX replies_queued ON replies (line, expires_at) WHERE state = 'queued'",
    """CREATE INDEX replies_look ON replies (line, max(due_at, coalesce(postponed_until, ''),
    coalesce(next_attempt_at, ''))) WHERE state = 'queued' AND turn IS NULL""",
    """CREATE INDEX replies_turn ON replies (line, purpose, flood, turn, segments, later_messages, lot)
    WHERE state = 'queued' AND turn IS NOT NULL""",
    "CREATE INDEX replies_counted ON replies (line, counted_at, sender_id) WHERE counted_at IS NOT NULL",
    "CREATE INDEX replies_state ON replies (state, message_id)",
    "CREATE INDEX replies_flood ON replies (flood, sender_id) WHERE flood > 0",
    """CREATE INDEX replies_flood_counted ON replies (flood, counted_at, sender_id)
    WHERE flood > 0 AND counted_at IS NOT NULL""",
    "CREATE INDEX floods_line ON floods (line, id)",
    "CREATE INDEX submits_reply ON submits (reply_id, attempt, sequence)",
    "CREATE INDEX submits_counted ON submits (line, counted_at) WHERE counted_at IS NOT NULL",
    "CREATE INDEX submits_answered ON submits (line, id) WHERE state IN ('submitted', 'refused')",
    "CREATE INDEX events_repeat ON events (line, kind, repeat_key, at)",
    "CREATE INDEX events_time ON events (line, at)",
    "CREATE INDEX control_open ON control (line, id) WHERE done_at IS NULL",
    "CREATE INDEX control_hold ON control (kind, id) WHERE kind IN ('hold', 'hold_end')",
    "CREATE INDEX control_forget ON control (line, id) WHERE kind = 'forget' AND erased_at IS NULL",
    "CREATE INDEX control_pause ON control (line, id) WHERE kind IN ('pause', 'resume')",
    "CREATE INDEX control_published ON control (line, id) WHERE kind IN ('published', 'line_accept')",
)

# Full-text search; accents and case are ignored. No table of sizes: nothing is ranked, and a page is saved a message.
SEARCH = (
    """
CREATE VIRTUAL TABLE messages_text USING fts5 (
    text, content='messages', content_rowid='id', columnsize=0, tokenize='unicode61 remove_diacritics 2'
)
""",
    "INSERT INTO messages_text (messages_text, rank) VALUES ('pgsz', 448)",  # what fits in a page of the file
    """
CREATE TRIGGER messages_text_insert AFTER INSERT ON messages WHEN new.text IS NOT NULL
BEGIN INSERT INTO messages_text (rowid, text) VALUES (new.id, new.text); END
""",
    """
CREATE TRIGGER messages_text_delete AFTER DELETE ON messages WHEN old.text IS NOT NULL
BEGIN INSERT INTO messages_text (messages_text, rowid, text) VALUES ('delete', old.id, old.text); END
""",
    """
CREATE TRIGGER messages_text_update AFTER UPDATE OF text ON messages WHEN old.text IS NOT new.text
BEGIN
    INSERT INTO messages_text (messages_text, rowid, text) SELECT 'delete', old.id, old.text WHERE old.text IS NOT NULL;
    INSERT INTO messages_text (rowid, text) SELECT new.id, new.text WHERE new.text IS NOT NULL;
END
""",
)

FIRST = TABLES + INDEXES + SEARCH + VIEWS

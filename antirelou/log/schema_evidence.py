"""What the schema got for evidence: what was exported, and what the operator observed. Never edited after a release.

`exports.messages` says which messages an export holds, as JSON: first and last of each run of ids. `notes.observed_at` is
when it was so, `at` when it was written down; the file itself is not kept.
"""

from __future__ import annotations

EXPORTS = """
CREATE TABLE exports (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    line TEXT NOT NULL,
    path TEXT NOT NULL,
    manifest_digest TEXT NOT NULL,
    since TEXT,
    until TEXT,
    messages TEXT NOT NULL,
    nonce BLOB
) STRICT
"""

NOTES = """
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    line TEXT NOT NULL,
    observed_at TEXT NOT NULL,
    text TEXT,
    file_name TEXT,
    file_digest TEXT,
    nonce BLOB,
    erased_at TEXT
) STRICT
"""

EVIDENCE = (EXPORTS, NOTES)

"""Indexes that cost less: every page that a commit touches is written whole, and a reply is touched by four commits.

Of a reply only what is over is found by its state, what is not over by its line; a sender's replies are found by their
time alone, since they are few. So its going from state to state leaves most indexes alone.
"""

from __future__ import annotations

LEAN = (
    "DROP INDEX replies_sender",
    "CREATE INDEX replies_sender ON replies (sender_id, queued_at)",
    "DROP INDEX replies_state",
    "CREATE INDEX replies_state ON replies (state, message_id) WHERE ended_at IS NOT NULL",
    "DROP INDEX replies_queued",
    "CREATE INDEX replies_queued ON replies (line, expires_at) WHERE ended_at IS NULL",
    # The recipients of a month are counted for each reply: with the purpose in it, from the index alone.
    "DROP INDEX replies_counted",
    "CREATE INDEX replies_counted ON replies (line, counted_at, sender_id, purpose) WHERE counted_at IS NOT NULL",
)

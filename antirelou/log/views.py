"""The views as they were first released: the operator's usual questions, under names that one would guess.

A public interface, documented in the README; days, hours and months are of UTC, as all that is stored. Like tables they
are never edited after a release: a later migration replaces one.
"""

from __future__ import annotations

_PER_SPAN = """
CREATE VIEW per_{name} AS
SELECT substr(received_at, 1, {length}) AS {name}, line, count(*) AS messages, count(DISTINCT sender_id) AS senders,
    sum(kind = 'text') AS texts, sum(kind = 'call') AS calls, sum(reason = 'to_answer') AS to_answer
FROM messages GROUP BY {name}, line
"""

VIEWS = (
    """
CREATE VIEW inbox AS
SELECT m.id, m.line, m.received_at, m.service_centre_time, s.address AS sender, m.kind, m.text, m.segments,
    m.segments_expected, m.complete, m.reason, m.hold, m.decided_at,
    (SELECT r.state FROM replies r WHERE r.message_id = m.id ORDER BY r.id DESC LIMIT 1) AS reply
FROM messages m LEFT JOIN senders s ON s.id = m.sender_id
""",
    """
CREATE VIEW outbox AS
SELECT r.id, r.line, r.message_id, s.address AS recipient, r.purpose, r.text, r.segments, r.state, r.reason,
    r.queued_at, r.due_at, r.expires_at, r.marked_at, r.submitted_at, r.attempts
FROM replies r LEFT JOIN senders s ON s.id = r.sender_id
""",
    "CREATE VIEW latest AS SELECT * FROM inbox ORDER BY id DESC LIMIT 100",
    """
CREATE VIEW waiting AS
SELECT r.id, r.line, r.message_id, s.address AS recipient, r.purpose, r.due_at, r.expires_at, r.reason, r.text
FROM replies r LEFT JOIN senders s ON s.id = r.sender_id WHERE r.state = 'queued'
""",
    """
CREATE VIEW calls AS
SELECT m.id, m.line, m.received_at, s.address AS caller, m.reason
FROM messages m LEFT JOIN senders s ON s.id = m.sender_id WHERE m.kind <> 'text' AND m.kind = 'call'
""",
    """
CREATE VIEW blocked AS
SELECT id, address AS number, blocked_at, told FROM senders WHERE blocked_at IS NOT NULL
""",
    """
CREATE VIEW opted_out AS
SELECT id, address AS number, opted_out_at, told FROM senders WHERE opted_out_at IS NOT NULL
""",
    """
CREATE VIEW told AS
SELECT s.id, s.address AS number, s.told, s.last_told_at, s.blocked_at, s.opted_out_at FROM senders s WHERE s.told > 0
""",
    _PER_SPAN.format(name="hour", length=13),
    _PER_SPAN.format(name="day", length=10),
    _PER_SPAN.format(name="month", length=7),
    """
CREATE VIEW per_reason AS
SELECT line, coalesce(reason, hold, 'undecided') AS reason, count(*) AS messages,
    count(DISTINCT sender_id) AS senders, max(received_at) AS latest
FROM messages GROUP BY 1, 2
""",
    """
CREATE VIEW per_sender AS
SELECT s.id, s.address AS sender, count(*) AS messages, min(m.received_at) AS first, max(m.received_at) AS latest,
    s.told, s.blocked_at IS NOT NULL AS blocked, s.opted_out_at IS NOT NULL AS opted_out
FROM messages m JOIN senders s ON s.id = m.sender_id GROUP BY s.id
""",
)

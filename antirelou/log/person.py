"""Everything that is kept about one number: the answer to whoever asks what is known of them.

Only reads. Rows come as they are stored, table by table, without what is random (nonces, lots) or made with the key
(pseudonyms, deduplication): it says nothing to anybody. A number whose address was erased is found by its pseudonym.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from antirelou.log import key
from antirelou.log.connection import Connection, Value
from antirelou.log.exports import Export, export
from antirelou.log.key import Domain, Key

# Whether a note, `n`, names a number, however it is spaced and with or without its country; a name as it stands.
NAMES = "instr(replace(replace(replace(n.text, ' ', ''), '.', ''), '-', ''), substr({}, -9)) > 0"
_OF = "IN (SELECT value FROM json_each(?1))"
_MESSAGES = f"(SELECT id FROM messages WHERE sender_id {_OF})"
# table -> what is this person's; ?1 is the rows of senders as JSON, ?2 the number.
_WHOSE = {
    "senders": f"SELECT * FROM senders WHERE id {_OF}",
    "messages": f"SELECT * FROM messages WHERE sender_id {_OF} ORDER BY id",
    "delivers": f"""SELECT * FROM delivers WHERE id IN (SELECT deliver_id FROM messages WHERE sender_id {_OF})
        UNION SELECT d.* FROM {_MESSAGES} m CROSS JOIN delivers d ON d.message_id = m.id WHERE d.segment_count IS NOT NULL
        UNION SELECT d.* FROM {_MESSAGES} m CROSS JOIN delivers d ON d.message_id = m.id
        WHERE d.segment_count IS NULL AND d.segment_reference IS NOT NULL ORDER BY id""",
    "replies": f"SELECT * FROM replies WHERE sender_id {_OF} ORDER BY id",
    "submits": f"SELECT * FROM submits WHERE reply_id IN (SELECT id FROM replies WHERE sender_id {_OF}) ORDER BY id",
    "notes": f"SELECT * FROM notes n WHERE {NAMES.format('?2')} ORDER BY id",
    "exports": f"""SELECT * FROM exports e WHERE EXISTS (SELECT 1 FROM json_each(e.messages) r CROSS JOIN messages m
        WHERE m.id BETWEEN json_extract(r.value, '$[0]') AND json_extract(r.value, '$[1]') AND m.sender_id {_OF})
        ORDER BY id""",
    "control": """SELECT * FROM control WHERE CASE WHEN json_valid(argument)
        THEN ?2 IN (json_extract(argument, '$.address'), json_extract(argument, '$.sender')) END ORDER BY id""",
}


class Persons:
    """The reader's query about one number."""

    _db: Connection

    def person(
        self, address: str, key_file: Path
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Return each row that is kept about a number, with its table. Raises `LogError` where the key is missing."""
        secret = key.load(key_file)
        with self._db.snapshot():
            values = self._whose(address, secret)
            for table, query in _WHOSE.items():
                yield from ((table, _plain(row)) for row in self._of(query, values))

    def exports_of(self, address: str, key_file: Path) -> list[Export]:
        """Return the exports that hold something of a number, oldest first. Raises `LogError` where the key is missing."""
        secret = key.load(key_file)
        with self._db.snapshot():
            values = self._whose(address, secret)
            return [export(row) for row in self._of(_WHOSE["exports"], values)]

    def _whose(self, address: str, secret: Key) -> list[Value]:
        """The values that the queries take: the rows of a number, and the number."""
        pseudonyms: list[Value] = [
            secret.hmac(Domain.SENDER, address, *kind) for kind in ((), ("name",))
        ]
        senders = self._db.rows(
            "SELECT id FROM senders WHERE hmac IN (?, ?)", pseudonyms
        )
        return [json.dumps([row["id"] for row in senders]), address]

    def _of(self, query: str, values: list[Value]) -> Iterator[dict[str, Any]]:
        # each query takes both values
        for row in self._db.each(f"WITH whose AS (SELECT ?1, ?2) {query}", values):
            yield dict(row)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in row.items()
        if not isinstance(value, bytes) and name not in ("nonce", "lot", "text_key")
    }

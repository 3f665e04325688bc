"""What the operator observed: in which words, when it was so, and the digest of a file that shows it; in the chain at once.

The file itself is not kept, nor where it lay: its name without the path, which may name people, and its SHA-256.
"""

from __future__ import annotations

from datetime import datetime

from antirelou.clock import Moment
from antirelou.log import chain
from antirelou.log.beside import beside
from antirelou.log.session import clean, clean_or_none
from antirelou.log.times import stamp
from antirelou.settings import Settings


def write_note(
    settings: Settings,
    text: str,
    moment: Moment,
    *,
    observed_at: datetime | None = None,
    file_name: str | None = None,
    file_digest: str | None = None,
) -> int:
    """Write a note beside a daemon that may be running; return its id. `file_digest` is a SHA-256 in hexadecimal.

    Without `observed_at`: observed now. Raises `LogError`.
    """
    with beside(settings.log.path) as connection:
        note = connection.insert(
            "INSERT INTO notes (at, line, observed_at, text, file_name, file_digest, nonce)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                *(stamp(moment.at), settings.line, stamp(observed_at or moment.at)),
                *(clean(text), clean_or_none(file_name), file_digest, chain.nonce()),
            ],
        )
        chain.append(connection, "note", note, moment.at, settings.line)
        return note

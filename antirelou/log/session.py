"""What every part of the store shares: the connection, the line, the key, and the chain's end.

A write that is asked for outside a `transaction()` is a durable transaction of its own, so that forgetting one costs
an fsync and never a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from antirelou.clock import Moment
from antirelou.log import chain
from antirelou.log.connection import Connection
from antirelou.log.key import Domain, Key
from antirelou.log.times import stamp
from antirelou.settings import Settings


class Session:
    """One line's hold on the log."""

    def __init__(self, connection: Connection, settings: Settings, key: Key) -> None:
        self.settings = settings  # in force: a flood is one by these
        self.line = settings.line
        self._db = connection
        self._key = key

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """Write several rows at once, or none; see `Connection.transaction`."""
        with self._db.transaction(durable=durable):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self._db.in_transaction:
            yield
        else:
            with self._db.transaction():
                yield

    def _chain(self, kind: str, row: int, at: datetime) -> None:
        chain.append(self._db, kind, row, at, self.line)

    def _sender_id(
        self, address: str | None, moment: Moment, alphanumeric: bool = False
    ) -> int | None:
        """Return the row of a sender, made if need be; None for a withheld or missing address.

        A name that looks like a number is not that number (TS 23.040 clause 9.1.2.5, type of number 101).
        """
        if not address:
            return None
        kind = ("name",) if alphanumeric else ()
        pseudonym = self._key.hmac(Domain.SENDER, address, *kind)
        row = self._db.row(
            "SELECT id, address FROM senders WHERE hmac = ?", [pseudonym]
        )
        if row is None:
            return self._db.insert(
                "INSERT INTO senders (address, hmac, first_at) VALUES (?, ?, ?)",
                [clean(address), pseudonym, stamp(moment.at)],
            )
        if row["address"] is None:  # erased, and now here again
            self._db.run(
                "UPDATE senders SET address = ?, erased_at = NULL WHERE id = ?",
                [clean(address), row["id"]],
            )
        found: int = row["id"]
        return found

    def _known_sender(self, address: str) -> int | None:
        """Return the row of a sender, None if nothing was ever heard of it."""
        found: int | None = self._db.value(
            "SELECT id FROM senders WHERE hmac = ?",
            [self._key.hmac(Domain.SENDER, address)],
        )
        return found


def boot_ms(moment: Moment) -> int:
    """The boot clock as the log keeps it, in milliseconds."""
    return round(moment.boot * 1000)


def clean(text: str) -> str:
    """Return `text` as SQLite can keep it: half a surrogate pair, which is no character, becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean_or_none(text: str | None) -> str | None:
    """The same for a text that may be missing."""
    return None if text is None else clean(text)

"""One connection to the log file: opening it, statements, transactions, and SQLite's errors as ours.

It promises that a write transaction begins IMMEDIATE, that a durable one is on the disk when it returns
(WAL, `synchronous=FULL`), and that no other connection's half-done work is ever seen. It knows no table.

sqlite-utils' own `atomic()` begins DEFERRED, so that two daemons could both read a limit before either writes;
transactions therefore begin here, and sqlite-utils, where it is used inside one, nests its savepoints.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from antirelou.language import _
from antirelou.log.errors import (
    LogError,
    LogMissing,
    ReadOnlyLog,
    exists,
    translated,
    translated_os,
)

BUSY = 5.0  # seconds that a writer waits for another one
PAGE_SIZE = 512  # octets; a text dirties sixty pages, and each is written whole, so the smallest ones spare the card
_CHECKPOINT = 16_000  # pages of the write-ahead log; what a page changes meanwhile reaches the file once
_WAL_KEPT = 8 << 20  # octets that an idle write-ahead log may keep

Value = str | bytes | int | float | None


class Connection:
    """A file that is open. `rows`, `row`, `value` read; `run` writes; all raise `LogError`."""

    def __init__(self, path: Path, raw: sqlite3.Connection) -> None:
        self.path = path
        self.raw = raw
        raw.row_factory = sqlite3.Row
        self._open = False
        self.read_before: dict[str, Any] = {}  # see `keep`

    @classmethod
    def writing(cls, path: Path) -> Connection:
        """Open for writing; make the file, mode 0600, if it is not there."""
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            pass  # not opened here: closing it again would drop the locks this process may have on it
        except OSError as error:
            raise translated_os(error, path) from error
        connection = cls._connect(path, f"{_uri(path)}?mode=rw")
        with connection._closing_on_error():
            connection._prepare()
        return connection

    @classmethod
    def reading(cls, path: Path) -> Connection:
        """Open for reading only, beside a daemon or without one, on a read-only file system too."""
        if not exists(path):
            raise LogMissing(
                _(
                    "There is no log at {path}: no daemon wrote one yet, or [log] path is another.",
                    path=path,
                )
            )
        connection = cls._connect(path, f"{_uri(path)}?mode=ro")
        try:
            connection.value("SELECT count(*) FROM sqlite_master")
        except ReadOnlyLog:
            connection.close()
            if os.access(path.parent, os.W_OK) or not os.access(path, os.R_OK):
                raise
            left = path.with_name(f"{path.name}-wal")
            if left.exists() and left.stat().st_size:
                raise ReadOnlyLog(
                    _(
                        "The log {path} was not closed, and its directory cannot be written: copy it and {name} "
                        "together to a directory that can, and read the copy.",
                        path=path,
                        name=left.name,
                    )
                ) from None
            return cls._connect(path, f"{_uri(path)}?immutable=1")
        except BaseException:
            connection.close()
            raise
        return connection

    @classmethod
    def _connect(cls, path: Path, uri: str) -> Connection:
        try:
            raw = sqlite3.connect(
                uri, uri=True, isolation_level=None, timeout=BUSY, cached_statements=256
            )
        except sqlite3.Error as error:
            raise translated(error, path) or error from error
        return cls(path, raw)

    def _prepare(self) -> None:
        """Set what holds for the connection, and what must be set before the first table is made."""
        if not self.value("SELECT count(*) FROM sqlite_master"):
            self.run(f"PRAGMA page_size = {PAGE_SIZE}")
            self.run(
                "PRAGMA auto_vacuum = INCREMENTAL"
            )  # free pages are given back after an erasure
        if self.value("PRAGMA journal_mode = WAL") != "wal":
            raise LogError(
                _(
                    "The log {path} lies on a file system that SQLite cannot share: move it to a local disk.",
                    path=self.path,
                )
            )
        self.run("PRAGMA synchronous = FULL")
        self.run("PRAGMA foreign_keys = ON")
        self.run(
            "PRAGMA secure_delete = ON"
        )  # what was erased is overwritten, in freed pages too
        self.run(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
        self.run(f"PRAGMA journal_size_limit = {_WAL_KEPT}")

    @contextmanager
    def _closing_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; the last connection to it empties the write-ahead log."""
        self.raw.close()

    # Statements

    def rows(self, sql: str, parameters: Sequence[Value] = ()) -> list[sqlite3.Row]:
        """Every row of a query."""
        try:
            return self.raw.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise self._ours(error) from error

    def row(self, sql: str, parameters: Sequence[Value] = ()) -> sqlite3.Row | None:
        """The first row of a query."""
        try:
            row: sqlite3.Row | None = self.raw.execute(sql, parameters).fetchone()
            return row
        except sqlite3.Error as error:
            raise self._ours(error) from error

    def value(self, sql: str, parameters: Sequence[Value] = ()) -> Any:
        """The first column of the first row, None without one."""
        row = self.row(sql, parameters)
        return None if row is None else row[0]

    def each(self, sql: str, parameters: Sequence[Value] = ()) -> Iterator[sqlite3.Row]:
        """Every row of a query, one at a time."""
        try:
            yield from self.raw.execute(sql, parameters)
        except sqlite3.Error as error:
            raise self._ours(error) from error

    def run(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        """Run a statement; return how many rows it changed."""
        try:
            return self.raw.execute(sql, parameters).rowcount
        except sqlite3.Error as error:
            raise self._ours(error) from error

    def insert(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        """Run an INSERT; return the new row's id."""
        try:
            row_id = self.raw.execute(sql, parameters).lastrowid
        except sqlite3.Error as error:
            raise self._ours(error) from error
        assert row_id is not None
        return row_id

    def _ours(self, error: sqlite3.Error) -> Exception:
        return translated(error, self.path) or error

    # Transactions

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._open

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """Write under the lock of the file, all or nothing; nesting it is a bug.

        `durable=False` skips the fsync: what was written survives the process at once, a power cut only from the next
        durable commit on. Raises `LogBusy` if another process writes for longer than `BUSY`.
        """
        if self._open:
            raise RuntimeError("a transaction of the log is open already")
        if not durable:
            self.run("PRAGMA synchronous = NORMAL")
        try:
            self.run("BEGIN IMMEDIATE")
            self._open = True
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                if (
                    self.raw.in_transaction
                ):  # SQLite rolls back by itself on a full disk
                    self.raw.execute("ROLLBACK")
                raise
        finally:
            self._open = False
            self.read_before.clear()
            if not durable:
                self.run("PRAGMA synchronous = FULL")

    def keep(self, name: str, value: Any) -> None:
        """Have `value` in `read_before` until the transaction ends, for what nobody else can change meanwhile."""
        if self._open:
            self.read_before[name] = value

    def empty_wal(self) -> bool:
        """Move all that the write-ahead log holds into the file and cut it to nothing, if nobody is reading in it now."""
        self.run("PRAGMA busy_timeout = 0")
        try:
            row = self.row("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.run(f"PRAGMA busy_timeout = {round(BUSY * 1000)}")
        return row is not None and row[0] == 0

    def give_back(self, pages: int) -> None:
        """Cut so many free pages off the file."""
        try:  # a script, since `execute` would take only the first step, which is one page
            self.raw.executescript(f"PRAGMA incremental_vacuum({pages})")
        except sqlite3.Error as error:
            raise self._ours(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state of the file in several statements; inside a transaction that is so anyway."""
        if self.raw.in_transaction:
            yield
            return
        self.run("BEGIN")
        try:
            yield
        finally:
            self.run("COMMIT")


def _uri(path: Path) -> str:
    return path.absolute().as_uri()

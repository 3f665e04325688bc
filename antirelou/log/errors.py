"""What can be wrong with the log, named by what the operator or the daemon must do about it.

Every error is a whole sentence and carries the exit status of a command that ends on it. `LogWeather`
passes: nothing is deleted from the SIM, nothing is sent, and the daemon goes on when it can.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

from antirelou.language import _

TRY_AGAIN = 75
CONFIGURATION = 78
_ROOM = 65536  # octets: less is full


class LogError(Exception):
    """The log could not be opened, read or written; `str()` says what, which file, and what to do."""

    exit_status = CONFIGURATION


class LogMissing(LogError):
    """There is no log at this path, or no directory to make one in."""


class NotADatabase(LogError):
    """The file is something else."""


class NewerSchema(LogError):
    """A later version of antirelou wrote this log."""

    exit_status = TRY_AGAIN


class ReadOnlyLog(LogError):
    """The file, its directory or its file system cannot be written (or read) by this user."""


class KeyMissing(LogError):
    """The log holds pseudonyms, and the key they were made with is not there."""


class KeyWrong(LogError):
    """The key file is not the one that this log was written with, or is no key."""


class LineHeld(LogError):
    """Another daemon runs for this line."""

    exit_status = TRY_AGAIN


class LogExists(LogError):
    """There is a log, or its key, where a backup is to be restored."""


class BackupUnreadable(LogError):
    """The file is no backup, was sealed with another passphrase, or is damaged."""


class NoCryptography(LogError):
    """The package that seals backups is not installed."""


class LogWeather(LogError):
    """What passes: nothing is deleted from the SIM and nothing is sent until it has."""

    exit_status = TRY_AGAIN


class LogBusy(LogWeather):
    """Another process held the log for longer than the bounded wait."""


class DiskFull(LogWeather):
    """There is no room for the next row."""


class DiskFailing(LogWeather):
    """The disk would not read or write, as beyond a quota or with a loose card."""


class LogDamaged(LogError):
    """SQLite found the file inconsistent."""


_REMEDIES: dict[int, tuple[type[LogError], str]] = {
    sqlite3.SQLITE_NOTADB: (
        NotADatabase,
        _("is not an antirelou log; set [log] path to another file"),
    ),
    sqlite3.SQLITE_BUSY: (
        LogBusy,
        _("is held by another process; end whatever has it open for writing"),
    ),
    sqlite3.SQLITE_LOCKED: (
        LogBusy,
        _("is held by another process; end whatever has it open for writing"),
    ),
    sqlite3.SQLITE_FULL: (
        DiskFull,
        _("cannot grow, the disk is full; free some space on it"),
    ),
    sqlite3.SQLITE_READONLY: (
        ReadOnlyLog,
        _("cannot be written; check its owner, its mode and its file system"),
    ),
    sqlite3.SQLITE_PERM: (
        ReadOnlyLog,
        _("may not be opened; check its owner and its mode"),
    ),
    sqlite3.SQLITE_AUTH: (
        ReadOnlyLog,
        _("may not be opened; check its owner and its mode"),
    ),
    sqlite3.SQLITE_CANTOPEN: (
        ReadOnlyLog,
        _(
            "or the files beside it cannot be opened; check owner and mode of its directory"
        ),
    ),
    sqlite3.SQLITE_CORRUPT: (
        LogDamaged,
        _("is damaged; keep a copy and restore the last backup"),
    ),
    sqlite3.SQLITE_IOERR: (
        DiskFailing,
        _("could not be read or written, the disk may be failing; check it"),
    ),
}


def translated(error: sqlite3.Error, path: Path) -> LogError | None:
    """Return ours for SQLite's error, or None where the fault is in our own SQL."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    code &= 0xFF  # the rest says which system call it was
    if code == sqlite3.SQLITE_IOERR and _is_full(path.parent):
        code = sqlite3.SQLITE_FULL
    found = _REMEDIES.get(code)
    if found is None:
        return None
    kind, remedy = found
    return kind(
        _(
            "The log {path} {remedy} (SQLite says: {error}).",
            path=path,
            remedy=remedy,
            error=error,
        )
    )


def _is_full(directory: Path) -> bool:
    """Whether the disk has no room; SQLite calls that an I/O error where its shared memory could not grow."""
    try:
        return shutil.disk_usage(directory).free < _ROOM
    except OSError:
        return False


def exists(path: Path) -> bool:
    """Whether there is a file; raises `ReadOnlyLog` where this user may not even look."""
    try:
        return path.exists()
    except OSError as error:
        raise translated_os(error, path) from error


def translated_os(error: OSError, path: Path) -> LogError:
    """Return ours for an error of the operating system at `path`."""
    said = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            _(
                "{path} cannot be written, the disk is full; free some space on it.",
                path=path,
            )
        )
    if error.errno == errno.ENOENT:
        return LogMissing(
            _(
                "{path} is not there ({said}); create its directory, or set [log] path to another one.",
                path=path,
                said=said,
            )
        )
    return ReadOnlyLog(
        _(
            "{path} cannot be opened ({said}); check its owner, its mode and its file system.",
            path=path,
            said=said,
        )
    )

"""Backups: the log with its key, sealed with a passphrase, made while daemons run; and the way back to a fresh card.

A backup is the log as it was at one moment (SQLite's own backup), with the key in `meta`, sealed as `sealed.py` says.
The copy in between lies beside the log, where it is no more readable than the log itself, and goes away.

What left after the backup was made is not in it. So a restored log remembers that it does not know (`restored.py`).
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from antirelou.clock import Moment
from antirelou.language import _
from antirelou.log import key, lock
from antirelou.log.connection import Connection
from antirelou.log.errors import (
    BackupUnreadable,
    DiskFull,
    LogBusy,
    LogExists,
    LogMissing,
    exists,
    translated,
    translated_os,
)
from antirelou.log.sealed import is_sealed, seal, unseal
from antirelou.log.store import Store
from antirelou.log.times import read, stamp
from antirelou.log.version import refuse_strangers
from antirelou.settings import Settings

_KEY, _MADE_AT = "backup key", "backup made at"  # in `meta`, of a backup only


def back_up(settings: Settings, target: Path, passphrase: str, now: datetime) -> int:
    """Put a sealed backup at `target`, in the place of an older one; return its octets. Raises `LogError`."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        if target.exists() and not is_sealed(target):
            raise LogExists(
                _(
                    "{target} is there already, and is no backup: name another file.",
                    target=target,
                )
            )
        with _snapshot(settings, now) as snapshot, open(snapshot, "rb") as source:
            descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                seal(source, file, passphrase)
                file.flush()
                os.fsync(descriptor)
        os.replace(draft, target)
        key.sync_directory(target.parent)
        return target.stat().st_size
    except OSError as error:
        raise translated_os(error, target) from error
    finally:
        draft.unlink(missing_ok=True)


def restore(
    settings: Settings,
    source: Path,
    passphrase: str,
    moment: Moment,
    *,
    month_ends: datetime,
) -> datetime:
    """Make the log and its key of a backup; return when it was made. Raises `LogError`.

    Until `month_ends` the month's recipients count as used up (`memory_gap`).
    """
    path, key_file = settings.log.path, settings.log.key_file
    held = lock.take_line(path, settings.line)
    draft = path.with_name(f"{path.name}.restored")
    try:
        with lock.making(path):
            for place in (path, key_file):
                if exists(place):
                    raise LogExists(
                        _(
                            "{place} is there already, and is never overwritten: move it and what belongs to it away first.",
                            place=place,
                        )
                    )
            _remove(draft)
            _open(source, draft, passphrase)
            made_at = _finish(settings, draft, moment, month_ends)
            os.rename(f"{draft}.key", key_file)
            os.rename(draft, path)
            _hand_over(path, key_file)
            key.sync_directory(path.parent)
            return made_at
    except OSError as error:
        raise translated_os(error, path) from error
    finally:
        _remove(draft)
        os.close(held)


# Backing up


@contextmanager
def _snapshot(settings: Settings, now: datetime) -> Iterator[Path]:
    """A copy of the log as it is now, with its key in it; one at a time."""
    path = settings.log.path
    copy = path.with_name(f"{path.name}.snapshot")
    with closing(Connection.reading(path)) as log:
        if not refuse_strangers(log):
            raise LogMissing(
                _(
                    "The log {path} is not finished: start the daemon once, it makes or migrates it.",
                    path=path,
                )
            )
        _need_room(path)
        secret = key.load(settings.log.key_file)
        descriptor = os.open(copy, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        try:
            _alone(descriptor, path)
            try:
                os.ftruncate(descriptor, 0)  # what a backup that was killed has left
                with closing(sqlite3.connect(copy, isolation_level=None)) as into:
                    log.raw.backup(into)
                    into.execute("PRAGMA journal_mode = DELETE")
                    into.executemany(
                        "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
                        [(_KEY, secret.text), (_MADE_AT, stamp(now))],
                    )
                yield copy
            except sqlite3.Error as error:
                raise translated(error, copy) or error from error
            finally:
                copy.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _need_room(path: Path) -> None:
    size, free = path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < 2 * size:
        raise DiskFull(
            _(
                "A backup needs room for a copy beside the log {path} ({size:,} octets, free are {free:,}): free some space.",
                path=path,
                size=size,
                free=free,
            )
        )


def _alone(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LogBusy(
            _("Another backup of {path} is being made: try again later.", path=path)
        ) from None


# Restoring


def _open(source: Path, draft: Path, passphrase: str) -> None:
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, open(source, "rb") as sealed:
            unseal(sealed, file, passphrase)
    except OSError as error:
        raise translated_os(error, source) from error


def _finish(
    settings: Settings, draft: Path, moment: Moment, month_ends: datetime
) -> datetime:
    """Take the key out of the opened backup, migrate it, and write into it what it cannot know."""
    with closing(Connection.writing(draft)) as log:
        refuse_strangers(log)
        if log.value("PRAGMA quick_check(1)") != "ok":
            raise BackupUnreadable(
                _("The log in the backup is damaged: take an older backup.")
            )
        found = {
            name: log.value("SELECT value FROM meta WHERE name = ?", [name])
            for name in (_KEY, _MADE_AT)
        }
        _write_key(Path(f"{draft}.key"), found[_KEY])
        with log.transaction():
            log.run("DELETE FROM meta WHERE name IN (?, ?)", [_KEY, _MADE_AT])
    place = replace(settings.log, path=draft, key_file=Path(f"{draft}.key"))
    store = Store.open(replace(settings, log=place), moment)
    made_at = read(found[_MADE_AT])
    try:
        store.restored(made_at, month_ends, moment)
    finally:
        store.close(moment)
    return made_at


def _write_key(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(descriptor)


def _hand_over(path: Path, key_file: Path) -> None:
    """Give what root restored to whom the log's directory belongs."""
    owner = path.parent.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    for each in (*_beside(path), key_file):
        os.chown(each, owner.st_uid, owner.st_gid)


def _remove(draft: Path) -> None:
    """Remove a draft of a log and what lies beside it."""
    for each in _beside(draft):
        each.unlink(missing_ok=True)


def _beside(path: Path) -> list[Path]:
    """A log and what lies beside it under its name."""
    return [each for each in path.parent.iterdir() if each.name.startswith(path.name)]

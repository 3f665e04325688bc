"""Locks between processes: one daemon a line, one process that makes or migrates a log.

They are flock(2) locks, so they vanish with the process that held them, however it ended. The file stays, with the
holder's process id in it, and means nothing by itself.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from antirelou.language import _
from antirelou.log.errors import LineHeld, LogBusy, translated_os

_PATIENCE = 10.0  # seconds for another process to finish making or migrating the log
_PROBED = 0.2  # seconds within which a `holder` that only asked has let go again
_STEP = 0.02


def line_path(path: Path, line: str) -> Path:
    """Return where the lock of a line is."""
    return path.with_name(f"{path.name}.{quote(line, safe='')}.lock")


def take_line(path: Path, line: str) -> int:
    """Hold a line until the descriptor that is returned is closed, or the process ends. Raises `LineHeld`."""
    where = line_path(path, line)
    descriptor = _open(where)
    if not _locked(descriptor, fcntl.LOCK_EX, _PROBED):
        pid = _pid(descriptor)
        os.close(descriptor)
        who = _("process {pid}", pid=pid) if pid else _("another process")
        raise LineHeld(
            _(
                "Line {line!r} is held by {who}: stop that daemon first, or give this one another [line] name.",
                line=line,
                who=who,
            )
        )
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        os.close(descriptor)
        raise translated_os(error, where) from error
    return descriptor


def holder(path: Path, line: str) -> int | None:
    """Return the process id of the daemon that holds the line, 0 if it is not known, None if none does."""
    try:
        descriptor = os.open(line_path(path, line), os.O_RDONLY)
    except OSError:
        return None  # never started here, or not ours to look at
    try:
        if _locked(descriptor, fcntl.LOCK_SH, 0.0):
            return None
        return _pid(descriptor) or 0
    finally:
        os.close(descriptor)


@contextmanager
def making(path: Path) -> Iterator[None]:
    """Hold the right to make or migrate the log at `path`. Raises `LogBusy` after a bounded wait."""
    descriptor = _open(path.with_name(f"{path.name}.lock"))
    try:
        if not _locked(descriptor, fcntl.LOCK_EX, _PATIENCE):
            raise LogBusy(
                _(
                    "Another process has been making or migrating the log {path} for long: try again later.",
                    path=path,
                )
            )
        yield
    finally:
        os.close(descriptor)


def _open(where: Path) -> int:
    try:
        return os.open(where, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise translated_os(error, where) from error


def _locked(descriptor: int, kind: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_STEP)


def _pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else None

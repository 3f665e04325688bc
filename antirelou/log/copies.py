"""The copies of the log that antirelou itself leaves beside it: what is erased must leave them too.

That of `make upgrade` is kept for a week, since one may want to go back to it. What a backup or a restore that was killed
has left goes at once; one that is under way holds a lock on its own. Sealed backups lie where the operator put them, and
say nothing without their passphrase.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from antirelou.log.errors import translated_os
from antirelou.settings import DAY

BEFORE_UPGRADE = "before-upgrade"  # as systemd/install.sh names it
KEPT = 7 * DAY
_DRAFTS = (".snapshot", ".restored")


def remove_copies(log: Path, now: datetime | None) -> bool:
    """Remove the copies that are not needed any more; return whether none is left. Raises `LogError`.

    Without `now`, since nobody knows how late it is, nothing is too old.
    """
    try:
        left = [each for each in copies(log) if not _removed(each, now)]
    except OSError as error:
        raise translated_os(error, log.parent) from error
    return not left


def copies(log: Path) -> list[Path]:
    """Return the copies that lie beside a log."""
    drafts = tuple(f"{log.name}{ending}" for ending in _DRAFTS)
    return [
        each
        for each in log.parent.iterdir()
        if each.name in (BEFORE_UPGRADE, f"{BEFORE_UPGRADE}.new")
        or each.name.startswith(drafts)
    ]


def _removed(copy: Path, now: datetime | None) -> bool:
    if copy.is_dir():
        made = datetime.fromtimestamp(copy.stat().st_mtime, UTC)
        if now is None or now - made < KEPT:
            return False
        shutil.rmtree(copy)
        return True
    if _in_use(copy):
        return False
    copy.unlink(missing_ok=True)
    return True


def _in_use(copy: Path) -> bool:
    """Whether a backup is being made by way of it."""
    try:
        descriptor = os.open(copy, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False

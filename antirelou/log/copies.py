"""The copies of the log that antirelou itself leaves beside it: what is erased must leave them too.

That of `make upgrade` is kept for a week, since one may want to go back to it. What a backup or a restore that was killed
has left goes at once, or after a week if it is root's; one that is under way holds a lock on its own. Sealed backups lie where the operator put them, and
say nothing without their passphrase.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from antirelou.settings import DAY

BEFORE_UPGRADE = "before-upgrade"  # as systemd/install.sh names it
KEPT = 7 * DAY
_DRAFTS = (".snapshot", ".restored")


def remove_copies(log: Path, now: datetime | None) -> list[Path]:
    """Remove the copies that are not needed any more; return those that are left, needed or not to be removed.

    Without `now`, since nobody knows how late it is, nothing is too old.
    """
    return [each for each in copies(log) if not _removed(each, now)]


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
    try:
        made = datetime.fromtimestamp(copy.stat().st_mtime, UTC)
        old = now is not None and now - made >= KEPT
        if copy.is_dir() and old:
            shutil.rmtree(copy)
        elif not copy.is_dir() and (old or not _in_use(copy)):
            copy.unlink()
    except FileNotFoundError:
        return True  # whoever made it has removed it
    except OSError:
        return False  # it is somebody else's: the operator is told
    return not copy.exists()


def _in_use(copy: Path) -> bool:
    """Whether a backup is being made by way of it. Raises `OSError`."""
    descriptor = os.open(copy, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False

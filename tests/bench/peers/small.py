"""A machine made small: a fifth of a core and 256 MB, as a control group of the kernel's, version 2 or 1.

What a Pi Zero has is not this: its memory, its card and its caches are slower too. It shows only that there is room.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARE, OCTETS = 0.2, 256 << 20
_ROOT = Path("/sys/fs/cgroup")
_PERIOD = 100_000  # microseconds
_NAME = "antirelou-bench"


class NoGroups(Exception):
    """Control groups cannot be made here."""


@contextmanager
def small() -> Iterator[tuple[str, list[Path]]]:
    """The kind of group, and where a process's id is to be written so that it, and what it starts, is in it."""
    quota = round(SHARE * _PERIOD)
    if (_ROOT / "cgroup.controllers").exists():
        kind = "cgroup v2"
        limits = {
            _ROOT / _NAME: {"cpu.max": f"{quota} {_PERIOD}", "memory.max": OCTETS}
        }
    else:
        kind = "cgroup v1"
        limits = {
            _ROOT / "cpu" / _NAME: {
                "cpu.cfs_period_us": _PERIOD,
                "cpu.cfs_quota_us": quota,
            },
            _ROOT / "memory" / _NAME: {"memory.limit_in_bytes": OCTETS},
        }
    made: list[Path] = []
    try:
        try:
            for directory, values in limits.items():
                directory.mkdir()
                made.append(directory)
                for name, value in values.items():
                    (directory / name).write_text(str(value))
        except OSError as error:
            raise NoGroups(f"No control group can be made here ({error}).") from error
        yield kind, [directory / "cgroup.procs" for directory in made]
    finally:
        for directory in made:
            _leave(directory)


def _leave(directory: Path) -> None:
    """Take a group away; whoever is left in it goes to the one above."""
    for pid in (directory / "cgroup.procs").read_text().split():
        try:
            (directory.parent / "cgroup.procs").write_text(pid)
        except OSError:  # it has ended
            continue
    os.rmdir(directory)

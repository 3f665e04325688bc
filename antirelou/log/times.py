"""How times are written in the log: UTC, milliseconds, `Z`; so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=64)  # what is written together has one time
def stamp(at: datetime) -> str:
    """Write an aware time as `2026-11-22T10:00:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def read(text: str) -> datetime:
    """Read what `stamp` wrote; aware, UTC."""
    return datetime.fromisoformat(text)


def read_or_none(text: str | None) -> datetime | None:
    """Read what `stamp` wrote, or a NULL."""
    return None if text is None else datetime.fromisoformat(text)

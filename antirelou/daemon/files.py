"""Files for other programs: whole or not there, never half."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, text: str, *, mode: int, durable: bool) -> None:
    """Put a text in the place of whatever is at `path`; `durable`: a power cut after this does not undo it.

    Raises `OSError`. What is half written is beside it under a name that begins with a dot, and is overwritten next
    time.
    """
    draft = path.with_name(f".{path.name}.new")
    flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW
    descriptor = os.open(draft, flags, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)  # whatever the umask
        file.write(text)
        file.flush()
        if durable:
            os.fsync(descriptor)
    os.replace(draft, path)
    if durable:
        _sync(path.parent)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

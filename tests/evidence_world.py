"""An exported folder of the commands' filled log, and ways to change it as somebody with the folder in his hands does."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli_world import Run, write_config

from antirelou.evidence.checked import Checked, checked

Lines = list[str]


def exported(run: Run, at: Path, target: Path, *more: str) -> Path:
    """The folder that the command makes."""
    asked = ("--since", "3h", "--until", "now", "--output", str(target), *more)
    told = run(at, "evidence", *asked)
    assert told.status == 0, told.err
    return target


def own_copy(at: Path, directory: Path) -> Path:
    """A copy of the filled log, since an export is recorded in it."""
    directory.mkdir()
    for path in at.glob("antirelou.db*"):
        shutil.copy(path, directory)
    return write_config(directory).parent


def changed(folder: Path, name: str, change: Callable[[Lines], Lines]) -> None:
    """The lines of a file, changed; the manifest stays."""
    path = folder / name
    lines = path.read_bytes().decode().split("\n")
    path.write_bytes("\n".join(change(lines)).encode())


def sealed_again(folder: Path) -> None:
    """The manifest as it would be for what is in the folder now."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.name not in ("SHA256SUMS", "__pycache__")
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def found(folder: Path) -> Checked:
    return checked(folder)


def records(folder: Path, name: str = "messages.json") -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((folder / name).read_text("utf-8"))
    return read


def write_records(folder: Path, them: list[dict[str, Any]]) -> None:
    """The records in the form that the command writes."""
    body = ",\n".join(map(json.dumps, them))
    (folder / "messages.json").write_text(f"[\n{body}\n]\n", encoding="utf-8")


def copy_of(folder: Path, target: Path) -> Path:
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target

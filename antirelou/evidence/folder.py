"""The folder: records, digests of the chain, a script that checks them, a manifest; and the same as one .zip.

Written beside its place and then moved there, so that a folder that is there is whole. Nothing in it, nor in what the
archive says of its files, names the machine or whoever uses it: names and times of the archive are fixed, so that the
same export gives the same octets. The report is made by others; whatever lies in the folder when it is sealed is in
the manifest.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Self, TextIO

from antirelou.evidence.records import CSV_COLUMNS, Record, csv_of, json_of
from antirelou.harmless import csv_line
from antirelou.language import _

MANIFEST = "SHA256SUMS"
MESSAGES, TABLE, NOTES, CHAIN = (
    "messages.json",
    "messages.csv",
    "notes.json",
    "chain.jsonl",
)
SCRIPT = "verify.py"
_IN_ARCHIVE = (
    "evidence"  # the directory; what the operator calls the folder may be a name
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that an archive can hold
_UNIX = 3


class FolderExists(Exception):
    """There is something where the folder is to be."""

    exit_status = 2


class FolderUnwritable(Exception):
    """The folder cannot be made there."""

    exit_status = 75


class Folder:
    """A folder that is being written; `with` it, and it is there at the end, or nothing is."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.archive = target.with_name(f"{target.name}.zip")
        self.path = target.with_name(f".{target.name}.partial")
        self._packed = target.with_name(f".{target.name}.partial.zip")
        self.annex = target.with_name(f"{target.name}-annex.txt")
        for path in (self.target, self.archive, self.annex):
            if os.path.lexists(path):
                raise FolderExists(
                    _(
                        "There is {path} already: name another folder with --output.",
                        path=path,
                    )
                )

    def __enter__(self) -> Self:
        self._remove()
        try:
            self.path.mkdir(mode=0o700)
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            return
        self._remove()
        self.annex.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> FolderUnwritable:
        return FolderUnwritable(
            _(
                "The folder {path} cannot be made ({error}): choose another place, or make room there.",
                path=self.target,
                error=error.strerror,
            )
        )

    def _remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        self._packed.unlink(missing_ok=True)

    def write_records(
        self, messages: Iterable[Record], seen: Callable[[Record], None]
    ) -> None:
        """Write the messages as JSON and as CSV; each is shown to `seen` on its way."""
        with (
            self._new(MESSAGES) as as_json,
            self._new(TABLE, newline="") as as_csv,
        ):
            as_csv.write(csv_line(CSV_COLUMNS) + "\r\n")
            as_json.write("[\n")
            comma = ""
            for record in messages:
                as_json.write(comma + json_of(record))
                as_csv.write(csv_of(record) + "\r\n")
                comma = ",\n"
                seen(record)
            as_json.write("\n]\n")

    def write_notes(self, notes: Iterable[Record]) -> None:
        """Write the operator's notes."""
        with self._new(NOTES) as file:
            file.write("[\n" + ",\n".join(map(json_of, notes)) + "\n]\n")

    def write_chain(self, digests: Iterable[Record]) -> None:
        """Write the chain, an entry a line."""
        with self._new(CHAIN) as file:
            file.writelines(json_of(entry) + "\n" for entry in digests)

    def write_text(self, name: str, text: str) -> None:
        """Write a page of text."""
        with self._new(name) as file:
            file.write(text)

    def write_annex(self, text: str) -> None:
        """Write the page that belongs beside the folder, never into it."""
        with open(self.annex, "x", encoding="utf-8", opener=_private) as file:
            file.write(text)

    def seal(self) -> str:
        """Add the script and the manifest, and make the archive; return the manifest's SHA-256."""
        self.write_text(SCRIPT, shipped_script())
        names = sorted(path.name for path in self.path.iterdir())
        self.write_text(
            MANIFEST,
            "".join(f"{digest_of(self.path / name)}  {name}\n" for name in names),
        )
        digest = digest_of(self.path / MANIFEST)
        _archive(self.path, self._packed)
        return digest

    def place(self) -> None:
        """Move folder and archive to where they are to be."""
        self.path.rename(self.target)
        self._packed.rename(self.archive)

    def _new(self, name: str, newline: str = "\n") -> TextIO:
        path = self.path / name
        return open(path, "x", encoding="utf-8", newline=newline, opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def shipped_script() -> str:
    """The script that checks a folder and needs nothing of ours."""
    source = files("antirelou.evidence") / "shipped" / "verify.py.txt"
    return source.read_text(encoding="utf-8")


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _archive(source: Path, target: Path) -> None:
    with (
        open(target, "xb", opener=_private) as file,
        zipfile.ZipFile(file, "w") as archive,
    ):
        for path in sorted(source.iterdir()):
            entry = zipfile.ZipInfo(f"{_IN_ARCHIVE}/{path.name}", _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            with (
                path.open("rb") as octets,
                archive.open(entry, "w", force_zip64=True) as into,
            ):
                shutil.copyfileobj(octets, into)

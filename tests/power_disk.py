"""A disk that loses power: what a recorded life asked of it, and what may be left of that afterwards.

The record is strace's of the real system calls that Python and SQLite made, with every octet, so nothing between the
program and the kernel is modelled. What is modelled is the disk behind the kernel, at its meanest within what fsync(2)
promises. Durable is what was synced: the content of a file after its fsync or fdatasync, a name (made, renamed, taken
away) after an fsync of its directory. Of the rest any part may be left: each sector of 512 octets as it was after any
of the writes to it, in no order; each truncation or not; the names as after any of their changes; what lies between
is zeros. A file that is shared memory (`-shm`) is left as random octets or not at all. Every call that would change a
file and that this model does not know fails the test, as does memory mapped for writing.

A drive that lies about its cache (`lies`), or that spoils sectors nobody wrote to, keeps no promise of any store.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
CALLS = (
    "openat,?open,?creat,write,pwrite64,?pwritev,?pwritev2,?writev,ftruncate,?truncate,fsync,fdatasync,"
    "?sync_file_range,fallocate,?rename,?renameat,?renameat2,?unlink,unlinkat,?mkdir,mkdirat,?link,?linkat,?symlinkat,"
    "mmap,?copy_file_range,?sendfile,?msync"
)
STRACE = ("strace", "--seccomp-bpf", "-f", "-y", "-xx", "-s", "10000000")

_LINE = re.compile(r"\d+ +(\w+)\((.*)\) += (-?\w+)")
_FILE = re.compile(r"(\d+)<((?:\\x[0-9a-f]{2})+)>")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Step:
    """One call that matters: on `name` in the directory of the log ("" is that directory), or a mark."""

    call: str
    name: str = ""
    octets: bytes = b""
    number: int = 0  # offset or size
    flags: str = ""
    other: str = ""  # a rename's new name


def steps(record: Path, directory: Path) -> Iterator[Step]:
    """The calls on the files of a directory, and what was written to standard output, in their order."""
    offsets: dict[str, int] = {}  # of descriptors, for write(2)
    with record.open(encoding="ascii") as lines:
        for line in lines:
            match = _LINE.match(line)
            if match is None or match[3].startswith("-"):
                continue
            step = _step(match[1], match[2], match[3], str(directory), offsets)
            if step is not None:
                yield step


def _step(
    call: str, arguments: str, result: str, directory: str, offsets: dict[str, int]
) -> Step | None:
    texts = [_octets(text) for text in _STRING.findall(arguments)]
    file = _FILE.match(arguments)
    descriptor = file[1] if file else ""
    if call == "write" and descriptor == "1":
        return Step("mark", octets=texts[0])
    named = call in ("openat", "open", "creat", "unlink", "unlinkat", "mkdir", "rename")
    mapped = _FILE.search(arguments) if call == "mmap" else file
    path = texts[0].decode() if named else _octets(mapped[2]).decode() if mapped else ""
    if path != directory and not path.startswith(f"{directory}/"):
        return None
    name = path[len(directory) + 1 :]
    rest = arguments.rpartition('"')[2].split(", ")
    match call:
        case "openat":
            offsets[result] = 0
            return Step("open", name, flags=arguments)
        case "write":
            offset = offsets[descriptor]
            offsets[descriptor] += len(texts[0])
            return Step("write", name, texts[0], offset)
        case "pwrite64":
            return Step("write", name, texts[0], int(rest[-1]))
        case "ftruncate":
            return Step("truncate", name, number=int(arguments.split(", ")[-1]))
        case "fsync" | "fdatasync":
            return Step("sync", name)
        case "rename":
            return Step("rename", name, other=texts[1].decode()[len(directory) + 1 :])
        case "unlink":
            return Step("unlink", name)
        case "mmap" if "PROT_WRITE" not in arguments or name.endswith("-shm"):
            return None
    raise AssertionError(f"the model of the disk does not know {call}({name!r})")


def _octets(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


@dataclass(slots=True)
class File:
    """What is durable, and what was asked for since: (offset, octets), or (size, None) for a truncation."""

    durable: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        self.durable = self.left(None)
        self.pending.clear()

    def left(self, chance: random.Random | None) -> bytes:
        """What may be left of it after a power cut; without `chance`, what is there while there is power."""
        content = bytearray(self.durable)
        likely = chance.choice([0.0, 0.1, 0.5, 0.9, 1.0]) if chance else 1.0
        over: set[int] = set()  # sectors that do not change any more
        for offset, octets in self.pending:
            if octets is None:
                if chance is None or chance.random() < likely:
                    content[offset:] = b""
                    content.extend(bytes(offset - len(content)))
                continue
            for start, piece in _sectors(offset, octets):
                sector = start // SECTOR
                if chance and sector not in over and chance.random() > likely:
                    over.add(sector)
                if sector not in over:
                    content.extend(bytes(max(0, start - len(content))))
                    content[start : start + len(piece)] = piece
        return bytes(content)


def _sectors(offset: int, octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut one write at the borders of sectors."""
    at = 0
    while at < len(octets):
        size = SECTOR - (offset + at) % SECTOR
        yield offset + at, octets[at : at + size]
        at += size


class Disk:
    """The directory of the log on a disk."""

    def __init__(self, image: dict[str, bytes], *, lies: bool = False) -> None:
        self._names = {name: File(octets) for name, octets in image.items()}
        self._durable_names = dict(self._names)
        self._pending_names: list[dict[str, File | None]] = []  # None: taken away
        self._lies = lies

    def take(self, step: Step) -> None:
        """Do what one call asks."""
        match step.call:
            case "open":
                self._open(step)
            case "write":
                self._names[step.name].pending.append((step.number, step.octets))
            case "truncate":
                self._names[step.name].pending.append((step.number, None))
            case "sync" if self._lies:
                pass
            case "sync" if step.name:
                self._names[step.name].sync()
            case "sync":
                self._durable_names = dict(self._names)
                self._pending_names.clear()
            case "unlink":
                self._name({step.name: None})
            case "rename":
                self._name({step.other: self._names[step.name], step.name: None})

    def _open(self, step: Step) -> None:
        if step.name and step.name not in self._names and "O_CREAT" in step.flags:
            self._name({step.name: File()})
        if "O_TRUNC" in step.flags:
            self._names[step.name].pending.append((0, None))

    def _name(self, change: dict[str, File | None]) -> None:
        self._pending_names.append(change)
        _rename(self._names, change)

    def lose_power(self, chance: random.Random) -> dict[str, bytes]:
        """What is found when the power is back."""
        names = dict(self._durable_names)
        kept = chance.randint(0, len(self._pending_names))
        for change in self._pending_names[:kept]:
            _rename(names, change)
        image = {}
        for name, file in names.items():
            if not name.endswith("-shm"):
                image[name] = file.left(chance)
            elif chance.random() < 0.5:
                image[name] = chance.randbytes(32768)
        return image


def _rename(names: dict[str, File], change: dict[str, File | None]) -> None:
    for name, file in change.items():
        if file is None:
            del names[name]
        else:
            names[name] = file

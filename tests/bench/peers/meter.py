"""What a program costs: processor, memory, octets to the disk, fsync; of it and all that it starts.

Processor time is the kernel's, in nanoseconds for those that run, with that of the children that they waited for.
Octets to the disk are `write_bytes` of /proc/PID/io: pages of 4 KB that became dirty, so one for each fsync at least;
it says 0 on a file system in memory. fsync is counted by strace, in a run of its own, since being traced costs time.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_TRACE = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync,fdatasync"]
_LOOK = 0.02  # seconds between two looks at the memory
_SYNC = re.compile(rb"\b(?:fsync|fdatasync)\(")


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent so far: seconds of processor, octets to the disk, fsync if counted, octets given to any `write`."""

    processor: float
    written: int
    synced: int
    handed: int

    def since(self, before: Spent) -> Spent:
        """What was spent from `before` on."""
        return Spent(
            self.processor - before.processor,
            self.written - before.written,
            self.synced - before.synced,
            self.handed - before.handed,
        )


class Program:
    """A program that runs, in a session of its own, with all that it started."""

    def __init__(self, command: list[str], directory: Path, *, counted: bool) -> None:
        self._syncs = directory / "syncs" if counted else None
        traced = [*_TRACE, "-o", str(self._syncs), "--"] if counted else []
        self._said = directory / "said"
        self.began = time.monotonic()
        with open(self._said, "ab") as said:
            self._process = subprocess.Popen(
                [*traced, *command],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(directory)},
            )
        self.peak = (
            0  # octets that its processes had resident together, as far as was seen
        )

    def spent(self) -> Spent:
        """What it has spent since it began."""
        found = [_of(pid) for pid in self._pids()]
        self.peak = max(self.peak, sum(one.peak for one in found))
        synced = 0
        if self._syncs is not None and self._syncs.exists():
            synced = len(_SYNC.findall(self._syncs.read_bytes()))
        return Spent(
            sum(one.processor for one in found),
            sum(one.written for one in found),
            synced,
            sum(one.handed for one in found),
        )

    def has_ended(self) -> bool:
        """Whether it is there no more."""
        return self._process.poll() is not None

    @property
    def pid(self) -> int:
        """Of the program itself, or of what counts for it."""
        return self._process.pid

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at its memory all the time, so that no child that comes and goes is missed."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(_LOOK):
                self.spent()

        thread = threading.Thread(target=watch, name="watching memory")
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def said(self) -> str:
        """The end of what it said on its standard outputs."""
        return self._said.read_text("utf-8", "replace")[-2000:]

    def stop(self) -> None:
        """Ask it to end, as systemd would; kill what is left of it."""
        pids = self._pids()
        for pid in pids:
            _signal(pid, signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            pass
        for pid in self._pids():
            _signal(pid, signal.SIGKILL)
        self._process.wait(20)

    def _pids(self) -> list[int]:
        """The processes of its session, without strace."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    name, rest = _stat(int(entry.name))
                except OSError:
                    continue
                if int(rest[3]) == self._process.pid and name != "strace":
                    found.append(int(entry.name))
        return found


def can_count() -> bool:
    """Whether fsync can be counted here."""
    return shutil.which("strace") is not None


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _stat(pid: int) -> tuple[str, list[str]]:
    """The name of a process, and the fields of its stat behind that (proc(5): the first is the state)."""
    text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    name, _, rest = text.partition("(")[2].rpartition(")")
    return name, rest.split()


@dataclass(frozen=True, slots=True)
class _Process:
    """Of one process: seconds of processor, octets to the disk and to any `write`, peak of resident octets."""

    processor: float = 0.0
    written: int = 0
    handed: int = 0
    peak: int = 0


def _of(pid: int) -> _Process:
    """What a process has spent; nothing if it has ended meanwhile."""
    directory = Path(f"/proc/{pid}")
    try:
        _, rest = _stat(pid)
        own = int((directory / "schedstat").read_text().split()[0]) / 1e9
        waited = (int(rest[13]) + int(rest[14])) / _TICK
        io = dict(
            line.split(": ") for line in (directory / "io").read_text().splitlines()
        )
        status = (directory / "status").read_text()
    except OSError:
        return _Process()
    peak = re.search(r"VmHWM:\s*(\d+)", status)
    return _Process(
        own + waited,
        int(io["write_bytes"]),
        int(io["wchar"]),
        int(peak[1]) * 1024 if peak else 0,
    )

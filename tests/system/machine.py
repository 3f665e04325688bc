"""A small computer with systemd as its first process, and what is plugged into it.

`Machine` owns the container: an overlay over a Debian tree, booted by systemd-nspawn on a terminal of its own, commands
run inside by nsenter. `Dongle` owns a simulated dongle inside it. Nothing outside is touched but for the scratch
directory, and nothing waits longer than its deadline.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BOOTS_WITHIN = 60.0  # seconds
ANSWERS_WITHIN = 60.0
_ENVIRONMENT = (
    "HOME=/root",
    "LANG=C.UTF-8",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
)


def until(holds: Callable[[], Any], *, within: float, what: str) -> Any:
    """What `holds` says once it is true; asked twice a second."""
    deadline = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not within {within:.0f} s: {what}"
        time.sleep(0.5)
    return found


class Machine:
    """The container. `source` is there as /mnt/source, to be read only."""

    def __init__(self, tree: Path, scratch: Path, source: Path) -> None:
        self._root = scratch / "root"
        self._scratch = scratch
        upper, work = scratch / "upper", scratch / "work"
        for directory in (self._root, upper, work):
            directory.mkdir()
        layers = f"lowerdir={tree},upperdir={upper},workdir={work}"
        self._outside("mount", "-t", "overlay", "overlay", "-o", layers, self._root)
        self._source = source
        self._terminal: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def _outside(self, *command: str | Path) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def boot(self) -> None:
        """Start systemd, and wait until it has started all it starts."""
        nspawn = shlex.join(
            [
                "systemd-nspawn",
                f"--directory={self._root}",
                f"--bind-ro={self._source}:/mnt/source",
                "--machine=antirelou-tests",
                "--register=no",
                "--keep-unit",
                "--private-network",
                # The daemon asks whether the clock is synchronised; containers may not, a Pi may.
                "--system-call-filter=adjtimex clock_adjtime",
                "--boot",
            ]
        )
        log = str(self._scratch / "console")
        self._terminal = subprocess.Popen(
            ["script", "-qfc", f"exec {nspawn}", log],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        self._wait_for_systemd()

    def reboot(self) -> None:
        """As the operator reboots it; systemd-nspawn leaves starting it again to its caller."""
        self.run("systemctl", "reboot")
        assert self._terminal is not None
        self._terminal.wait(timeout=BOOTS_WITHIN)
        self.boot()

    def _first_process(self) -> int:
        """Its number out here; 0 while there is none."""
        number = 0
        assert self._terminal is not None
        parent = self._terminal.pid
        for _ in ("systemd-nspawn", "systemd"):
            children = f"/proc/{parent}/task/{parent}/children"
            try:
                first = Path(children).read_text(encoding="ascii").split()[:1]
            except OSError:
                return 0
            if not first:
                return 0
            number = parent = int(first[0])
        return number

    def _wait_for_systemd(self) -> None:
        def up() -> bool:
            self._leader = self._first_process()
            if not self._leader:
                return False
            told = self.tried("systemctl", "is-system-running").stdout.strip()
            return told in ("running", "degraded")

        until(up, within=BOOTS_WITHIN, what="systemd has started everything")

    def tried(self, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """A command inside, however it ends."""
        inside = ("nsenter", "-t", str(self._leader), "-a", "env", "-i", *_ENVIRONMENT)
        return subprocess.run(
            (*inside, *command),
            input=given,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def run(self, *command: str, given: str = "") -> str:
        """What a command inside prints; it must succeed."""
        done = self.tried(*command, given=given)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def shell(self, line: str) -> str:
        return self.run("sh", "-euc", line)

    def write(self, path: str, text: str) -> None:
        self.run("tee", path, given=text)

    def property(self, name: str, unit: str = "antirelou") -> str:
        """What systemd knows of a unit."""
        return self.run("systemctl", "show", "-P", name, unit).strip()

    def journal(self, unit: str = "antirelou") -> str:
        return self.run("journalctl", "--no-pager", "-o", "cat", "-u", unit)

    def messages(self, number: str, *options: str) -> list[dict[str, Any]]:
        """What the log has of a number."""
        told = self.tried("antirelou", "log", "--json", "--numbers", *options)
        rows = [json.loads(line) for line in told.stdout.splitlines()]
        return [row for row in rows if row["sender"] == number]

    def close(self) -> None:
        """Power off, and unmount."""
        if self._terminal is not None:
            if self._leader:
                self.tried("systemctl", "poweroff")
            try:
                self._terminal.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._terminal.kill()
        self._outside("umount", "--lazy", self._root)


class Dongle:
    """A simulated dongle with a SIM in a network, inside the machine; and udev's part in plugging it in."""

    def __init__(
        self, machine: Machine, name: str, *options: str, link: str = "antirelou-modem"
    ) -> None:
        self._machine = machine
        self._unit = f"dongle-{name}"
        self._place = f"/run/{self._unit}"
        self._link = f"/dev/{link}"
        machine.shell(f"mkdir -p {self._place} && mkfifo {self._place}/orders")
        simulate = shlex.join(
            ["antirelou", "simulate", "--link", f"{self._place}/tty", *options]
        )
        machine.run(
            "systemd-run",
            f"--unit={self._unit}",
            "--quiet",
            "/bin/sh",
            "-c",
            f"exec {simulate} <>{self._place}/orders",
        )

    def plugged(self, name: str = "tty") -> None:
        """What udev does once the kernel shows a port: the group that may open it, and the name."""
        port = f"{self._place}/{name}"
        until(
            lambda: not self._machine.tried("test", "-e", port).returncode,
            within=ANSWERS_WITHIN,
            what=f"the port {port}",
        )
        self._machine.shell(
            f"tty=$(readlink {port}); chgrp dialout $tty; chmod 660 $tty; "
            f"ln -sfn {port} {self._link}"
        )

    def order(self, order: str) -> None:
        """See `antirelou simulate --help`."""
        self._machine.run("tee", f"{self._place}/orders", given=f"{order}\n")

    def text(self, number: str, words: str = "Salut") -> None:
        self.order(f"text {number} {words}")

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What the dongle and its network told so far."""
        lines = self._machine.journal(self._unit).splitlines()
        told = [json.loads(line) for line in lines if line.startswith('{"event"')]
        return [event for event in told if event["event"] == kind]


def from_environment(source: Path) -> Machine:
    """The machine that tests/system/run has prepared for."""
    tree, scratch = os.environ["ANTIRELOU_TREE"], os.environ["ANTIRELOU_SCRATCH"]
    return Machine(Path(tree), Path(scratch), source)

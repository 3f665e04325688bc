"""The real `antirelou run` in a process of its own, against the dongle on a pseudo-terminal; see `stage`.

What a test sees is what an operator and a network see: the journal (standard error), exit statuses, the commands, and
the simulation's own record. Real time, so everything waits for a condition, with a deadline.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import select
import signal
import subprocess
import sysconfig
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import Any

from run_nursery import Nursery

from antirelou.clock import SystemClock
from antirelou.simulator import Simulation
from antirelou.simulator.pty import Mount, served

PROGRAM = str(Path(sysconfig.get_path("scripts"), "antirelou"))
DEADLINE = 20.0  # seconds, for what takes less than two on an idle machine
NUMBER, OTHER = "+33639980001", "+33639980002"
ROOT = os.geteuid() == 0
# Root may open and write everything; without its capabilities it is stopped where any user would be.
ORDINARY = ("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--") if ROOT else ()

_NUMBERS = re.compile(r"3363998|063998|89330112345678901234|208019876543210")


@cache
def nursery() -> Nursery:
    """The one from which all are started; it ends with whoever started it."""
    return Nursery()


def until(true: Callable[[], object], within: float = DEADLINE) -> None:
    """Look often until `true`, no longer than `within` seconds."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)  # between two looks


class Running:
    """A process of `antirelou`, and what it has said so far."""

    def __init__(self, pid: int, said: int, wait: Callable[[], int]) -> None:
        self.pid = pid
        self.said = ""
        self._seen = 0  # characters of it that `says` has passed
        self._error = said
        self._wait = wait
        self.ended = False
        try:
            self._process = os.pidfd_open(pid)  # unlike its id, never another process's
        except ProcessLookupError:  # it has ended already
            self._process = -1

    def says(self, words: str, within: float = DEADLINE) -> str:
        """The next line with these words, after the last that was asked for."""
        end = time.monotonic() + within
        while True:
            whole = self.said[self._seen : self.said.rfind("\n") + 1]
            for line in whole.splitlines(keepends=True):
                self._seen += len(line)
                if words in line:
                    return line.rstrip("\n")
            assert self._hear(end - time.monotonic()), (
                f"{words!r} was not said:\n{self.said}"
            )

    def says_or_ends(self, words: str, within: float = DEADLINE) -> None:
        """Wait until it has said so, or has died before it could."""
        end = time.monotonic() + within
        while words not in self.said and not self.ended:
            assert self._hear(end - time.monotonic()) or self.ended, self.said

    def _hear(self, seconds: float) -> bool:
        """Read what is said within so many seconds; False at the end."""
        if self.ended or not select.select([self._error], [], [], max(0.0, seconds))[0]:
            return False
        octets = os.read(self._error, 1 << 20)
        self.said += octets.decode(errors="replace")
        self.ended = not octets
        return not self.ended

    def signal(self, number: int) -> None:
        """Send it a signal, if it still lives."""
        with suppress(ProcessLookupError):
            if self._process >= 0:
                signal.pidfd_send_signal(self._process, number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.signal(signal.SIGKILL)

    def ends(self, within: float = DEADLINE) -> int:
        """The exit status, once it has ended by itself; everything it said is in `said`."""
        end = time.monotonic() + within
        while self._hear(end - time.monotonic()):
            pass
        assert self.ended, f"it did not end within {within} s:\n{self.said}"
        return self._wait()

    def stops(self, within: float = DEADLINE) -> int:
        """Ask it to stop, and the exit status."""
        self.signal(signal.SIGTERM)
        return self.ends(within)

    def close(self) -> None:
        """End it whatever it does, and see that it kept the strangers' secrets and had no bug; twice is once."""
        if self._error < 0:
            return
        if not self.ended:
            self.kill()
            self.ends()
        error, self._error = self._error, -1
        os.close(error)
        process, self._process = self._process, -1
        if process >= 0:
            os.close(process)
        assert "Traceback" not in self.said and "This is a bug" not in self.said, (
            self.said
        )
        assert not _NUMBERS.search(self.said), self.said


class Stage:
    """One dongle, one configuration, and the processes that are started with it."""

    def __init__(self, directory: Path, closing: ExitStack) -> None:
        self.directory = directory
        self.link = directory / "modem"
        self.log = directory / "antirelou.db"
        self.closing = closing
        self.environment = {
            name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"
        }
        self.configure()

    def dongle(self, *, mounted: bool = True, **how: Any) -> Simulation:
        """Make the dongle; without `mounted` it is plugged in by `plug_in`."""
        self.simulation = Simulation(SystemClock(), **how)
        if mounted:
            self.plug_in()
        return self.simulation

    def plug_in(self) -> None:
        self._mount: Mount = self.closing.enter_context(
            served(self.simulation, self.link)
        )

    def do(self, action: Callable[[], object]) -> None:
        """Have the dongle's own thread do something; it is done when this returns."""
        done = threading.Event()
        self._mount.order(lambda: (action(), done.set()))
        assert done.wait(DEADLINE)

    def text(self, words: str, sender: str = NUMBER, **how: Any) -> None:
        """Somebody texts."""
        self.do(lambda: self.simulation.network.text(sender, words, **how))

    def fault(self, name: str, **arguments: Any) -> None:
        self.do(lambda: self.simulation.fault(name, **arguments))

    def at(
        self, words: bytes, action: Callable[[], object], *, heard: bool = True
    ) -> None:
        """Once, when `words` come over the wire: the modem hears them, or does not; then, before its answer, `action`."""
        modem, hear = self.simulation.modem, self.simulation.modem.feed

        def feed(octets: bytes) -> None:
            if words not in octets:
                hear(octets)
                return
            modem.feed = hear  # type: ignore[method-assign]
            if heard:
                hear(octets)
            action()

        modem.feed = feed  # type: ignore[method-assign]

    def configure(self, **sections: dict[str, Any]) -> None:
        """Write the configuration: reply at once, at any hour, but for what `sections` say."""
        whole: dict[str, dict[str, Any]] = {
            "modem": {"port": str(self.link)},
            "log": {"path": str(self.log), "reserve": "1kB"},
            "reply": {"delay": "0s", "delay_spread": "0s", "hours": "always"},
        }
        for name, values in sections.items():
            whole[name] = {**whole.get(name, {}), **values}
        lines = []
        for name, values in whole.items():
            lines += [
                f"[{name}]",
                *(
                    f"{key} = {json.dumps(v, ensure_ascii=False)}"
                    for key, v in values.items()
                ),
            ]
        (self.directory / "antirelou.toml").write_text(
            "\n".join(lines) + "\n", encoding="utf-8"
        )

    def start(
        self, *options: str, before: tuple[str, ...] = (), **environment: str
    ) -> Running:
        """Start the daemon, as systemd would; with a command `before` it, all from scratch."""
        said, says = os.pipe()
        fcntl.fcntl(
            says, fcntl.F_SETPIPE_SZ, 1 << 20
        )  # who is not listened to must not be held up
        arguments = [
            "run",
            "--config",
            str(self.directory / "antirelou.toml"),
            *options,
        ]
        environment = self.environment | environment
        if environment.get("JOURNAL_STREAM") == "stderr":
            environment["JOURNAL_STREAM"] = (
                f"{os.fstat(says).st_dev}:{os.fstat(says).st_ino}"
            )
        if before:
            process = subprocess.Popen(
                [*before, PROGRAM, *arguments], stderr=says, env=environment
            )
            running = Running(process.pid, said, process.wait)
        else:
            child = nursery().start(arguments, environment, says)
            running = Running(child.pid, said, child.wait)
        os.close(says)
        self.closing.callback(running.close)
        return running

    def ready(
        self, *options: str, before: tuple[str, ...] = (), **environment: str
    ) -> Running:
        """Start the daemon, and wait until its modem answers."""
        running = self.start(*options, before=before, **environment)
        running.says("The modem answers")
        return running

    def rows(self) -> list[dict[str, Any]]:
        """What `antirelou log --json` tells."""
        command = [PROGRAM, "log", "--json", "--numbers", "--limit", "100000"]
        environment = self.environment | {
            "ANTIRELOU_CONFIG": str(self.directory / "antirelou.toml")
        }
        told = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        )
        return [json.loads(line) for line in told.stdout.splitlines()]

    def states(self) -> list[str]:
        """The state of every reply."""
        return [reply["state"] for row in self.rows() for reply in row["replies"]]

    @property
    def sent(self) -> list[str]:
        """To whom the network accepted a text."""
        return [one.destination for one in self.simulation.network.submitted]


Stages = Callable[[], Stage]
Story = Callable[[Stage], None]
Begun = dict[str, Future[None]]

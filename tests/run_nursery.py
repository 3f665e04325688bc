"""A warm process from which each `antirelou` is forked: importing it takes far longer than starting it.

What runs is the program itself, from its `main` on, in a process of its own with its own signals, standard error and
environment. Run as a script with a socket's descriptor; `Nursery` is the other end of that socket.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from importlib import import_module

WARM = (
    "cli.errors",
    "cli.output",
    "cli.run",
    "daemon.tell",
    "log.store",
    "log.migrations",
    "modem.verbs",
    "simulator",
)


class Nursery:
    """Starts processes of `antirelou`."""

    def __init__(self) -> None:
        self._channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            descriptor = other.fileno()
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(descriptor)], pass_fds=[descriptor]
            )

    def start(
        self, arguments: list[str], environment: dict[str, str], error: int
    ) -> Child:
        """Run `antirelou` with these arguments; `error` is its standard error."""
        told, tells = os.pipe()
        socket.send_fds(
            self._channel,
            [json.dumps([arguments, environment]).encode()],
            [error, tells],
        )
        os.close(tells)
        return Child(told)

    def close(self) -> None:
        """End the warm process; what it started goes on."""
        self._channel.close()
        self._process.wait()


class Child:
    """A process that is somebody else's child: its id, and later its exit status as `subprocess` tells it."""

    def __init__(self, told: int) -> None:
        self._told = os.fdopen(told)
        self.pid = int(self._told.readline())
        self._status: int | None = None

    def wait(self) -> int:
        """Wait until it has ended."""
        if self._status is None:
            with self._told:
                self._status = os.waitstatus_to_exitcode(int(self._told.readline()))
        return self._status


def serve(channel: socket.socket) -> None:
    """Fork what is asked for until nobody asks any more."""
    for name in WARM:
        import_module(f"antirelou.{name}")
    while True:
        order, descriptors, _, _ = socket.recv_fds(channel, 1 << 20, 2)
        if not order:
            return
        pid = os.fork()
        if pid == 0:
            channel.close()
            watch(*json.loads(order), *descriptors)
        os.waitpid(pid, 0)
        for descriptor in descriptors:
            os.close(descriptor)


def watch(
    arguments: list[str], environment: dict[str, str], error: int, tells: int
) -> None:
    """Fork once more, tell the process id, and in the end the status. Never returns."""
    if os.fork() == 0:  # the one that waits
        os.dup2(error, 2)
        os.close(error)
        pid = os.fork()
        if pid == 0:
            os.close(tells)
            become(arguments, environment)
        os.close(2)  # so that its end is seen
        os.write(tells, f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(tells, f"{status}\n".encode())
    os._exit(0)


def become(arguments: list[str], environment: dict[str, str]) -> None:
    """Be `antirelou`. Never returns."""
    from antirelou.cli import main

    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["antirelou", *arguments]
    status: object = 1
    try:
        main()
    except SystemExit as ended:
        status = ended.code
    finally:
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))

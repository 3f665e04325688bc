"""The serial port: opening it, and why it cannot be opened.

Owns pyserial and the search for the process that holds a port. Knows nothing of AT. `Port` is the part of
`serial.Serial` that the channel uses, so that a simulated dongle can stand behind it.
"""

from __future__ import annotations

import errno
import grp
import os
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import serial

from antirelou.language import _
from antirelou.modem.facts import PortError

WRITE_TIMEOUT_SECONDS = (
    10.0  # a PDU takes 0.4 s at 9600 baud; a modem that reads nothing for 10 s is gone
)
TICK = 0.001  # seconds; a wait shorter than this is over
PORT_ERRORS = (
    OSError,
    termios.error,
)  # termios.error, from a port that vanished, is no OSError

_OVERFLOW = 65534  # the kernel's word for an id that a user namespace does not know

_MISSING = {
    errno.ENOENT,
    errno.ENXIO,
    errno.ENODEV,
    errno.ENOTDIR,
    errno.EIO,
    errno.ELOOP,
}
_BUSY = {errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK}
_NOT_PERMITTED = {errno.EACCES, errno.EPERM}


class Port(Protocol):
    """What the channel needs of a serial port; the names and their meaning are pyserial's."""

    timeout: float | None
    write_timeout: float | None

    @property
    def in_waiting(self) -> int: ...

    def read(self, size: int = 1) -> bytes: ...

    def write(self, data: bytes) -> int | None: ...

    def cancel_read(self) -> None: ...

    def close(self) -> None: ...


OpenPort = Callable[[str, int], Port]


def open_serial(path: str, baud_rate: int) -> Port:
    """Open `path` for us alone, raw, without flow control (sticks and three-wire modules have none)."""
    port: Port = serial.Serial(
        path,
        baud_rate,
        timeout=1,
        write_timeout=WRITE_TIMEOUT_SECONDS,
        exclusive=True,
        rtscts=False,
        dsrdtr=False,
    )
    return port


def open_or_explain(open_port: OpenPort, path: str, baud_rate: int) -> Port:
    """Open the port, or raise `PortError` with its cause and the remedy."""
    try:
        return open_port(path, baud_rate)
    except PORT_ERRORS as error:
        raise explain(path, error) from error
    except ValueError as error:  # pyserial's word for a rate that the port cannot have
        raise PortError(
            "not_a_modem",
            _(
                "The port {path} cannot run at {baud_rate} baud: set modem.baud_rate.",
                path=path,
                baud_rate=baud_rate,
            ),
        ) from error


def explain(path: str, error: Exception) -> PortError:
    """Why opening failed, as one of four causes and a sentence."""
    number = getattr(error, "errno", None)
    if number in _MISSING or isinstance(error, FileNotFoundError):
        return PortError(
            "missing",
            _(
                "There is no modem at {path}: plug it in, or set modem.port to one of the names in /dev/serial/by-id.",
                path=path,
            ),
        )
    if number in _BUSY:
        return PortHeld(path)
    if number in _NOT_PERMITTED or isinstance(error, PermissionError):
        return PortError(
            "not_permitted",
            _(
                "This user may not open {path}: add it to the group {group!r}, which owns the port.",
                path=path,
                group=_group(path),
            ),
        )
    return PortError(
        "not_a_modem",
        _(
            "{path} is not a serial port: set modem.port to the modem's own port.",
            path=path,
        ),
    )


class PortHeld(PortError):
    """Another process holds the port. Which one is looked for when it is told, for all of /proc is read for that."""

    def __init__(self, path: str) -> None:
        super().__init__("busy", path)
        self._path = path

    def __str__(self) -> str:
        return _(
            "The port {path} is held by {who}: stop it, or set another modem.port.",
            path=self._path,
            who=_who(self._path),
        )


def holders(path: str) -> list[tuple[int, str]]:
    """The processes that have `path` open, as (pid, name), as far as this user may see them; never this one."""
    target = os.path.realpath(path)
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            if any(os.readlink(file) == target for file in (process / "fd").iterdir()):
                found.append(
                    (
                        int(process.name),
                        (process / "comm").read_text(errors="replace").strip(),
                    )
                )
        except OSError:  # another user's, or it has just ended
            continue
    return sorted(found)


def _who(path: str) -> str:
    names = [
        _("{name} (process {pid})", name=name, pid=pid) for pid, name in holders(path)
    ]
    if not names:
        return _(
            "another process (only root can see which; try: sudo fuser -v {path})",
            path=path,
        )
    if any(name.startswith("ModemManager") for name in names):
        names.append(_("install the udev rule of this project, which keeps it off"))
    return ", ".join(names)


def _group(path: str) -> str:
    """The group that owns the port; its usual one where it is not to be seen, as from the unit's user namespace."""
    try:
        group = os.stat(path).st_gid
        return grp.getgrgid(group).gr_name if group != _OVERFLOW else "dialout"
    except (OSError, KeyError):
        return "dialout"

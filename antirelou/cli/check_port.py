"""What `antirelou check` says of the port, found without opening it."""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path

from antirelou.cli.output import visible
from antirelou.language import _
from antirelou.modem.port import holders

_PORTS = (
    "serial/by-id/*",
    "ttyUSB*",
    "ttyACM*",
    "ttyAMA*",
    "ttyS[0-9]",
)  # below /dev, the stable names first
_MOST_PORTS = 8
_MOST_HOLDERS = 4


def port_fault(path: str) -> tuple[str, str] | None:
    """The item and the sentence that speak against the port at `path`, found without opening it; None if none do."""
    try:
        found = os.stat(path)
    except PermissionError:
        return (
            "port",
            _(
                "This user may not look at {path}: run the check as the daemon's user, or as root.",
                path=path,
            ),
        )
    except OSError:
        return (
            "port",
            _(
                "There is no modem at {path}: plug it in, or set modem.port to another name. {ports}",
                path=path,
                ports=_ports(),
            ),
        )
    if not stat.S_ISCHR(found.st_mode) or not _is_terminal(found.st_rdev):
        return (
            "port",
            _(
                "{path} is not a serial port: set modem.port to the modem's own port. {ports}",
                path=path,
                ports=_ports(),
            ),
        )
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        return "permissions", _(
            "This user may not open {path}: {way_in}.", path=path, way_in=_way_in(found)
        )
    if os.path.realpath(path).startswith("/dev/pts/"):
        return None  # whoever serves a pseudo-terminal has it open too; opening it tells whether it is taken
    return _held(path)


def _held(path: str) -> tuple[str, str] | None:
    """Who has the port open."""
    others = ", ".join(
        _("{name} (process {pid})", name=visible(name), pid=pid)
        for pid, name in holders(path)[:_MOST_HOLDERS]
    )
    if not others:
        return None
    remedy = (
        _("install the udev rule of this project, which keeps it off")
        if "ModemManager" in others
        else _("stop it")
    )
    return (
        "holder",
        _(
            "The port {path} is held by {others}: {remedy}, or set another modem.port.",
            path=path,
            others=others,
            remedy=remedy,
        ),
    )


def _ports() -> str:
    found = [
        str(path) for pattern in _PORTS for path in sorted(Path("/dev").glob(pattern))
    ]
    if not found:
        return _("There is no serial port on this machine now.")
    more = (
        _(" and {found} more", found=len(found) - _MOST_PORTS)
        if len(found) > _MOST_PORTS
        else ""
    )
    return _(
        "Here are: {found}{more}.",
        found=", ".join(visible(path) for path in found[:_MOST_PORTS]),
        more=more,
    )


def _is_terminal(device: int) -> bool:
    """Whether a character device may be a serial port; the kernel does not tell for every one."""
    subsystem = Path(f"/sys/dev/char/{os.major(device)}:{os.minor(device)}/subsystem")
    return not subsystem.exists() or subsystem.resolve().name == "tty"


def _way_in(port: os.stat_result) -> str:
    """How a user gets at a port of somebody else."""
    try:
        group = grp.getgrgid(port.st_gid).gr_name
    except KeyError:
        group = ""
    if group in ("", "root") or port.st_mode & 0o060 != 0o060:
        return _(
            "let a group of this user read and write it, as udev does with serial ports"
        )
    return _("add it to the group {group}, which owns the port", group=group)

"""Finds the tty that speaks AT on a modem that the udev rule does not know.

A modem shows several ttys; sysfs says which USB interface each is, and `AT` tells which one answers. Only USB ttys are
asked, each for two seconds, and none that another process has open. Promises to change nothing in the modem. Refuses to
know what the answer means beyond being one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from antirelou.clock import Clock
from antirelou.modem.channel import Channel
from antirelou.modem.facts import ModemError
from antirelou.modem.inbox import Inbox, Interrupt
from antirelou.modem.port import OpenPort, holders

_NAMES = ("ttyUSB*", "ttyACM*")
_TRIES = 2  # what is left of an older session may spoil the first
_PATIENCE = 1.0  # seconds
_BAUD_RATE = 115200  # USB ignores it


@dataclass(frozen=True, slots=True)
class UsbTty:
    """A tty of a USB device: its path in /dev, and what a udev rule knows it by, as hexadecimal digits."""

    path: str
    vendor: str
    product: str
    interface: str

    @property
    def rule(self) -> str:
        """The line for /etc/udev/rules.d/69-antirelou.rules that makes this tty the modem's."""
        return (
            f'ENV{{ID_VENDOR_ID}}=="{self.vendor}", ENV{{ID_MODEL_ID}}=="{self.product}", '
            f'ENV{{ANTIRELOU_AT}}="{self.interface}"'
        )


def usb_ttys(sysfs: Path = Path("/sys"), dev: Path = Path("/dev")) -> list[UsbTty]:
    """Every tty of a USB device that the kernel shows, by device and interface."""
    found = []
    for name in _NAMES:
        for tty in (sysfs / "class" / "tty").glob(name):
            device = (tty / "device").resolve()
            for place in (device, *device.parents):
                if (place / "bInterfaceNumber").exists():
                    found.append(_usb_tty(str(dev / tty.name), place))
                    break
    return sorted(found, key=lambda one: (one.vendor, one.product, one.interface))


def _usb_tty(path: str, interface: Path) -> UsbTty:
    def said(file: Path) -> str:
        return file.read_text(encoding="ascii", errors="replace").strip()

    device = interface.parent
    return UsbTty(
        path,
        said(device / "idVendor"),
        said(device / "idProduct"),
        said(interface / "bInterfaceNumber"),
    )


def that_answer(
    ttys: list[UsbTty], *, clock: Clock, open_port: OpenPort
) -> Iterator[UsbTty]:
    """Those that speak AT; what is held by another process or may not be opened is passed over."""
    for tty in ttys:
        if not holders(tty.path) and _speaks_at(tty.path, clock, open_port):
            yield tty


def _speaks_at(path: str, clock: Clock, open_port: OpenPort) -> bool:
    unasked = Inbox(lambda pdu: None)
    channel = Channel(
        path,
        _BAUD_RATE,
        clock=clock,
        open_port=open_port,
        interrupt=Interrupt(),
        inbox=unasked,
    )
    try:
        channel.connect()
        return any(channel.probe("AT", _PATIENCE) for _ in range(_TRIES))
    except ModemError:
        return False
    finally:
        channel.close()

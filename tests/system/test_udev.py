"""The udev rule, asked by udev itself about modems that are made of files, as the kernel would show them."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT

_BUS = "devices/pci0000:00/0000:00:14.0/usb1/1-1"


@dataclass(frozen=True)
class Modem:
    """Vendor, product, and for each interface its class, subclass and protocol."""

    vendor: str
    product: str
    interfaces: tuple[str, ...]

    def descriptors(self) -> bytes:
        """What the device says of itself, as udev reads it for ID_USB_INTERFACES (USB 2.0, 9.6)."""
        device = struct.pack("<BB16x", 18, 1)
        configuration = struct.pack("<BB7x", 9, 2)
        interfaces = [
            struct.pack("<BBBBB3sB", 9, 4, number, 0, 2, bytes.fromhex(kind), 0)
            for number, kind in enumerate(self.interfaces)
        ]
        endpoints = struct.pack("<BB5x", 7, 5) * 2
        return device + configuration + b"".join(one + endpoints for one in interfaces)


class Udev:
    """The container's udev with our rule, in a tree of its own, and a made-up /sys."""

    def __init__(self, place: Path) -> None:
        self.root = place / "root"
        upper, work = place / "upper", place / "work"
        for directory in (self.root, upper, work):
            directory.mkdir(parents=True)
        layers = (
            f"lowerdir={os.environ['ANTIRELOU_TREE']},upperdir={upper},workdir={work}"
        )
        _mount("-t", "overlay", "overlay", "-o", layers, str(self.root))
        _mount("-t", "proc", "proc", str(self.root / "proc"))
        self.sys = self.root / "sys"
        self.rules = self.root / "usr/local/lib/udev/rules.d"
        self.rules.mkdir(parents=True)
        shutil.copy(ROOT / "systemd/70-antirelou.rules", self.rules)

    def plug(self, modem: Modem) -> None:
        """Show this modem, and nothing else, with a tty for each interface."""
        shutil.rmtree(self.sys)
        device = self.sys / _BUS
        self._entry(device.parent.parent, "bus/pci", "")
        self._entry(
            device, "bus/usb", "DEVTYPE=usb_device\nBUSNUM=001\nDEVNUM=004\n"
            "MAJOR=189\nMINOR=3\nDEVNAME=bus/usb/001/004\n"
        )  # fmt: skip
        (device / "idVendor").write_text(f"{modem.vendor}\n")
        (device / "idProduct").write_text(f"{modem.product}\n")
        (device / "descriptors").write_bytes(modem.descriptors())
        for number, kind in enumerate(modem.interfaces):
            interface = device / f"1-1:1.{number}"
            self._entry(interface, "bus/usb", "DEVTYPE=usb_interface\n")
            (interface / "bInterfaceNumber").write_text(f"{number:02x}\n")
            for name, part in zip(("Class", "SubClass", "Protocol"), (0, 2, 4)):
                said = f"{kind[part : part + 2]}\n"
                (interface / f"bInterface{name}").write_text(said)
            port = interface / f"ttyUSB{number}"
            self._entry(port, "bus/usb-serial", "")
            (port / "port_number").write_text("0\n")
            named = f"MAJOR=188\nMINOR={number}\nDEVNAME=ttyUSB{number}\n"
            self._entry(port / "tty" / port.name, "class/tty", named)

    def _entry(self, place: Path, subsystem: str, uevent: str) -> None:
        place.mkdir(parents=True)
        (place / "uevent").write_text(uevent)
        (self.sys / subsystem).mkdir(parents=True, exist_ok=True)
        levels = "../" * len(place.relative_to(self.sys).parts)
        (place / "subsystem").symlink_to(f"{levels}{subsystem}")

    def properties(self, path: str) -> dict[str, str]:
        """What udev would know of a device below the modem's own place."""
        told = subprocess.run(
            ["chroot", self.root, "udevadm", "test", "--action=add", f"/sys/{_BUS}{path}"],
            env={**os.environ, "SYSTEMD_DEVICE_VERIFY_SYSFS": "0"},
            capture_output=True,
            text=True,
            check=True,
        )  # fmt: skip
        pairs = (line.partition("=") for line in told.stdout.splitlines())
        return {name: value for name, equals, value in pairs if equals}

    def links(self, number: int) -> set[str]:
        """Our names for the tty of an interface."""
        tty = f"/1-1:1.{number}/ttyUSB{number}/tty/ttyUSB{number}"
        links = self.properties(tty).get("DEVLINKS", "").split()
        return {link for link in links if link.startswith("/dev/antirelou")}


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


@pytest.fixture(scope="module")
def udev() -> Iterator[Udev]:
    udev = Udev(Path(os.environ["ANTIRELOU_SCRATCH"]) / "udev")
    yield udev
    for place in (udev.root / "proc", udev.root):
        subprocess.run(["umount", place], check=True)


SERIAL = "ff0000"
KNOWN = [
    (Modem("2c7c", "0125", (SERIAL,) * 5), 2),  # Quectel EC25
    (Modem("1e0e", "9001", (SERIAL,) * 5), 2),  # SIMCom SIM7600
    (Modem("1bc7", "1201", (SERIAL,) * 6), 4),  # Telit LE910
    (Modem("1199", "9071", (SERIAL,) * 4), 3),  # Sierra MC7455
    (Modem("1546", "1102", (SERIAL,) * 3), 0),  # u-blox SARA-U2
    (Modem("2cb7", "01a4", (SERIAL,) * 5), 3),  # Fibocom FM101-GL
    (Modem("19d2", "0117", (SERIAL,) * 3), 2),  # ZTE
    (Modem("12d1", "1001", ("ffffff",) * 3), 0),  # Huawei E169
    (Modem("12d1", "1506", ("ff0210", "ff0213", "ff0212", "ff0216")), 2),  # E3372
    (Modem("12d1", "1c05", ("ff0101", "ff0103", "ff0102")), 2),  # E173 and others
]


@pytest.mark.parametrize(
    ("modem", "speaks"), KNOWN, ids=[f"{one.vendor}:{one.product}" for one, _ in KNOWN]
)
def test_just_the_port_that_speaks_at_has_the_name(
    modem: Modem, speaks: int, udev: Udev
) -> None:
    udev.plug(modem)
    path = f"pci-0000:00:14.0-usb-0:1:1.{speaks}"
    assert {number: udev.links(number) for number in range(len(modem.interfaces))} == {
        number: {"/dev/antirelou-modem", f"/dev/antirelou-modem-{path}"}
        if number == speaks
        else set()
        for number in range(len(modem.interfaces))
    }
    assert udev.properties("")["ID_MM_DEVICE_IGNORE"] == "1"


UNKNOWN = [
    Modem("2c7c", "9999", (SERIAL,) * 5),
    Modem("12d1", "14dc", ("020600", "0a0000")),  # HiLink: a network card
    Modem("0403", "6001", ("ffffff",)),  # a serial adapter
]


@pytest.mark.parametrize(
    "modem", UNKNOWN, ids=lambda one: f"{one.vendor}:{one.product}"
)
def test_what_is_not_in_the_table_has_no_name_and_is_left_to_modemmanager(
    modem: Modem, udev: Udev
) -> None:
    udev.plug(modem)
    assert not any(udev.links(number) for number in range(len(modem.interfaces)))
    assert "ID_MM_DEVICE_IGNORE" not in udev.properties("")


def test_the_line_that_check_prints_gives_it_the_name(udev: Udev) -> None:
    from antirelou.modem.probe import UsbTty

    line = UsbTty("/dev/ttyUSB1", "2c7c", "9999", "01").rule
    own = udev.root / "etc/udev/rules.d/69-antirelou.rules"
    own.write_text(f"{line}\n")
    udev.plug(UNKNOWN[0])
    assert [bool(udev.links(number)) for number in range(3)] == [False, True, False]
    assert udev.properties("")["ID_MM_DEVICE_IGNORE"] == "1"
    own.unlink()

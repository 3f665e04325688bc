"""antirelou/modem/probe.py and what `antirelou check` makes of it: which tty of an unknown modem speaks AT."""

from __future__ import annotations

import re
from pathlib import Path

from modem_stage import NOON

from antirelou.cli.check_ttys import sentences
from antirelou.clock import VirtualClock
from antirelou.modem.port import Port
from antirelou.modem.probe import UsbTty, that_answer, usb_ttys
from antirelou.simulator import Simulation

RULES = Path(__file__).parent.parent / "systemd" / "70-antirelou.rules"


def plug(
    sysfs: Path, device: str, ids: tuple[str, str], ttys: dict[str, str], acm: bool
) -> None:
    """A USB device as the kernel shows it: `ttys` are names by interface number."""
    place = sysfs / "devices" / "usb1" / device
    place.mkdir(parents=True)
    (place / "idVendor").write_text(f"{ids[0]}\n")
    (place / "idProduct").write_text(f"{ids[1]}\n")
    for number, name in ttys.items():
        interface = place / f"{device}:1.{int(number, 16)}"
        port = interface if acm else interface / name
        entry = port / "tty" / name
        entry.mkdir(parents=True)
        (interface / "bInterfaceNumber").write_text(f"{number}\n")
        (entry / "device").symlink_to(port)
        listed = sysfs / "class" / "tty" / name
        listed.parent.mkdir(parents=True, exist_ok=True)
        listed.symlink_to(entry)


def test_ttys_are_known_by_what_a_udev_rule_knows_them_by(tmp_path: Path) -> None:
    plug(tmp_path, "1-1", ("abcd", "0125"), {"00": "ttyUSB0", "0a": "ttyUSB1"}, False)
    plug(tmp_path, "1-2", ("1546", "1102"), {"00": "ttyACM0"}, True)
    (tmp_path / "class" / "tty" / "ttyS0").mkdir()  # no USB
    assert usb_ttys(tmp_path, Path("/dev")) == [
        UsbTty("/dev/ttyACM0", "1546", "1102", "00"),
        UsbTty("/dev/ttyUSB0", "abcd", "0125", "00"),
        UsbTty("/dev/ttyUSB1", "abcd", "0125", "0a"),
    ]


def test_a_machine_without_usb_ttys_has_none(tmp_path: Path) -> None:
    assert usb_ttys(tmp_path) == []


def ask(faults: dict[str, str]) -> list[str]:
    """The paths that answer, of one tty for each fault."""
    clock = VirtualClock(NOON)
    dongles = {path: Simulation(clock) for path in faults}
    for path, fault in faults.items():
        if fault:
            dongles[path].fault(fault)

    def open_port(path: str, baud_rate: int) -> Port:
        return dongles[path].open_port(path, baud_rate)

    ttys = [UsbTty(path, "abcd", "0125", "00") for path in faults]
    return [tty.path for tty in that_answer(ttys, clock=clock, open_port=open_port)]


def test_only_a_tty_that_answers_is_named() -> None:
    assert ask({"/dev/ttyACM0": "silent", "/dev/ttyUSB0": ""}) == ["/dev/ttyUSB0"]


def test_a_tty_that_cannot_be_opened_is_passed_over() -> None:
    def vanish(path: str, baud_rate: int) -> Port:
        raise FileNotFoundError(path)

    tty = UsbTty("/dev/ttyUSB0", "abcd", "0125", "00")
    assert list(that_answer([tty], clock=VirtualClock(NOON), open_port=vanish)) == []


def test_the_line_to_add_is_one_of_the_form_of_the_table() -> None:
    def form(line: str) -> str:
        return re.sub(r'"[^"]*"', '"…"', line)

    known = {form(line) for line in RULES.read_text(encoding="utf-8").splitlines()}
    assert form(UsbTty("/dev/ttyUSB2", "abcd", "0125", "02").rule) in known


def test_each_modem_is_told_once_with_its_line() -> None:
    ttys = [
        UsbTty("/dev/ttyUSB2", "abcd", "0125", "02"),
        UsbTty("/dev/ttyUSB3", "abcd", "0125", "03"),
        UsbTty("/dev/ttyACM0", "abcd", "9999", "00"),
    ]
    one, other = sentences(ttys)
    assert one.startswith(
        "/dev/ttyUSB2 speaks AT (so do /dev/ttyUSB3), but modem abcd:0125"
    )
    assert ttys[0].rule in one and "/etc/udev/rules.d/69-antirelou.rules" in one
    assert other.startswith("/dev/ttyACM0 speaks AT, but modem abcd:9999")

"""Why a port cannot be opened, in a sentence; row L13's pyserial options."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from modem_stage import Stage

from antirelou.modem import Modem
from antirelou.modem.facts import PortError
from antirelou.modem.port import explain, holders, open_or_explain, open_serial
from antirelou.settings import Modem as ModemSettings


@pytest.fixture
def terminal() -> Iterator[str]:
    master, slave = os.openpty()
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


def cause_of(path: str) -> tuple[str, str]:
    with pytest.raises(PortError) as refused:
        open_or_explain(open_serial, path, 115200)
    return refused.value.cause, str(refused.value)


def test_l13_no_flow_control_a_write_timeout_and_nobody_else(terminal: str) -> None:
    port = open_serial(terminal, 115200)
    assert isinstance(port, serial.Serial)
    assert (port.rtscts, port.dsrdtr, port.xonxoff, port.exclusive) == (
        False,
        False,
        False,
        True,
    )
    assert port.write_timeout == 10
    port.close()


def test_a_missing_port_names_the_key_to_set(tmp_path: Path) -> None:
    cause, sentence = cause_of(str(tmp_path / "none"))
    assert (
        cause == "missing"
        and "modem.port" in sentence
        and str(tmp_path / "none") in sentence
    )


def test_a_dangling_link_is_a_missing_port(tmp_path: Path) -> None:
    (tmp_path / "modem").symlink_to("/dev/ttyUSB99")
    assert cause_of(str(tmp_path / "modem"))[0] == "missing"


@pytest.mark.parametrize("path", ["/dev/null", "/etc/hostname", "/etc"])
def test_what_is_no_serial_port_is_called_so(path: str) -> None:
    cause, sentence = cause_of(path)
    assert cause == "not_a_modem" and path in sentence


def test_a_busy_port_names_the_process_that_holds_it(
    terminal: str, tmp_path: Path
) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import serial; p = serial.Serial({terminal!r}, exclusive=True); print(1, flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        link = tmp_path / "modem"
        link.symlink_to(terminal)
        cause, sentence = cause_of(str(link))
        assert (
            cause == "busy"
            and f"(process {holder.pid})" in sentence
            and "python" in sentence
        )
        assert (
            holder.pid,
            Path(f"/proc/{holder.pid}/comm").read_text().strip(),
        ) in holders(terminal)
    finally:
        holder.communicate(b"\n")


def test_a_port_that_this_process_holds_is_busy_too(terminal: str) -> None:
    descriptor = os.open(terminal, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    assert cause_of(terminal)[0] == "busy"
    os.close(descriptor)


def test_a_port_that_may_not_be_opened_names_its_group(terminal: str) -> None:
    refused = explain(
        terminal, serial.SerialException(errno.EACCES, "Permission denied")
    )
    assert (
        refused.cause == "not_permitted"
        and "group" in str(refused)
        and terminal in str(refused)
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_group_that_the_units_namespace_hides_is_the_usual_one(
    tmp_path: Path,
) -> None:
    port = tmp_path / "tty"
    port.touch()
    os.chown(port, 65534, 65534)
    assert "the group 'dialout'" in str(explain(str(port), PermissionError()))


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OSError(errno.ENODEV, "x"), "missing"),
        (OSError(errno.EIO, "x"), "missing"),
        (FileNotFoundError(), "missing"),
        (OSError(errno.EBUSY, "x"), "busy"),
        (PermissionError(), "not_permitted"),
        (
            serial.SerialException(
                "Could not configure port: (25, 'Inappropriate ioctl for device')"
            ),
            "not_a_modem",
        ),
    ],
)
def test_each_error_has_one_cause(error: OSError, cause: str) -> None:
    assert explain("/dev/ttyUSB0", error).cause == cause


def test_an_impossible_rate_names_its_key() -> None:
    def refuse(path: str, baud_rate: int) -> None:
        raise ValueError("Not a valid baudrate: -1")

    with pytest.raises(PortError, match=r"modem\.baud_rate"):
        open_or_explain(refuse, "/dev/ttyUSB0", -1)  # type: ignore[arg-type]


def test_the_modem_opens_real_ports_by_itself() -> None:
    stage = Stage(opened=False)
    modem = Modem(
        ModemSettings(port="/nonexistent/modem"),
        stage.clock,
        pins=stage.pins,
        take_direct=stage.direct.append,
    )
    with pytest.raises(PortError) as refused:
        modem.open()
    assert refused.value.cause == "missing"


def test_an_unplugged_dongle_is_missing() -> None:
    stage = Stage(opened=False)
    stage.simulation.unplug()
    with pytest.raises(PortError) as refused:
        stage.modem.open()
    assert refused.value.cause == "missing"

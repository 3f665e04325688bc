"""The pty mount, with pyserial on the other side and real time between."""

from __future__ import annotations

import fcntl
import os
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import serial

from antirelou.clock import SystemClock
from antirelou.simulator import Simulation
from antirelou.simulator.pty import Mount, served

DEADLINE_SECONDS = 5.0


def until(true: Callable[[], object]) -> None:
    """Look often until `true`, no longer than the deadline."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        os.sched_yield()


def opened(path: Path) -> serial.Serial:
    return serial.Serial(str(path), 115200, timeout=DEADLINE_SECONDS, exclusive=True)


def test_a_program_opens_talks_closes_and_opens_again(tmp_path: Path) -> None:
    with served(Simulation(SystemClock(), voice="generic"), tmp_path / "modem"):
        for _ in range(3):
            with opened(tmp_path / "modem") as port:
                port.write(b"ATE0\r")
                port.read_until(b"\r\nOK\r\n")
                port.write(b"AT+CSQ\r")
                assert port.read_until(b"OK\r\n") == b"\r\n+CSQ: 18,99\r\n\r\nOK\r\n"
    assert not os.path.lexists(tmp_path / "modem")


def test_a_long_listing_comes_whole_through_the_small_buffer(tmp_path: Path) -> None:
    simulation = Simulation(SystemClock(), voice="generic", sm_slots=255)
    for _ in range(255):
        simulation.network.text("+33639980001", "x" * 160)
    with served(simulation, tmp_path / "modem"), opened(tmp_path / "modem") as port:
        port.write(b"ATE0\rAT+CMGL=4\r")
        said = port.read_until(b"\r\nOK\r\n") + port.read_until(b"\r\nOK\r\n")
        assert said.count(b"+CMGL:") == 255


def test_what_is_said_while_nobody_listens_is_lost(tmp_path: Path) -> None:
    simulation = Simulation(SystemClock(), voice="generic")
    with served(simulation, tmp_path / "modem") as mount:
        with opened(tmp_path / "modem") as port:
            port.write(b"AT+CNMI=2,1,0,0,0\r")
            port.read_until(b"OK\r\n")
        until(lambda: not simulation.wire.mounted)
        mount.order(lambda: simulation.network.text("+33639980001", "x"))
        until(lambda: simulation.network.delivered)
        with opened(tmp_path / "modem") as port:
            port.write(b"AT\r")
            assert port.read_until(b"OK\r\n") == b"AT\r\r\nOK\r\n"


def test_exclusive_use_ends_with_the_user(tmp_path: Path) -> None:
    simulation = Simulation(SystemClock(), voice="generic")
    with served(simulation, tmp_path / "modem") as mount:
        with opened(tmp_path / "modem") as port:
            until(lambda: simulation.wire.mounted)
            fcntl.ioctl(port.fileno(), termios.TIOCEXCL)
            with pytest.raises(serial.SerialException):
                opened(tmp_path / "modem")
        until(lambda: not simulation.wire.mounted)
        with open(tmp_path / "modem", "rb", buffering=0) as file:
            exclusive = fcntl.ioctl(file.fileno(), 0x80045440, b"\0\0\0\0")  # TIOCGEXCL
        assert exclusive == b"\0\0\0\0"
        assert mount.link.is_symlink()


def test_unplugging_hangs_up_and_plugging_in_brings_the_link_back(
    tmp_path: Path,
) -> None:
    simulation = Simulation(SystemClock(), voice="generic")
    with served(simulation, tmp_path / "modem") as mount:
        port = opened(tmp_path / "modem")
        until(lambda: simulation.wire.mounted)
        mount.order(lambda: simulation.fault("unplug", seconds=0))
        with pytest.raises(serial.SerialException):
            port.read(1)
        port.close()
        until(lambda: not os.path.lexists(tmp_path / "modem"))
        mount.order(simulation.replug)
        until((tmp_path / "modem").is_symlink)
        with opened(tmp_path / "modem") as port:
            mount.order(lambda: setattr(simulation.modem, "ready_at", 0.0))
            until(lambda: simulation.modem.ready_at == 0)
            port.write(b"AT\r")
            assert port.read_until(b"OK\r\n").endswith(b"OK\r\n")


def test_another_name_after_replugging_is_another_link(tmp_path: Path) -> None:
    simulation = Simulation(SystemClock(), voice="generic")
    with served(simulation, tmp_path / "ttyUSB") as mount:
        mount.order(lambda: simulation.fault("new_name_after_replug"))
        mount.order(lambda: simulation.fault("unplug", seconds=0))
        until(lambda: not os.path.lexists(tmp_path / "ttyUSB"))
        mount.order(simulation.replug)
        until((tmp_path / "ttyUSB1").is_symlink)


def test_a_link_that_points_nowhere_is_replaced_and_a_file_is_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "stale").symlink_to("/dev/pts/99999")
    Mount(Simulation(SystemClock()), tmp_path / "stale").close()
    assert not os.path.lexists(tmp_path / "stale")
    (tmp_path / "file").write_text("precious")
    with pytest.raises(FileExistsError, match="is no symbolic link"):
        Mount(Simulation(SystemClock()), tmp_path / "file")
    assert (tmp_path / "file").read_text() == "precious"


def test_a_modem_that_does_not_read_makes_writes_time_out(tmp_path: Path) -> None:
    simulation = Simulation(SystemClock(), voice="generic")
    simulation.fault("not_reading")
    with served(simulation, tmp_path / "modem"), opened(tmp_path / "modem") as port:
        port.write_timeout = 0.2
        with pytest.raises(serial.SerialTimeoutException):
            port.write(b"A" * 200_000)

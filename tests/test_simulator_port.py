"""The in-process mount: pyserial's manners, virtual time, and the same octets for the same seed."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime

import pytest
from simulator_dongle import SUBMIT, ask, dongle, pass_seconds, reopen

from antirelou.clock import SystemClock, VirtualClock
from antirelou.simulator import FAULTS, VOICES, Simulation


def test_a_read_waits_no_longer_than_its_timeout() -> None:
    simulation, port = dongle()
    port.timeout = 2.5
    before = simulation.clock.boot()
    assert port.read(1) == b""
    assert simulation.clock.boot() - before == pytest.approx(2.5)


def test_a_read_ends_when_its_octets_have_come() -> None:
    simulation, port = dongle(setup="ATE0;+CNMI=2,1,0,0,0")
    port.timeout = 3600
    simulation.network.text("+33639980001", "x", at=7.25)
    before = simulation.clock.boot()
    assert port.read(5) == b"\r\n+CM"
    assert simulation.clock.boot() - before == pytest.approx(7.25)
    assert port.in_waiting == 12
    port.reset_input_buffer()
    assert port.in_waiting == 0


def test_a_cancelled_read_ends_at_once_and_the_next_does_not() -> None:
    simulation, port = dongle()
    port.timeout = 100
    simulation.schedule(3, port.cancel_read)
    before = simulation.clock.boot()
    assert port.read(1) == b""
    assert simulation.clock.boot() - before == pytest.approx(3)
    assert port.read(1) == b""
    assert simulation.clock.boot() - before == pytest.approx(103)


def test_cancelling_before_the_read_ends_it_too() -> None:
    simulation, port = dongle()
    port.timeout = 100
    port.cancel_read()
    before = simulation.clock.boot()
    assert port.read(1) == b""
    assert simulation.clock.boot() == before


def test_a_signal_ends_a_read_in_real_time() -> None:
    simulation = Simulation(SystemClock())
    port = simulation.open_port()
    port.timeout = 60
    before = signal.signal(signal.SIGUSR1, lambda *_: port.cancel_read())
    timer = threading.Timer(
        0.05, signal.pthread_kill, (threading.main_thread().ident, signal.SIGUSR1)
    )
    timer.start()
    try:
        assert port.read(1) == b""
    finally:
        timer.join()  # before nobody expects its signal any more
        signal.signal(signal.SIGUSR1, before)
    assert simulation.time < simulation.clock.boot() + 60


def test_a_closed_port_is_closed_and_loses_what_is_said() -> None:
    simulation, port = dongle(setup="AT+CNMI=2,1,0,0,0")
    port.close()
    port.close()
    assert not port.is_open
    with pytest.raises(OSError):
        port.read(1)
    simulation.network.text("+33639980001", "x")
    again = simulation.open_port()
    again.timeout = 0
    assert again.read(100) == b""
    assert ask(again, "AT+CNMI?").endswith(
        "+CNMI: 2,1,0,0,0||OK"
    )  # closing is no power cut


def test_a_newer_opening_takes_the_line_from_one_that_was_killed() -> None:
    simulation, old = dongle()
    new = simulation.open_port()
    with pytest.raises(OSError):
        old.read(1)
    old.close()
    new.timeout = 0
    assert ask(new, "AT").endswith("OK")


def story(voice: str, seed: int) -> tuple[bytes, list[str]]:
    """All faults at once on one evening."""
    simulation = Simulation(
        VirtualClock(datetime(2026, 11, 22, 10, tzinfo=UTC)),
        voice=voice,
        seed=seed,
        radio="realistic",
    )
    said = b""
    for name in FAULTS:
        if "unplug" not in name and name not in (
            "silent",
            "echo_only",
            "port_busy",
            "not_a_modem",
            "not_reading",
        ):
            simulation.fault(name)
    port = simulation.open_port()
    port.timeout = 2
    for number in range(30):
        simulation.network.text("+33639980001", f"text {number}", at=number)
        port.write(b"AT+CMGL=4\rAT+CSQ\r")
        said += port.read(500)
    return said, [one.pdu for one in simulation.network.delivered]


@pytest.mark.parametrize("voice", VOICES)
def test_the_same_seed_says_the_same_octets(voice: str) -> None:
    assert story(voice, 1) == story(voice, 1)
    assert story(voice, 1) != story(voice, 2)


def test_every_fault_alone_leaves_a_modem_that_a_power_cut_and_clearing_mend() -> None:
    for name in FAULTS:
        simulation, port = dongle("quectel", setup="ATE0")
        simulation.fault(name)
        for typed in (b"AT\r", b"AT+CMGL=4\r", b"AT+CMGS=17\r", b"00\x1a\x1b\r"):
            try:
                port.write(typed)
                port.read(1000)
            except OSError:
                break
        for fault in (name, "unplug", "pin", "sim_busy"):
            simulation.clear(fault)
        simulation.unplug()
        simulation.replug()
        pass_seconds(simulation, 30)
        port = simulation.open_port()
        port.timeout = 0
        assert ask(port, "ATE0;+CPIN?").endswith("+CPIN: READY||OK"), name


def test_unread_octets_are_gone_when_the_port_is_opened_again() -> None:
    simulation, port = dongle()
    port.write(b"AT\r")
    port.close()
    again = simulation.open_port()
    assert again.in_waiting == 0


def test_what_was_under_way_does_not_come_after_a_power_cut() -> None:
    simulation, port = dongle(radio="realistic", setup="ATE0")
    port.write(b"AT+CMGS=17\r")
    port.write(SUBMIT.encode() + b"\x1a")
    simulation.unplug()
    simulation.replug()
    port = reopen(simulation)
    pass_seconds(simulation, 60)
    assert b"+CMGS" not in port.read(1000)
    assert simulation.network.submitted == []

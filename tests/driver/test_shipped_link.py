"""Rows L, the link: what happens to the library as shipped. The same situations pass in tests/test_modem_*.py."""

from __future__ import annotations

import threading
import time

import pytest
from conftest import Shipped
from gsmmodem.exceptions import CommandError, GsmModemException, TimeoutException
from gsmmodem.modem import GsmModem
from modem_stage import NUMBER

THREE_WIRES = {"rtscts": False}


def until(condition: object, seconds: float = 5.0) -> bool:
    """Wait for an effect of one of the library's threads."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:  # type: ignore[operator]
        threading.Event().wait(0.02)
    return bool(condition())  # type: ignore[operator]


def test_l1_an_indication_in_front_of_an_answer_is_taken_for_it(
    shipped: Shipped,
) -> None:
    modem = shipped.connected()
    shipped.fault("glued_indication", where="answer", line='+CMTI: "SM",3')
    with pytest.raises(CommandError):
        _ = modem.signalStrength


def test_l2_of_five_indications_one_is_read(shipped: Shipped) -> None:
    modem = shipped.connected()
    shipped.fault("merged_indications", count=5)
    for number in range(5):
        shipped.tell(
            lambda number=number: shipped.simulation.network.text(
                NUMBER, f"Bonjour {number}"
            )
        )
    assert until(lambda: shipped.received)
    assert not until(lambda: len(shipped.received) == 5, 2) and modem.alive


def test_l3_another_threads_command_gets_between_prompt_and_pdu(
    shipped: Shipped,
) -> None:
    """The library's lock is let go at the prompt; here the other thread is given that moment, elsewhere it takes it."""
    modem = shipped.connected()
    write, put = modem.write, modem.serial.write
    prompted, between = threading.Event(), threading.Event()

    def poll() -> None:
        prompted.wait(10)
        with pytest.raises(TimeoutException):
            write("AT+CSQ", timeout=1)

    def watched(data: str, *arguments: object, **options: object) -> object:
        answer = write(data, *arguments, **options)
        if data.startswith("AT+CMGS"):
            prompted.set()
            between.wait(10)
        return answer

    def noticed(octets: bytes) -> int:
        if octets.startswith(b"AT+CSQ"):
            between.set()
        return int(put(octets))

    modem.write, modem.serial.write = watched, noticed
    poller = threading.Thread(target=poll)
    poller.start()
    with pytest.raises(GsmModemException):
        modem.sendSms("+33639980000", "Bonjour")
    poller.join(10)
    assert shipped.simulation.network.submitted == []


def test_l4_one_octet_that_is_no_text_ends_all_reading_unnoticed(
    shipped: Shipped,
) -> None:
    failed: list[object] = []
    modem = shipped.connected(fatalErrorCallbackFunc=failed.append)
    threading.excepthook, before = lambda _: None, threading.excepthook
    try:
        shipped.tell(lambda: shipped.simulation.say(b'\r\n+CUSD: 0,"caf\xe9"\r\n'))
        assert until(lambda: not modem.rxThread.is_alive())
    finally:
        threading.excepthook = before
    assert modem.alive and failed == []
    with pytest.raises(TimeoutException):
        modem.write("AT", timeout=1)


def test_l5_an_error_of_the_operating_system_ends_all_reading_unnoticed(
    shipped: Shipped,
) -> None:
    failed: list[object] = []
    modem = shipped.connected(fatalErrorCallbackFunc=failed.append)

    def vanished() -> int:
        raise OSError(5, "Input/output error")

    modem.serial.inWaiting = vanished
    threading.excepthook, before = lambda _: None, threading.excepthook
    try:
        shipped.tell(lambda: shipped.simulation.say(b"\r\n^RSSI:12\r\n"))
        assert until(lambda: not modem.rxThread.is_alive())
    finally:
        threading.excepthook = before
    assert modem.alive and failed == []


def test_l6_unplugging_is_noticed_when_the_command_times_out(shipped: Shipped) -> None:
    modem = shipped.connected()
    shipped.fault("unplug_mid_command", prefix="AT+CSQ", seconds=0.0)
    began = time.monotonic()
    with pytest.raises(TimeoutException):
        modem.write("AT+CSQ", timeout=3)
    assert time.monotonic() - began >= 3


def test_l7_closing_before_connecting_fails(shipped: Shipped) -> None:
    with pytest.raises(AttributeError):
        shipped.new().close()


@pytest.mark.parametrize("shipped", [{"voice": "simcom"}], indirect=True)
def test_l8_after_a_restart_nothing_is_received_any_more(shipped: Shipped) -> None:
    modem = shipped.connected()
    shipped.fault("reboot")
    assert until(lambda: shipped.simulation.modem.settings["E"] == 1)
    assert until(lambda: shipped.simulation.modem.reachable(), 10)
    shipped.tell(lambda: shipped.simulation.network.text(NUMBER, "Bonjour"))
    assert not until(lambda: shipped.received, 2) and modem.alive
    assert shipped.simulation.modem.cnmi[:2] == [0, 0]
    with pytest.raises(CommandError):
        _ = modem.signalStrength


def test_l9_a_prompt_that_was_not_seen_eats_the_next_command(shipped: Shipped) -> None:
    modem = shipped.connected()
    shipped.fault("hang_on_submit", waiting=True)
    with pytest.raises(TimeoutException):
        modem.sendSms("+33639980000", "Bonjour")
    with pytest.raises(TimeoutException):
        modem.write("AT", timeout=1)


def test_l10_a_late_answer_is_the_next_commands_answer(shipped: Shipped) -> None:
    modem = shipped.connected()
    shipped.fault("late_answer", prefix="AT+CSQ", seconds=1.5, times=1)
    with pytest.raises(TimeoutException):
        modem.write("AT+CSQ", timeout=1)
    assert modem.write("AT+COPS?", timeout=3)[0].startswith("+CSQ:")


def test_l11_a_submit_that_takes_37_seconds_is_called_a_failure(
    shipped: Shipped,
) -> None:
    modem = shipped.connected()
    shipped.fault("late_cmgs", seconds=37.0)
    with pytest.raises(TimeoutException):
        modem.sendSms("+33639980000", "Bonjour")
    assert len(shipped.simulation.network.submitted) == 1


def test_l12_a_busy_sim_is_asked_for_ever(shipped: Shipped) -> None:
    modem = shipped.connected()
    shipped.fault("cme_error", code=14, prefix="AT+CSQ", times=None)
    asking = threading.Thread(target=lambda: modem.write("AT+CSQ"), daemon=True)
    asking.start()
    asking.join(6)
    assert asking.is_alive()
    shipped.tell(lambda: shipped.simulation.clear("cme_error"))
    asking.join(10)


def test_l13_flow_control_cannot_be_switched_off(shipped: Shipped) -> None:
    with pytest.raises(TypeError, match="multiple values"):
        shipped.new(**THREE_WIRES).connect()


@pytest.mark.parametrize(
    "final", ["+CME ERROR: SIM not inserted", "+CMS ERROR:500", "NO CARRIER"]
)
def test_l14_some_errors_are_waited_out(shipped: Shipped, final: str) -> None:
    modem = shipped.connected()
    shipped.fault("odd_answer", prefix="AT+CSQ", final=final)
    with pytest.raises(TimeoutException):
        modem.write("AT+CSQ", timeout=1)


def test_l14_a_nul_in_front_of_ok_hides_it(shipped: Shipped) -> None:
    modem = shipped.connected()
    shipped.fault("odd_answer", prefix="AT+CSQ", lines="", final="\0OK")
    with pytest.raises(TimeoutException):
        modem.write("AT+CSQ", timeout=1)


@pytest.mark.parametrize("shipped", [{"pin": "1234"}], indirect=True)
def test_l15_a_failed_connection_stays_open(shipped: Shipped) -> None:
    modem = shipped.new()
    with pytest.raises(GsmModemException):
        modem.connect()
    assert modem.serial.is_open and modem.rxThread.is_alive()


def test_l16_another_sim_gets_the_old_ones_service_centre(shipped: Shipped) -> None:
    modem = shipped.connected()
    modem.alive = False
    modem.serial.cancel_read()
    modem.rxThread.join(2)
    modem.serial.close()
    shipped.tell(lambda: shipped.simulation.sim.swap(service_centre="+33639980077"))
    modem.connect()
    assert shipped.simulation.sim.service_centre == "+33639980099"


@pytest.mark.parametrize(
    ("prefix", "lines", "error"),
    [
        ("AT+CFUN?", "", TypeError),
        ("AT+CSCA?", None, CommandError),
        ("AT+CMEE", None, CommandError),
    ],
)
def test_l17_one_odd_answer_ends_the_connection(
    shipped: Shipped, prefix: str, lines: str | None, error: type[Exception]
) -> None:
    if lines is None:
        shipped.fault("cme_error", prefix=prefix, code=100, times=None)
    else:
        shipped.fault("odd_answer", prefix=prefix, lines=lines)
    with pytest.raises(error):
        shipped.connected()


def test_l17_a_modem_that_offers_only_mt_is_refused(shipped: Shipped) -> None:
    shipped.fault("cpms_form", form="only_mt")
    with pytest.raises(CommandError):
        shipped.connected()


@pytest.mark.parametrize("shipped", [{"pin": "1234"}], indirect=True)
def test_pin_a_wrong_one_is_typed_at_every_start_until_the_sim_is_locked(
    shipped: Shipped,
) -> None:
    for _ in range(4):
        modem: GsmModem = shipped.new()
        with pytest.raises(GsmModemException):
            modem.connect(pin="9999")
        shipped.close()
    assert (
        shipped.simulation.sim.state == "SIM PUK"
        and len(shipped.simulation.sim.pins_seen) >= 3
    )

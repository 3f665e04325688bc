"""The library stood on, and a modem that starts by itself; rows L8, L10, L12, L15, L16 and L17, and no thread, no sleep."""

from __future__ import annotations

import sys
import threading
import time

import pytest
from gsmmodem.modem import GsmModem
from modem_stage import NUMBER, PDU, Stage

from antirelou.modem.channel import Channel
from antirelou.modem.dongle import Dongle
from antirelou.modem.facts import Fate, ModemSilent, PortError, Rebooted, SimRefused

VOICES = ["huawei", "simcom", "quectel", "zte", "generic"]


def test_our_channel_stands_behind_the_library_and_hides_none_of_its_names() -> None:
    assert [one.__name__ for one in Dongle.__mro__[:4]] == [
        "Dongle",
        "GsmModem",
        "Channel",
        "SerialComms",
    ]
    ours = {name for name in vars(Channel) if not name.startswith("__")}
    assert ours & set(vars(GsmModem)) == {"connect"}
    assert {"connect", "write"} <= set(vars(Dongle))


@pytest.mark.parametrize("voice", VOICES)
def test_the_library_never_sleeps_and_starts_no_thread(voice: str) -> None:
    forbidden = {
        time.sleep,
        threading.Thread.start,
        GsmModem.connect,
        GsmModem.write,
        threading.Event.wait,
    }
    names = {function.__qualname__ for function in forbidden}
    called = []

    def watch(frame: object, event: str, argument: object) -> None:
        if event == "c_call" and argument is time.sleep:
            called.append("time.sleep")
        elif event == "call" and frame.f_code.co_qualname in names:  # type: ignore[attr-defined]
            called.append(frame.f_code.co_qualname)  # type: ignore[attr-defined]

    threads = threading.enumerate()
    stage = Stage(opened=False, voice=voice)
    stage.simulation.fault("sim_busy", seconds=10.0)
    sys.setprofile(watch)
    try:
        stage.modem.open()
        stage.network.text(NUMBER, "Bonjour")
        stage.network.call(NUMBER)
        stage.modem.wait(5)
        [slot] = stage.modem.stored()
        stage.simulation.fault("late_cmgs", seconds=40.0)
        stage.modem.submit(PDU)
        stage.modem.delete(slot.storage, slot.index)
        stage.modem.condition()
        stage.modem.refuse_call()
        stage.modem.reset()
    finally:
        sys.setprofile(None)
    assert called == [] and threading.enumerate() == threads


@pytest.mark.parametrize("voice", VOICES)
def test_l8_a_modem_that_starts_again_is_initialised_again(voice: str) -> None:
    stage = Stage(voice=voice)
    stage.modem.wait(90)
    stage.simulation.fault("reboot")
    heard = [fact for _ in range(4) for fact in stage.modem.wait(5)]
    stage.network.text(NUMBER, "Bonjour")
    assert len(stage.modem.stored()) == 1
    settings = stage.simulation.modem.settings
    assert (settings["E"], settings["+CMGF"], settings["+CLIP"], settings["+CMEE"]) == (
        0,
        0,
        1,
        1,
    )
    assert stage.simulation.modem.cnmi[:2] == [2, 1]
    heard += stage.modem.wait(0)
    assert [type(fact) for fact in heard].count(Rebooted) == 1


@pytest.mark.parametrize("voice", VOICES)
def test_l8_settings_lost_without_a_word_are_made_again(voice: str) -> None:
    """Echo after `ATE0` is the sign; nothing is listed or submitted in text mode meanwhile."""
    stage = Stage(voice=voice)
    stage.network.text(NUMBER, "Bonjour")
    stage.simulation.fault("settings_lost")
    stage.modem.wait(5)
    assert [slot.length for slot in stage.modem.stored()] == [26]
    stage.modem.wait(90)
    stage.simulation.fault("settings_lost")
    stage.simulation.modem.settings["+CMGF"] = 1
    assert stage.modem.submit(PDU).fate is Fate.SUBMITTED
    assert [one.destination for one in stage.network.submitted] == [NUMBER[:-1] + "0"]
    stage.modem.condition()
    assert stage.simulation.modem.settings["+CLIP"] == 1


def test_l8_a_modem_that_starts_during_a_listing_is_listed_again() -> None:
    for voice in VOICES:
        stage = Stage(voice=voice)
        stage.network.text(NUMBER, "Bonjour")
        stage.simulation.fault("reboot_on_command", prefix="AT+CMGL")
        assert [slot.storage for slot in stage.modem.stored()] == [
            stage.network.delivered[0].storage
        ]


def test_one_start_is_told_once_and_the_next_one_again() -> None:
    stage = Stage(voice="simcom")
    told = []
    for _ in range(3):
        stage.modem.wait(120)
        stage.simulation.fault("reboot")
        for _ in range(10):
            told += [fact for fact in stage.modem.wait(2) if isinstance(fact, Rebooted)]
            stage.modem.stored()
    assert told == [Rebooted("RDY")] * 3


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("seconds", [0.0, 1.6, 2.5])
def test_a_modem_may_be_opened_while_it_starts(voice: str, seconds: float) -> None:
    stage = Stage(opened=False, voice=voice)
    stage.simulation.fault("reboot")
    stage.clock.wait(seconds)
    assert stage.modem.open().imsi == stage.sim.imsi
    assert [fact for _ in range(10) for fact in stage.modem.wait(2)] == []
    stage.network.text(NUMBER, "Bonjour")
    assert (
        len(stage.modem.stored()) == 1 and stage.simulation.modem.settings["+CLIP"] == 1
    )


def test_a_sim_that_gets_ready_during_initialisation_is_no_start() -> None:
    stage = Stage(opened=False)
    feed = stage.simulation.modem.feed

    def chatters(octets: bytes) -> None:
        feed(octets)
        if octets.startswith(b"AT+CSCS"):
            stage.simulation.say(b"\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n")

    stage.simulation.modem.feed = chatters  # type: ignore[method-assign]
    assert stage.modem.open().imsi and stage.modem.wait(5) == []


def test_a_modem_that_starts_again_and_again_is_no_endless_loop() -> None:
    stage = Stage(voice="simcom")
    stage.simulation.fault("reboot_on_command", prefix="AT+CMGF", times=None)
    stage.modem.wait(60)
    before = stage.clock.boot()
    with pytest.raises(ModemSilent):
        stage.modem.stored()
    assert stage.clock.boot() - before < 300


def test_l15_a_failed_opening_leaves_the_port_closed() -> None:
    stage = Stage(opened=False, pin="1234")
    with pytest.raises(SimRefused):
        stage.modem.open()
    assert not stage.simulation.wire.mounted
    stage.sim.unlock()
    assert stage.modem.open().imsi == stage.sim.imsi


def test_l15_opening_twice_is_one_connection() -> None:
    stage = Stage()
    stage.modem.open()
    stage.network.text(NUMBER, "Bonjour")
    assert len(stage.modem.stored()) == 1
    stage.modem.close()
    stage.modem.close()
    assert not stage.simulation.wire.mounted


def test_l16_another_sims_service_centre_is_left_alone() -> None:
    stage = Stage()
    first = stage.modem.condition().service_centre
    stage.modem.close()
    stage.sim.swap(service_centre="+33639980077")
    identity = stage.modem.open()
    assert identity.iccid == stage.sim.iccid
    assert (
        stage.modem.condition().service_centre
        == stage.sim.service_centre
        == "+33639980077"
        != first
    )


def test_something_that_is_no_modem_is_called_so() -> None:
    stage = Stage(opened=False)
    stage.simulation.fault("not_a_modem")
    with pytest.raises(PortError, match="not as a modem") as refused:
        stage.modem.open()
    assert refused.value.cause == "not_a_modem" and not stage.simulation.wire.mounted


def test_a_port_that_says_nothing_is_silent_in_a_few_seconds() -> None:
    stage = Stage(opened=False)
    stage.simulation.fault("silent")
    before = stage.clock.boot()
    with pytest.raises(ModemSilent):
        stage.modem.open()
    assert stage.clock.boot() - before < 10


def test_leftovers_of_the_session_before_do_no_harm() -> None:
    stage = Stage(opened=False)
    stage.simulation.fault("leftover")
    assert stage.modem.open().manufacturer == "huawei"


def test_a_modem_that_was_left_answering_in_digits_is_understood() -> None:
    stage = Stage(opened=False)
    stage.simulation.modem.settings["V"] = 0
    assert stage.modem.open().manufacturer == "huawei"

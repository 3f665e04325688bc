"""The card and the storages: PIN and PUK counters, slots, another card."""

from __future__ import annotations

import pytest
from simulator_dongle import DELIVER as PDU
from simulator_dongle import ask, dongle, pass_seconds, reopen

from antirelou.simulator import READ, UNREAD, UNSENT, VOICES, Slot


def test_the_right_pin_opens_the_card() -> None:
    simulation, port = dongle(pin="4321", setup="ATE0;+CMEE=1")
    assert ask(port, "AT+CPIN?") == "+CPIN: SIM PIN||OK"
    assert ask(port, "AT+CPMS?") == "+CMS ERROR: 311"
    assert ask(port, "AT+CIMI") == "+CME ERROR: 11"
    assert ask(port, 'AT+CPIN="4321"') == "OK"
    assert ask(port, "AT+CPIN?") == "+CME ERROR: 14"  # it is being read
    pass_seconds(simulation, 1)
    assert ask(port, "AT+CPIN?") == "+CPIN: READY||OK"
    assert ask(port, "AT+CIMI").endswith("||OK")


def test_three_wrong_pins_ask_for_the_puk() -> None:
    simulation, port = dongle(pin="4321", setup="ATE0;+CMEE=1")
    answers = [ask(port, "AT+CPIN=0000") for _ in range(3)]
    assert answers == ["+CME ERROR: 16", "+CME ERROR: 16", "+CME ERROR: 12"]
    assert ask(port, "AT+CPIN?") == "+CPIN: SIM PUK||OK"
    assert ask(port, "AT+CPIN=4321") == "+CME ERROR: 12"  # the PIN helps no more
    assert simulation.sim.pins_seen == ["0000"] * 3
    assert ask(port, 'AT+CPIN="99999999","1111"') == "+CME ERROR: 16"
    assert simulation.sim.puk_tries == 9
    assert ask(port, 'AT+CPIN="12345678","1111"') == "OK"
    assert (simulation.sim.pin, simulation.sim.tries, simulation.sim.puk_tries) == (
        "1111",
        3,
        10,
    )


def test_the_counter_survives_a_power_cut_and_a_good_pin_resets_it() -> None:
    simulation, port = dongle(pin="4321", setup="ATE0;+CMEE=1")
    ask(port, "AT+CPIN=0000")
    simulation.unplug()
    simulation.replug()
    pass_seconds(simulation, 10)
    port = reopen(simulation, "ATE0")
    assert simulation.sim.tries == 2
    ask(port, "AT+CPIN=4321")
    assert simulation.sim.tries == 3


def test_ten_wrong_puks_end_the_card() -> None:
    simulation, port = dongle(pin="4321", setup="ATE0;+CMEE=1")
    simulation.fault("puk")
    for _ in range(10):
        ask(port, 'AT+CPIN="00000000","1111"')
    assert simulation.sim.state == "BLOCKED"
    assert ask(port, "AT+CPIN?") == "+CME ERROR: 13"


@pytest.mark.parametrize(
    ("voice", "command", "told"),
    [
        ("huawei", "AT^CPIN?", "^CPIN: SIM PIN,2,10,2,10,3"),
        ("simcom", "AT+SPIC", "+SPIC: 2,10,3,10"),
        ("quectel", 'AT+QPINC="SC"', '+QPINC: "SC",2,10|+QPINC: "P2",3,10'),
        ("zte", "AT+ZPINPUK=?", "+ZPINPUK: 2,10"),
        (
            "generic",
            "AT+CPINR",
            "+CPINR: SIM PIN,2,3|+CPINR: SIM PUK,10,10|+CPINR: SIM PIN2,3,3",
        ),
    ],
)
def test_every_family_tells_the_tries_left_its_own_way(
    voice: str, command: str, told: str
) -> None:
    _, port = dongle(voice, pin="4321", setup="ATE0;+CMEE=1")
    ask(port, "AT+CPIN=0000")
    assert ask(port, command) == f"{told}||OK"


@pytest.mark.parametrize("voice", VOICES)
def test_slots_are_listed_read_and_deleted(voice: str) -> None:
    simulation, port = dongle(voice, setup="ATE0;+CMEE=1")
    first = simulation.modem.voice.first_index
    alpha = simulation.modem.voice.alpha
    ask(port, 'AT+CPMS="SM","SM","SM"')
    simulation.sim.storages["SM"].put(Slot(UNREAD, PDU))
    simulation.sim.storages["ME"].put(Slot(READ, PDU))
    assert ask(port, "AT+CMGL=1") == "OK"
    assert ask(port, "AT+CMGL=0") == f"+CMGL: {first},0,{alpha},23|{PDU}||OK"
    assert (
        ask(port, f"AT+CMGR={first}") == f"+CMGR: 1,{alpha},23|{PDU}||OK"
    )  # the listing read it
    assert ask(port, f"AT+CMGD={first}") == "OK"
    assert ask(port, "AT+CMGL=4") == "OK"
    assert (
        len(simulation.sim.storages["ME"].slots) == 1
    )  # the other storage was not touched


def test_drafts_and_junk_may_lie_in_the_slots() -> None:
    simulation, port = dongle(setup="ATE0;+CMEE=1")
    slots = simulation.sim.storages["SM"].slots
    slots[3] = Slot(UNSENT, "0001000B913336990800F100000441E19008")
    slots[7] = Slot(READ, "0BD0p2608>381p=*70p", 164)
    assert ask(port, "AT+CMGL=4") == (
        "+CMGL: 3,2,,17|0001000B913336990800F100000441E19008|+CMGL: 7,1,,164|0BD0p2608>381p=*70p||OK"
    )


def test_delflags_delete_what_they_say() -> None:
    simulation, port = dongle(setup="ATE0;+CMEE=1")
    slots = simulation.sim.storages["SM"].slots
    for index, status in enumerate((0, 1, 2, 3), 1):
        slots[index] = Slot(status, PDU)
    left = []
    for flag in (1, 2, 3, 4):
        assert ask(port, f"AT+CMGD=1,{flag}") == "OK"
        left.append(sorted(slots))
    assert left == [[1, 3, 4], [1, 3], [1], []]


def test_all_memories_together_are_numbered_through() -> None:
    simulation, port = dongle(sm_slots=5, me_slots=3, setup="ATE0;+CMEE=1")
    assert (
        ask(port, 'AT+CPMS="MT"') == "+CMS ERROR: 302"
    )  # this family does not offer it
    simulation, port = dongle("quectel", sm_slots=5, me_slots=3, setup="ATE0;+CMEE=1")
    simulation.sim.storages["ME"].put(Slot(READ, PDU))
    simulation.sim.storages["SM"].put(Slot(READ, PDU))
    assert ask(port, 'AT+CPMS="MT"') == "+CPMS: 2,8,1,3,1,3||OK"
    assert ask(port, "AT+CMGL=4") == f"+CMGL: 0,1,,23|{PDU}|+CMGL: 3,1,,23|{PDU}||OK"
    ask(port, "AT+CMGD=3")
    assert not simulation.sim.storages["SM"].slots


def test_another_card_brings_its_own_messages_and_identity() -> None:
    simulation, port = dongle("huawei", setup="ATE0;+CMEE=1")
    simulation.sim.storages["SM"].put(Slot(READ, PDU))
    simulation.sim.storages["ME"].put(Slot(READ, PDU))
    before = ask(port, "AT+CIMI"), ask(port, "AT^ICCID?")
    simulation.sim.swap(pin="1111")
    assert ask(port, "AT+CPIN?") == "+CPIN: SIM PIN||OK"
    ask(port, "AT+CPIN=1111")
    pass_seconds(simulation, 1)
    assert before != (ask(port, "AT+CIMI"), ask(port, "AT^ICCID?"))
    assert not simulation.sim.storages["SM"].slots
    assert simulation.sim.storages["ME"].slots


def test_written_messages_can_be_sent_from_storage() -> None:
    simulation, port = dongle(setup="ATE0;+CMEE=1")
    ask(port, "AT+CMGW=17")
    port.write(b"0001000B913336990800F200000441E19008\x1a")
    assert port.read(100) == b"\r\n+CMGW: 1\r\n\r\nOK\r\n"
    assert ask(port, "AT+CMSS=1").startswith("+CMSS: ")
    assert [one.text for one in simulation.network.submitted] == ["ABCD"]

"""The network's queue, retries and record; indications, direct content, reports and calls on the wire."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from simulator_dongle import SUBMIT, ask, heard, pass_seconds, submit
from simulator_dongle import dongle as bare_dongle

from antirelou.simulator import Port, Simulation

HOUR = 3600.0


def dongle(voice: str = "generic", **settings: Any) -> tuple[Simulation, Port]:
    return bare_dongle(voice, setup="ATE0;+CNMI=2,1,0,2,0", **settings)


def test_a_full_sim_stops_the_queue_and_a_deletion_starts_it_again() -> None:
    simulation, port = dongle("huawei", sm_slots=2)
    for number in range(5):
        simulation.network.text("+33639980001", f"text {number}")
    assert heard(port) == '+CMTI: "SM",0||+CMTI: "SM",1||^SMMEMFULL: "SM"'
    assert [one.sequence for one in simulation.network.queue] == [3, 4, 5]
    ask(port, "AT+CMGD=0")
    assert [one.sequence for one in simulation.network.delivered] == [1, 2, 3]
    ask(port, "AT+CMGD=0")
    ask(port, "AT+CMGD=1")
    assert [one.sequence for one in simulation.network.delivered] == [1, 2, 3, 4, 5]


def test_a_full_sim_is_tried_again_after_a_while() -> None:
    simulation, _ = dongle(sm_slots=1)
    simulation.network.text("+33639980001", "first")
    simulation.network.text("+33639980001", "second")
    simulation.sim.storages["SM"].slots.clear()  # nobody told the network
    pass_seconds(simulation, 59)
    assert len(simulation.network.delivered) == 1
    pass_seconds(simulation, 2)
    assert len(simulation.network.delivered) == 2


def test_what_waits_too_long_expires() -> None:
    simulation, _ = dongle()
    simulation.fault("registration", stat=0)
    simulation.network.text("+33639980001", "too late")
    pass_seconds(simulation, 70 * HOUR)
    simulation.network.text("+33639980001", "in time")
    pass_seconds(simulation, 3 * HOUR)
    assert [one.sequence for one in simulation.network.expired] == [1]
    simulation.clear("registration")
    assert [one.sequence for one in simulation.network.delivered] == [2]


def test_realistic_radio_takes_its_time() -> None:
    simulation, port = dongle(radio="realistic")
    simulation.network.text("+33639980001", "one")
    simulation.network.text("+33639980001", "two")
    pass_seconds(simulation, 2.9)
    assert heard(port) == ""
    pass_seconds(simulation, 0.2)
    assert heard(port) == '+CMTI: "SM",1'
    pass_seconds(simulation, 3)
    assert heard(port) == '+CMTI: "SM",2'
    assert ask(port, "AT+CMGD=1") == ""
    pass_seconds(simulation, 0.2)
    assert heard(port) == "OK"
    assert submit(port, SUBMIT) == ""
    pass_seconds(simulation, 3.9)
    assert heard(port) == ""
    assert simulation.network.submitted == []
    pass_seconds(simulation, 0.2)
    assert heard(port).startswith("+CMGS: ")


def test_texts_can_be_ordered_for_later_and_in_any_order() -> None:
    simulation, port = dongle()
    simulation.network.text("+33639980001", "a" * 400, at=10, segments=(3, 1, 1))
    assert heard(port) == ""
    pass_seconds(simulation, 10)
    assert len(simulation.network.delivered) == 3
    assert simulation.network.delivered[1].pdu == simulation.network.delivered[2].pdu


@pytest.mark.parametrize(
    ("mode", "message_class", "told"),
    [
        (0, None, ""),
        (1, None, '+CMTI: "SM",1'),
        (1, 0, "+CMT: ,"),
        (2, None, "+CMT: ,"),
        (2, 2, '+CMTI: "SM",1'),
        (3, 3, "+CMT: ,"),
        (3, None, '+CMTI: "SM",1'),
    ],
)
def test_routing_of_delivers(mode: int, message_class: int | None, told: str) -> None:
    simulation, port = dongle()
    ask(port, f"AT+CNMI=2,{mode}")
    simulation.network.text("+33639980001", "Bonjour", message_class=message_class)
    said = heard(port)
    assert said.startswith(told)
    assert bool(said) == bool(told)


def test_direct_content_names_its_length() -> None:
    simulation, port = dongle()
    [pdu] = simulation.network.text("+33639980001", "Bonjour", message_class=0)
    assert heard(port) == f"+CMT: ,{len(pdu) // 2 - 8}|{pdu}"
    assert not simulation.sim.storages["SM"].slots


@pytest.mark.parametrize(
    ("mode", "told"), [(0, ""), (1, "+CDS: 25|"), (2, '+CDSI: "SM",1')]
)
def test_routing_of_reports(mode: int, told: str) -> None:
    simulation, port = dongle()
    ask(port, f"AT+CNMI=2,1,0,{mode},0")
    simulation.network.report("+33639980002", 17)
    said = heard(port)
    assert said.startswith(told)
    assert bool(said) == bool(told)


def test_what_is_told_directly_must_be_acknowledged_with_csms_1() -> None:
    simulation, port = dongle()
    assert ask(port, "AT+CSMS=1") == "+CSMS: 1,1,1||OK"
    ask(port, "AT+CNMI=2,2,0,0,0")
    simulation.network.text("+33639980001", "one")
    simulation.network.text("+33639980001", "two")
    assert heard(port).count("+CMT:") == 1
    assert ask(port, "AT+CNMA").count("+CMT:") == 1
    assert len(simulation.network.delivered) == 1
    pass_seconds(
        simulation, 16
    )  # the second is not acknowledged: stored, and the routing is off
    assert ask(port, "AT+CNMI?") == "+CNMI: 2,0,0,0,0||OK"
    assert [one.storage for one in simulation.network.delivered] == ["", "SM"]
    assert ask(port, "AT+CMEE=1;+CNMA") == "+CMS ERROR: 340"


def test_buffered_indications_come_when_the_mode_allows() -> None:
    simulation, port = dongle()
    ask(port, "AT+CNMI=0,1,0,0,0")
    simulation.network.text("+33639980001", "Bonjour")
    assert heard(port) == ""
    assert ask(port, "AT+CNMI=2,1,0,0,0") == 'OK||+CMTI: "SM",1'


def test_the_own_number_gets_its_own_text_segments_and_all() -> None:
    simulation, port = dongle(own_number="+33639989999")
    # SUBMIT with a header: reference 5, 2 segments, the first
    octets = "0041000B913336999899F9" + "0004" + "0B" + "050003050201" + "48616C6C6F"
    assert submit(port, octets).startswith("+CMGS: ")
    [delivered] = simulation.network.delivered
    assert delivered.sender == "+33639989999"
    assert delivered.pdu.endswith("0B05000305020148616C6C6F")


def test_a_report_that_was_asked_for_comes() -> None:
    simulation, port = dongle()
    submit(port, "0021000B913336990800F200000441E19008")
    reference = simulation.network.submitted[0].message_reference
    listed = ask(port, "AT+CMGL=4")
    assert f"07913336990890F906{reference:02X}0B913336990800F2" in listed


def test_segments_of_a_submit_are_joined() -> None:
    simulation, port = dongle()
    for sequence, letter in ((2, "62"), (1, "61")):
        submit(port, f"0041000B913336990800F2000407050003050{2}0{sequence}{letter}")
    assert [one.segment for one in simulation.network.submitted] == [
        (5, 2, 2),
        (5, 2, 1),
    ]
    assert simulation.network.joined == [("+33639980002", "ab")]


def test_message_references_wrap() -> None:
    simulation, port = dongle()
    for _ in range(300):
        submit(port, SUBMIT)
    references = [one.message_reference for one in simulation.network.submitted]
    assert all((before + 1) % 256 == after for before, after in pairwise(references))
    assert set(references) == set(range(256))


def test_raw_pdus_come_with_or_without_service_centre() -> None:
    simulation, _ = dongle()
    at_form = "07913336990890F9040B913336990800F10000621122110000400441E19008"
    assert simulation.network.pdu(at_form) == at_form
    assert simulation.network.pdu(at_form[16:]) == "00" + at_form[16:]
    assert simulation.network.pdu("FFFF") == "FFFF"  # junk is delivered too
    assert len(simulation.network.delivered) == 3


def test_the_network_keeps_its_own_time_when_the_host_clock_steps() -> None:
    simulation, _ = dongle()
    simulation.clock.step(timedelta(days=-400))
    [pdu] = simulation.network.text("+33639980001", "x")
    assert "6211221100" in pdu
    simulation.clock.reboot()
    simulation.network.text("+33639980001", "after the host's restart")
    assert len(simulation.network.delivered) == 2


def test_a_call_rings_tells_its_number_and_can_be_refused() -> None:
    simulation, port = dongle("huawei")
    ask(port, "AT^CURC=0;+CLIP=1;+CRC=1")
    simulation.network.call("+33639980007")
    assert heard(port) == '+CRING: VOICE||+CLIP: "+33639980007",145,,,,0'
    pass_seconds(simulation, 5)
    assert "CRING" in heard(port)
    assert ask(port, "AT+CLCC") == '+CLCC: 1,1,4,0,0,"+33639980007",145||OK'
    assert ask(port, "AT+CHUP") == "OK||^CEND:1,0,29,16"
    pass_seconds(simulation, 60)
    assert heard(port) == ""
    assert [(call.number, call.outcome) for call in simulation.network.calls] == [
        ("+33639980007", "refused")
    ]


def test_a_withheld_caller_gives_up_by_himself() -> None:
    simulation, port = dongle()
    ask(port, "AT+CLIP=1")
    simulation.network.call(None, seconds=3)
    assert heard(port) == 'RING||+CLIP: "",128,,,,1'
    pass_seconds(simulation, 3)
    assert heard(port) == "NO CARRIER"
    assert simulation.network.calls[0].outcome == "gone"


@pytest.mark.parametrize("stat", [0, 2, 3, 4, 11])
def test_without_registration_nothing_comes_or_goes(stat: int) -> None:
    simulation, port = dongle()
    ask(port, "AT+CREG=1")
    simulation.fault("registration", stat=stat)
    assert f"+CREG: {stat}" in heard(port)
    assert ask(port, "AT+CEREG?") == f"+CEREG: 0,{stat}||OK"
    simulation.network.text("+33639980001", "x")
    assert simulation.network.delivered == []
    assert submit(port, SUBMIT) == "+CMS ERROR: 331"


@pytest.mark.parametrize("stat", [1, 5, 6, 7])
def test_sms_only_and_roaming_are_good_enough(stat: int) -> None:
    simulation, _ = dongle()
    simulation.fault("registration", stat=stat)
    simulation.network.text("+33639980001", "x")
    assert len(simulation.network.delivered) == 1


def test_an_acknowledgement_counts_for_its_own_message_only() -> None:
    simulation, port = dongle()
    ask(port, "AT+CSMS=1;+CNMI=2,2,0,0,0")
    simulation.network.text("+33639980001", "one")
    ask(port, "AT+CNMA")
    pass_seconds(simulation, 10)
    simulation.network.text("+33639980001", "two")
    pass_seconds(simulation, 10)  # twenty after the first, ten after the second
    assert ask(port, "AT+CNMI?").endswith("+CNMI: 2,2,0,0,0||OK")
    assert ask(port, "AT+CNMA") == "OK"
    assert len(simulation.network.delivered) == 2

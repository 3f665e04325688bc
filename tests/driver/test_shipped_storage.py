"""Rows M, stored messages: what the library as shipped does to them. Ours are in tests/test_modem_storage.py."""

from __future__ import annotations

import threading

import pytest
from conftest import Shipped
from gsmmodem.exceptions import CommandError, TimeoutException
from modem_stage import NUMBER
from test_shipped_link import until

from antirelou.simulator import READ, UNSENT, Slot

DELIVER = "07913336990890F9040B913336990800F100006211221100004007C2B75BFDAECB01"
SUBMIT = "0011000B913336990800F00000AA04D4F29C0E"
REPORT = "07913336990890F906D70B913336990800F1621122110000406211221100004000"


@pytest.mark.parametrize("shipped", [{"voice": "zte"}], indirect=True)
def test_m1_an_undecodable_slot_gives_its_number_to_the_next(shipped: Shipped) -> None:
    storage = shipped.simulation.sim.storages["ME"]
    storage.put(Slot(READ, "07913336990890"))
    storage.put(Slot(READ, DELIVER))
    [found] = shipped.connected().listStoredSms(memory='"ME"')
    assert storage.slots[2].pdu == DELIVER and found.index == 1


def test_m2_a_draft_hides_everything(shipped: Shipped) -> None:
    shipped.simulation.sim.storages["ME"].put(Slot(UNSENT, SUBMIT))
    shipped.simulation.sim.storages["ME"].put(Slot(READ, DELIVER))
    with pytest.raises(CommandError):
        shipped.connected().listStoredSms(memory='"ME"')


def test_m3_messages_are_deleted_before_anybody_has_them(shipped: Shipped) -> None:
    storage = shipped.simulation.sim.storages["ME"]
    storage.preload([DELIVER, DELIVER])
    modem = shipped.connected()

    def fails(_: object) -> None:
        raise RuntimeError("disk full")

    modem.smsReceivedCallback = fails
    with pytest.raises(RuntimeError):
        modem.processStoredSms()
    assert storage.slots == {}


def test_m4_a_message_that_comes_during_a_sweep_is_deleted_unread(
    shipped: Shipped,
) -> None:
    storage = shipped.simulation.sim.storages["ME"]
    storage.preload([DELIVER])
    modem = shipped.connected()
    write = modem.write

    def watched(data: str, *arguments: object, **options: object) -> object:
        if data.startswith("AT+CMGD"):
            shipped.tell(lambda: storage.put(Slot(READ, DELIVER)))
        return write(data, *arguments, **options)

    modem.write = watched
    assert len(modem.listStoredSms(delete=True)) == 1
    assert storage.slots == {}


@pytest.mark.parametrize("shipped", [{"voice": "zte"}], indirect=True)
def test_m5_the_slot_of_the_other_storage_is_deleted(shipped: Shipped) -> None:
    sm, me = (shipped.simulation.sim.storages[name] for name in ("SM", "ME"))
    sm.preload([DELIVER])
    me.preload([DELIVER])
    modem = shipped.connected()

    def slow(_: object) -> None:
        modem.listStoredSms(memory="ME")

    modem.smsReceivedCallback = slow
    shipped.tell(lambda: shipped.simulation.say(b'\r\n+CMTI: "SM",1\r\n'))
    assert until(lambda: not me.slots)
    assert sm.slots


def test_m6_what_waits_on_the_sim_is_never_seen(shipped: Shipped) -> None:
    shipped.simulation.sim.storages["SM"].preload([DELIVER])
    shipped.connected().processStoredSms()
    assert shipped.received == []


def test_m7_a_report_is_passed_as_a_text(shipped: Shipped) -> None:
    shipped.simulation.sim.storages["ME"].preload([REPORT])
    shipped.connected().processStoredSms()
    assert [getattr(one, "text", None) for one in shipped.received] == [None]


@pytest.mark.parametrize("shipped", [{"me_slots": 60}], indirect=True)
def test_m8_a_full_storage_over_a_slow_line_is_lost_whole(shipped: Shipped) -> None:
    shipped.simulation.sim.storages["ME"].preload(
        [DELIVER[:-16] + "A0" + "C2" * 140] * 60
    )
    modem = shipped.connected()
    shipped.fault("slow_line", baud=9600)
    with pytest.raises(TimeoutException):
        modem.listStoredSms(memory='"ME"')


def test_m9_the_octets_are_not_kept(shipped: Shipped) -> None:
    shipped.connected()
    shipped.tell(lambda: shipped.simulation.network.text(NUMBER, "Bonjour"))
    assert until(lambda: shipped.received)
    [found] = shipped.received
    assert found.index is None and not [
        name for name, value in vars(found).items() if value == DELIVER
    ]


def test_m10_content_is_dropped(shipped: Shipped) -> None:
    reports: list[object] = []
    modem = shipped.connected(smsStatusReportCallback=reports.append)
    shipped.tell(
        lambda: shipped.simulation.network.text(NUMBER, "flash", message_class=0)
    )
    threading.excepthook, before = lambda _: None, threading.excepthook
    try:
        shipped.tell(lambda: shipped.simulation.say(b"\r\n+CDS: 25\r\n"))
        threading.Event().wait(0.05)
        shipped.tell(lambda: shipped.simulation.say(REPORT.encode() + b"\r\n"))
        assert not until(lambda: shipped.received or reports, 1) and modem.alive
    finally:
        threading.excepthook = before

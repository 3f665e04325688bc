"""Listing and deleting; rows M1, M2, M4 to M8 and M11 of the driver's defects (tests/driver), and listings of real modems.

Also what users of other programs met: indications that were lost or named no slot, a full storage, a message in the
other storage or read before, a deletion that failed, and CMS error 321. Longer than 400 lines: one sweep, from the
storages on offer to the emptied slot, and every form that modems give to its lines.
"""

from __future__ import annotations

import pytest
from modem_stage import NUMBER, TRANSCRIPTS, Stage

from antirelou.modem.facts import ModemSilent, SimRefused, StorageUse, StoredPdu
from antirelou.modem.storage import first_memories, slots
from antirelou.simulator import READ, UNSENT, Slot

DELIVER = "07913336990890F9040B913336990800F100006211221100004007C2B75BFDAECB01"
SUBMIT = "0011000B913336998900F00000AA04D4F29C0E"
VOICES = ["huawei", "simcom", "quectel", "zte", "generic"]


def lines_of(transcript: str) -> list[str]:
    """The lines as the channel would hand them over."""
    lines = [line.strip() for line in transcript.replace("\r", "\n").split("\n")]
    return [
        line for line in lines if line and line != "OK" and not line.startswith("AT+")
    ]


@pytest.mark.parametrize(
    "row",
    [row for row in TRANSCRIPTS if row["kind"] in ("mm-cmgl", "mm-cmgr")],
    ids=lambda row: row["source"][-30:],
)
def test_listings_of_real_modems(row: dict) -> None:
    found = slots(
        "SM", lines_of(row["transcript"]), 0 if row["kind"] == "mm-cmgr" else None
    )
    assert [(one.index, one.status, one.octets) for one in found] == [
        (one["index"], one["status"], one["pdu"]) for one in row["expect"]
    ]


@pytest.mark.parametrize(
    "row",
    [row for row in TRANSCRIPTS if "AT+CMGR=" in row["transcript"]],
    ids=lambda row: row["source"][-20:],
)
def test_single_slots_of_real_modems(row: dict) -> None:
    index = int(row["transcript"].split("\n")[0].partition("=")[2])
    [found] = slots("SM", lines_of(row["transcript"]), index)
    assert found.index == index
    if "pdu" in row:
        assert found.octets.upper() == row["pdu"]
        header = row["cmgr_header"].split(",")
        assert found.length == int(header[-1])
        status = header[1] if len(header) == 4 else header[0]
        assert found.status == (int(status) if status else None)
    else:
        assert found.octets


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["+CMGL: 1,0,,26", "0791AB"], [(1, 0, 26, "0791AB")]),
        (["+CMGL:1,0,,26", "0791ab"], [(1, 0, 26, "0791ab")]),
        (["+CMGL: 17,3,35", "0791"], [(17, 3, 35, "0791")]),
        (['+CMGL: 0,"",50', "0791"], [(0, None, 50, "0791")]),
        (["+CMGL: 1,0,,26 07913336990890F9"], [(1, 0, 26, "07913336990890F9")]),
        (["+CMGL: 1,0,,26"], [(1, 0, 26, "")]),
        (["+CMGL: 1,0,,26", "+CMGL: 2,0,,26", "0791"], [(1, 0, 26, ""), (2, 0, 26, "0791")]),
        (["junk", "+CMGL: 1,0,,26", "pad", "0791", "+CMGL: 2,0,,26", "07", "more"], [(1, 0, 26, "0791"), (2, 0, 26, "07")]),
        (["+CMGL: 1,0,,26", "0791ZZ"], [(1, 0, 26, "0791ZZ")]),
        (["+CMGL: 1,0,,26", "079"], [(1, 0, 26, "079")]),
        (["+CMGL: 1,0,,26", '0791AB"'], [(1, 0, 26, "0791AB")]),
        (["+CMGL: x,0,,26", "0791"], [(-1, 0, 26, "0791")]),
        (["+CMGL: 3,1,\"Chloé, amie\",26", "0791"], [(3, 1, 26, "0791")]),
        (['+CMGL: 2,"REC READ","+33639980001",,"26/11/22,12:00:00+04"', "Bonjour"], [(2, None, None, "Bonjour")]),
    ],
)  # fmt: skip
def test_every_form_of_a_slot(lines: list[str], expected: list[tuple]) -> None:
    assert [
        (one.index, one.status, one.length, one.octets) for one in slots("SM", lines)
    ] == expected


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ('("SM","ME"), ("SM","ME"), ("SM","ME")', ["SM", "ME"]),
        (
            '("SM", "ME", "SM_P", "ME_P", "MT"), ("SM")',
            ["SM", "ME", "SM_P", "ME_P", "MT"],
        ),
        ('"SM","SM","SM"', ["SM", "SM", "SM"]),
        ('"ME","MT","SM"', ["ME", "MT", "SM"]),
        ('("ME","MT"),"ME",("SM")', ["ME", "MT"]),
        ('(("SM","BM","SR"),("SM"))', ["SM", "BM", "SR"]),
        ("(),,(  )", []),
        ("(),(),()", []),
        ("", []),
        ("(SM,ME),(SM)", ["SM", "ME"]),
    ],
)
def test_the_storages_on_offer(answer: str, names: list[str]) -> None:
    found = first_memories([answer])
    assert found[: len(names)] == names


@pytest.mark.parametrize(
    "row",
    [row for row in TRANSCRIPTS if "cpms" in row["kind"]],
    ids=lambda row: row["source"][-20:],
)
def test_the_storages_that_real_modems_offer(row: dict) -> None:
    [answer] = [
        line for line in lines_of(row["transcript"]) if line.startswith("+CPMS:")
    ]
    assert bool(
        {"SM", "ME"} & set(first_memories([answer.removeprefix("+CPMS:")]))
    ) is ("()" not in answer)


@pytest.mark.parametrize("voice", VOICES)
def test_m6_both_storages_are_swept(voice: str) -> None:
    stage = Stage(opened=False, voice=voice)
    for name in ("SM", "ME"):
        stage.sim.storages[name].preload([DELIVER, DELIVER])
    stage.modem.open()
    assert sorted(slot.storage for slot in stage.modem.stored()) == [
        "ME",
        "ME",
        "SM",
        "SM",
    ]


@pytest.mark.parametrize(
    "form", ["bare", "nested", "empty", "spaced", "only_sm", "only_mt", "refused"]
)
def test_l17_every_form_of_the_offer_leads_to_the_messages(form: str) -> None:
    stage = Stage(opened=False)
    stage.simulation.fault("cpms_form", form=form)
    stage.modem.open()
    stage.network.text(NUMBER, "Bonjour")
    [slot] = stage.modem.stored()
    assert stage.modem.delete(slot.storage, slot.index) and stage.modem.stored() == []


def test_where_no_storage_can_be_chosen_the_current_one_is_listed_and_emptied() -> None:
    stage = Stage(opened=False)
    stage.simulation.fault("refused", prefix="AT+CPMS")
    stage.modem.open()
    stage.network.text(NUMBER, "Bonjour")
    [slot] = stage.modem.stored()
    assert (
        slot.storage == ""
        and stage.modem.delete("", slot.index)
        and stage.sim.storages["SM"].slots == {}
    )


def test_storages_are_chosen_with_one_three_or_two_names() -> None:
    stage = Stage(opened=False)
    feed = stage.simulation.modem.feed
    stage.simulation.modem.feed = lambda octets: feed(  # type: ignore[method-assign]
        b"AT+NONSENSE\r"
        if octets.startswith(b'AT+CPMS="') and octets.count(b",") != 1
        else octets
    )
    stage.modem.open()
    stage.network.text(NUMBER, "Bonjour")
    assert [slot.storage for slot in stage.modem.stored()] == ["SM"]


@pytest.mark.parametrize("voice", VOICES)
def test_m1_an_undecodable_slot_keeps_its_own_index_and_hides_no_other(
    voice: str,
) -> None:
    stage = Stage(voice=voice)
    junk = ["07913", "zz", "FF" * 20, "07913336990890F9040B9133"]
    storage = stage.sim.storages["SM"]
    for octets in junk:
        storage.put(Slot(READ, octets))
        storage.put(Slot(READ, DELIVER))
    found = {
        slot.index: slot.octets for slot in stage.modem.stored() if slot.storage == "SM"
    }
    assert found == {index: slot.pdu for index, slot in storage.slots.items()}


def test_m2_a_draft_hides_nothing() -> None:
    stage = Stage()
    stage.sim.storages["SM"].put(Slot(UNSENT, SUBMIT))
    stage.network.text(NUMBER, "Bonjour")
    assert [slot.status for slot in stage.modem.stored()] == [2, 0]


def test_m4_only_the_slot_that_was_listed_is_emptied() -> None:
    stage = Stage()
    stage.network.text(NUMBER, "eins")
    [slot] = stage.modem.stored()
    stage.network.text(NUMBER, "zwei")
    assert stage.modem.delete(slot.storage, slot.index)
    assert [one.octets for one in stage.modem.stored()] == [
        stage.network.delivered[1].pdu
    ]


@pytest.mark.parametrize("voice", VOICES)
def test_m5_a_slot_is_emptied_in_the_storage_that_it_was_listed_in(voice: str) -> None:
    stage = Stage(voice=voice)
    stage.sim.storages["SM"].preload([DELIVER])
    stage.sim.storages["ME"].preload([DELIVER])
    first = stage.modem.stored()
    assert [slot.storage for slot in first] == ["SM", "ME"]
    assert stage.modem.delete("SM", first[0].index)
    assert (
        len(stage.sim.storages["SM"].slots) == 0
        and len(stage.sim.storages["ME"].slots) == 1
    )


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("name", ["SM", "ME"])
def test_m5_no_slot_of_the_wrong_storage_is_emptied_by_a_modem_that_forgot_the_choice(
    voice: str, name: str
) -> None:
    stage = Stage(voice=voice)
    other = {"SM": "ME", "ME": "SM"}[name]
    for storage in (name, other):
        stage.sim.storages[storage].preload([DELIVER])
    [slot] = [slot for slot in stage.modem.stored() if slot.storage == name]
    stage.clock.wait(30)
    stage.simulation.fault("settings_lost")
    stage.modem.delete(name, slot.index)
    assert len(stage.sim.storages[other].slots) == 1
    for slot in stage.modem.stored():
        assert stage.modem.delete(slot.storage, slot.index)
    assert not stage.sim.storages["SM"].slots and not stage.sim.storages["ME"].slots


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize(
    "command", [b"AT+CMGL", b'AT+CPMS="SM"', b'AT+CPMS="ME"', b"AT+CMGF"]
)
def test_m5_a_restart_during_a_sweep_names_no_slot_wrongly(
    voice: str, command: bytes
) -> None:
    stage = Stage(voice=voice)
    stage.modem.wait(90)
    stage.sim.storages["SM"].preload(["07" * 20])
    stage.sim.storages["ME"].preload(["AA" * 20])
    feed, times = stage.simulation.modem.feed, [1]

    def restarts(octets: bytes) -> None:
        if octets.startswith(command) and times:
            times.pop()
            if command == b"AT+CMGL":
                stage.simulation.modem.reset_settings()
                stage.simulation.say(b"\r\nRDY\r\n")
                feed(octets)
            else:
                feed(octets)
                stage.simulation.modem.reset_settings()
                stage.simulation.say(b"\r\nRDY\r\n")
            return
        feed(octets)

    stage.simulation.modem.feed = restarts  # type: ignore[method-assign]
    assert sorted((slot.storage, slot.octets[:2]) for slot in stage.modem.stored()) == [
        ("ME", "AA"),
        ("SM", "07"),
    ]


def test_m5_after_a_restart_of_the_modem_an_old_listing_empties_nothing() -> None:
    """The slot may hold another message by now: another SIM was put in, or a storage in the modem's RAM was filled."""
    stage = Stage()
    stage.network.text(NUMBER, "Bonjour")
    [slot] = stage.modem.stored()
    stage.simulation.unplug()
    stage.sim.swap(slots=[DELIVER] * 3)
    stage.simulation.replug()
    stage.modem.close()
    stage.modem.open()
    assert (
        not stage.modem.delete(slot.storage, slot.index)
        and len(stage.sim.storages["SM"].slots) == 3
    )


@pytest.mark.parametrize("baud_rate", [9600, 115200])
def test_m8_a_full_storage_is_listed_over_a_slow_line(baud_rate: int) -> None:
    stage = Stage(opened=False, sm_slots=255)
    stage.sim.storages["SM"].preload(
        ["07913336990890F9040B913336990800F1000062112211000040A0" + "C2" * 140] * 255
    )
    stage.simulation.fault("slow_line", baud=baud_rate)
    stage.modem.open()
    assert len(stage.modem.stored()) == 255


def test_a_listing_that_stops_is_given_up_by_silence_not_by_its_length() -> None:
    stage = Stage()
    stage.simulation.fault("hang_on_command", prefix="AT+CMGL", times=1)
    stage.network.text(NUMBER, "Bonjour")
    before = stage.clock.boot()
    assert len(stage.modem.stored()) == 1 and stage.clock.boot() - before < 20


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("fault", ["hang_on_command", "refused"])
def test_where_listing_does_not_work_slots_are_read_one_by_one(
    voice: str, fault: str
) -> None:
    stage = Stage(voice=voice)
    for number in range(3):
        stage.network.text(NUMBER, f"Bonjour {number}")
    stage.simulation.fault(fault, prefix="AT+CMGL", times=None)
    found = stage.modem.stored()
    assert {slot.octets for slot in found} == {
        one.pdu for one in stage.network.delivered
    } and len(found) == 3
    assert [stage.modem.delete(slot.storage, slot.index) for slot in found] == [
        True
    ] * 3
    before = stage.clock.boot()
    assert stage.modem.stored() == [] and stage.clock.boot() - before < 1


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("listing", [True, False], ids=["listing", "slot by slot"])
@pytest.mark.parametrize("command", [b'AT+CPMS="SM"', b"AT+CMGL", b"AT+CMGR"])
def test_what_is_shown_in_text_mode_is_not_what_is_in_the_slot(
    voice: str, listing: bool, command: bytes
) -> None:
    """It may fall into text mode in the middle of a sweep, and what is taken for read would be emptied."""
    stage = Stage(voice=voice)
    if not listing:
        stage.simulation.fault("refused", prefix="AT+CMGL", times=None)
    stage.network.text(NUMBER, "Bonjour")
    [name] = [name for name, one in stage.sim.storages.items() if one.slots]
    stage.sim.storages[name].put(Slot(READ, "07913306091093F0040B913336998000F1"))
    kept = {slot.pdu for slot in stage.sim.storages[name].slots.values()}
    stage.before(command, lambda: stage.simulation.fault("text_mode_reset"))
    found = stage.modem.stored()
    assert {slot.octets for slot in found} <= kept
    assert {slot.octets for slot in stage.modem.stored()} == kept
    assert listing is False or len(found) == 2


def test_an_empty_storage_may_be_an_error() -> None:
    stage = Stage()
    stage.simulation.fault("empty_is_321")
    stage.simulation.fault("hang_on_command", prefix="AT+CMGR", times=None)
    before = stage.clock.boot()
    assert stage.modem.stored() == []
    stage.network.text(NUMBER, "Bonjour")
    assert len(stage.modem.stored()) == 1 and stage.clock.boot() == before


def test_a_modem_may_read_its_whole_sim_before_the_first_line() -> None:
    stage = Stage()
    stage.simulation.fault("sim_full")
    stage.simulation.fault("late_answer", prefix="AT+CMGL", seconds=18.0, times=1)
    before = stage.clock.boot()
    assert len(
        stage.modem.stored()
    ) == 30 and stage.clock.boot() - before == pytest.approx(18)


@pytest.mark.parametrize(
    "form",
    ["no_alpha", "no_space", "one_line", "descending", "junk_line", "lower_case"],
)
def test_every_form_of_a_listing_gives_the_same_slots(form: str) -> None:
    stage = Stage()
    for number in range(3):
        stage.network.text(NUMBER, f"Bonjour {number}")
    plain = {(slot.index, slot.octets) for slot in stage.modem.stored()}
    stage.simulation.fault("cmgl_form", form=form)
    assert {
        (slot.index, slot.octets.upper()) for slot in stage.modem.stored()
    } == plain and len(plain) == 3


def test_a_deletion_that_is_refused_is_false() -> None:
    stage = Stage()
    stage.network.text(NUMBER, "Bonjour")
    [slot] = stage.modem.stored()
    stage.simulation.fault("undeletable_slot")
    assert not stage.modem.delete(slot.storage, slot.index)
    stage.simulation.fault("undeletable_slot", code=321)
    assert stage.modem.delete(slot.storage, slot.index)


def test_a_deletion_without_an_answer_is_silence_and_is_not_repeated() -> None:
    stage = Stage()
    stage.network.text(NUMBER, "Bonjour")
    [slot] = stage.modem.stored()
    stage.simulation.fault("hang_on_command", prefix="AT+CMGD", times=1)
    with pytest.raises(ModemSilent):
        stage.modem.delete(slot.storage, slot.index)
    assert stage.modem.stored() == [slot] or len(stage.sim.storages["SM"].slots) == 1


def test_no_storage_of_unknown_name_reaches_a_command() -> None:
    stage = Stage()
    with pytest.raises(ValueError, match="no storage"):
        stage.modem.delete('SM"\rAT+CMGD=1,4\r', 1)
    assert not stage.modem.delete("SM", -1)


@pytest.mark.parametrize(
    ("fault", "state"), [("sim_dropped", "failure"), ("sim_absent", "absent")]
)
def test_a_sim_that_goes_is_told(fault: str, state: str) -> None:
    stage = Stage()
    stage.simulation.fault(fault)
    with pytest.raises(SimRefused) as refused:
        stage.modem.stored()
    assert refused.value.state == state


def test_a_sim_that_is_busy_for_a_while_is_waited_for() -> None:
    stage = Stage()
    stage.network.text(NUMBER, "Bonjour")
    stage.simulation.fault("sim_busy", seconds=8.0)
    assert len(stage.modem.stored()) == 1


def test_how_full_the_storages_are() -> None:
    stage = Stage()
    stage.network.text(NUMBER, "Bonjour")
    assert stage.modem.condition().storages == (
        StorageUse("SM", 1, 30),
        StorageUse("ME", 0, 23),
    )


def test_a_message_that_was_read_before_is_listed_again() -> None:
    stage = Stage()
    stage.network.text(NUMBER, "Bonjour")
    first, second = stage.modem.stored(), stage.modem.stored()
    assert [slot.status for slot in first + second] == [0, 1]
    assert (
        first[0] == StoredPdu("SM", 0, 0, 26, DELIVER)
        or first[0].octets == second[0].octets
    )

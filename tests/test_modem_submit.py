"""One submit and its fate; rows L3, L9, L11, L12, L14, S6 and S7 of the driver's defects, and what each cause proves."""

from __future__ import annotations

import pytest
from modem_stage import NUMBER, PDU, Stage, SubmitPdu

from antirelou.modem.facts import (
    Fate,
    LateSubmitted,
    MemoryFull,
    ModemLost,
    NewMessage,
    Outcome,
    Ring,
    Stopping,
)
from antirelou.modem.lines import Final, final_result
from antirelou.modem.submit import fate_of

REFUSED = [*range(1, 128), *range(300, 306), *range(310, 319), 330]
VOICES = ["huawei", "simcom", "quectel", "zte", "generic"]


@pytest.mark.parametrize("cause", range(600))
def test_only_a_cause_that_proves_it_is_a_refusal(cause: int) -> None:
    outcome = fate_of(Final(False, f"+CMS ERROR: {cause}", "CMS", cause))
    assert outcome == Outcome(
        Fate.REFUSED if cause in REFUSED else Fate.UNKNOWN,
        cms_error=cause,
        said=f"+CMS ERROR: {cause}",
    )


@pytest.mark.parametrize(
    "said",
    [
        "OK",
        "ERROR",
        "+CMS ERROR: network timeout",
        "+CME ERROR: 30",
        "COMMAND NOT SUPPORT",
    ],
)
def test_all_else_after_ctrl_z_is_unknown(said: str) -> None:
    final = final_result(said)
    assert final is not None and fate_of(final).fate is Fate.UNKNOWN


@pytest.mark.parametrize("voice", VOICES)
def test_a_submit_is_accepted_with_its_reference(voice: str) -> None:
    stage = Stage(voice=voice)
    outcome = stage.modem.submit(PDU)
    [accepted] = stage.network.submitted
    assert (
        outcome.fate is Fate.SUBMITTED
        and outcome.message_reference == accepted.message_reference
    )
    assert accepted.pdu == PDU.octets


@pytest.mark.parametrize("code", [38, 302, 305, 314, 330, 500, 512])
def test_an_error_at_the_prompt_has_not_left(code: int) -> None:
    stage = Stage()
    stage.simulation.fault("cms_error", code=code, at="prompt")
    outcome = stage.modem.submit(PDU)
    assert (outcome.fate, outcome.cms_error) == (Fate.NOT_LEFT, code)
    assert (
        stage.modem.submit(PDU).fate is Fate.SUBMITTED
        and len(stage.network.submitted) == 1
    )


@pytest.mark.parametrize("code", [38, 302, 331, 332, 350, 500, 512, 529])
def test_an_error_after_ctrl_z_is_refused_or_unknown(code: int) -> None:
    stage = Stage()
    stage.simulation.fault("cms_error", code=code, at="ctrl_z")
    outcome = stage.modem.submit(PDU)
    assert outcome.cms_error == code
    assert outcome.fate is (Fate.REFUSED if code in REFUSED else Fate.UNKNOWN)


@pytest.mark.parametrize(
    ("form", "fate"),
    [
        ("no_reference", Fate.UNKNOWN),
        ("no_ok", Fate.SUBMITTED),
        ("timestamp", Fate.SUBMITTED),
        ("no_space", Fate.SUBMITTED),
        ("error", Fate.UNKNOWN),
        ("text", Fate.UNKNOWN),
        ("empty_error", Fate.UNKNOWN),
    ],
)
def test_s7_every_form_of_the_answer(form: str, fate: Fate) -> None:
    stage = Stage()
    stage.simulation.fault("cmgs_form", form=form)
    before = stage.clock.boot()
    assert stage.modem.submit(PDU).fate is fate
    assert stage.clock.boot() - before < 10 and len(stage.network.submitted) == 1
    assert stage.modem.stored() == []


@pytest.mark.parametrize(
    ("seconds", "voice"), [(37.0, "huawei"), (100.0, "zte"), (119.0, "simcom")]
)
def test_l11_an_answer_within_two_minutes_is_waited_for(
    seconds: float, voice: str
) -> None:
    stage = Stage(voice=voice)
    stage.simulation.fault("late_cmgs", seconds=seconds)
    assert stage.modem.submit(PDU).fate is Fate.SUBMITTED


@pytest.mark.parametrize("accepted", [True, False])
def test_silence_after_ctrl_z_is_unknown_and_not_repeated(accepted: bool) -> None:
    stage = Stage()
    stage.simulation.fault("hang_after_ctrl_z", accepted=accepted)
    before = stage.clock.boot()
    assert stage.modem.submit(PDU).fate is Fate.UNKNOWN
    assert stage.clock.boot() - before == pytest.approx(120, abs=2)
    assert stage.modem.stored() == [] and len(stage.network.submitted) == int(accepted)


def test_a_late_reference_mends_the_unknown_fate() -> None:
    stage = Stage()
    stage.simulation.fault("late_cmgs", seconds=140.0)
    assert stage.modem.submit(PDU).fate is Fate.UNKNOWN
    heard = stage.modem.wait(60)
    assert heard == [LateSubmitted(stage.network.submitted[0].message_reference)]


def test_a_late_reference_is_found_while_resynchronising_too() -> None:
    stage = Stage()
    stage.simulation.fault("late_cmgs", seconds=130.0)
    assert stage.modem.submit(PDU).fate is Fate.UNKNOWN
    stage.modem.stored()
    assert stage.modem.wait(0) == [
        LateSubmitted(stage.network.submitted[0].message_reference)
    ]


def test_a_late_reference_after_another_submit_is_nobodys() -> None:
    stage = Stage()
    stage.simulation.fault("cmgs_form", form="no_reference")
    assert stage.modem.submit(PDU).fate is Fate.UNKNOWN
    assert stage.modem.submit(PDU).fate is Fate.SUBMITTED
    stage.simulation.say(b"\r\n+CMGS: 7\r\n")
    assert stage.modem.wait(1) == []


def test_a_late_reference_after_another_submit_that_did_not_leave_is_nobodys() -> None:
    stage = Stage()
    stage.simulation.fault("cmgs_form", form="no_reference")
    assert stage.modem.submit(PDU).fate is Fate.UNKNOWN
    stage.simulation.fault("cms_error", code=38, at="prompt")
    assert stage.modem.submit(PDU).fate is Fate.NOT_LEFT
    stage.simulation.say(b"\r\n+CMGS: 7\r\n")
    assert stage.modem.wait(1) == []


@pytest.mark.parametrize(
    "said",
    [
        b"\r\n> \r\n+CMS ERROR: 38\r\n",
        b"> \r\n^RSSI:1\r\n+CMS ERROR: 38\r\n",
        b"+CMS ERROR: 38\r\n> ",
    ],
)
def test_an_error_right_behind_the_prompt_has_not_left(said: bytes) -> None:
    stage = Stage()
    feed, written = stage.simulation.modem.feed, []

    def prompts(octets: bytes) -> None:
        written.append(octets)
        if octets.startswith(b"AT+CMGS"):
            stage.simulation.say(said)
            return
        feed(octets)

    stage.simulation.modem.feed = prompts  # type: ignore[method-assign]
    outcome = stage.modem.submit(PDU)
    assert (outcome.fate, outcome.cms_error) == (Fate.NOT_LEFT, 38)
    assert not [octets for octets in written if b"\x1a" in octets]


def test_a_stray_reference_is_no_fact() -> None:
    stage = Stage()
    stage.simulation.say(b"\r\n+CMGS: 7\r\n")
    assert stage.modem.wait(1) == []


@pytest.mark.parametrize("waiting", [True, False])
def test_l9_without_a_prompt_nothing_has_left_and_the_line_is_left_in_order(
    waiting: bool,
) -> None:
    stage = Stage()
    stage.simulation.fault("hang_on_submit", waiting=waiting)
    assert stage.modem.submit(PDU).fate is Fate.NOT_LEFT
    stage.network.text(NUMBER, "Bonjour")
    assert len(stage.modem.stored()) == 1
    assert (
        stage.modem.submit(PDU).fate is Fate.SUBMITTED
        and len(stage.network.submitted) == 1
    )


@pytest.mark.parametrize("seconds", [11.0, 14.0, 25.0])
def test_l9_a_prompt_that_comes_late_eats_no_command(seconds: float) -> None:
    stage = Stage()
    stage.simulation.fault("late_prompt", seconds=seconds)
    outcome = stage.modem.submit(PDU)
    assert outcome.fate is Fate.NOT_LEFT and stage.network.submitted == []
    stage.network.text(NUMBER, "Bonjour")
    assert len(stage.modem.stored()) == 1 and stage.network.submitted == []


@pytest.mark.parametrize(
    "fault",
    ["chatter_during_submit", "call_during_submit", "rssi_storm", "one_byte_at_a_time"],
)
@pytest.mark.parametrize("voice", VOICES)
def test_l3_nothing_comes_between_prompt_and_pdu(fault: str, voice: str) -> None:
    stage = Stage(voice=voice)
    stage.simulation.fault(fault)
    for _ in range(5):
        stage.network.text(NUMBER, "Bonjour")
        assert stage.modem.submit(PDU).fate is Fate.SUBMITTED
    assert {one.pdu for one in stage.network.submitted} == {PDU.octets}


def test_what_comes_during_a_submit_is_queued() -> None:
    stage = Stage(radio="realistic")
    stage.simulation.fault("sim_full")
    stage.clock.wait(1)
    stage.network.call("+33639980077")
    stage.network.text(NUMBER, "Bonjour")
    assert stage.modem.submit(PDU).fate is Fate.SUBMITTED
    heard = [fact for _ in range(4) for fact in stage.modem.wait(1)]
    assert Ring("+33639980077", 145) in heard
    assert any(isinstance(fact, MemoryFull | NewMessage) for fact in heard)


def test_l12_a_busy_answer_to_the_pdu_is_not_repeated() -> None:
    stage = Stage()
    stage.simulation.fault("cms_error", code=515, at="ctrl_z")
    before = stage.clock.boot()
    assert stage.modem.submit(PDU) == Outcome(
        Fate.UNKNOWN, cms_error=515, said="+CMS ERROR: 515"
    )
    assert stage.clock.boot() - before < 1 and stage.network.submitted == []


@pytest.mark.parametrize("accepted", [True, False])
def test_a_port_that_dies_after_ctrl_z_leaves_the_fate_unknown(accepted: bool) -> None:
    stage = Stage()
    stage.simulation.fault("unplug_mid_submit", accepted=accepted)
    assert stage.modem.submit(PDU).fate is Fate.UNKNOWN
    for verb in (lambda: stage.modem.wait(1), stage.modem.stored):
        with pytest.raises(ModemLost):
            verb()


def test_a_port_that_dies_before_ctrl_z_has_not_sent() -> None:
    stage = Stage()
    stage.simulation.fault("unplug_mid_command", prefix="AT+CMGS")
    assert stage.modem.submit(PDU).fate is Fate.NOT_LEFT
    with pytest.raises(ModemLost):
        stage.modem.stored()


@pytest.mark.parametrize(
    "fault", ["silent", "not_reading", "sim_absent", "sim_dropped"]
)
def test_a_modem_that_cannot_send_has_not_sent(fault: str) -> None:
    stage = Stage()
    stage.simulation.fault(fault)
    outcome = stage.modem.submit(PDU)
    assert (
        outcome.fate in (Fate.NOT_LEFT, Fate.REFUSED, Fate.UNKNOWN)
        and stage.network.submitted == []
    )
    assert fault not in ("silent", "not_reading") or outcome.fate is Fate.NOT_LEFT


def test_content_that_cannot_be_stored_keeps_the_submit_back() -> None:
    stage = Stage()
    stage.network.text(NUMBER, "flash", message_class=0)

    def take(_: object) -> None:
        raise RuntimeError("disk full")

    stage.modem._inbox.take_direct = take
    assert (
        stage.modem.submit(PDU) == Outcome(Fate.NOT_LEFT, said="disk full")
        and stage.network.submitted == []
    )
    with pytest.raises(RuntimeError):
        stage.modem.wait(1)


@pytest.mark.parametrize("command", [b"AT+CSCA?", b"AT+CMGF=0"])
def test_a_modem_in_text_mode_sends_no_hexadecimal_to_a_stranger(
    command: bytes,
) -> None:
    stage = Stage()
    stage.before(command, lambda: stage.simulation.fault("text_mode_reset"))
    assert stage.modem.submit(PDU).fate is Fate.SUBMITTED
    assert [(one.destination, one.text) for one in stage.network.submitted] == [
        ("+33639980000", "Test")
    ]


def test_a_stop_after_ctrl_z_waits_half_a_minute_for_the_answer() -> None:
    stage = Stage()
    stage.simulation.fault("late_cmgs", seconds=25.0)
    stage.at(2, stage.modem.stop)
    assert stage.modem.submit(PDU).fate is Fate.SUBMITTED
    other = Stage()
    other.simulation.fault("hang_after_ctrl_z")
    other.at(2, other.modem.stop)
    before = other.clock.boot()
    assert other.modem.submit(PDU).fate is Fate.UNKNOWN
    assert other.clock.boot() - before == pytest.approx(32, abs=1)
    with pytest.raises(Stopping):
        other.modem.stored()


def test_a_stop_before_ctrl_z_sends_nothing() -> None:
    stage = Stage()
    stage.simulation.fault("late_prompt", seconds=5.0)
    stage.at(1, stage.modem.stop)
    before = stage.clock.boot()
    assert stage.modem.submit(PDU).fate is Fate.NOT_LEFT
    assert stage.clock.boot() - before < 3 and stage.network.submitted == []
    assert (
        stage.modem.submit(PDU).fate is Fate.NOT_LEFT and stage.network.submitted == []
    )
    stage.clock.wait(10)
    stage.simulation.run_due()
    assert (
        not stage.simulation.modem.dialogue.engaged
    )  # nobody finds the modem at a prompt


@pytest.mark.parametrize(
    "pdu",
    [
        SubmitPdu("", 1),
        SubmitPdu("0011\x1aAT", 3),
        SubmitPdu("0G", 1),
        SubmitPdu("001", 1),
        SubmitPdu("0011", 0),
    ],
)
def test_no_octets_but_hexadecimal_ones_are_written(pdu: SubmitPdu) -> None:
    stage = Stage()
    with pytest.raises(ValueError, match="hexadecimal"):
        stage.modem.submit(pdu)


def test_nothing_leaves_twice_whatever_the_answers_were() -> None:
    """S6: one call is one PDU, so which segment left is always known."""
    stage = Stage()
    faults = [
        "hang_after_ctrl_z",
        "cmgs_form",
        "late_cmgs",
        "hang_on_submit",
        "late_prompt",
        "cms_error",
    ]
    fates = []
    for fault in faults:
        stage.simulation.fault(fault)
        accepted = len(stage.network.submitted)
        outcome = stage.modem.submit(PDU)
        fates.append(outcome.fate)
        stage.modem.stored()
        left = len(stage.network.submitted) - accepted
        assert left <= 1 and (outcome.fate is not Fate.SUBMITTED or left == 1)
        assert left == 0 or outcome.fate in (Fate.SUBMITTED, Fate.UNKNOWN)
    assert fates.count(Fate.NOT_LEFT) == 2

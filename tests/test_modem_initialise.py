"""Initialisation of modems that lack things; rows L12, L14 and L17 of the driver's defects, and odd forms."""

from __future__ import annotations

from dataclasses import replace

import pytest
from modem_stage import NUMBER, PDU, TRANSCRIPTS, Stage, channel_on

from antirelou.modem.facts import CommandRefused, Fate, SimRefused
from antirelou.modem.initialise import service_centre
from antirelou.settings import Modem as ModemSettings

VOICES = ["huawei", "simcom", "quectel", "zte", "generic"]
EVERY_STEP = [
    "ATE0", "ATV1", "AT+CMEE", "AT+CFUN?", "AT^CURC", "AT+CSCS", "AT+CSMS", "AT+CLIP", "AT+CVHU", "ATS0", "AT+COPS", "AT+CSCA",
    "AT+CNMI", "AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN", "AT+CIMI", "AT+CPMS=?",
]  # fmt: skip


@pytest.mark.parametrize("voice", VOICES)
def test_who_modem_and_sim_are(voice: str) -> None:
    stage = Stage(opened=False, voice=voice)
    identity = stage.modem.open()
    assert (
        identity.imei == stage.simulation.modem.voice.imei
        and identity.model == stage.simulation.modem.voice.model
    )
    assert (identity.imsi, identity.iccid) == (stage.sim.imsi, stage.sim.iccid)


@pytest.mark.parametrize("command", EVERY_STEP)
@pytest.mark.parametrize("fault", ["refused", "hang_on_command"])
def test_l17_every_step_may_fail(command: str, fault: str) -> None:
    stage = Stage(opened=False)
    stage.simulation.fault(fault, prefix=command)
    stage.modem.open()
    stage.network.text(NUMBER, "Bonjour")
    assert (
        len(stage.modem.stored()) == 1
        and stage.modem.submit(PDU).fate is Fate.SUBMITTED
    )


def test_all_optional_steps_may_be_refused_at_once() -> None:
    stage = Stage(opened=False)
    feed = stage.simulation.modem.feed
    known = (b"AT+CMGF", b"AT+CPIN", b"AT+CMG", b"AT\r", b'AT+CPMS="')
    stage.simulation.modem.feed = (
        lambda octets: (  # type: ignore[method-assign]
            feed(octets)
            if octets.startswith(known) or octets[:2] != b"AT"
            else feed(b"AT+NONSENSE\r")
        )
    )
    stage.modem.open()
    stage.network.text(NUMBER, "Bonjour")
    assert len(stage.modem.stored()) == 1


def test_pdu_mode_alone_must_be_granted() -> None:
    stage = Stage(opened=False)
    stage.simulation.fault("refused", prefix="AT+CMGF=")
    with pytest.raises(CommandRefused):
        stage.modem.open()
    assert not stage.simulation.wire.mounted


@pytest.mark.parametrize("answer", ["", "+CFUN:", "+CFUN: 1,0", "+CFUN: ,", "+CFUN: x"])
def test_l17_the_radios_state_may_be_told_badly(answer: str) -> None:
    stage = Stage(opened=False)
    stage.simulation.fault("odd_answer", prefix="AT+CFUN?", lines=answer)
    assert stage.modem.open().imsi


def test_a_radio_that_is_off_is_switched_on() -> None:
    stage = Stage(opened=False)
    stage.simulation.fault("cfun_4")
    stage.modem.open()
    assert stage.simulation.modem.functionality == 1


@pytest.mark.parametrize("voice", VOICES)
def test_l12_a_busy_sim_is_waited_for(voice: str) -> None:
    stage = Stage(opened=False, voice=voice)
    stage.simulation.fault("sim_busy", seconds=12.0)
    assert stage.modem.open().imsi == stage.sim.imsi


def test_l12_a_sim_that_stays_busy_is_given_up_after_half_a_minute() -> None:
    stage = Stage(opened=False)
    stage.simulation.fault("sim_busy", seconds=3600.0)
    before = stage.clock.boot()
    with pytest.raises(SimRefused, match="busy") as refused:
        stage.modem.open()
    assert refused.value.state == "busy" and 30 <= stage.clock.boot() - before < 40


@pytest.mark.parametrize(
    ("fault", "state"),
    [("sim_absent", "absent"), ("sim_dropped", "failure"), ("puk", "puk")],
)
def test_a_sim_that_cannot_be_used_is_a_sentence(fault: str, state: str) -> None:
    stage = Stage(opened=False)
    stage.simulation.fault(fault)
    with pytest.raises(SimRefused) as refused:
        stage.modem.open()
    assert refused.value.state == state and ":" in str(refused.value)


@pytest.mark.parametrize("form", ["unquoted", "ucs2"])
def test_the_service_centre_is_read_in_every_form(form: str) -> None:
    stage = Stage()
    stage.simulation.fault("csca_form", form=form)
    assert stage.modem.condition().service_centre == "+33639980099"


@pytest.mark.parametrize(
    "row",
    [row for row in TRANSCRIPTS if row["kind"] == "at-smsc"],
    ids=lambda row: row["source"][-7:],
)
def test_the_service_centres_of_real_sims(row: dict) -> None:
    channel, _, _ = channel_on(
        lambda _: row["transcript"].replace("\n", "\r\n").encode()
    )

    class Asked:
        @staticmethod
        def exchange(command: str, seconds: float) -> object:
            exchange = channel.start(command)
            channel.until(exchange, seconds)
            channel.finish(exchange)
            return exchange

    number = service_centre(Asked())  # type: ignore[arg-type]
    assert (
        number
        == {"02": "+79168999100", "05": "+447802092035"}[
            row["source"].split("at-smsc/")[1][:2]
        ]
    )


@pytest.mark.parametrize(
    ("fault", "written"), [("csca_wiped", True), ("nothing", False)]
)
def test_the_configured_service_centre_is_written_only_where_the_sim_has_none(
    fault: str, written: bool
) -> None:
    stage = Stage(opened=False, settings=ModemSettings(service_centre="+33639980011"))
    if written:
        stage.simulation.fault(fault)
    before = stage.sim.service_centre
    stage.modem.open()
    assert stage.sim.service_centre == ("+33639980011" if written else before)


def test_a_service_centre_that_cannot_be_read_is_not_overwritten() -> None:
    stage = Stage(opened=False, settings=ModemSettings(service_centre="+33639980011"))
    stage.simulation.fault("refused", prefix="AT+CSCA?")
    stage.modem.open()
    assert stage.sim.service_centre == "+33639980099"


def test_an_odd_service_centre_in_the_settings_reaches_no_command() -> None:
    settings = replace(ModemSettings(), service_centre='+33"\r\nAT+CMGD=1,4')
    stage = Stage(opened=False, settings=settings)
    stage.simulation.fault("csca_wiped")
    stage.modem.open()
    assert stage.sim.service_centre == ""


def test_l17_no_indications_at_all_is_no_obstacle() -> None:
    stage = Stage(opened=False)
    stage.simulation.fault("refused", prefix="AT+CNMI=", times=None)
    stage.modem.open()
    stage.network.text(NUMBER, "Bonjour")
    assert stage.modem.wait(5) == [] and len(stage.modem.stored()) == 1

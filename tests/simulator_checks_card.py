"""What each fault of answers, card, storages, radio and calls does; run by test_simulator_faults.py."""

from __future__ import annotations

from simulator_dongle import SUBMIT, ask, heard, pass_seconds, shows, submit

from antirelou.simulator import READ, Port, Simulation, Slot

# answers


@shows("missing_ok")
def missing_ok(simulation: Simulation, port: Port) -> None:
    simulation.fault("missing_ok", prefix="+CPIN")
    assert ask(port, "AT+CPIN?") == "+CPIN: READY"


@shows("odd_answer")
def odd_answer(simulation: Simulation, port: Port) -> None:
    simulation.fault("odd_answer", prefix="+CFUN?", lines="+CFUN: |junk", final="ERROR")
    assert ask(port, "AT+CFUN?") == "+CFUN: |junk||ERROR"


@shows("refused")
def refused(simulation: Simulation, port: Port) -> None:
    simulation.fault("refused", prefix="+CMEE")
    assert ask(port, "AT+CMEE=1") == "ERROR"


@shows("cme_error")
def cme_error(simulation: Simulation, port: Port) -> None:
    simulation.fault("cme_error", code=515, prefix="+CPIN?")
    assert ask(port, "AT+CPIN?") == "+CME ERROR: 515"
    assert ask(port, "AT+CPIN?") == "+CPIN: READY||OK"


@shows("cms_error")
def cms_error(simulation: Simulation, port: Port) -> None:
    simulation.fault("cms_error", code=38, at="prompt")
    assert ask(port, "AT+CMGS=17") == "+CMS ERROR: 38"
    simulation.fault("cms_error", code=332, at="ctrl_z")
    assert submit(port) == "+CMS ERROR: 332"
    assert simulation.network.submitted == []
    assert submit(port).startswith("+CMGS: ")


@shows("cmgs_form")
def cmgs_form(simulation: Simulation, port: Port) -> None:
    answers = {}
    for form in (
        "no_reference",
        "no_ok",
        "timestamp",
        "no_space",
        "error",
        "text",
        "empty_error",
    ):
        simulation.fault("cmgs_form", form=form)
        answers[form] = submit(port)
    assert len(simulation.network.submitted) == len(answers)
    assert answers["no_reference"] == "OK"
    assert not answers["no_ok"].endswith("OK")
    assert answers["timestamp"].endswith(',"24/01/03,12:00:00+04"||OK')
    assert answers["no_space"].startswith("+CMGS:")
    assert answers["error"] == "ERROR"
    assert answers["text"] == "+CMS ERROR: network timeout"
    assert answers["empty_error"] == "+CMS ERROR:"


@shows("cpms_form")
def cpms_form(simulation: Simulation, port: Port) -> None:
    said = []
    for form in (
        "bare",
        "nested",
        "empty",
        "spaced",
        "mixed",
        "only_sm",
        "only_mt",
        "refused",
    ):
        simulation.fault("cpms_form", form=form)
        said.append(ask(port, "AT+CPMS=?"))
    assert len(set(said)) == 8
    assert said[-1] == "+CMS ERROR: 302"
    simulation.fault("cpms_form", form="only_sm")
    assert ask(port, 'AT+CPMS="ME"') == "+CMS ERROR: 302"


@shows("cmgl_form")
def cmgl_form(simulation: Simulation, port: Port) -> None:
    simulation.sim.storages["SM"].put(Slot(READ, "00AA"))
    simulation.sim.storages["SM"].put(Slot(READ, "00BBBBBBBBBB"))
    said = {}
    for form in (
        "no_alpha",
        "no_space",
        "one_line",
        "descending",
        "junk_line",
        "cut",
        "lower_case",
    ):
        simulation.fault("cmgl_form", form=form)
        said[form] = ask(port, "AT+CMGL=4")
    assert said == {
        "no_alpha": "+CMGL: 1,1,1|00AA|+CMGL: 2,1,5|00BBBBBBBBBB||OK",
        "no_space": "+CMGL:1,1,,1|00AA|+CMGL:2,1,,5|00BBBBBBBBBB||OK",
        "one_line": "+CMGL: 1,1,,1 00AA|+CMGL: 2,1,,5 00BBBBBBBBBB||OK",
        "descending": "+CMGL: 2,1,5|00BBBBBBBBBB|+CMGL: 1,1,1|00AA||OK",
        "junk_line": "+CMGL: 1,1,,1|00AA|AbrACaDabra|+CMGL: 2,1,,5|00BBBBBBBBBB||OK",
        "cut": "+CMGL: 1,1,,1|00AA|+CMGL: 2,1,,5|00B||OK",
        "lower_case": "+CMGL: 1,1,,1|00aa|+CMGL: 2,1,,5|00bbbbbbbbbb||OK",
    }


@shows("csca_form")
def csca_form(simulation: Simulation, port: Port) -> None:
    said = {}
    for form in ("unquoted", "ucs2", "empty", "refused"):
        simulation.fault("csca_form", form=form)
        said[form] = ask(port, "AT+CSCA?")
    ucs2 = "002B00330033003600330039003900380030003000390039"
    assert said == {
        "unquoted": f"+CSCA: {ucs2},145||OK",
        "ucs2": f'+CSCA: "{ucs2}",145||OK',
        "empty": '+CSCA: "",129||OK',
        "refused": "+CMS ERROR: 330",
    }


@shows("creg_form")
def creg_form(simulation: Simulation, port: Port) -> None:
    said = []
    for form in ("short", "spaces", "mismatched", "zeros", "empty"):
        simulation.fault("creg_form", form=form)
        said.append(ask(port, "AT+CREG?"))
    assert said == [
        "+CREG: 1||OK",
        "+CREG: 0, 1, E006B, ABE0016||OK",
        '+CREG: 2,1,"0B,"0100701",7||OK',
        '+CREG:002,001,"18d8","ffff"||OK',
        "+CREG: ||OK",
    ]


@shows("empty_is_321")
def empty_is_321(simulation: Simulation, port: Port) -> None:
    simulation.fault("empty_is_321")
    assert ask(port, "AT+CMGL=4") == "+CMS ERROR: 321"


# SIM and storages


@shows("sim_full", "huawei")
def sim_full(simulation: Simulation, port: Port) -> None:
    simulation.fault("sim_full")
    simulation.network.text("+33639980001", "x")
    assert "^SMMEMFULL" in heard(port)
    assert simulation.network.delivered == []
    ask(port, "AT+CMGD=0")
    assert len(simulation.network.delivered) == 1


@shows("undeletable_slot")
def undeletable_slot(simulation: Simulation, port: Port) -> None:
    storage = simulation.sim.storages["SM"]
    storage.preload(["00", "00"])
    simulation.fault("undeletable_slot", index=2)
    assert [ask(port, f"AT+CMGD={index}") for index in (1, 2)] == [
        "OK",
        "+CMS ERROR: 500",
    ]
    assert list(storage.slots) == [2]


@shows("deletion_lies")
def deletion_lies(simulation: Simulation, port: Port) -> None:
    simulation.sim.storages["SM"].preload(["00"])
    simulation.fault("deletion_lies")
    assert ask(port, "AT+CMGD=1") == "OK"
    assert list(simulation.sim.storages["SM"].slots) == [1]


@shows("undecodable_slot")
def undecodable_slot(simulation: Simulation, port: Port) -> None:
    simulation.fault("undecodable_slot", octets="0BD0p26")
    assert ask(port, "AT+CMGL=4") == "+CMGL: 1,1,,0|0BD0p26||OK"


@shows("index_minus_one")
def index_minus_one(simulation: Simulation, port: Port) -> None:
    simulation.fault("index_minus_one")
    simulation.network.text("+33639980001", "x")
    assert heard(port) == '+CMTI: "SM",-1'
    assert len(simulation.network.queue) == 1
    simulation.clear("index_minus_one")
    assert len(simulation.network.delivered) == 1


@shows("stored_elsewhere")
def stored_elsewhere(simulation: Simulation, port: Port) -> None:
    simulation.fault("stored_elsewhere")
    simulation.network.text("+33639980001", "x")
    assert heard(port) == '+CMTI: "ME",1'


@shows("sim_busy")
def sim_busy(simulation: Simulation, port: Port) -> None:
    simulation.fault("sim_busy", seconds=10)
    simulation.network.text("+33639980001", "x")
    assert ask(port, "AT+CMEE=1;+CPIN?") == "+CME ERROR: 14"
    assert ask(port, "AT+CMGL=4") == "+CMS ERROR: 314"
    pass_seconds(simulation, 10)
    assert heard(port) == '+CMTI: "SM",1'
    assert ask(port, "AT+CPIN?") == "+CPIN: READY||OK"


@shows("sim_dropped")
def sim_dropped(simulation: Simulation, port: Port) -> None:
    simulation.fault("sim_dropped")
    assert ask(port, "AT+CMEE=1;+CPIN?") == "+CME ERROR: 13"
    assert ask(port, "AT+CPMS?") == "+CMS ERROR: 313"
    assert [ask(port, "AT+CFUN=0"), ask(port, "AT+CFUN=1")] == ["OK", "OK"]
    assert ask(port, "AT+CPIN?") == "+CPIN: READY||OK"


@shows("sim_absent")
def sim_absent(simulation: Simulation, port: Port) -> None:
    simulation.fault("sim_absent")
    assert ask(port, "AT+CMEE=1;+CPIN?") == "+CME ERROR: 10"
    assert ask(port, "AT+CMGL=4") == "+CMS ERROR: 310"
    simulation.network.text("+33639980001", "x")
    assert simulation.network.delivered == []


@shows("pin")
def pin(simulation: Simulation, port: Port) -> None:
    simulation.fault("pin", pin="0042")
    assert ask(port, "AT+CPIN?") == "+CPIN: SIM PIN||OK"
    assert ask(port, "AT+CPIN=0042") == "OK"


@shows("puk")
def puk(simulation: Simulation, port: Port) -> None:
    simulation.fault("puk")
    assert ask(port, "AT+CPIN?") == "+CPIN: SIM PUK||OK"


@shows("csca_wiped")
def csca_wiped(simulation: Simulation, port: Port) -> None:
    simulation.fault("csca_wiped")
    assert ask(port, "AT+CSCA?") == '+CSCA: "",129||OK'
    assert submit(port) == "+CMS ERROR: 330"
    assert (
        submit(port, "07913336990890F9" + SUBMIT[2:]) == "+CMS ERROR: 304"
    )  # the length counts the TPDU only
    assert ask(port, 'AT+CSCA="+33639980097",145') == "OK"
    assert submit(port).startswith("+CMGS: ")


@shows("csmp_wipes_csca")
def csmp_wipes_csca(simulation: Simulation, port: Port) -> None:
    simulation.fault("csmp_wipes_csca")
    ask(port, "AT+CSMP=49,167,0,0")
    assert ask(port, "AT+CSCA?") == '+CSCA: "",129||OK'


@shows("delivered_twice")
def delivered_twice(simulation: Simulation, port: Port) -> None:
    simulation.fault("delivered_twice")
    simulation.network.text("+33639980001", "x")
    assert [one.sequence for one in simulation.network.delivered] == [1, 1]
    assert len(simulation.sim.storages["SM"].slots) == 2


# radio


@shows("cfun_4")
def cfun_4(simulation: Simulation, port: Port) -> None:
    simulation.fault("cfun_4")
    simulation.network.text("+33639980001", "x")
    assert ask(port, "AT+CFUN?;+CREG?") == "+CFUN: 4||+CREG: 0,0||OK"
    assert simulation.network.delivered == []
    assert ask(port, "AT+CFUN=1") == 'OK||+CMTI: "SM",1'


@shows("registration")
def registration(simulation: Simulation, port: Port) -> None:
    simulation.fault("registration", stat=3)
    assert ask(port, "AT+CREG?") == "+CREG: 0,3||OK"


@shows("stale_registration")
def stale_registration(simulation: Simulation, port: Port) -> None:
    simulation.fault("stale_registration", stat=2)
    pass_seconds(simulation, 3600)
    assert ask(port, "AT+CREG?") == "+CREG: 0,2||OK"
    ask(port, "AT+CFUN=4;+CFUN=1")
    assert ask(port, "AT+CREG?") == "+CREG: 0,1||OK"


@shows("no_signal")
def no_signal(simulation: Simulation, port: Port) -> None:
    simulation.fault("no_signal")
    assert ask(port, "AT+CSQ") == "+CSQ: 99,99||OK"


@shows("deaf_radio")
def deaf_radio(simulation: Simulation, port: Port) -> None:
    simulation.fault("deaf_radio")
    simulation.network.text("+33639980001", "x")
    assert ask(port, "AT+CREG?;+CSQ").endswith("OK")
    assert simulation.network.delivered == []
    assert submit(port) == ""
    pass_seconds(simulation, 30)
    assert heard(port) == "+CMS ERROR: 332"
    simulation.clear("deaf_radio")
    assert len(simulation.network.delivered) == 1


# settings and calls


@shows("text_mode_reset")
def text_mode_reset(simulation: Simulation, port: Port) -> None:
    simulation.fault("text_mode_reset")
    assert ask(port, "AT+CMGF?") == "+CMGF: 1||OK"
    assert ask(port, "AT+CMGL=4") == "+CMS ERROR: 302"


@shows("settings_lost")
def settings_lost(simulation: Simulation, port: Port) -> None:
    simulation.fault("settings_lost")
    assert ask(port, "AT+CNMI?").startswith("AT+CNMI?")
    simulation.network.text("+33639980001", "x")
    assert heard(port) == ""


@shows("call_during_submit")
def call_during_submit(simulation: Simulation, port: Port) -> None:
    ask(port, "AT+CLIP=1")
    simulation.fault("call_during_submit", number="+33639980077")
    assert ask(port, "AT+CMGS=17") == 'RING||+CLIP: "+33639980077",145,,,,0||>'


@shows("call_blocks_reception")
def call_blocks_reception(simulation: Simulation, port: Port) -> None:
    simulation.fault("call_blocks_reception")
    simulation.network.call("+33639980001")
    simulation.network.text("+33639980001", "x")
    assert simulation.network.delivered == []
    ask(port, "ATH")
    assert len(simulation.network.delivered) == 1


@shows("hang_up_ignored")
def hang_up_ignored(simulation: Simulation, port: Port) -> None:
    simulation.fault("hang_up_ignored", command="H")
    simulation.network.call("+33639980001")
    assert ask(port, "ATH").endswith("OK")
    assert "+CLCC" in ask(port, "AT+CLCC")
    ask(port, "AT+CHUP")
    assert "+CLCC:" not in ask(port, "AT+CLCC")

"""What each fault of the modem, its indications and its octets does; run by test_simulator_faults.py."""

from __future__ import annotations

import errno

import pytest
from simulator_dongle import (
    SUBMIT,
    ask,
    heard,
    pass_seconds,
    reopen,
    send,
    shows,
    submit,
)

from antirelou.simulator import Port, Simulation

# the modem hangs, dawdles, reboots, goes


@shows("silent")
def silent(simulation: Simulation, port: Port) -> None:
    simulation.fault("silent")
    assert ask(port, "AT") == ""
    simulation.unplug()
    simulation.replug()
    pass_seconds(simulation, 10)
    assert ask(reopen(simulation), "AT").endswith("OK")


@shows("echo_only", voice="simcom")
def echo_only(simulation: Simulation, port: Port) -> None:
    simulation.fault("echo_only")
    assert send(port, b"AT+CSQ\r") == b"AT+CSQ\r"
    simulation.unplug()
    simulation.replug()
    pass_seconds(simulation, 10)
    assert ask(reopen(simulation), "AT").endswith("OK")


@shows("port_busy")
def port_busy(simulation: Simulation, port: Port) -> None:
    simulation.fault("port_busy", times=1)
    with pytest.raises(OSError) as caught:
        simulation.open_port()
    assert caught.value.errno == errno.EBUSY
    assert ask(reopen(simulation), "AT").endswith("OK")


@shows("stolen_octets")
def stolen_octets(simulation: Simulation, port: Port) -> None:
    simulation.fault("stolen_octets", every=3)
    assert [ask(port, "AT") for _ in range(6)] == ["OK", "OK", "", "OK", "OK", ""]


@shows("hang_on_command")
def hang_on_command(simulation: Simulation, port: Port) -> None:
    simulation.fault("hang_on_command", prefix="AT+CMGL")
    assert ask(port, "AT+CSQ").endswith("OK")
    assert ask(port, "AT+CMGL=4") == ""
    assert ask(port, "AT+CMGL=4") == "OK"


@shows("hang_on_submit")
def hang_on_submit(simulation: Simulation, port: Port) -> None:
    simulation.fault("hang_on_submit")
    assert ask(port, "AT+CMGS=17") == ""
    assert ask(port, "AT") == "OK"
    simulation.fault("hang_on_submit", waiting=True)
    assert ask(port, "AT+CMGS=17") == ""
    assert ask(port, "AT") == ""  # it went into the message
    assert send(port, b"\x1b") == b"\r\nOK\r\n"


@shows("hang_after_ctrl_z")
def hang_after_ctrl_z(simulation: Simulation, port: Port) -> None:
    simulation.fault("hang_after_ctrl_z", accepted=True)
    assert submit(port) == ""
    assert len(simulation.network.submitted) == 1
    simulation.fault("hang_after_ctrl_z", accepted=False)
    assert submit(port) == ""
    assert len(simulation.network.submitted) == 1
    assert ask(port, "AT") == "OK"


@shows("late_prompt")
def late_prompt(simulation: Simulation, port: Port) -> None:
    simulation.fault("late_prompt", seconds=12)
    assert ask(port, "AT+CMGS=17") == ""
    pass_seconds(simulation, 12)
    assert heard(port) == ">"


@shows("late_answer")
def late_answer(simulation: Simulation, port: Port) -> None:
    simulation.fault("late_answer", seconds=3, prefix="+CSQ")
    assert ask(port, "AT+CSQ") == ""
    assert ask(port, "AT+CREG?") == ""
    pass_seconds(simulation, 2.9)
    assert heard(port) == ""
    pass_seconds(simulation, 0.2)
    assert heard(port) == "+CSQ: 18,99||OK||+CREG: 0,1||OK"


@shows("late_cmgs")
def late_cmgs(simulation: Simulation, port: Port) -> None:
    simulation.fault("late_cmgs", seconds=37)
    assert submit(port) == ""
    assert len(simulation.network.submitted) == 1
    pass_seconds(simulation, 37)
    assert heard(port).startswith("+CMGS: ")


@shows("reboot", "simcom")
def reboot(simulation: Simulation, port: Port) -> None:
    simulation.fault("reboot")
    assert ask(port, "AT") == ""
    pass_seconds(simulation, 5)
    said = heard(port)
    assert said.startswith("RDY||+CFUN: 1||+CPIN: READY||")
    assert "SMS Ready" in said
    assert ask(port, "AT+CNMI?") == "AT+CNMI?|+CNMI: 0,0,0,0,0||OK".replace(
        "?|", "?\r|"
    )


@shows("reboot_on_command", "quectel")
def reboot_on_command(simulation: Simulation, port: Port) -> None:
    simulation.fault("reboot_on_command", prefix="+CMGL")
    assert ask(port, "AT+CMGL=4") == ""
    pass_seconds(simulation, 5)
    assert heard(port).startswith("RDY")


def lost(port: Port) -> None:
    for use in (
        lambda: port.read(1),
        lambda: port.write(b"AT\r"),
        lambda: port.in_waiting,
    ):
        with pytest.raises(OSError) as caught:
            use()
        assert caught.value.errno == errno.EIO


@shows("unplug")
def unplug(simulation: Simulation, port: Port) -> None:
    simulation.network.text("+33639980001", "in the modem")
    simulation.fault("unplug", seconds=5)
    lost(port)
    simulation.network.text("+33639980001", "in the network")
    with pytest.raises(FileNotFoundError):
        simulation.open_port()
    pass_seconds(simulation, 5)
    assert len(simulation.network.delivered) == 1
    pass_seconds(simulation, 5)
    lost(port)
    assert len(simulation.network.delivered) == 2
    assert ask(reopen(simulation), "AT+CMGL=4").count("+CMGL:") == 2


@shows("unplug_mid_command")
def unplug_mid_command(simulation: Simulation, port: Port) -> None:
    simulation.fault("unplug_mid_command", prefix="+CSQ")
    port.write(b"AT+CSQ\r")
    lost(port)


@shows("unplug_mid_submit")
def unplug_mid_submit(simulation: Simulation, port: Port) -> None:
    for accepted, count in ((False, 0), (True, 1)):
        simulation.fault("unplug_mid_submit", accepted=accepted)
        ask(port, "AT+CMGS=17")
        port.write(SUBMIT.encode() + b"\x1a")
        lost(port)
        assert len(simulation.network.submitted) == count
        pass_seconds(simulation, 20)
        port = reopen(simulation, "ATE0")


@shows("new_name_after_replug")
def new_name_after_replug(simulation: Simulation, port: Port) -> None:
    simulation.fault("new_name_after_replug")
    simulation.open_port("/dev/ttyUSB0")
    simulation.unplug()
    simulation.replug()
    with pytest.raises(FileNotFoundError):
        simulation.open_port("/dev/ttyUSB0")
    assert simulation.open_port("/dev/ttyUSB1").is_open
    assert simulation.open_port("/dev/antirelou-modem").is_open


@shows("not_reading")
def not_reading(simulation: Simulation, port: Port) -> None:
    simulation.fault("not_reading")
    port.write_timeout = 2
    before = simulation.clock.boot()
    with pytest.raises(TimeoutError):
        port.write(b"AT\r")
    assert simulation.clock.boot() == before + 2


@shows("not_a_modem")
def not_a_modem(simulation: Simulation, port: Port) -> None:
    simulation.fault("not_a_modem")
    assert "login:" in ask(port, "AT")


@shows("leftover")
def leftover(simulation: Simulation, port: Port) -> None:
    simulation.fault("leftover")
    assert "COPS" in heard(reopen(simulation))


# indications


@shows("lost_indications")
def lost_indications(simulation: Simulation, port: Port) -> None:
    simulation.fault("lost_indications", every=2)
    for _ in range(4):
        simulation.network.text("+33639980001", "x")
    assert heard(port) == '+CMTI: "SM",1||+CMTI: "SM",3'


@shows("merged_indications")
def merged_indications(simulation: Simulation, port: Port) -> None:
    simulation.fault("merged_indications", count=3)
    for _ in range(4):
        simulation.network.text("+33639980001", "x")
    assert heard(port).count("+CMTI") == 3
    pass_seconds(simulation, 1.1)
    assert heard(port) == '+CMTI: "SM",4'


@shows("glued_indication", "huawei")
def glued_indication(simulation: Simulation, port: Port) -> None:
    ask(port, "ATE1")
    simulation.fault("glued_indication", where="echo")
    assert (
        send(port, b"AT+CSQ\r") == b"^SRVST:0\r\nAT+CSQ\r\r\n+CSQ: 18,99\r\n\r\nOK\r\n"
    )
    simulation.network.text("+33639980001", "x")
    assert heard(port) == ""
    assert send(port, b"AT\r") == b'+CMTI: "SM",0\r\nAT\r\r\nOK\r\n'
    simulation.fault("glued_indication", where="answer", line="RING")
    assert send(port, b"AT+CSQ\r") == b"AT+CSQ\r\r\nRING\r\n+CSQ: 18,99\r\n\r\nOK\r\n"
    simulation.fault("glued_indication", where="final", line="RING")
    assert (
        send(port, b"AT+CSQ\r") == b"AT+CSQ\r\r\n+CSQ: 18,99\r\n\r\nRING\r\n\r\nOK\r\n"
    )


@shows("rssi_storm", "huawei")
def rssi_storm(simulation: Simulation, port: Port) -> None:
    simulation.fault("rssi_storm", per_second=50)
    pass_seconds(simulation, 1)
    assert heard(port).count("^RSSI:18") in (50, 51)
    simulation.clear("rssi_storm")
    pass_seconds(simulation, 1)
    heard(port)
    pass_seconds(simulation, 1)
    assert heard(port) == ""


@shows("chatter_during_submit", "zte")
def chatter_during_submit(simulation: Simulation, port: Port) -> None:
    simulation.fault("chatter_during_submit")
    assert (
        ask(port, "AT+CMGS=17")
        == '+ZDONR: "SIMU",208,1,"CS_PS","ROAM_OFF"||+ZPASR: "UMTS"||>'
    )
    assert (
        "+ZPASR" in send(port, SUBMIT.encode() + b"\x1a").decode().partition("+CMGS")[0]
    )


# octets


@shows("slow_line")
def slow_line(simulation: Simulation, port: Port) -> None:
    simulation.fault("slow_line", baud=9600)
    port.timeout = 10
    before = simulation.clock.boot()
    port.write(b"AT+CSQ\r")
    answer = b"\r\n+CSQ: 18,99\r\n\r\nOK\r\n"
    assert port.read(len(answer)) == answer
    assert simulation.clock.boot() - before == pytest.approx(len(answer) * 10 / 9600)


@shows("one_byte_at_a_time")
def one_byte_at_a_time(simulation: Simulation, port: Port) -> None:
    simulation.fault("one_byte_at_a_time")
    port.timeout = 1
    port.write(b"AT\r")
    assert [port.read(max(1, port.in_waiting)) for _ in range(6)] == [
        b"\r",
        b"\n",
        b"O",
        b"K",
        b"\r",
        b"\n",
    ]


@shows("nul_bytes")
def nul_bytes(simulation: Simulation, port: Port) -> None:
    simulation.fault("nul_bytes")
    said = send(port, b"AT+CSQ\r")
    assert said.count(b"\0") == 2
    assert said.replace(b"\0", b"") == b"\r\n+CSQ: 18,99\r\n\r\nOK\r\n"


@shows("non_ascii")
def non_ascii(simulation: Simulation, port: Port) -> None:
    simulation.fault("non_ascii")
    assert send(port, b"AT\r") == b"\r\n^\xe9\xff\x80\xc3\r\n\r\nOK\r\n"


@shows("garbage")
def garbage(simulation: Simulation, port: Port) -> None:
    simulation.fault("garbage")
    said = send(port, b"AT\r")
    assert said.endswith(b"\r\nOK\r\n")
    assert len(said) > 6


@shows("endless_line")
def endless_line(simulation: Simulation, port: Port) -> None:
    simulation.fault("endless_line", octets=50_000)
    said = port.read(1 << 20)
    assert len(said) > 49_000
    assert b"\r" not in said


@shows("extra_cr")
def extra_cr(simulation: Simulation, port: Port) -> None:
    simulation.fault("extra_cr")
    assert send(port, b"AT\r") == b"\r\r\nOK\r\r\n"


@shows("cr_only")
def cr_only(simulation: Simulation, port: Port) -> None:
    simulation.fault("cr_only")
    assert send(port, b"AT\r") == b"\rOK\r"


@shows("double_echo")
def double_echo(simulation: Simulation, port: Port) -> None:
    ask(port, "ATE1")
    simulation.fault("double_echo")
    assert send(port, b"AT\r") == b"AT\rAT\r\r\nOK\r\n"
    simulation.fault("double_echo", answer=True)
    assert (
        send(port, b"AT+CSQ\r")
        == b"AT+CSQ\rAT+CSQ\r\r\n\r\n+CSQ: 18,99\r\n\r\n+CSQ: 18,99\r\n\r\nOK\r\n"
    )

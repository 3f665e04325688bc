"""What is typed and what comes back, octet for octet."""

from __future__ import annotations

import pytest
from simulator_dongle import SUBMIT as PDU
from simulator_dongle import dongle, send

from antirelou.simulator import VOICES

SUBMIT = PDU.encode()


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        (b"AT\r", b"AT\r\r\nOK\r\n"),
        (b"at\r", b"at\r\r\nOK\r\n"),
        (b"A T\r", b"A T\r"),  # no AT in it: nothing but the echo
        (b"AT\r\n", b"AT\r\r\nOK\r\n\n"),
        (b"\x1b\r", b"\x1b\r"),
        (b"\x1bAT\r", b"\x1bAT\r\r\nOK\r\n"),
        (b"garbageAT+CSQ\r", b"garbageAT+CSQ\r\r\n+CSQ: 18,99\r\n\r\nOK\r\n"),
        (
            b"AT+CSQ;+CREG?\r",
            b"AT+CSQ;+CREG?\r\r\n+CSQ: 18,99\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n",
        ),
        (
            b"AT+CSQ;+CMGR=77\r",
            b"AT+CSQ;+CMGR=77\r\r\n+CSQ: 18,99\r\n\r\n+CMS ERROR: 321\r\n",
        ),
        (b"ATE0+CMEE=1;+CREG=2\r", b"ATE0+CMEE=1;+CREG=2\r\r\nOK\r\n"),
        (b"AT E0 V1 Q0 &C1 &D2 S0=0\r", b"AT E0 V1 Q0 &C1 &D2 S0=0\r\r\nOK\r\n"),
        (b"ATQ1\r", b"ATQ1\r"),
        (b"ATV0\r", b"ATV0\r0\r"),
        (b"ATV0+CSQ\r", b"ATV0+CSQ\r+CSQ: 18,99\r\n0\r"),
        (b"AT+NOSUCH\r", b"AT+NOSUCH\r\r\nERROR\r\n"),
        (
            b'AT+CSQ="a;b",7;+CREG?\r',
            b'AT+CSQ="a;b",7;+CREG?\r\r\n+CSQ: 18,99\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n',
        ),
        (b"AT+CMEE=7\r", b"AT+CMEE=7\r\r\nERROR\r\n"),
        (b"AT+CMEE=1;+CMEE=7\r", b"AT+CMEE=1;+CMEE=7\r\r\n+CME ERROR: 50\r\n"),
        (
            b"AT+CMEE=2;+CMEE=7\r",
            b"AT+CMEE=2;+CMEE=7\r\r\n+CME ERROR: incorrect parameters\r\n",
        ),
        (b"ATD+33639980001;\r", b"ATD+33639980001;\r\r\nNO CARRIER\r\n"),
    ],
)
def test_command_lines_are_answered_octet_for_octet(
    typed: bytes, answered: bytes
) -> None:
    _, port = dongle()
    assert send(port, typed) == answered


def test_two_lines_in_one_write_are_answered_in_turn() -> None:
    _, port = dongle()
    assert (
        send(port, b"ATE0\rAT+CSQ\r")
        == b"ATE0\r\r\nOK\r\n\r\n+CSQ: 18,99\r\n\r\nOK\r\n"
    )


def test_what_a_person_types_is_echoed_at_once() -> None:
    _, port = dongle()
    assert [send(port, octet) for octet in (b"A", b"T", b"\r")] == [
        b"A",
        b"T",
        b"\r\r\nOK\r\n",
    ]


def test_a_slash_repeats_the_last_line() -> None:
    _, port = dongle()
    send(port, b"ATE0\r")
    send(port, b"AT+CSQ\r")
    assert send(port, b"A/") == b"\r\n+CSQ: 18,99\r\n\r\nOK\r\n"


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    simulation, port = dongle()
    for _ in range(100):
        send(port, b"x" * 10_000)
    assert len(simulation.modem.dialogue._input) < 20_000
    assert send(port, b"\rAT\r").endswith(b"\r\nOK\r\n")


@pytest.mark.parametrize("voice", VOICES)
def test_every_family_takes_a_submit(voice: str) -> None:
    simulation, port = dongle(voice)
    send(port, b"ATE0\r")
    assert send(port, b"AT+CMGS=17\r") == b"\r\n> "
    answer = send(port, SUBMIT + b"\x1a")
    [submitted] = simulation.network.submitted
    assert answer == b"\r\n+CMGS: %d\r\n\r\nOK\r\n" % submitted.message_reference
    assert (submitted.destination, submitted.text, submitted.pdu) == (
        "+33639980002",
        "ABCD",
        SUBMIT.decode(),
    )


def test_the_prompt_and_the_pdu_are_echoed_as_huawei_does() -> None:
    _, port = dongle("huawei")
    assert send(port, b"AT+CMGS=17\r") == b"AT+CMGS=17\r\r\n> "
    assert send(port, SUBMIT) == SUBMIT
    assert send(port, b"\x1a").startswith(b"\x1a\r\n+CMGS: ")


def test_escape_ends_the_prompt_and_nothing_leaves() -> None:
    simulation, port = dongle()
    send(port, b"ATE0\r")
    send(port, b"AT+CMGS=17\r")
    assert send(port, SUBMIT[:20] + b"\x1b") == b"\r\nOK\r\n"
    assert send(port, b"AT\r") == b"\r\nOK\r\n"
    assert simulation.network.submitted == []


def test_a_command_typed_at_the_prompt_becomes_the_message_and_is_refused() -> None:
    simulation, port = dongle()
    send(port, b"ATE0\r")
    send(port, b"AT+CMGS=17\r")
    assert send(port, b"AT+CSQ\r") == b""
    assert send(port, SUBMIT + b"\x1a") == b"\r\n+CMS ERROR: 304\r\n"
    assert simulation.network.submitted == []


@pytest.mark.parametrize(
    ("length", "typed"),
    [
        (18, SUBMIT),
        (16, SUBMIT),
        (17, SUBMIT[:-1]),
        (17, b"zz" + SUBMIT[2:]),
        (17, b""),
        (17, b"00" + b"04" * 17),
    ],
)
def test_a_pdu_of_another_length_or_kind_is_cms_304(length: int, typed: bytes) -> None:
    simulation, port = dongle()
    send(port, b"ATE0\r")
    send(port, b"AT+CMGS=%d\r" % length)
    assert send(port, typed + b"\x1a") == b"\r\n+CMS ERROR: 304\r\n"
    assert simulation.network.submitted == []


def test_an_indication_waits_while_a_pdu_is_typed() -> None:
    simulation, port = dongle()
    send(port, b"ATE0;+CNMI=2,1,0,0,0\r")
    send(port, b"AT+CMGS=17\r")
    simulation.network.text("+33639980001", "Bonjour")
    assert port.read(100) == b""
    answer = send(port, SUBMIT + b"\x1a")
    assert answer.endswith(b'\r\n\r\nOK\r\n\r\n+CMTI: "SM",1\r\n')


def test_families_differ_in_how_they_refuse_and_list() -> None:
    _, huawei = dongle("huawei")
    assert send(huawei, b"ATE0+NOSUCH\r").endswith(b"\r\nCOMMAND NOT SUPPORT\r\n")
    simulation, simcom = dongle("simcom")
    send(simcom, b"ATE0\r")
    simulation.sim.storages["ME"].preload(["00", "0000"])
    assert (
        send(simcom, b"AT+CMGL=4\r")
        == b'\r\n+CMGL: 1,1,"",0\r\n00\r\n\r\n+CMGL: 2,1,"",1\r\n0000\r\n\r\nOK\r\n'
    )


def test_reset_restores_the_echo_and_forgets_the_settings() -> None:
    _, port = dongle()
    send(port, b"ATE0+CMEE=2;+CNMI=2,1,0,2,0;+CMGF=1\r")
    send(port, b"ATZ\r")
    assert send(port, b"AT+CNMI?;+CMEE?;+CMGF?\r") == (
        b"AT+CNMI?;+CMEE?;+CMGF?\r\r\n+CNMI: 0,0,0,0,0\r\n\r\n+CMEE: 0\r\n\r\n+CMGF: 0\r\n\r\nOK\r\n"
    )


def test_text_mode_lists_and_sends() -> None:
    simulation, port = dongle()
    send(port, b'ATE0+CMGF=1;+CSCS="GSM"\r')
    simulation.network.text("+33639980001", "Bonjour")
    assert send(port, b'AT+CMGL="ALL"\r') == (
        b'\r\n+CMGL: 1,"REC UNREAD","+33639980001",,"26/11/22,11:00:00+04"\r\nBonjour\r\n\r\nOK\r\n'
    )
    assert send(port, b'AT+CMGS="+33639980002"\r') == b"\r\n> "
    send(port, b"Salut\x1a")
    assert simulation.network.joined == [("+33639980002", "Salut")]


@pytest.mark.parametrize("voice", VOICES)
def test_no_command_of_the_list_breaks_the_modem(voice: str) -> None:
    simulation, port = dongle(voice)
    names = set(simulation.modem.voice.vendor) | {"+CLAC"}
    names |= {
        line
        for line in send(port, b"AT+CLAC\r")
        .decode()
        .replace("+CLAC: ", "")
        .replace(",", "\r\n")
        .split()
    }
    for name in names:
        for form in (
            "",
            "?",
            "=?",
            "=",
            "=1",
            '="a","b"',
            "=,,",
            "=99999,x",
            '="',
            "=1,2,3,4,5,6",
        ):
            simulation, port = dongle(voice)
            answer = send(port, f"AT{name}{form}\r\x1b".encode())
            assert (
                answer.rstrip(b"\x1b").endswith((b"\r\n", b"\r")) or b"> " in answer
            ), (name, form, answer)
            assert send(port, b"ATE0V1Q0\rAT+CMEE=1\r").endswith(b"\r\nOK\r\n")

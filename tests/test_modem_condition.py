"""Registration, signal and network in every form that modems tell them."""

from __future__ import annotations

import re

import pytest
from modem_stage import TRANSCRIPTS, Stage

from antirelou.modem.condition import registration
from antirelou.modem.facts import Registration

MEANT = {
    "IDLE": Registration.NOT_REGISTERED,
    "HOME": Registration.HOME,
    "DENIED": Registration.DENIED,
    "ROAMING": Registration.ROAMING,
    "HOME_SMS_ONLY": Registration.SMS_ONLY,
    "ATTACHED_RLOS": Registration.SMS_ONLY,
}


@pytest.mark.parametrize(
    "row",
    [row for row in TRANSCRIPTS if "expect_creg_result_struct" in row],
    ids=lambda row: repr(row["transcript"]),
)
def test_registrations_of_real_modems(row: dict) -> None:
    meant = re.search(r"REGISTRATION_STATE_(\w+)", row["expect_creg_result_struct"])
    assert meant is not None
    answer = re.findall(r"\+C[GE]*REG:([^\r]*)", row["transcript"])[0]
    assert registration([answer]) is MEANT[meant[1]]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("empty.dump", Registration.UNKNOWN),
        ("none.dump", Registration.NOT_REGISTERED),
        ("sierra312u.dump", Registration.ROAMING),
        ("empty-lac.dump", Registration.HOME),
        ("single-quote.dump", Registration.HOME),
    ],
)
def test_registrations_that_gammu_has_seen(row: str, expected: Registration) -> None:
    [transcript] = [
        one["transcript"]
        for one in TRANSCRIPTS
        if f"/{row}" in one["source"] and "at-creg" in one["kind"]
    ]
    assert registration(re.findall(r"\+CREG:(.*)", transcript)) is expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["0,1"], Registration.HOME),
        (["2,11"], Registration.SMS_ONLY),
        (["0,7"], Registration.SMS_ONLY),
        (["1, E006B, ABE0016"], Registration.HOME),
        (["5"], Registration.ROAMING),
        (["1,0012,0345"], Registration.HOME),
        (["2,1,\"0B,\"0100701\",7"], Registration.HOME),
        (["3", "0,1"], Registration.HOME),
        (["0,99"], Registration.UNKNOWN),
        (["x"], Registration.UNKNOWN),
        ([], Registration.UNKNOWN),
    ],
)  # fmt: skip
def test_every_form_of_a_registration(
    answers: list[str], expected: Registration
) -> None:
    assert registration(answers) is expected


@pytest.mark.parametrize(
    ("stat", "expected"),
    [
        (0, Registration.NOT_REGISTERED),
        (2, Registration.SEARCHING),
        (3, Registration.DENIED),
        (4, Registration.UNKNOWN),
        (6, Registration.SMS_ONLY),
        (7, Registration.SMS_ONLY),
        (11, Registration.SMS_ONLY),
    ],
)
def test_the_registration_is_told(stat: int, expected: Registration) -> None:
    stage = Stage()
    stage.simulation.fault("registration", stat=stat)
    assert stage.modem.condition().registration is expected


@pytest.mark.parametrize("form", ["short", "spaces", "mismatched", "zeros", "empty"])
def test_one_readable_registration_of_three_suffices(form: str) -> None:
    stage = Stage()
    stage.simulation.fault("creg_form", form=form)
    condition = stage.modem.condition()
    assert condition.registration is (
        Registration.UNKNOWN if form == "empty" else Registration.HOME
    )


@pytest.mark.parametrize("voice", ["huawei", "simcom", "quectel", "zte", "generic"])
def test_the_condition_of_every_family(voice: str) -> None:
    condition = Stage(voice=voice).modem.condition()
    assert (condition.registration, condition.signal, condition.network) == (
        Registration.HOME,
        -77,
        "F SIMU",
    )


def test_no_signal_is_none() -> None:
    stage = Stage()
    stage.simulation.fault("no_signal")
    stage.simulation.fault(
        "odd_answer", prefix="AT+CESQ", lines="+CESQ: 99,99,255,255,255,255"
    )
    assert stage.modem.condition().signal is None
    stage.simulation.fault(
        "odd_answer", prefix="AT+CESQ", lines="+CESQ: 99,99,255,255,20,60"
    )
    assert stage.modem.condition().signal == -81


@pytest.mark.parametrize(
    "command", ["AT+CREG", "AT+CSQ", "AT+COPS?", "AT+CSCA?", "AT+CPMS"]
)
@pytest.mark.parametrize("fault", ["refused", "hang_on_command"])
def test_what_a_modem_does_not_tell_is_left_out(command: str, fault: str) -> None:
    stage = Stage()
    stage.simulation.fault(fault, prefix=command)
    stage.modem.condition()

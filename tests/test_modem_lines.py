"""Lines as real devices say them; the forms come from the transcripts and from the tests of gammu and ModemManager."""

from __future__ import annotations

import pytest
from modem_stage import TRANSCRIPTS

from antirelou.modem.facts import CallEnded, MemoryFull, NewMessage, Ring
from antirelou.modem.lines import (
    final_result,
    indication,
    split_prefix,
    start_sign,
    tentative_result,
)


def fact(line: str) -> object:
    return indication(line, *split_prefix(line))


@pytest.mark.parametrize(
    ("line", "family", "cause"),
    [
        ("ERROR", "", None),
        ("COMMAND NOT SUPPORT", "", None),
        ("MODEM ERROR: 5", "", None),
        ("+CME ERROR: 14", "CME", 14),
        ("+CMS ERROR:500", "CMS", 500),
        ("+CMS ERROR: INVALID SMS PDU", "CMS", None),
        ("+CME ERROR: SIM not inserted", "CME", None),
        ("+cms error: 38", "CMS", 38),
        ("+CMS ERROR: 99999999", "CMS", None),
    ],
)
def test_errors_are_final(line: str, family: str, cause: int | None) -> None:
    final = final_result(line)
    assert final is not None and not final.ok
    assert (final.family, final.cause, final.said) == (family, cause, line)


@pytest.mark.parametrize(
    "line",
    [
        "OK see you at 5",
        "ERRORS",
        "MODEM ERROR: apple",
        "UNKNOWN COMMAND",
        "0K",
        "+CMGL: 1,0,,2",
        "+CMTI: OK",
    ],
)
def test_what_only_looks_like_a_result_is_not_final(line: str) -> None:
    assert final_result(line) is None
    assert tentative_result(line) is None


@pytest.mark.parametrize(
    "row",
    [row for row in TRANSCRIPTS if "complete" in row],
    ids=lambda row: repr(row["transcript"]),
)
def test_results_of_real_modems(row: dict) -> None:
    lines = [line for line in row["transcript"].splitlines() if line]
    finals = [
        final
        for line in lines
        if (final := final_result(line) or tentative_result(line))
    ]
    sure = [final for line in lines if (final := final_result(line))]
    if row["complete"]:
        assert finals and finals[0].ok is not row["is_error"]
    else:
        assert not sure


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('+CMTI: "SM",7', NewMessage("SM", 7)),
        ("+CMTI: SM,7", NewMessage("SM", 7)),
        ('+CMTI:"ME", 0', NewMessage("ME", 0)),
        ('+CMTI: "SM",7,"MMS PUSH"', NewMessage("SM", 7)),
        ('+CDSI: "SR",1', NewMessage("SR", 1)),
        ('+CMTI: "SM",-1', MemoryFull("SM")),
        ('+CMTI: "SM"', MemoryFull("SM")),
        ("+CMTI:", None),
        ('^SMMEMFULL: "SM"', MemoryFull("SM")),
        ('+QIND: "smsfull","ME"', MemoryFull("ME")),
        ("SMS FULL", MemoryFull("")),
        ("RING", Ring()),
        ("+CRING: VOICE", Ring()),
        ('+CLIP: "+33639980002",145,,,,0', Ring("+33639980002", 145)),
        ('+CLIP: "33639980002",145', Ring("+33639980002", 145)),
        ('+CLIP: "0639980002",129,,,"",0', Ring("0639980002", 129)),
        ('+CLIP: "",128,,,,1', Ring("", 128)),
        ("NO CARRIER", CallEnded()),
        ("^CEND:1,0,29,16", CallEnded()),
        ("HANGUP: 1", CallEnded()),
        ("^RSSI:12", None),
        ('+ZDONR: "METEOR",272,3,"CS_ONLY","ROAM_OFF"', None),
        ("hello RING", None),
    ],
)
def test_indications(line: str, expected: object) -> None:
    if line == "+CMTI:":
        expected = MemoryFull("")
    assert fact(line) == expected


@pytest.mark.parametrize(
    ("line", "sure"),
    [
        ("RDY", True),
        ("^SYSSTART", True),
        ("*ATREADY: 1", True),
        ("SMS Ready", False),
        ("+CPIN: READY", False),
        ("PB DONE", False),
        ("+QIND: SMS DONE", False),
        ("^BOOT:35323129,0,0,0,26", None),
        ("^RSSI:12", None),
        ('+QIND: "csq",25,99', None),
    ],
)
def test_signs_of_a_start(line: str, sure: bool | None) -> None:
    assert start_sign(line, split_prefix(line)[0]) is sure


def test_a_prefix_is_found_with_and_without_a_blank() -> None:
    assert split_prefix("+CMGL:1,0,,26") == ("+CMGL", "1,0,,26")
    assert split_prefix("^HCSQ : 1") == ("^HCSQ", "1")
    assert split_prefix("0791: x") == ("", "0791: x")

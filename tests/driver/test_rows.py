"""Each defect of the driver that matters has a test that fails the library and one that we pass, or cannot happen.

A defect is a row: L (the link and its threads), M (stored messages), S (submits, reports, USSD, calls) or T (text mode)
and a number. What a row is, the name of its test in test_shipped_*.py says: `test_l1_an_indication_in_front_of_…`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
ROWS = [
    *(f"l{number}" for number in range(1, 18)),
    *(f"m{number}" for number in range(1, 11)),
    *(f"s{number}" for number in range(1, 10)),
    "t1",
]
# Annoyances, without a test of the library: L18, a blank in the answer to AT+CLAC hides the first command that it names;
# L19, what one modem can do with DTMF is remembered for all; M11, `+CMTI` with a third field or a bare storage, and a
# `+CMGR` without its alpha field, are not understood; S10, callers' numbers get a `+` that they do not have.
CANNOT_HAPPEN = {
    "s8": "no report is ever waited for: a report is content that the daemon stores",
    "s9": "no USSD is ever sent, and +CUSD is noise to the channel",
    "t1": "text mode is never used; AT+CMGF=0 is asked for before each listing and each submit",
}
# By construction, not by a case: a test of another kind shows them.
SHOWN_ELSEWHERE = {
    "l7": "test_modem_dongle.py::test_l15_opening_twice_is_one_connection",
    "m3": "test_modem_storage.py::test_m4_only_the_slot_that_was_listed_is_emptied",
    "m7": "test_modem_storage.py::test_m2_a_draft_hides_nothing",
    "m9": "test_modem_storage.py::test_m1_an_undecodable_slot_keeps_its_own_index_and_hides_no_other",
    "s1": "test_submit_pdu.py",
    "s2": "test_submit_pdu.py",
    "s3": "test_modem_submit.py::test_a_submit_is_accepted_with_its_reference",
    "s4": "test_submit_pdu.py",
    "s5": "test_submit_pdu.py",
    "s6": "test_modem_submit.py::test_nothing_leaves_twice_whatever_the_answers_were",
}


def rows_of(files: list[Path]) -> set[str]:
    names = re.findall(
        r"def test_((?:[lmst]\d+_)+)",
        "".join(file.read_text(encoding="utf-8") for file in files),
    )
    return {row for name in names for row in name.strip("_").split("_")}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_accounted_for(row: str) -> None:
    if row in CANNOT_HAPPEN:
        return
    assert row in rows_of(sorted(Path(__file__).parent.glob("test_shipped_*.py")))
    if row in SHOWN_ELSEWHERE:
        file, _, name = SHOWN_ELSEWHERE[row].partition("::")
        assert name in (TESTS / file).read_text(encoding="utf-8")
    else:
        assert row in rows_of(sorted(TESTS.glob("test_modem_*.py")))

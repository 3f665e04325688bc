"""Six hours of the faults of which most is told; `make test-death` lets every one last for a week."""

from __future__ import annotations

import pytest
from fault_lasts import endured

LOUD = (
    "silent",
    "hang_on_submit",
    "reboot_on_command",
    "unplug_mid_command",
    "not_a_modem",
    "refused",
    "cme_error",
    "cms_error",
    "undeletable_slot",
    "delivered_twice",
    "index_minus_one",
    "sim_absent",
    "registration",
    "odd_answer",
)


@pytest.mark.parametrize("name", LOUD)
def test_what_lasts_is_told_in_sentences_and_not_each_time(name: str) -> None:
    told = endured(name, days=0.25)
    assert told.lines, "it is told at all"
    assert not told.odd
    assert len(told.lines) <= 12, told.summary()
    assert told.events <= 24

"""How soon the next reply leaves after each fault, with the voice of a modem that does not say when it started."""

from __future__ import annotations

import pytest
from bench.recovery import CASES, Case, measured


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_next_reply_leaves_within_the_promised_seconds(case: Case) -> None:
    assert 0 <= measured(case, "zte") <= case.promised

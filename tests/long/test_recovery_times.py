"""How soon the next reply leaves after each fault, with every family's voice."""

from __future__ import annotations

import pytest
from bench.recovery import CASES, Case, measured

from antirelou.simulator.voices import VOICES


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_next_reply_leaves_within_the_promised_seconds(
    case: Case, voice: str
) -> None:
    assert 0 <= measured(case, voice) <= case.promised

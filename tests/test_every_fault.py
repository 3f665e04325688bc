"""Every fault that the simulated dongle can play, played to the whole daemon; the README's figures are these bounds."""

from __future__ import annotations

import re
from pathlib import Path

import fault_lines_card
import fault_lines_modem
import pytest
from fault_stage import Case, Line, Stage

from antirelou.simulator import FAULTS

README = Path(__file__).parent.parent / "README.md"
LINES = (*fault_lines_modem.LINES, *fault_lines_card.LINES)
CASES = [(line, case) for line in LINES for case in line.cases]


@pytest.mark.parametrize(
    ("line", "case"),
    CASES,
    ids=[f"{line.fault}-{case}" for line, case in CASES],
)
def test_the_next_reply_leaves_in_time_and_nothing_is_lost_or_told_twice(
    tmp_path: Path, line: Line, case: Case
) -> None:
    stage = Stage(tmp_path, line.fault, case)
    assert stage.play(line.settle) <= line.within
    stage.check()


def test_every_fault_of_the_simulator_is_played() -> None:
    assert {line.fault for line in LINES} == set(FAULTS)


def test_the_readme_has_a_line_for_each_with_the_figure_that_is_tested() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (.+?) \| .+ \| (\d+) s \|$",
        README.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert rows == [(line.fault, line.seen, str(line.within)) for line in LINES]

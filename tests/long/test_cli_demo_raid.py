"""`antirelou demo --raid`, with fewer raiders: a line for ten minutes each, and what came of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from antirelou.cli import demo_raid


def test_a_raid_is_told_every_ten_minutes_and_summed_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "RAIDERS": 80,
        "MESSAGES": 260,
        "RAID_LASTS": 900.0,
        "END": 4 * 3600.0,
    }.items():
        monkeypatch.setattr(demo_raid, name, value)
    monkeypatch.setattr(demo_raid, "_SINCERE", ((0.1, 0.5, 3), (1.0, 1.2, 1)))
    demo_raid.play_raid(tmp_path)
    told = capsys.readouterr().out.splitlines()
    rows = [
        row
        for line in told
        if (
            row := re.match(
                r"(Mon \d\d:\d0) +(\d+) +(\d+) +(\d+) +(since 16:\d\d|-) ", line
            )
        )
    ]
    floods = {row[1]: row[5] for row in rows}
    assert {flood for until, flood in floods.items() if until < "Mon 16"} == {"-"}
    assert floods["Mon 16:10"].startswith("since 16")
    assert sum(int(row[2]) for row in rows) == int(rows[-1][3]) == 264
    assert "Arrived  264 texts from 84 numbers; in the log 264" in told
    # Who of them is told by then is a matter of chance: delays are drawn, and so is who goes first.
    assert [line for line in told if re.match(r"Sincere  [0-4] of 4 ", line)]
    assert [line for line in told if line.startswith("Event    A flood began: ")]
    [raiders] = [int(line.split()[1]) for line in told if line.startswith("Raiders  ")]
    assert raiders <= 20

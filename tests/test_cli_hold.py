"""`antirelou hold`: as the operator types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_world import Run, write_config

pytest_plugins = ["cli_fixtures"]

PERIOD = ("--since", "2026-11-22", "--until", "2026-11-22", "--note", "a \x1b[2J note")


@pytest.fixture
def own(at: Path, tmp_path: Path) -> Path:
    """A filled log of one's own."""
    for name in ("antirelou.db", "antirelou.db.key"):
        shutil.copy(at / name, tmp_path)
    write_config(tmp_path)
    return tmp_path


def test_a_hold_is_ordered_shown_and_ended(own: Path, run: Run) -> None:
    assert "no legal hold" in run(own, "hold").out
    assert run(own, "hold", *PERIOD).status == 0
    found = json.loads(run(own, "hold", "--json").out)
    assert found["since"] == "2026-11-21T23:00:00+00:00"  # midnight in Paris
    assert found["until"] == "2026-11-22T23:00:00+00:00"
    told = run(own, "hold").out
    assert f"Hold {found['id']}: " in told and "\x1b" not in told
    assert run(own, "hold", "--end", str(found["id"])).status == 0
    assert run(own, "hold", "--json").out == ""


@pytest.mark.parametrize(
    "mistake",
    [
        PERIOD[:4],
        PERIOD[2:],
        (*PERIOD, "--end", "1"),
        ("--end", "987"),
        ("--since", "tomorrowish", *PERIOD[2:]),
        ("--since", "2026-11-25", *PERIOD[2:]),
        (*PERIOD[:4], "--note", " "),
    ],
)
def test_half_a_hold_is_a_mistake(
    own: Path, run: Run, mistake: tuple[str, ...]
) -> None:
    told = run(own, "hold", *mistake)
    assert (told.status, told.out) == (2, "")

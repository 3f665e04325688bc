"""`antirelou config`: the default to start from, and the values in effect."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from cli_world import Run, harmless

from antirelou.config import load, sample

pytest_plugins = ["cli_fixtures"]

CHANGED = r"""
line = "second"
[modem]
number = "06 39 98 99 99"
[log]
path = "/tmp/a log.db"
reserve = "1500kB"
[reply]
texts = ["Un \"mot\" \\ deux\n\u001b[2J", "Fin"]
hours = "always"
delay = "90m"
[reply.by_country]
GB = ["Three"]
[operator]
numbers = ["+33639980001"]
[health]
self_text = "never"
"""


def test_the_default_is_printed_and_nothing_else(run: Run, tmp_path: Path) -> None:
    told = run(tmp_path, "config")
    assert (told.status, told.out, told.err) == (0, sample(), "")


@pytest.mark.parametrize("content", ["", CHANGED], ids=["defaults", "changed"])
def test_the_values_in_effect_are_a_file_that_has_the_same_effect(
    content: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "antirelou.toml"
    path.write_text(content)
    told = run(tmp_path, "config", "--check", "--numbers")
    assert (told.status, told.err) == (0, "")
    assert harmless(told.out)
    again = tmp_path / "again.toml"
    again.write_text(told.out)
    assert load(again).settings == load(path).settings


def test_numbers_are_masked_and_warnings_are_remarks(run: Run, tmp_path: Path) -> None:
    (tmp_path / "antirelou.toml").write_text(CHANGED)
    told = run(tmp_path, "config", "--check")
    assert 'modem.number = "+33639****99"' in told.lines
    assert 'operator.numbers = ["+33639****01"]' in told.lines
    assert (
        "+33639980001"
        not in told.out + run(tmp_path, "config", "--check", "--json").out
    )
    assert "# reply.texts, text 2: 3 septets, 1 segment." in told.lines


def test_json_has_sections_warnings_and_notes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "antirelou.toml").write_text(CHANGED)
    read = json.loads(run(tmp_path, "config", "--check", "--json").out)
    assert set(read) == {"settings", "warnings", "notes"}
    assert read["settings"]["line"] == "second"
    assert read["settings"]["reply"]["delay"] == "90m"
    assert read["settings"]["log"]["reserve"] == "1500kB"
    assert set(read["settings"]) >= set(tomllib.loads(CHANGED))


def test_each_problem_is_a_line_and_the_status_78(run: Run, tmp_path: Path) -> None:
    (tmp_path / "antirelou.toml").write_text(
        '[reply]\ndelay = 3\n[limits]\nsegments_per_day = "many"\n'
    )
    told = run(tmp_path, "config", "--check")
    assert (told.status, told.out) == (78, "")
    assert [line.split(" ")[0] for line in told.err.splitlines()] == [
        "reply.delay",
        "limits.segments_per_day",
    ]


def test_a_file_that_is_named_must_be_there(run: Run, tmp_path: Path) -> None:
    told = run(tmp_path, "log", "--config", str(tmp_path / "nowhere.toml"))
    assert told.status == 78
    assert "There is no configuration" in told.err

"""`antirelou stats`: figures for a terminal of any width, a pipe and a program."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from cli_world import SECRETS, Run, harmless

from antirelou.cli.stats import bar

pytest_plugins = ["cli_fixtures"]

COMMAND = [sys.executable, "-c", "from antirelou.cli import main; main()"]


def screen(at: Path, width: int, *arguments: str, **environment: str) -> list[str]:
    """What the command shows on a terminal of so many columns."""
    master, slave = pty.openpty()
    done = subprocess.run(
        [*COMMAND, "stats", *arguments],
        stdout=slave,
        stderr=subprocess.PIPE,
        env=os.environ
        | {
            "COLUMNS": str(width),
            "ANTIRELOU_CONFIG": str(at / "antirelou.toml"),
            "PYTHONIOENCODING": "utf-8",
        }
        | environment,
        check=True,
        timeout=20,
    )
    assert done.stderr == b""
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 65536):
            shown += piece
    except OSError:  # EIO: the last writer has closed it
        os.close(master)
    return shown.decode().splitlines()


def test_a_pipe_gets_one_record_a_line(run: Run, at: Path) -> None:
    told = run(at, "stats", "--since", "3h", "--by", "month")
    assert harmless(told.out)
    records = [line.split("\t") for line in told.lines]
    assert {record[0] for record in records} == {"month", "total", "reason", "reply"}
    assert ["total", "", "5", "5", "0", "2"] in records
    assert ["reason", "to_answer", "2"] in records
    assert ["reply", "submitted", "2"] in records
    assert not [secret for secret in SECRETS if secret in told.out]


def test_json_is_one_object(run: Run, at: Path) -> None:
    told = run(at, "stats", "--since", "3h", "--json")
    found = json.loads(told.out)
    assert (found["by"], found["line"], found["messages"]) == ("hour", None, 5)
    assert sum(row["messages"] for row in found["periods"]) == 5
    assert len(found["periods"]) in (3, 4)


def test_the_usual_time_is_thirty_days_and_each_is_shown(run: Run, at: Path) -> None:
    days = [line for line in run(at, "stats").lines if line.startswith("day\t")]
    assert len(days) == 30
    hours = run(at, "stats", "--by", "hour").lines
    assert len([line for line in hours if line.startswith("hour\t")]) == 24


@pytest.mark.parametrize("width", [60, 80, 140, 400])
def test_bars_fill_the_terminal_and_never_pass_it(at: Path, width: int) -> None:
    lines = screen(at, width, "--since", "3h", "--by", "month")
    bars = [line for line in lines if "█" in line]
    assert bars and max(len(line) for line in bars) == min(width, len(lines[-1]))
    longest = max(line.count("█") for line in bars)
    assert longest == min(100, width - (len(bars[0]) - longest))


def test_a_narrow_terminal_gets_the_figures_without_bars(at: Path) -> None:
    lines = screen(at, 30, "--since", "3h", "--by", "month")
    assert not [line for line in lines if "█" in line]
    chart = lines[lines.index("") + 1 :]
    assert chart and max(len(line) for line in chart) <= 30


def test_a_terminal_that_knows_no_blocks_gets_signs_that_it_knows(at: Path) -> None:
    lines = screen(at, 80, "--since", "3h", PYTHONIOENCODING="ascii")
    assert [line for line in lines if line.endswith("#")]
    assert "\\u" not in "".join(lines)


def test_whatever_is_not_nothing_shows_a_bar() -> None:
    assert bar(1, 1_000_000, 20).strip()
    assert bar(0, 10, 20) == ""
    assert len(bar(10, 10, 20)) == 20
    assert len(bar(5, 10, 20)) == 10


def test_an_empty_time_is_told_without_bars(run: Run, at: Path) -> None:
    told = run(at, "stats", "--since", "2020-01-01", "--until", "2020-01-02")
    assert "total\t\t0\t0\t0\t0" in told.lines
    lines = screen(at, 80, "--since", "2020-01-01", "--until", "2020-01-02")
    assert "0 messages from 0 senders" in " ".join(lines)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "today", "--until", "yesterday"), "--since must be before"),
        (("--since", "2000-01-01", "--by", "hour"), "more than 2,000 hours"),
        (("--since", "someday"), "is not a time"),
        (("--by", "moon"), "--by"),
    ],
)
def test_what_cannot_be_counted_is_a_misuse(
    arguments: tuple[str, ...], words: str, run: Run, at: Path
) -> None:
    told = run(at, "stats", *arguments)
    assert told.status == 2 and words in told.err


def test_texts_are_shown_only_if_they_are_asked_for_and_cannot_act(
    run: Run, at: Path
) -> None:
    told = run(at, "stats", "--since", "3h", "--by", "month", "--texts")
    assert harmless(told.out)
    texts = [line.split("\t") for line in told.lines if line.startswith("text\t")]
    assert len(texts) == 5
    assert ["text", "1", "1", "1", "Bonjour toi"] in texts
    assert not [secret for secret in SECRETS if secret in told.out]
    assert "Bonjour toi" not in run(at, "stats", "--since", "3h").out


def test_the_json_of_texts_has_numbers_masked_unless_asked_for(
    run: Run, at: Path
) -> None:
    asked = ("stats", "--since", "3h", "--texts", "--json")
    groups = json.loads(run(at, *asked).out)["groups"]
    assert {"sender": "+33639****02", "messages": 1} in [
        group["senders"][0] for group in groups
    ]
    assert SECRETS[1] in run(at, *asked, "--numbers").out


def test_a_terminal_gets_the_groups_of_texts(at: Path) -> None:
    shown = screen(at, 100, "--since", "3h", "--by", "month", "--texts")
    assert "5 texts in 5 groups of texts that are alike" in shown
    assert "  5 texts came once" in shown

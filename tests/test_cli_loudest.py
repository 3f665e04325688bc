"""`antirelou block --top`: whom it means, and that nothing is ordered without a yes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from cli_world import Run
from log_world import ANNE, BOB
from log_world import World as LogWorld

from antirelou.log import Reader

pytest_plugins = ["cli_fixtures"]

CARL, MINE = "+33639980003", "+33639980009"
TODAY = ("--since", "2026-11-22")  # the day of LogWorld


@pytest.fixture
def world(tmp_path: Path) -> LogWorld:
    """Mine wrote six texts, Bob five, Anne three, Carl one; a short code and a report came, and somebody withheld his."""
    world = LogWorld(tmp_path)
    path = world.settings.log.path
    (tmp_path / "antirelou.toml").write_text(
        f'[log]\npath = "{path}"\n[operator]\nnumbers = ["{MINE}"]\n'
    )
    for sender, messages in ((ANNE, 3), (BOB, 5), (CARL, 1), (MINE, 6), ("", 9)):
        for _ in range(messages):
            world.deliver(sender=sender)
    for _ in range(9):
        world.deliver(None, sender=CARL, kind="status_report")
    world.store.close(world.now)
    return world


class Terminal(io.StringIO):
    """A standard input at which somebody sits."""

    def isatty(self) -> bool:
        return True


def blocked(world: LogWorld) -> list[str]:
    with Reader.open(world.settings.log.path) as reader:
        return [
            json.loads(row["argument"])["address"]
            for row in reader.orders()
            if row["kind"] == "block"
        ]


def test_those_who_wrote_most_are_shown_masked_and_blocked(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    told = run(tmp_path, "block", "--top", "2", *TODAY, "--yes")
    assert told.lines[0] == "2 numbers that wrote most since 2026-11-22 00:00:00:"
    assert [line.split()[:3] for line in told.lines[1:3]] == [
        ["+33639****02", "5", "messages"],
        ["+33639****01", "3", "messages"],
    ]
    assert blocked(world) == [BOB, ANNE]
    assert BOB in run(tmp_path, "block", "--top", "1", *TODAY, "--yes", "--numbers").out


def test_neither_the_operator_nor_reports_nor_the_withheld_are_meant(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    assert run(tmp_path, "block", "--top", "50", *TODAY, "--yes").status == 0
    assert blocked(world) == [BOB, ANNE, CARL]


@pytest.mark.parametrize(("answer", "after"), [("y\n", [BOB]), ("n\n", []), ("\n", [])])
def test_it_asks_first(
    answer: str,
    after: list[str],
    run: Run,
    tmp_path: Path,
    world: LogWorld,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    told = run(tmp_path, "block", "--top", "1", *TODAY)
    assert "Never answer this number any more?" in told.out
    assert blocked(world) == after
    assert ("Nothing was ordered." in told.out) == (not after)


def test_without_a_terminal_it_needs_a_yes(
    run: Run, tmp_path: Path, world: LogWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    told = run(tmp_path, "block", "--top", "1", *TODAY)
    assert (told.status, blocked(world)) == (2, [])
    assert "add --yes" in told.err


def test_who_is_blocked_already_is_not_counted_again(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    again = LogWorld(tmp_path)
    again.store.block(BOB, again.now)
    again.store.close(again.now)
    assert run(tmp_path, "block", "--top", "1", *TODAY, "--yes").status == 0
    assert blocked(world) == [ANNE]


def test_nobody_to_block_is_no_error(run: Run, tmp_path: Path, world: LogWorld) -> None:
    told = run(tmp_path, "block", "--top", "3", "--since", "2030-01-01", "--yes")
    assert (told.status, blocked(world)) == (0, [])
    assert (
        told.out
        == "Nobody who is not blocked already wrote since 2030-01-01 00:00:00.\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--top", "2", ANNE),
        ("--since", "2h", ANNE),
        ("--yes", ANNE),
        ("--top", "0"),
        ("--top", "x"),
    ],
)
def test_what_makes_no_sense_is_a_misuse(
    arguments: tuple[str, ...], run: Run, tmp_path: Path, world: LogWorld
) -> None:
    assert run(tmp_path, "block", *arguments).status == 2
    assert blocked(world) == []

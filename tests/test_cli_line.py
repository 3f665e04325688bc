"""`antirelou line`: which SIMs the log knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_world import Run
from log_world import World as LogWorld

pytest_plugins = ["cli_fixtures"]

ICCID, ANOTHER = "8933010000000000017", "8933020000000000025"


@pytest.fixture
def world(tmp_path: Path) -> LogWorld:
    world = LogWorld(tmp_path)
    (tmp_path / "antirelou.toml").write_text(
        f'[log]\npath = "{world.settings.log.path}"\n'
    )
    world.store.update_line(
        world.now,
        manufacturer="huawei",
        model="E3372\x1b[2J",
        iccid=ICCID,
        sentence="Receiving.",
    )
    return world


def test_each_line_is_one_row_with_its_modem_and_sim(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    other = LogWorld(tmp_path, line="second")
    told = run(tmp_path, "line")
    assert [line.split("  ")[0] for line in told.lines] == ["main", "second"]
    assert "huawei E3372\\u001b[2J" in told.lines[0]
    assert "SIM 893301****17" in told.lines[0]
    assert told.lines[0].endswith("Receiving.")
    assert "modem not known" in told.lines[1] and "SIM not known" in told.lines[1]
    other.store.close()


def test_a_line_without_its_daemon_says_so(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    world.store.close(world.now)
    assert run(tmp_path, "line").out.endswith("The daemon is not running.\n")


def test_another_sim_names_the_order_that_accepts_it(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    world.store.update_line(world.now, iccid=ANOTHER)
    assert "SIM 893302****25 (new: antirelou line accept)" in run(tmp_path, "line").out


def test_json_masks_what_identifies_the_sim(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    [line] = [json.loads(row) for row in run(tmp_path, "line", "--json").lines]
    assert (line["line"], line["iccid"], line["accepted_iccid"]) == (
        "main",
        "893301****17",
        "893301****17",
    )
    assert "pins" not in line
    assert (
        json.loads(run(tmp_path, "line", "--json", "--numbers").out)["iccid"] == ICCID
    )

"""`antirelou prove`: as the operator types it, with a code that left."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from cli_world import Run, write_config
from world import NUMBER, OTHER, World

from antirelou.log import Reader

pytest_plugins = ["cli_fixtures"]
WAITS = "+33639980003"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A log of whose line a code left to one number, and waits for another; and that code."""
    directory = tmp_path_factory.mktemp("prove")
    world = World(directory)
    world.order("prove", json.dumps({"address": NUMBER}))
    world.run(60)
    world.order("pause")
    world.order("prove", json.dumps({"address": WAITS}))
    world.run(60)
    world.die()
    write_config(directory)
    match = re.search(r"Code (\d{6}) ", world.sent[0][1])
    assert match is not None
    return directory, match[1]


def test_the_code_is_right_and_no_other(place: tuple[Path, str], run: Run) -> None:
    directory, code = place
    told = run(directory, "prove", NUMBER, "--code", f" {code} ")
    assert told.status == 0 and told.out.startswith("Right: ")
    other = f"{(int(code) + 1) % 10**6:06}"
    for wrong in (other, "", code[:5], f"{code}0", "Code", "١٢٣٤٥٦"):
        told = run(directory, "prove", NUMBER, "--code", wrong)
        assert (told.status, told.out[:5]) == (1, "Wrong"), wrong
    assert NUMBER not in told.out and code not in told.out


def test_a_code_that_did_not_leave_proves_nothing(
    place: tuple[Path, str], run: Run
) -> None:
    directory, code = place
    for number, why in ((OTHER, "No code was sent"), (WAITS, "did not leave")):
        told = run(directory, "prove", number, "--code", code)
        assert told.status == 2 and why in told.err


def test_it_asks_and_orders(
    place: tuple[Path, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, _ = place
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run(directory, "prove", OTHER).status == 130
    told = run(directory, "prove", "--yes", OTHER)
    assert told.status == 0 and "when the daemon of line main starts" in told.out
    with Reader.open(directory / "antirelou.db") as log:
        assert log.orders(1)[0]["kind"] == "prove"

"""`antirelou check --publish`: asks what no program can see, remembers it, and asks no more than it must."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from cli_world import Run, filled
from test_cli_check import item
from world import NOON, World, settings_in

from antirelou.cli.check_publish import TO_SETTLE
from antirelou.clock import Timekeeper, VirtualClock
from antirelou.log import Reader, give_order

pytest_plugins = ["cli_fixtures"]

COMMAND = [sys.executable, "-c", "from antirelou.cli import main; main()"]
NAMES = list(TO_SETTLE)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The directory of a log."""
    filled(tmp_path)
    return tmp_path


def answer(directory: Path, *answers: str) -> subprocess.CompletedProcess[str]:
    """The command on a terminal at which somebody types."""
    master, slave = pty.openpty()
    os.write(master, "".join(f"{one}\n" for one in answers).encode())
    done = subprocess.run(
        [*COMMAND, "check", "--publish"],
        stdin=slave,
        capture_output=True,
        text=True,
        env=os.environ | {"ANTIRELOU_CONFIG": str(directory / "antirelou.toml")},
        timeout=30,
        check=False,
    )
    os.close(slave)
    os.close(master)
    return done


def marks(out: str) -> dict[str, str]:
    """Each item's mark."""
    lines = [line for line in out.splitlines() if line.startswith("[")]
    return {line[5:].partition(":")[0]: line[:4] for line in lines}


def test_without_a_terminal_it_says_what_is_open_and_asks_nothing(
    run: Run, here: Path
) -> None:
    told = run(here, "check", "--publish")
    assert told.status == 78
    assert marks(told.out) == dict.fromkeys(NAMES, "[!!]")
    with Reader.open(here / "antirelou.db") as log:
        assert log.published("main") == {}


def test_answers_are_remembered_and_only_the_rest_is_asked_again(
    run: Run, here: Path
) -> None:
    first = answer(here, "y", "n", "", *["y"] * (len(NAMES) - 3))
    assert first.returncode == 78, first.stderr
    assert marks(run(here, "check", "--publish").out) == {
        name: "[!!]" if name in NAMES[1:3] else "[ok]" for name in NAMES
    }
    assert "2 things to settle" in item(run(here, "check"), "published")
    second = answer(here, "y", "y")
    assert second.returncode == 0, second.stderr
    assert set(marks(run(here, "check", "--publish").out).values()) == {"[ok]"}
    assert item(run(here, "check"), "published").startswith("[ok]")


def test_what_was_said_of_another_sim_does_not_count(run: Run, here: Path) -> None:
    answer(here, *["y"] * len(NAMES))
    assert run(here, "check", "--publish").status == 0
    moment = Timekeeper(VirtualClock(NOON)).moment()
    give_order(settings_in(here), "line_accept", "{}", moment)
    assert run(here, "check", "--publish").status == 78


def test_without_a_log_there_is_nothing_to_remember_in(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "antirelou.toml").write_text(f'[log]\npath = "{tmp_path}/none.db"\n')
    assert run(tmp_path, "check", "--publish").status == 78
    done = answer(tmp_path, *["y"] * len(NAMES))
    assert (done.returncode, done.stderr) == (78, "")
    assert "[!!] log: There is no log at" in done.stdout


def test_the_daemon_answers_the_order(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.order("published", '{"voicemail_code": {"answer": "yes", "at": "2026"}}')
    world.run(30)
    with Reader.open(world.settings.log.path) as log:
        (order,) = log.orders()
        assert order["result"] == "remembered"
        assert list(log.published("main")) == ["voicemail_code"]
        assert log.published("second") == {}

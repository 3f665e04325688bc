"""What the machine may do to the whole daemon: its clock, its disk, its power; the README's figures are these bounds."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fault_stage import RESTART_SECONDS
from world import NOON, NUMBER, OTHER, World

from antirelou.clock import VirtualClock
from antirelou.log import LogDamaged
from antirelou.simulator import Simulation

README = Path(__file__).parent.parent / "README.md"
LATER = "+33639980003"

Fault = Callable[[World], None]
FAULTS: dict[str, tuple[int, Fault]] = {}


def within(seconds: int, seen: str) -> Callable[[Fault], Fault]:
    """One line of the README's table: what is seen, and how soon after it is over the next reply leaves."""

    def keep(fault: Fault) -> Fault:
        FAULTS[seen] = seconds, fault
        return fault

    return keep


@within(10, "the clock steps 2 days forwards")
def forwards(world: World) -> None:
    world.clock.step(timedelta(days=2))


@within(10, "the clock steps 2 days back; `resume --clock`")
def back(world: World) -> None:
    world.clock.step(timedelta(days=-2))
    held_until_resume(world)


@within(10, "the clock steps 2 days back, and 2 days forwards after an hour")
def back_and_forwards(world: World) -> None:
    world.clock.step(timedelta(days=-2))
    world.run(3600)
    world.clock.step(timedelta(days=2))


@within(20, "a boot with a clock of 2016 that nothing sets")
def old_clock(world: World) -> None:
    reboot(world, datetime(2016, 1, 1, tzinfo=UTC))


@within(10, "a boot with a clock of 2016 that is set after an hour")
def late_clock(world: World) -> None:
    right = world.clock.now()
    reboot(world, datetime(2016, 1, 1, tzinfo=UTC))
    world.run(3600)
    world.clock.step(right + timedelta(hours=1) - world.clock.now())
    world.clock.synchronise()


@within(10, "a row dated 2037; `resume --clock`")
def row_of_2037(world: World) -> None:
    right = world.clock.now()
    world.clock.step(datetime(2037, 1, 1, tzinfo=UTC) - right)
    world.text("Salut de 2037", LATER)
    world.run(60)
    world.clock.step(right - world.clock.now())
    held_until_resume(world)


@within(20, "an old backup of the log is put back")
def old_backup(world: World) -> None:
    path = world.settings.log.path
    backup = path.with_name("backup.db")
    with closing(sqlite3.connect(path)) as log, closing(sqlite3.connect(backup)) as to:
        log.backup(to)
    world.text("Salut d'avant", LATER)
    world.run(600)
    world.die()
    for left in path.parent.glob(f"{path.name}-*"):
        left.unlink()
    shutil.copy(backup, path)
    start(world)


@within(20, "the disk is full for a while")
def disk_full(world: World) -> None:
    pages = world.store._db.value("PRAGMA page_count")
    world.store._db.run(f"PRAGMA max_page_count = {pages}")
    for each in range(20):
        world.text(f"Salut {each} " + "x" * 100, LATER)
    world.run(600)
    assert len(world.messages()) < 21
    world.store._db.run("PRAGMA max_page_count = 1000000")


@within(20, "another process locks the log for a while")
def log_locked(world: World) -> None:
    world.store._db.run("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(world.settings.log.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    world.text("Salut", LATER)
    world.run(600)
    assert len(world.messages()) == 1
    other.execute("ROLLBACK")
    other.close()


@within(20, "the process is killed")
def killed(world: World) -> None:
    world.die()
    start(world)


@within(20, "the power goes, and comes back after 3 hours")
def power_cut(world: World) -> None:
    world.simulation.unplug()
    world.die()
    world.clock.reboot(wall=world.clock.now() + timedelta(hours=3))
    world.simulation.pass_time(3 * 3600.0)
    world.simulation.replug()
    start(world)


def start(world: World) -> None:
    world.clock.wait(RESTART_SECONDS)
    world.start()


def reboot(world: World, wall: datetime) -> None:
    world.die()
    world.clock.reboot(wall=wall)
    world.clock.synchronise(False)
    world.start()


def held_until_resume(world: World) -> None:
    """Nothing leaves until the operator says that the clock is right; everything is taken in."""
    before = len(world.messages())
    world.text("Salut de loin", LATER + "0")
    world.run(3600)
    assert len(world.messages()) == before + 1
    assert world.messages()[-1]["hold"] == "clock_behind"
    world.order("resume", '{"clock": true}')


@pytest.fixture
def world(tmp_path: Path) -> World:
    clock = VirtualClock(NOON)
    world = World(
        tmp_path, clock=clock, simulation=Simulation(clock, radio="realistic")
    )
    world.text("Salut", NUMBER)
    world.run(60)
    assert len(world.sent) == 1
    return world


@pytest.mark.parametrize("seen", FAULTS)
def test_the_next_reply_leaves_in_time_and_nothing_is_lost_or_told_twice(
    world: World, seen: str
) -> None:
    seconds, fault = FAULTS[seen]
    fault(world)
    began = world.clock.boot()
    world.text("Salut", OTHER)
    while OTHER not in dict(world.sent):
        assert world.clock.boot() - began < seconds, "no reply in time"
        world.daemon.step()
    world.run(300)
    told = Counter(destination for destination, _ in world.sent)
    assert max(told.values()) == 1
    texts = [message["text"] for message in world.messages()]
    assert texts.count("Salut") >= 2
    assert not world.simulation.network.queue


def test_a_damaged_log_ends_the_daemon_with_what_to_do(world: World) -> None:
    world.die()
    path = world.settings.log.path
    octets = bytearray(path.read_bytes())
    octets[4096:] = b"\xff" * (len(octets) - 4096)
    path.write_bytes(octets)
    world.text("Salut", OTHER)
    with pytest.raises(LogDamaged, match="restore the last backup") as caught:
        world.start()
        world.run(60)
    assert caught.value.exit_status == 78
    assert len(world.sent) == 1
    world.clock.wait(60)
    world.simulation.run_due()
    storages = world.simulation.sim.storages.values()
    assert sum(len(storage.slots) for storage in storages) == 1, "the text stays"


def test_the_readme_has_a_line_for_each_with_the_figure_that_is_tested() -> None:
    table = README.read_text(encoding="utf-8").split("| the machine |")[1]
    rows = re.findall(
        r"^\| (.+?) \| .+ \| (\d+) s \|$", table.split("\n\n")[0], re.MULTILINE
    )
    assert rows == [(seen, str(seconds)) for seen, (seconds, _) in FAULTS.items()]

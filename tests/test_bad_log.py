"""The real process and what is wrong with its log: no log, another's, damaged, locked, no room.

What is broken ends the daemon with a sentence and 78, what may pass with 75, before anything is taken from the SIM;
what is only weather at run time is waited out: nothing lost, nothing sent twice.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from run_stage import NUMBER, ORDINARY, OTHER, ROOT, Running, Stage, until

pytest_plugins = ["run_fixtures"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a log that a daemon made and closed."""
    with ExitStack() as closing:
        stage = Stage(tmp_path_factory.mktemp("made"), closing)
        stage.dongle()
        daemon = stage.ready()
        stage.text("Salut")
        daemon.says("accepted, reference")
        assert daemon.stops() == 0
    return stage.directory


def another_program_s(path: Path) -> None:
    path.write_bytes(b"a shopping list\n" * 1000)


def another_database(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE shopping (item TEXT)")


def newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('antirelou', '0002_more', '')"
        )


def damaged(path: Path) -> None:
    octets = bytearray(path.read_bytes())
    octets[1024:40_000] = b"\xa5" * (40_000 - 1024)  # the header stays
    path.write_bytes(octets)


def read_only(path: Path) -> None:
    path.chmod(0o400)


def in_a_read_only_directory(path: Path) -> None:
    path.parent.chmod(0o500)


def without_its_key(path: Path) -> None:
    Path(f"{path}.key").unlink()


def with_another_key(path: Path) -> None:
    Path(f"{path}.key").write_text("00" * 32 + "\n")


def with_something_for_a_key(path: Path) -> None:
    Path(f"{path}.key").write_text("a shopping list\n")


def in_no_directory(path: Path) -> None:
    pass


FAULTS: dict[Callable[[Path], None], tuple[int, str]] = {
    another_program_s: (78, "is not an antirelou log; set [log] path to another file"),
    another_database: (78, "is a database, but no antirelou log: set [log] path to another file, or move this one."),
    newer: (75, "was written by a later version of antirelou (it has '0002_more'): install that version or a newer"),
    damaged: (78, "is damaged; keep a copy and restore the last backup"),
    read_only: (78, "cannot be written; check its owner, its mode and its file system"),
    in_a_read_only_directory: (78, "check its owner, its mode and its file system"),
    without_its_key: (78, "is not there, but the log was written with one: put it back from the backup."),
    with_another_key: (78, "is not the one that"),
    with_something_for_a_key: (78, "holds no key (64 hexadecimal digits): put the right one back."),
    in_no_directory: (78, "make it, or correct [log] path."),
}
FRESH = (another_program_s, another_database)


@pytest.fixture(scope="module")
def ended(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Stage, Running]]]:
    """A daemon on each of the broken logs, all started at once, each with a text waiting on its SIM."""
    with ExitStack() as closing:
        started = {}
        for spoil in FAULTS:
            stage = Stage(tmp_path_factory.mktemp(spoil.__name__), closing)
            stage.dongle().network.text(NUMBER, "Salut")
            if spoil is in_no_directory:
                stage.log = stage.directory / "far" / "away" / "antirelou.db"
            elif spoil not in FRESH:
                for file in made.glob("antirelou.db*"):
                    (stage.directory / file.name).write_bytes(file.read_bytes())
            stage.configure()
            spoil(stage.log)
            started[spoil.__name__] = stage, stage.start(before=ORDINARY)
        yield started


@pytest.mark.parametrize("name", [spoil.__name__ for spoil in FAULTS])
def test_a_log_that_cannot_be_used_ends_the_daemon(name: str, ended: dict[str, tuple[Stage, Running]]) -> None:
    status, sentence = next(row for spoil, row in FAULTS.items() if spoil.__name__ == name)
    stage, daemon = ended[name]
    assert daemon.ends() == status
    (line,) = daemon.said.splitlines()
    assert sentence in line and line.endswith(".")
    assert stage.sent == [] and not stage.simulation.wire.mounted, "the modem was left alone"
    assert len(stage.simulation.sim.storages["SM"].slots) == 1
    if name == "another_program_s":
        assert stage.log.read_bytes() == b"a shopping list\n" * 1000


def test_a_second_daemon_on_the_line_is_told_who_holds_it(stage: Stage) -> None:
    stage.dongle()
    first = stage.ready()
    second = stage.start()
    assert second.ends() == 75
    assert f"Line 'main' is held by process {first.pid}: stop that daemon first, or give this one" in second.said
    stage.text("Salut")
    first.says("accepted, reference")


# Weather


@contextmanager
def locked(path: Path) -> Iterator[Callable[[], None]]:
    """The log, held for writing by another process than the daemon; what is given lets go of it."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database.rollback
    finally:
        database.close()


def test_a_log_that_is_locked_at_start_is_tried_again_later(made: Path, stage: Stage) -> None:
    for file in made.glob("antirelou.db*"):
        (stage.directory / file.name).write_bytes(file.read_bytes())
    stage.dongle()
    with locked(stage.log):
        daemon = stage.start()
        assert daemon.ends() == 75
        assert "is held by another process; end whatever has it open for writing" in daemon.said
    stage.ready()


@contextmanager
def small_disk(at: Path) -> Iterator[None]:
    at.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(at)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)


def may_mount() -> bool:
    if not ROOT:
        return False
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@dataclass
class Weather:
    """A daemon whose log could not be written from the moment in which a reply left."""

    stage: Stage
    daemon: Running
    sentence: str
    clear: Callable[[], object]


def log_locked(stage: Stage, closing: ExitStack) -> Weather:
    stage.dongle()
    daemon = stage.ready()
    release: list[Callable[[], None]] = []
    _strike(stage, lambda: release.append(closing.enter_context(locked(stage.log))))
    return Weather(stage, daemon, "is held by another process; end whatever", lambda: release[0]())


def disk_full(stage: Stage, closing: ExitStack) -> Weather:
    stage.log = stage.directory / "disk" / "antirelou.db"
    closing.enter_context(small_disk(stage.log.parent))
    stage.configure()
    stage.dongle()
    daemon = stage.ready()
    filler = stage.log.parent / "filler"
    _strike(stage, lambda: fill(filler))
    return Weather(stage, daemon, "cannot grow, the disk is full; free some space on it", filler.unlink)


def fill(path: Path) -> None:
    with open(path, "wb", buffering=0) as file:
        try:
            while file.write(bytes(512)):
                pass
        except OSError:
            return


def _strike(stage: Stage, action: Callable[[], object]) -> None:
    """When the first reply's Ctrl-Z is heard, `action`; and somebody else texts."""

    def struck() -> None:
        action()
        stage.simulation.network.text(OTHER, "Salut toi")

    stage.at(b"\x1a", struck)
    stage.text("Salut")


WEATHERS = [log_locked, pytest.param(disk_full, marks=pytest.mark.skipif(not may_mount(), reason="needs a small disk"))]


@pytest.fixture(scope="module")
def weathers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Weather]]:
    """Both at once, since the daemon takes five seconds before it says anything and between two looks."""
    with ExitStack() as closing:
        prepares = [log_locked, disk_full] if may_mount() else [log_locked]
        yield {
            prepare.__name__: prepare(Stage(tmp_path_factory.mktemp(prepare.__name__), closing), closing)
            for prepare in prepares
        }


@pytest.mark.parametrize("prepare", WEATHERS)
def test_weather_is_said_and_waited_out(prepare: Callable[..., Weather], weathers: dict[str, Weather]) -> None:
    weather = weathers[prepare.__name__]
    stage = weather.stage
    line = weather.daemon.says(weather.sentence)
    assert line.endswith("Nothing is deleted from the SIM and nothing is sent until then.")
    until(lambda: len(stage.simulation.network.delivered) == 2)
    assert len(stage.simulation.sim.storages["SM"].slots) == 1, "the second text stays on the SIM"
    assert stage.sent == [NUMBER]


@pytest.mark.parametrize("prepare", WEATHERS)
def test_after_the_weather_nothing_is_lost_or_sent_twice(
    prepare: Callable[..., Weather], weathers: dict[str, Weather]
) -> None:
    for weather in weathers.values():
        if weather.clear is not None:
            weather.clear()
            weather.clear = lambda: None
    weather = weathers[prepare.__name__]
    weather.daemon.says("The log can be written again.")
    weather.daemon.says("accepted, reference")
    stage = weather.stage
    assert stage.sent == [NUMBER, OTHER]
    assert [(row["sender"], row["deliveries"]) for row in stage.rows()] == [(NUMBER, 1), (OTHER, 1)]
    until(lambda: stage.states() == ["submitted", "submitted"])
    assert weather.daemon.stops(2) == 0
    assert all(not storage.slots for storage in stage.simulation.sim.storages.values())

"""The real process and what is wrong with its log: no log, another's, damaged, locked, no room.

What is broken ends the daemon with a sentence and 78, what may pass with 75, before anything is taken from the SIM;
what is only weather at run time is waited out: nothing lost, nothing sent twice. What takes seconds is begun before
the first test and looked at in the last ones.
"""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from run_stage import NUMBER, ORDINARY, OTHER, ROOT, Running, Stage, until

pytest_plugins = ["run_fixtures"]

SHOPPING = b"a shopping list\n" * 1000


# Logs that cannot be used


def another_program_s(path: Path) -> None:
    path.write_bytes(SHOPPING)


def another_database(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE shopping (item TEXT)")


def newer(path: Path) -> None:
    values = "('antirelou', '0002_more', '2027-01-01')"
    with sqlite3.connect(path) as database:
        database.execute(
            f"INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES {values}"
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
    Path(f"{path}.key").write_bytes(SHOPPING)


def without_its_directory(path: Path) -> None:
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    path.parent.parent.rmdir()


FAULTS: dict[Callable[[Path], None], tuple[int, str]] = {
    another_program_s: (78, "is not an antirelou log; set [log] path to another file"),
    another_database: (
        78,
        "is a database, but no antirelou log: set [log] path to another file, or move this one.",
    ),
    newer: (
        75,
        "was written by a later version of antirelou (it has '0002_more'): install that version or a newer",
    ),
    damaged: (78, "is damaged; keep a copy and restore the last backup"),
    read_only: (78, "cannot be written; check its owner, its mode and its file system"),
    in_a_read_only_directory: (78, "check its owner, its mode and its file system"),
    without_its_key: (
        78,
        "is not there, but the log was written with one: put it back from the backup.",
    ),
    with_another_key: (78, "is not the one that"),
    with_something_for_a_key: (
        78,
        "holds no key (64 hexadecimal digits): put the right one back.",
    ),
    without_its_directory: (78, "for the log: make it, or correct [log] path."),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a log that a daemon made and closed."""
    with ExitStack() as closing:
        stage = Stage(tmp_path_factory.mktemp("made"), closing)
        stage.dongle()
        daemon = stage.ready()
        stage.text("Salut")
        daemon.says("accepted, reference")
        assert daemon.stops() == 0
    return {
        file.name: file.read_bytes() for file in stage.directory.glob("antirelou.db*")
    }


def with_log(stage: Stage, made: dict[str, bytes], directory: str = "") -> Stage:
    """The stage with a log of its own and a text on its SIM."""
    stage.log = stage.directory / directory / "antirelou.db"
    stage.log.parent.mkdir(parents=True, exist_ok=True)
    for name, octets in made.items():
        (stage.log.parent / name).write_bytes(octets)
    stage.configure()
    stage.dongle().network.text(NUMBER, "Salut")
    return stage


@pytest.fixture(scope="module")
def ended(
    made: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Stage, Running]]]:
    """A daemon on each of the broken logs, all started at once."""
    with ExitStack() as closing:
        started = {}
        for spoil in FAULTS:
            fresh = spoil in (another_program_s, another_database)
            stage = Stage(tmp_path_factory.mktemp(spoil.__name__), closing)
            with_log(stage, {} if fresh else made, "far/away")
            spoil(stage.log)
            before = ORDINARY if spoil in (read_only, in_a_read_only_directory) else ()
            started[spoil.__name__] = stage, stage.start(before=before)
        yield started


@pytest.mark.parametrize("name", [spoil.__name__ for spoil in FAULTS])
def test_a_log_that_cannot_be_used_ends_the_daemon(
    name: str, ended: dict[str, tuple[Stage, Running]]
) -> None:
    status, sentence = next(
        row for spoil, row in FAULTS.items() if spoil.__name__ == name
    )
    stage, daemon = ended[name]
    assert daemon.ends() == status
    (line,) = daemon.said.splitlines()
    assert sentence in line and line.endswith(".")
    assert stage.sent == [] and not stage.simulation.wire.mounted, (
        "the modem was left alone"
    )
    assert len(stage.simulation.sim.storages["SM"].slots) == 1
    if name == "another_program_s":
        assert stage.log.read_bytes() == SHOPPING


def test_a_second_daemon_on_the_line_is_told_who_holds_it(stage: Stage) -> None:
    stage.dongle()
    first = stage.ready()
    second = stage.start()
    assert second.ends() == 75
    assert (
        f"Line 'main' is held by process {first.pid}: stop that daemon first, or give this one"
        in second.said
    )
    stage.text("Salut")
    first.says("accepted, reference")


# Weather


@contextmanager
def locked(path: Path) -> Iterator[Callable[[], object]]:
    """The log, held for writing by another process than the daemon; what is given lets go of it."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database.rollback
    finally:
        database.close()


def fill(directory: Path) -> Callable[[], object]:
    """Leave a disk no room; what is returned makes some."""
    filler = directory / "filler"
    with open(filler, "wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(512)):
            pass
    return filler.unlink


@contextmanager
def small_disk(at: Path) -> Iterator[None]:
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(at)], check=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)


def may_mount() -> bool:
    """Whether a small disk can be had here."""
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]
    return (
        ROOT
        and subprocess.run(command, check=False, capture_output=True).returncode == 0
    )


@dataclass
class Weather:
    """A daemon whose log cannot be written; what it says, and how to end that."""

    stage: Stage
    daemon: Running
    sentence: str
    clear: Callable[[], object] = lambda: None


def strike(weather: Weather, begin: Callable[[], Callable[[], object]]) -> Weather:
    """It begins at the first reply's Ctrl-Z; and then somebody else texts."""

    def struck() -> None:
        weather.clear = begin()
        weather.stage.simulation.network.text(OTHER, "Salut toi")

    weather.stage.at(b"\x1a", struck)
    weather.stage.text("Salut")
    return weather


def log_locked(stage: Stage, made: dict[str, bytes]) -> Weather:
    stage.configure(reply={"texts": ["Non, c'est non. " * 12]})  # in two segments
    stage.dongle()
    weather = Weather(
        stage,
        stage.ready(),
        "is held by another process; end whatever has it open for writing",
    )
    return strike(weather, lambda: stage.closing.enter_context(locked(stage.log)))


def disk_full(stage: Stage, made: dict[str, bytes]) -> Weather:
    stage.log = stage.directory / "disk" / "antirelou.db"
    stage.log.parent.mkdir()
    stage.closing.enter_context(small_disk(stage.log.parent))
    stage.configure()
    stage.dongle()
    weather = Weather(
        stage, stage.ready(), "cannot grow, the disk is full; free some space on it"
    )
    return strike(weather, lambda: fill(stage.log.parent))


def locked_at_start(stage: Stage, made: dict[str, bytes]) -> Weather:
    with_log(stage, made)
    clear = stage.closing.enter_context(locked(stage.log))
    return Weather(
        stage,
        stage.start(),
        "is held by another process; end whatever has it open for writing",
        clear,
    )


WEATHERS = [log_locked, *([disk_full] if may_mount() else []), locked_at_start]


@pytest.fixture(scope="module", autouse=True)
def weathers(
    made: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Weather]]:
    """All at once: a daemon waits five seconds for a lock, and as long between two looks."""
    with ExitStack() as closing:
        yield {
            prepare.__name__: prepare(
                Stage(tmp_path_factory.mktemp(prepare.__name__), closing), made
            )
            for prepare in WEATHERS
        }


@pytest.mark.parametrize("name", [prepare.__name__ for prepare in WEATHERS[:-1]])
def test_weather_is_said_and_waited_out(
    name: str, weathers: dict[str, Weather]
) -> None:
    weather, stage = weathers[name], weathers[name].stage
    line = weather.daemon.says(weather.sentence)
    assert line.endswith(
        "Nothing is deleted from the SIM and nothing is sent until then."
    )
    assert len(stage.simulation.network.delivered) == 2
    assert len(stage.simulation.sim.storages["SM"].slots) == 1, (
        "the second text stays on the SIM"
    )
    assert stage.sent == [NUMBER], "one segment"


def test_a_log_that_is_locked_at_start_is_tried_again_later(
    weathers: dict[str, Weather],
) -> None:
    weather = weathers["locked_at_start"]
    assert weather.daemon.ends() == 75
    assert weather.sentence in weather.daemon.said
    weather.clear()
    weather.stage.ready()
    assert weather.stage.sent == [], "told already, in the log before"


@pytest.fixture(scope="module")
def cleared(weathers: dict[str, Weather]) -> dict[str, Weather]:
    for prepare in WEATHERS[:-1]:
        weathers[prepare.__name__].clear()
    return weathers


@pytest.mark.parametrize("name", [prepare.__name__ for prepare in WEATHERS[:-1]])
def test_after_the_weather_nothing_is_lost_or_sent_twice(
    name: str, cleared: dict[str, Weather]
) -> None:
    weather, stage = cleared[name], cleared[name].stage
    weather.daemon.says("The log can be written again.", within=11)
    segments = 2 if name == "log_locked" else 1
    until(lambda: stage.sent == [NUMBER] * segments + [OTHER] * segments)
    assert weather.daemon.stops(2) == 0
    assert [(row["sender"], row["deliveries"]) for row in stage.rows()] == [
        (NUMBER, 1),
        (OTHER, 1),
    ]
    assert stage.states() == ["submitted", "submitted"]
    assert not any(storage.slots for storage in stage.simulation.sim.storages.values())

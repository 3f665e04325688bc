"""Opening the log: what stands in its way, and what the operator is told."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from log_world import START, World, moment, settings_at

from antirelou.log import (
    DiskFull,
    KeyMissing,
    KeyWrong,
    LineHeld,
    LogBusy,
    LogDamaged,
    LogError,
    LogMissing,
    NewerSchema,
    NotADatabase,
    Reader,
    ReadOnlyLog,
    Store,
)
from antirelou.log.connection import Connection


def opened(directory: Path, line: str = "main") -> Store:
    return Store.open(settings_at(directory, line), moment())


def refused(directory: Path, error: type[LogError], status: int, *words: str) -> None:
    """Opening must fail with this error, this exit status, and a sentence that has these words."""
    with pytest.raises(error) as caught:
        opened(directory)
    assert type(caught.value) is error
    assert caught.value.exit_status == status
    for word in words:
        assert word in str(caught.value)
    assert str(caught.value).endswith(".")
    assert str(caught.value).count("\n") == 0


def test_a_new_log_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    directory = tmp_path / "made"
    store = opened(directory)
    store.event("note", "x", moment())
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in [directory, *directory.iterdir()]
    }
    store.close()
    assert modes["made"] == 0o700
    assert {"log.db", "log.db-wal", "log.db.key", "log.db.main.lock"} <= set(modes)
    assert {mode for name, mode in modes.items() if name != "made"} == {0o600}


def test_a_log_is_strict_and_write_ahead_and_knows_itself(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert world.value("PRAGMA journal_mode") == "wal"
    assert (
        world.value(
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND sql LIKE '%STRICT%'"
        )
        == 13
    )
    assert world.value("PRAGMA application_id") == 0x616E7469
    assert world.value("SELECT name FROM _sqlite_migrations") == "0001_first"
    assert world.store._db.value("PRAGMA synchronous") == 2


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"Dear diary, " * 1000)
    refused(tmp_path, NotADatabase, 78, "log.db", "[log] path")
    assert (tmp_path / "log.db").read_bytes() == b"Dear diary, " * 1000


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "log.db") as other:
        other.execute("CREATE TABLE smsd (id)")
    refused(tmp_path, NotADatabase, 78, "log.db", "no antirelou log")
    assert not (tmp_path / "log.db.key").exists()


def test_a_log_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.store.close()
    world.alter(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('antirelou', '0042_later', '2031')"
    )
    refused(tmp_path, NewerSchema, 75, "0042_later", "later version")
    with pytest.raises(NewerSchema):
        Reader.open(tmp_path / "log.db")


def test_a_missing_key_is_never_replaced(tmp_path: Path) -> None:
    opened(tmp_path).close()
    (tmp_path / "log.db.key").unlink()
    refused(tmp_path, KeyMissing, 78, "log.db.key", "backup")
    assert not (tmp_path / "log.db.key").exists()


@pytest.mark.parametrize(
    "content", ["", "feed\n", "00" * 32 + "\n", "not hexadecimal", "é"]
)
def test_a_wrong_key_is_refused(tmp_path: Path, content: str) -> None:
    opened(tmp_path).close()
    (tmp_path / "log.db.key").write_text(content)
    refused(tmp_path, KeyWrong, 78, "log.db.key")


def test_a_directory_that_nobody_made_is_a_sentence(tmp_path: Path) -> None:
    refused(tmp_path / "a" / "b", LogMissing, 78, "There is no directory")


def test_a_directory_in_the_files_place_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "log.db").mkdir()
    refused(tmp_path, ReadOnlyLog, 78, "log.db")


def test_a_damaged_log_is_said_so(tmp_path: Path) -> None:
    world = World(tmp_path)
    for _ in range(50):
        world.deliver("x" * 100)
    world.store.close()
    octets = bytearray((tmp_path / "log.db").read_bytes())
    octets[4096:] = b"\x55" * (len(octets) - 4096)
    (tmp_path / "log.db").write_bytes(octets)
    refused(tmp_path, LogDamaged, 78, "damaged", "backup")


def test_a_second_daemon_of_a_line_is_refused_by_name(tmp_path: Path) -> None:
    store = opened(tmp_path)
    refused(tmp_path, LineHeld, 75, "'main'", f"process {os.getpid()}")
    opened(tmp_path, "other").close()
    store.close()
    opened(tmp_path).close()


def test_a_line_may_have_any_name(tmp_path: Path) -> None:
    opened(tmp_path, "../été 1").close()
    assert (tmp_path / "log.db...%2F%C3%A9t%C3%A9%201.lock").exists()


def test_a_log_that_another_process_holds_is_weather(tmp_path: Path) -> None:
    world = World(tmp_path)
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    world.store._db.run("PRAGMA busy_timeout = 20")
    with pytest.raises(LogBusy) as caught, world.store.transaction():
        pytest.fail("the lock was not waited for")
    assert caught.value.exit_status == 75
    other.execute("ROLLBACK")
    world.deliver()
    other.close()


def test_a_full_disk_loses_the_transaction_and_nothing_else(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.deliver("before")
    pages = world.store._db.value("PRAGMA page_count")
    world.store._db.run(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(DiskFull) as caught:
        for _ in range(100):
            world.deliver("x" * 1000)
    assert caught.value.exit_status == 75
    kept = world.value("SELECT count(*) FROM messages")
    assert world.value("SELECT count(*) FROM delivers") == kept
    world.store._db.run("PRAGMA max_page_count = 1000000")
    world.deliver("after")
    assert world.value("SELECT count(*) FROM messages") == kept + 1
    assert world.fault() is None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of less than a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=768k", "none", disk], check=False
    ).returncode:
        pytest.skip("only root can mount a small disk")
    yield disk
    subprocess.run(
        ["umount", "--lazy", disk], check=True
    )  # lazy: whatever a failed test left open


def test_writing_to_a_disk_that_is_full_is_weather(small_disk: Path) -> None:
    world = World(small_disk)
    ballast = small_disk / "ballast"
    with pytest.raises(DiskFull), ballast.open("wb", buffering=0) as file:
        while True:
            world.deliver("x" * 1000)
            with suppress(OSError):
                file.write(bytes(4096))
    ballast.unlink()
    world.deliver("after")
    assert world.fault() is None
    world.store.close()


def test_starting_on_a_disk_that_is_full_is_weather(small_disk: Path) -> None:
    opened(small_disk).close()
    ballast = small_disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    refused(small_disk, DiskFull, 75, "disk is full")
    ballast.unlink()
    opened(small_disk).close()


def test_a_transaction_inside_another_is_a_bug(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with store.transaction(), pytest.raises(RuntimeError), store.transaction():
        pass
    store.close()


def test_what_fails_inside_a_transaction_leaves_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    with pytest.raises(ZeroDivisionError), world.store.transaction():
        world.store.add_call(None, world.now)
        raise ZeroDivisionError
    assert world.value("SELECT count(*) FROM messages") == 0
    world.deliver()
    assert world.fault() is None


def test_durability_is_back_after_a_transaction_without(tmp_path: Path) -> None:
    world = World(tmp_path)
    with world.store.transaction(durable=False):
        assert world.store._db.value("PRAGMA synchronous") == 1
        world.store.add_call(None, world.now)
    assert world.store._db.value("PRAGMA synchronous") == 2
    with pytest.raises(ZeroDivisionError), world.store.transaction(durable=False):
        raise ZeroDivisionError
    assert world.store._db.value("PRAGMA synchronous") == 2


def test_a_write_transaction_holds_the_lock_from_its_begin(tmp_path: Path) -> None:
    world = World(tmp_path)
    other = Connection.writing(tmp_path / "log.db")
    other.run("PRAGMA busy_timeout = 0")
    with world.store.transaction(), pytest.raises(LogBusy), other.transaction():
        pytest.fail(
            "two at once: nothing is written yet, only IMMEDIATE keeps the other one out"
        )
    with other.transaction():
        pass
    other.close()


def as_nobody(directory: Path) -> list[str]:
    """What a user who may read everything and write nothing gets, from a process of his own."""
    said, saying = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            with Reader.open(directory / "log.db") as log:
                os.write(saying, f"{len(log.messages())}\n".encode())
            opened(directory)
        except LogError as error:
            os.write(saying, f"{type(error).__name__} {error.exit_status}\n".encode())
        finally:
            os._exit(0)
    os.close(saying)
    os.waitpid(child, 0)
    with os.fdopen(said) as lines:
        return lines.read().splitlines()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("running", [True, False])
def test_somebody_who_may_only_read_can_read_and_is_told_so(running: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        world = World(directory)
        world.deliver()
        if not running:
            world.store.close()
        directory.chmod(0o755)
        for path in directory.iterdir():
            path.chmod(0o644)
        assert as_nobody(directory) == ["1", "ReadOnlyLog 78"]
        if running:
            world.store.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_log_that_was_not_closed_must_be_copied_to_be_read_elsewhere() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        world = World(directory / "from")
        world.deliver()
        copy = directory / "copy"
        copy.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(directory / "from" / f"log.db{suffix}", copy)
            (copy / f"log.db{suffix}").chmod(0o644)
        directory.chmod(0o755)
        assert as_nobody(copy) == ["ReadOnlyLog 78"]
        with Reader.open(copy / "log.db") as log:
            assert len(log.messages()) == 1


def test_a_log_that_is_not_there_is_a_sentence_for_readers(tmp_path: Path) -> None:
    with pytest.raises(LogMissing) as caught:
        Reader.open(tmp_path / "log.db")
    assert caught.value.exit_status == 78
    assert not list(tmp_path.iterdir())


def test_the_first_start_of_a_line_stays_the_first(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.after += START - START.replace(month=10)
    world.restart()
    assert world.store.first_start() == START
    world.store.close(world.now)
    assert world.value("SELECT pid FROM lines") is None
    assert str(world.value("SELECT stopped_at FROM lines")) > str(
        world.value("SELECT first_start_at FROM lines")
    )


def test_a_disk_that_will_not_write_is_weather(tmp_path: Path) -> None:
    """Beyond a quota SQLite reports an I/O error, which is no reason to give up."""
    opened(tmp_path).close()
    program = (
        "import resource, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\n"
        "from antirelou.log import LogWeather\n"
        "from log_world import World\n"
        f"world = World(Path({str(tmp_path)!r}))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try:\n"
        "    while True: world.deliver('x' * 1000)\n"
        "except LogWeather as error: print(error.exit_status, error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert said.stdout.startswith("75 "), said.stderr
